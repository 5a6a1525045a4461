"""A page and its session: streams that begin and end, and a page that is hidden or closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mnist_core.config import TrainConfig
from mnist_core.web.endpoints.presence import MAX_BYTES, presence_route
from mnist_core.web.jobs.presence import PAGE_TIMEOUT_SECONDS
from mnist_core.web.sessions import page as room
from mnist_core.web.sessions.page import SessionLink, Streams, watch
from mnist_core.web.sessions.registry import REGISTRY
from mnist_core.web.sessions.session import Session
from tests.web import event_loop
from tests.web.workshop import SHORT, Workshop

NEVER_SAID: list[Any] = [None, 5, [], {}, "", "x" * 10**6, {"key": "x"}]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let who watches look a hundred times as often."""
    monkeypatch.setattr(room, "SILENCE_SECONDS", 0.01)
    monkeypatch.setattr(room, "POLL_SECONDS", 0.001)


@pytest.fixture(autouse=True)
def no_streams(monkeypatch: pytest.MonkeyPatch) -> Streams:
    streams = Streams()
    monkeypatch.setattr(room, "STREAMS", streams)
    monkeypatch.setattr("mnist_core.web.endpoints.presence.STREAMS", streams)
    return streams


# --- watching ----------------------------------------------------------------------------------


def test_watching_shows_every_state_and_ends_with_the_runs(session: Session) -> None:
    async def states() -> list[str]:
        run = session.start(TrainConfig(epochs=3))
        return [run.state async for _ in watch(session, "page")]

    seen = event_loop.run(states())
    assert seen[-1] == "finished"
    assert set(seen) <= {"waiting", "training", "finished"}


def test_watching_nothing_shows_it_once(session: Session) -> None:
    async def count() -> int:
        return len([None async for _ in watch(session, "page")])

    assert event_loop.run(count()) == 1
    assert session.presence.absent_for is None  # its stream is over, the page is still open


@pytest.mark.usefixtures("quick")
def test_watching_finds_out_now_and_then_whether_it_is_heard(workshop: Workshop) -> None:
    session = workshop.session()
    session.start(SHORT)

    async def look() -> None:
        async with aclosing(watch(session, "page")) as changes:
            for _ in range(20):
                await anext(changes)

    event_loop.run(look())  # the gate is closed, so nothing changes


def test_a_stream_that_breaks_off_is_a_page_that_has_gone(workshop: Workshop) -> None:
    session = workshop.session()
    session.start(SHORT)

    async def look() -> None:
        async with aclosing(watch(session, "page")) as changes:
            await anext(changes)
            assert session.presence.absent_for is None

    event_loop.run(look())
    assert session.presence.absent_for == 0.0
    workshop.clock.put_forward(2.0)
    assert session.presence.absent_for == 2.0


async def ends(changes: AsyncGenerator[None, None]) -> bool:
    """Tell whether a stream ends, without an error, before it is due to say something."""
    return await anext(changes, "over") == "over"


@pytest.mark.usefixtures("quick")
def test_of_many_streams_of_one_session_the_oldest_end(workshop: Workshop) -> None:
    session, other = workshop.session(), workshop.session()
    session.start(SHORT)
    other.start(SHORT)

    async def look() -> None:
        of_another = watch(other, "another's page")
        await anext(of_another)
        streams = [watch(session, f"page {number}") for number in range(20)]
        for changes in streams:
            await anext(changes)
        over = [await ends(changes) for changes in streams]
        assert over == [True] * (20 - room.MAX_STREAMS_PER_SESSION) + [False] * (
            room.MAX_STREAMS_PER_SESSION
        )
        assert not await ends(of_another)
        for changes in (*streams, of_another):
            await changes.aclose()

    event_loop.run(look())
    session.end()
    other.end()


@pytest.mark.usefixtures("quick")
def test_of_the_streams_of_all_sessions_the_oldest_end(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_STREAMS", 3)
    sessions = [workshop.session() for _ in range(5)]
    for session in sessions:
        session.start(SHORT)

    async def look() -> None:
        streams = [watch(session, f"page {n}") for n, session in enumerate(sessions)]
        for changes in streams:
            await anext(changes)
        assert [await ends(changes) for changes in streams] == [True, True, False, False, False]
        for changes in streams:
            await changes.aclose()

    event_loop.run(look())
    for session in sessions:
        session.end()


@pytest.mark.usefixtures("quick")
def test_no_client_ends_the_streams_of_others(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_STREAMS", 9)
    sessions = [workshop.session() for _ in range(20)]
    for session in sessions:
        session.start(SHORT) if session in sessions[:2] else None
        session.presence.client = "192.0.2.1"
    sessions[0].presence.client = "192.0.2.2"

    async def look() -> None:
        of_another = watch(sessions[0], "another's page")
        await anext(of_another)
        streams = [watch(session, f"page {n}") for n, session in enumerate(sessions[1:])]
        for changes in streams:
            await anext(changes)
        assert not await ends(of_another)
        assert await ends(streams[0])
        for changes in (*streams, of_another):
            await changes.aclose()

    event_loop.run(look())
    for session in sessions:
        session.end()


@pytest.mark.usefixtures("quick")
def test_a_page_has_one_stream(workshop: Workshop) -> None:
    session = workshop.session()
    session.start(SHORT)

    async def look() -> None:
        first, second = watch(session, "page"), watch(session, "page")
        await anext(first)
        await anext(second)
        assert await ends(first)
        assert not await ends(second)
        assert session.presence.absent_for is None
        await second.aclose()

    event_loop.run(look())
    session.end()


@pytest.mark.usefixtures("quick")
def test_a_page_that_is_heard_of_no_more_has_no_stream(workshop: Workshop) -> None:
    """Gradio does not end a stream that a page has asked for and did not live to hear."""
    session = workshop.session()
    session.start(SHORT)

    async def look() -> None:
        changes = watch(session, "page")
        await anext(changes)
        workshop.clock.put_forward(PAGE_TIMEOUT_SECONDS + 1)
        assert await ends(changes)

    event_loop.run(look())
    assert session.presence.absent_for == 1.0
    session.end()


# --- the key -----------------------------------------------------------------------------------


def test_a_page_s_key_leads_to_its_session() -> None:
    link = SessionLink(render=False)
    key, session = REGISTRY.enter(None, "page of a key")
    assert link.preprocess(key) is session
    REGISTRY.leave("page of a key")


@pytest.mark.parametrize("payload", NEVER_SAID)
def test_without_it_a_page_can_draw_and_keeps_nothing(payload: object) -> None:
    link = SessionLink(render=False)
    first, second = link.preprocess(payload), link.preprocess(payload)
    assert first is not second
    with pytest.raises(ValueError, match="try again in a moment"):
        first.start(SHORT)
    assert first.runs == []


# --- what a page says of itself ----------------------------------------------------------------


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[presence_route()])) as client:
        yield client


def report(client: TestClient, page: str, state: str) -> Any:
    answer = client.post("/presence", json={"page": page, "state": state})
    return answer.json() if answer.status_code == 200 else answer.status_code


@pytest.fixture
def waiting(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Return a session with a run that waits, and one page, "page"."""
    monkeypatch.setattr(REGISTRY, "_new_session", workshop.session)
    _, session = REGISTRY.enter(None, "page")
    session.start(SHORT)
    yield session
    REGISTRY.leave("page")
    session.end()


@pytest.mark.usefixtures("quick")
def test_a_hidden_page_lets_go_of_its_stream_and_is_present_all_the_same(
    waiting: Session, workshop: Workshop, client: TestClient
) -> None:
    async def hide() -> None:
        changes = watch(waiting, "page")
        await anext(changes)
        answer = await asyncio.to_thread(report, client, "page", "visible")
        assert answer == {"follow": False}  # it does already
        answer = await asyncio.to_thread(report, client, "page", "hidden")
        assert answer == {"follow": True}  # when it is seen again
        assert await ends(changes)

    event_loop.run(hide())
    for _ in range(3):
        workshop.clock.put_forward(PAGE_TIMEOUT_SECONDS - 1)
        assert waiting.presence.absent_for is None
        report(client, "page", "hidden")
    assert report(client, "page", "visible") == {"follow": True}


@pytest.mark.usefixtures("quick")
def test_a_page_that_closes_is_gone_at_once(waiting: Session, client: TestClient) -> None:
    async def close() -> None:
        changes = watch(waiting, "page")
        await anext(changes)
        assert await asyncio.to_thread(report, client, "page", "closed") == 204
        assert waiting.presence.absent_for == 0.0
        assert await ends(changes)

    event_loop.run(close())
    assert waiting.presence.absent_for == 0.0
    assert report(client, "page", "visible") == 404  # so it enters anew


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"page": "page"}',
        b'{"page": 5, "state": "hidden"}',
        b'{"page": "page", "state": "gone"}',
        b'{"page": "' + b"x" * 65 + b'", "state": "hidden"}',
        b'{"page": "page", "state": "hidden"}' + b" " * MAX_BYTES + b"x",
        b"\xff",
    ],
)
def test_what_no_page_says_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/presence", content=body)
    assert (answer.status_code, answer.content) == (400, b"")


def test_a_page_that_nobody_knows_is_told_so(client: TestClient) -> None:
    assert report(client, "nobody", "visible") == 404
    assert report(client, "nobody", "closed") == 204

"""Many at once: who draws never waits for who trains, and nobody is taken for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient

import app
from mnist_core.config import TrainConfig
from mnist_core.experiments import EXPERIMENTS
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.registry import REGISTRY
from mnist_core.web.sessions.session import JOB_QUEUE, Session
from mnist_core.web.tabs import curves, train
from mnist_core.web.tabs.experiments import follow_experiment
from mnist_core.web.tabs.runs import follow_table
from mnist_core.web.tabs.train import follow_runs
from tests.web import event_loop
from tests.web.workshop import Workshop, eventually

ONE = {"seq": 1, "strokes": [[[500, 150], [500, 850]]]}
LONG = TrainConfig(epochs=50)

Follow = Callable[[Session], AsyncGenerator[Any, None]]


def ask(client: TestClient, page: str, name: str, *values: Any, data: Any = None) -> Any:
    """Send an event as the page does, past the queue; return what its handler has answered."""
    event = next(fn for fn in app.demo.fns.values() if fn.api_name == name)
    answer = client.post(
        "/gradio_api/run/predict",
        json={
            "data": values,
            "event_data": data,
            "fn_index": event._id,
            "session_hash": page,
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["data"][0]


def test_who_draws_is_answered_while_a_training_stands_still_within_a_batch(
    workshop: Workshop,
) -> None:
    trains, draws = "a-page-that-trains", "a-page-that-draws"
    client = TestClient(app.demo.app)
    key = ask(client, trains, "enter", {"key": None})["key"]
    ask(client, draws, "enter", {"key": None})
    session = REGISTRY.enter(key, trains)[1]
    with session.connected():
        run = session.start(LONG)
        try:
            workshop.gate.let_pass(3)  # and the next batch stands at the gate until the end
            passed = workshop.gate.passed
            for page in (draws, trains):
                assert ask(client, page, "read_drawing", ONE, None)["digit"] == 1
                assert ask(client, page, "explain_drawing", {"off": []}, ONE, None)["answer"]
                label = {"label": 1, "strokes": ONE["strokes"]}
                assert ask(client, page, "count_drawing", None, data=label)["drawings"] == 1
            assert (run.state, workshop.gate.passed) == ("training", passed)
        finally:
            JOB_QUEUE.stop(run)
            workshop.gate.allow()
            eventually(lambda: not run.is_under_way)
            REGISTRY.leave(trains)
            REGISTRY.leave(draws)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let somebody draw all the time; return a list that grows when a stream asks for that."""
    seen: list[int] = []
    numbers = count()

    def somebody_draws() -> bool:
        seen.append(next(numbers))
        return True

    monkeypatch.setattr(train, "somebody_draws", somebody_draws)
    monkeypatch.setattr(curves, "somebody_draws", somebody_draws)
    return seen


def begin(workshop: Workshop, session: Session) -> Run:
    """Begin a run that has trained three batches when this returns, and now stands still."""
    run = session.start(EXPERIMENTS[session.experiments.opened].baseline)
    with session.connected():
        workshop.gate.let_pass(4)  # the first is only looked at
    return run


@pytest.mark.parametrize("follow", [follow_runs, follow_table, follow_experiment])
def test_a_closed_page_is_not_there_only_because_its_stream_has_not_ended(
    workshop: Workshop, looks: list[int], follow: Follow
) -> None:
    session = workshop.session()
    begin(workshop, session)

    async def leave() -> float | None:
        async with aclosing(follow(session)) as stream:
            await anext(stream)
            ahead = asyncio.ensure_future(anext(stream))  # Gradio asks before it knows of the end
            await asyncio.sleep(0)
            session.presence.leave()
            seen = len(looks)
            while len(looks) < seen + 3 and not ahead.done():
                session.note_change()
                await asyncio.sleep(0.001)  # until the stream has looked
            absent_for = session.presence.absent_for
            ahead.cancel()
            await asyncio.wait([ahead])
            return absent_for

    assert event_loop.run(leave()) is not None


@pytest.mark.usefixtures("looks")
def test_the_end_of_a_run_is_shown_although_somebody_draws(workshop: Workshop) -> None:
    session = workshop.session()
    run = begin(workshop, session)

    async def values() -> list[Any]:
        sent = []
        async for value in follow_table(session):
            sent.append(value)
            session.stop(run)
            workshop.gate.allow()
        return sent

    assert event_loop.run(values())[-1]["rows"][0]["state"] == "stopped"

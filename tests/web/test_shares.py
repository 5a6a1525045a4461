"""No client takes what is there for all; and thirty people behind one address are one client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from mnist_core.web.endpoints import client_share, page_share, token_buckets
from mnist_core.web.endpoints.client_share import ClientShare, client_in
from mnist_core.web.endpoints.page_share import HEAVY_AT_ONCE, LIGHT_AT_ONCE, PageShare, Sent
from mnist_core.web.endpoints.token_buckets import TokenBuckets
from mnist_core.web.gradio_compat.queue_shares import (
    FULL,
    TOO_MANY,
    in_turns,
    is_queue_full,
    share_queue,
)
from mnist_core.web.sessions import client as client_room
from mnist_core.web.sessions.client import PROXIES, PROXIES_OF_A_SPACE, client_of, trust_proxies
from tests.web import event_loop

ONE, OTHER = "192.0.2.1", "192.0.2.2"
PEOPLE = 30  # in a classroom


def request(
    host: str | None, path: str = "/gradio_api/run/predict", sent: Sent | None = None
) -> Scope:
    scope: Scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    scope["client"] = host and (host, 1)
    if sent:
        scope["state"] = {"sent": sent}
    return scope


async def nothing() -> Message:
    return {"type": "http.request"}


async def silent(message: Message) -> None:
    pass


class Busy:
    """An app that handles requests until a test lets them go.

    Attributes:
        handled: the clients whose requests are in its hands.
        most: how many there have been at once.
    """

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.let_go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.handled.append(client_in(scope))
        await self.let_go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def statuses(app: Any, scopes: list[Scope], let_go: Callable[[], object]) -> list[int]:
    """Send requests at once; return how each is answered once those in hand are let go."""
    answers: list[int] = []

    def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    async def send(message: Message) -> None:
        note(message)

    tasks = [asyncio.create_task(app(scope, nothing, send)) for scope in scopes]
    for _ in range(20):
        await asyncio.sleep(0)
    let_go()
    await asyncio.gather(*tasks)
    return answers


# --- who it is ---------------------------------------------------------------------------------


def test_a_household_is_one_client_and_whoever_is_unknown_is_none() -> None:
    assert client_of(ONE) != client_of(OTHER)
    assert client_of("2001:db8::1") == client_of("2001:db8:0:0:ffff::2")
    assert client_of("2001:db8::1") != client_of("2001:db8:0:1::1")
    assert client_of(None) == client_of("") == ""
    assert client_of("testclient") == "testclient"


@pytest.mark.parametrize(
    ("socket", "forwarded", "client"),
    [
        (ONE, OTHER, ONE),  # anybody can write this
        ("10.1.2.3", OTHER, OTHER),
        ("10.1.2.3", f"{ONE}, {OTHER}", OTHER),  # what the proxy adds is last
        ("10.1.2.3", f"{OTHER}, 10.7.7.7", OTHER),
    ],
)
def test_a_forwarded_address_counts_only_where_a_trusted_proxy_says_so(
    monkeypatch: pytest.MonkeyPatch, socket: str, forwarded: str, client: str
) -> None:
    monkeypatch.setenv("SPACE_ID", "somebody/digits")
    monkeypatch.setenv(PROXIES, "")
    monkeypatch.delenv(PROXIES)
    trust_proxies()
    assert client_room.os.environ[PROXIES] == PROXIES_OF_A_SPACE
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(client_in(scope))

    scope = request(socket)
    scope["headers"] = [(b"x-forwarded-for", forwarded.encode())]
    server = ProxyHeadersMiddleware(app, client_room.os.environ[PROXIES])
    event_loop.run(server(scope, nothing, silent))
    assert seen == [client]


def test_the_operator_s_word_on_proxies_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PROXIES, raising=False)
    monkeypatch.delenv("SPACE_ID", raising=False)
    trust_proxies()
    assert PROXIES not in client_room.os.environ
    monkeypatch.setenv("SPACE_ID", "somebody/digits")
    monkeypatch.setenv(PROXIES, ONE)
    trust_proxies()
    assert client_room.os.environ[PROXIES] == ONE


# --- tokens ------------------------------------------------------------------------------------


def test_a_bucket_is_emptied_by_one_and_filled_by_time() -> None:
    time = 1000.0
    buckets = TokenBuckets(10, 2, lambda: time)
    assert [buckets.take(ONE, 4) for _ in range(3)] == [0.0, 0.0, None]
    assert buckets.take(OTHER, 10) == 0.0
    assert buckets.take(ONE, 4, patience=1.0) == 1.0  # on credit
    assert buckets.take(ONE, 1, patience=1.0) is None
    time += 2.0
    assert buckets.take(ONE, 2) == 0.0
    assert [buckets.has(ONE, 1), buckets.has(ONE, 0), buckets.has(OTHER, 4)] == [False, True, True]
    buckets.give_back(ONE, 100)
    assert [buckets.take(ONE, 10), buckets.take(ONE, 1)] == [0.0, None]
    time += 1e6
    assert [buckets.take(ONE, 1e9), buckets.take(ONE, 1)] == [0.0, None]


def test_those_who_were_here_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_buckets, "MAX_BUCKETS", 100)
    buckets = TokenBuckets(1, 1, lambda: 0.0)
    for number in range(1000):
        buckets.take(f"client {number}", 1)
    assert len(buckets._levels) == 100
    assert buckets.take("client 999", 1) is None
    assert buckets.take("client 0", 1) == 0.0


def in_a_second(buckets: TokenBuckets, time: list[float], client: str, events: int) -> list[Any]:
    """Ask for so many events, spread over a second."""
    waits = []
    for _ in range(events):
        time[0] += 1 / events
        waits.append(buckets.take(client, 1, client_share.PATIENCE))
    return waits


def test_a_classroom_that_draws_all_the_time_is_not_slowed() -> None:
    time = [1000.0]
    address = TokenBuckets(
        client_share.MOST_TOKENS, client_share.TOKENS_PER_SECOND, lambda: time[0]
    )
    for _ in range(20):  # seconds
        assert set(in_a_second(address, time, ONE, 60 * PEOPLE)) == {0.0}
    page = TokenBuckets(page_share.MOST_EVENTS, page_share.EVENTS_PER_SECOND, lambda: time[0])
    for _ in range(20):
        assert set(in_a_second(page, time, ONE, 60)) == {0.0}


def test_who_sends_far_more_than_people_do_waits_and_then_is_refused() -> None:
    time = [1000.0]
    address = TokenBuckets(
        client_share.MOST_TOKENS, client_share.TOKENS_PER_SECOND, lambda: time[0]
    )
    waits = in_a_second(address, time, ONE, 20_000)
    assert waits[0] == 0.0
    assert waits.count(None) > 5_000
    assert max(wait for wait in waits if wait is not None) > 1.0
    assert address.take(OTHER, 1) == 0.0


# --- turns -------------------------------------------------------------------------------------


def test_of_one_client_only_a_few_events_are_handled_at_once() -> None:
    async def flood() -> None:
        busy = Busy()
        app = PageShare(busy, pages=250)
        scopes = [request(ONE, sent=Sent(f"p{number % 30}", 100)) for number in range(100)]
        scopes += [request(ONE, sent=Sent(f"p{number % 30}", 10**6)) for number in range(100)]
        scopes += [request(OTHER, sent=Sent("p", 100))]

        def look() -> None:
            assert busy.handled.count(ONE) == LIGHT_AT_ONCE + HEAVY_AT_ONCE
            assert busy.handled.count(OTHER) == 1
            busy.let_go.set()

        assert await statuses(app, scopes, look) == [200] * 201
        assert len(busy.handled) == 201

    event_loop.run(flood())


def test_a_line_has_an_end_and_others_do_not_wait_in_it() -> None:
    async def flood() -> None:
        busy = Busy()
        scopes = [request(ONE) for _ in range(client_share.MOST_REQUESTS + 50)]
        scopes += [request(OTHER)]
        app = ClientShare(busy)
        answers = await statuses(app, scopes, busy.let_go.set)
        assert (answers.count(200), answers.count(429)) == (client_share.MOST_REQUESTS + 1, 50)
        assert app._requests._lines == {}
        assert await statuses(app, scopes[:1], busy.let_go.set) == [200]

    event_loop.run(flood())


def test_a_page_that_sends_without_end_is_refused_and_its_neighbours_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page_share, "PATIENCE", 0.0)

    async def flood() -> None:
        busy = Busy()
        busy.let_go.set()
        app, most = PageShare(busy, pages=250), page_share.MOST_EVENTS
        noisy = [request(ONE, sent=Sent("noisy", 10)) for _ in range(2 * most)]
        answers: list[int] = []
        for scope in noisy:
            answers += await statuses(app, [scope], lambda: None)
        assert answers.count(429) > most // 2
        assert await statuses(app, [request(ONE, sent=Sent("quiet", 10))], lambda: None) == [200]

    event_loop.run(flood())


def test_who_comes_by_ever_new_names_is_slowed_down_and_who_is_known_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page_share, "PATIENCE", 0.0)

    async def flood() -> None:
        busy = Busy()
        busy.let_go.set()
        app, most = PageShare(busy, pages=200), page_share.MOST_NEW_PAGES

        async def ask(host: str, names: list[str]) -> list[int]:
            answers = []
            for name in names:
                answers += await statuses(app, [request(host, sent=Sent(name))], lambda: None)
            return answers

        class_pages = [f"pupil {number}" for number in range(PEOPLE)]
        assert set(await ask(ONE, class_pages * 5)) == {200}
        new = await ask(ONE, [f"new {number}" for number in range(3 * most)])
        assert new.count(429) > most
        assert set(await ask(ONE, class_pages)) == {200}
        nameless = await ask(ONE, [""] * most)
        assert nameless.count(429) > most // 2
        assert set(await ask(OTHER, ["new 0", "another"])) == {200}
        assert len(app._known) <= 200

    event_loop.run(flood())


def test_who_is_refused_again_and_again_waits_for_it_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})

    monkeypatch.setattr(client_share.asyncio, "sleep", note)

    async def flood() -> None:
        app = ClientShare(refuse)
        for _ in range(2 * client_share.MOST_REFUSALS):
            await app(request(ONE, "/nothing"), nothing, silent)
        last, waits[:] = waits[-1], []
        assert last > client_share.SLOW_REFUSAL_SECONDS / 2
        await app(request(OTHER, "/nothing"), nothing, silent)
        assert set(waits) == {0.0}

    event_loop.run(flood())


def test_pages_are_made_for_a_client_one_after_another() -> None:
    async def open_all() -> None:
        busy = Busy()
        app = ClientShare(busy)
        scopes = [request(host, "/") for host in (ONE, ONE, ONE, OTHER)]
        scopes += [request(ONE, "/theme.css")]

        def look() -> None:
            assert sorted(busy.handled) == [ONE, ONE, OTHER]
            busy.let_go.set()

        assert await statuses(app, scopes, look) == [200] * 5
        surplus = [request(ONE, "/config")] * (client_share.MOST_PAGES + 1)
        busy.let_go.clear()
        answers = await statuses(app, surplus, busy.let_go.set)
        assert (answers.count(200), answers.count(429)) == (client_share.MOST_PAGES, 1)

    event_loop.run(open_all())


def test_who_opens_page_after_page_waits_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    monkeypatch.setattr(client_share.asyncio, "sleep", note)

    async def open_pages() -> None:
        app = ClientShare(answer)
        for _ in range(client_share.MOST_PAGES_IN_A_ROW):
            await app(request(ONE, "/"), nothing, silent)
        assert set(waits) == {0.0}
        for _ in range(5):
            await app(request(ONE, "/"), nothing, silent)
        assert max(waits) > 2 / client_share.PAGES_PER_SECOND
        waits.clear()
        await app(request(OTHER, "/"), nothing, silent)
        assert set(waits) == {0.0}

    event_loop.run(open_pages())


def test_who_reads_a_page_slowly_keeps_no_neighbour_waiting() -> None:
    read = asyncio.Event()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def read_slowly(message: Message) -> None:
        await read.wait()

    async def open_both() -> None:
        app = ClientShare(answer)
        slow = asyncio.create_task(app(request(ONE, "/"), nothing, read_slowly))
        assert await statuses(app, [request(ONE, "/")], lambda: None) == [200]
        assert not slow.done()
        read.set()
        await slow

    event_loop.run(open_both())


def test_what_is_not_of_a_known_client_waits_for_nobody() -> None:
    async def ask() -> None:
        busy = Busy()
        scopes = [request(None, sent=Sent("", 10)) for _ in range(1000)]
        app = ClientShare(PageShare(busy, pages=250))
        assert await statuses(app, scopes, busy.let_go.set) == [200] * 1000

    event_loop.run(ask())


# --- Gradio's queue ----------------------------------------------------------------------------


class Asker:
    """What Gradio's queue is told of a request."""

    def __init__(self, host: str) -> None:
        self.client = type("Address", (), {"host": host})()


def page_with_a_queue(most: int) -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as blocks:
        text = gr.Textbox()
        for function in (str.upper, str.lower):
            text.change(function, text, text)
    blocks.queue(max_size=most)
    share_queue(blocks, 1 / 3, client_of)
    return blocks


async def push(blocks: gr.Blocks, function: int, host: str) -> tuple[bool, Any, str]:
    from gradio.data_classes import PredictBodyInternal

    body = PredictBodyInternal(fn_index=function, data=["x"], session_hash="page")
    answer: tuple[bool, Any, str] = await blocks._queue.push(
        body=body, request=Asker(host), username=None
    )
    return answer


def waiting(blocks: gr.Blocks) -> list[str]:
    lines = blocks._queue.event_queue_per_concurrency_id.values()
    return [event.request.client.host for line in lines for event in line.queue]


def test_neither_a_client_nor_a_function_fills_the_queue() -> None:
    async def fill() -> None:
        blocks = page_with_a_queue(30)
        assert [(await push(blocks, 0, ONE))[0] for _ in range(11)] == [True] * 10 + [False]
        assert (await push(blocks, 1, ONE))[1:] == (TOO_MANY, "queue_full")
        assert (await push(blocks, 0, OTHER))[1:] == (FULL, "queue_full")
        assert (await push(blocks, 1, OTHER))[0]
        assert not is_queue_full(blocks)
        for number in range(40):
            await push(blocks, number % 2, f"198.51.100.{number}")
        assert len(waiting(blocks)) == 20

    event_loop.run(fill())


def test_clients_take_turns_in_the_queue() -> None:
    async def fill() -> list[str]:
        blocks = page_with_a_queue(300)
        for host in [ONE] * 50 + [OTHER] * 2:
            await push(blocks, 0, host)
        return waiting(blocks)

    assert event_loop.run(fill()) == [ONE, OTHER, ONE, OTHER, *[ONE] * 48]
    calls = ["a1", "a2", "a3", "b1", "c1", "b2"]
    assert in_turns(calls, lambda call: call[0]) == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert in_turns(in_turns(calls, lambda call: call[0])[1:], lambda call: call[0]) == [
        *("b1", "c1", "a2", "b2", "a3")
    ]

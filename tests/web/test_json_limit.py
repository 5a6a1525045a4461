"""JSON that would cost much to read is refused before anything is made of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from mnist_core.preprocessing.strokes import MAX_POINTS
from mnist_core.web.endpoints import json_limit
from mnist_core.web.endpoints.json_limit import (
    MAX_JSON_BYTES,
    MAX_JSON_BYTES_BESIDE_TEXTS,
    MAX_JSON_VALUES,
    NO_PAGE,
    TEXT,
    TOO_BUSY,
    TOO_MUCH,
    JsonLimit,
)
from tests.web import event_loop


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(await request.body())


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/run", echo, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(JsonLimit)]))


def status(client: TestClient, content: bytes) -> int:
    return client.post("/run", content=content).status_code


def test_what_a_page_sends_comes_through_as_it_is(client: TestClient) -> None:
    stroke = [[round(number / 7, 4), 1000 - number / 8] for number in range(MAX_POINTS)]
    drawing = {"seq": 1, "strokes": [stroke]}
    file = json.dumps([{"label": 1, "strokes": [[[10, 20]] * 300]}] * 500)
    assert len(file) > 10 * MAX_JSON_BYTES_BESIDE_TEXTS / 3
    for data in ([drawing, None], [{"sent": file}, None], ["\\" * 1000, 'a "word"']):
        body = json.dumps({"data": data, "fn_index": 3, "session_hash": "a1"}).encode()
        assert client.post("/run", content=body).content == body
    assert client.post("/run", content=b"").status_code == 200


COSTLY = {
    "lists": b"[" + b"[]," * (MAX_JSON_VALUES // 2) + b"[]]",
    "numbers": b"[" + b"1," * MAX_JSON_VALUES + b"1]",
    "objects": b"[" + b"{}," * (MAX_JSON_VALUES // 2) + b"{}]",
    "depth": b"[" * (MAX_JSON_VALUES + 1),
    "one long number": b"9" * (MAX_JSON_BYTES_BESIDE_TEXTS + 1),
    "short texts": b"[" + b'"",' * 150_000 + b'""]',
    "backslashes": b'"' + b"\\" * (MAX_JSON_BYTES // 2),
    "quotes that end nothing": b'"' + b'\\"' * 300_000 + b"\\",
    "behind a text": b'["a\\"b",' + b"[]," * MAX_JSON_VALUES + b"1]",
}


@pytest.mark.parametrize("kind", COSTLY)
def test_what_costs_much_is_refused_before_it_is_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(json, "loads", lambda content: pytest.fail("It was read."))
    answer = client.post("/run", content=COSTLY[kind])
    assert (answer.status_code, answer.text) == (413, TOO_MUCH)


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner), max_leaves=20))
def test_beside_its_texts_nothing_is_left_out(value: Any) -> None:
    text = json.dumps(value).encode()
    marks = sum(TEXT.sub(b"", text).count(mark) for mark in b"[,")

    def count(part: Any) -> int:
        if not isinstance(part, list):
            return 0
        return 1 + max(len(part) - 1, 0) + sum(map(count, part))

    assert marks == count(value)


def test_a_page_has_a_short_name(client: TestClient) -> None:
    for name in ("a1", "Zz-_9", "x" * 64):
        assert status(client, json.dumps({"session_hash": name}).encode()) == 200
        assert client.get("/run", params={"session_hash": name}).status_code == 200
    for name in ("", "x" * 65, "a b", "a\n", "<b>", "é", "../a"):
        for answer in (
            client.post("/run", json={"session_hash": name}),
            client.post("/run", content=b'{"session\\u005fhash": "a b"}'),
            client.get("/run", params={"session_hash": name}),
        ):
            assert (answer.status_code, answer.text) == (400, NO_PAGE)
    for other in (b"{}", b"[1]", b'{"session_hash": null}', b"{", b"\xff", b"[" * 9_000):
        assert status(client, other) == 200  # Gradio's to refuse


def test_of_all_that_comes_at_once_only_so_much_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_limit, "MAX_BYTES_ON_THEIR_WAY", 100)
    scope = {"type": "http", "method": "POST", "path": "/run", "headers": [], "query_string": b""}

    async def send_two() -> list[bytes]:
        answers: list[bytes] = []
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            answers.append((await receive())["body"])

        async def slowly() -> Message:
            if begun.is_set():
                await go_on.wait()
                return {"type": "http.request", "body": b"", "more_body": False}
            begun.set()
            return {"type": "http.request", "body": b"1" * 60, "more_body": True}

        async def at_once() -> Message:
            return {"type": "http.request", "body": b"2" * 60, "more_body": False}

        async def note(message: Message) -> None:
            if message["type"] == "http.response.body":
                answers.append(message["body"])

        limit = JsonLimit(app)
        first = asyncio.create_task(limit(scope, slowly, note))
        await begun.wait()
        await limit(scope, at_once, note)
        go_on.set()
        await first
        await limit(scope, at_once, note)
        return answers

    assert event_loop.run(send_two()) == [TOO_BUSY.encode(), b"1" * 60, b"2" * 60]


def test_no_client_fills_what_is_held_of_all_nor_has_all_of_it_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_limit, "MAX_BYTES_ON_THEIR_WAY", 300)
    monkeypatch.setattr(json_limit, "MOST_BYTES", 1_000)
    monkeypatch.setattr(json_limit, "BYTES_PER_SECOND", 1e-9)
    scope = {"type": "http", "method": "POST", "path": "/run", "headers": [], "query_string": b""}

    async def send() -> list[int]:
        statuses: list[int] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200})

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        limit = JsonLimit(app)
        for host, size in [("a", 101), ("a", 99), ("b", 99)] + [("a", 90)] * 12 + [("b", 90)]:

            async def receive(size: int = size) -> Message:
                return {"type": "http.request", "body": b"1" * size}

            await limit({**scope, "client": (host, 1)}, receive, note)
        return statuses

    assert event_loop.run(send()) == [503, 200, 200, *[200] * 8, *[429] * 4, 200]


def test_who_sends_one_large_body_after_another_is_slowed_down_alone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_limit, "MOST_LARGE", 3)
    monkeypatch.setattr(json_limit, "LARGE_PER_SECOND", 1e-6)
    large = json.dumps(["a" * json_limit.LARGE_BYTES]).encode()
    larger = json.dumps(["a" * 2 * json_limit.LARGE_BYTES]).encode()
    assert [status(client, large) for _ in range(5)] == [200, 200, 200, 429, 429]
    assert status(client, b"[1]") == 200
    third = TestClient(client.app, client=("192.0.2.8", 1))
    assert [status(third, larger), status(third, larger), status(third, large)] == [200, 429, 200]
    other = TestClient(client.app, client=("192.0.2.7", 1))
    assert status(other, large) == 200

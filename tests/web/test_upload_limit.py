from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from mnist_core.web.endpoints import request_body, upload_limit
from mnist_core.web.endpoints.json_limit import MAX_JSON_BYTES, JsonLimit
from mnist_core.web.endpoints.upload_limit import (
    MAX_FILES_AT_ONCE,
    MAX_UPLOADS,
    TAKEN,
    TOO_MANY_FILES,
    UploadLimit,
)
from mnist_core.web.gradio_compat.wrong_input import NO_ROOM
from mnist_core.web.limits import MEGABYTE
from mnist_core.web.sessions import uploads
from mnist_core.web.sessions.client import SHARE
from tests.web import event_loop
from tests.web.conftest import SetLimits
from tests.web.test_uploads import put


async def take(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


MIDDLEWARE = [Middleware(JsonLimit), Middleware(UploadLimit)]  # as in the app


@pytest.fixture
def client() -> TestClient:
    routes = [Route(path, take, methods=["GET", "POST"]) for path in ("/x/upload", "/x/run")]
    return TestClient(Starlette(routes=routes, middleware=MIDDLEWARE))


def in_parts(content: bytes) -> Iterator[bytes]:
    """Send it without saying how much it will be."""
    for start in range(0, len(content), 2**16):
        yield content[start : start + 2**16]


PATHS: dict[str, int] = {"/x/upload": MEGABYTE, "/x/run": MAX_JSON_BYTES}


@pytest.mark.parametrize(("path", "most"), PATHS.items())
def test_a_request_may_be_so_long_and_no_longer(
    client: TestClient, limit: SetLimits, path: str, most: int
) -> None:
    limit(upload_mb=1)
    content = b'"' + b"x" * (most - 2) + b'"'
    for sent in (content, in_parts(content)):
        assert client.post(path, content=sent).text == str(most)
    for sent in (content + b" ", in_parts(content + b" ")):
        answer = client.post(path, content=sent)
        assert answer.status_code == 413
        assert "megabytes at most" in answer.text
    assert client.get(path).text == "0"


@pytest.mark.parametrize("length", ["-1", "many", "9" * 100])
def test_a_length_that_is_none_does_not_help(
    client: TestClient, limit: SetLimits, length: str
) -> None:
    limit(upload_mb=1)
    content = in_parts(b"x" * (MEGABYTE + 1))
    answer = client.post("/x/upload", content=content, headers={"Content-Length": length})
    assert answer.status_code == 413


def test_where_there_is_no_room_nothing_is_taken(
    client: TestClient, limit: SetLimits, own_cache: Path
) -> None:
    limit(upload_mb=1, uploads_mb=50)
    file = put(own_cache / "a1" / "large.png", size=49 * MEGABYTE)
    assert client.post("/x/upload", content=b"x").status_code == 200
    put(own_cache / "tmp1", size=1)
    answer = client.post("/x/upload", content=b"x")
    assert (answer.status_code, answer.text) == (503, NO_ROOM)
    assert client.post("/x/run", content=b"x").status_code == 200  # drawings are read all the same
    os.utime(file, (0, 0))
    assert client.post("/x/upload", content=b"x").status_code == 200


def test_many_small_files_are_too_many(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "clear_uploads", lambda: (MAX_UPLOADS, 0))
    assert client.post("/x/upload", content=b"x").status_code == 503


def test_who_sends_upload_after_upload_is_slowed_down_alone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_limit, "MOST_IN_A_ROW", 3)
    monkeypatch.setattr(upload_limit, "PER_SECOND", 1e-6)

    def send(sender: TestClient) -> int:
        return sender.post("/x/upload", content=b"x").status_code

    assert [send(client) for _ in range(5)] == [200, 200, 200, 429, 429]
    assert send(TestClient(client.app, client=("192.0.2.7", 1))) == 200


class Slow:
    """An app in whose hands uploads stay until a test lets them go."""

    def __init__(self) -> None:
        self.has_come = asyncio.Event()
        self.answers: list[Message] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await self.has_come.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def note(self, message: Message) -> None:
        self.answers.append(message)


SCOPE = {"type": "http", "method": "POST", "path": "/x/upload", "headers": [], "query_string": b""}


async def whole() -> Message:
    return {"type": "http.request", "body": b"x"}


async def never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def test_uploads_on_their_way_take_room(limit: SetLimits) -> None:
    limit(upload_mb=20, uploads_mb=50)

    async def send_three() -> list[int]:
        slow = Slow()
        guard = UploadLimit(slow)
        two = [asyncio.create_task(guard(SCOPE, whole, slow.note)) for _ in range(2)]
        while guard._coming < 2:
            await asyncio.sleep(0)
        await guard(SCOPE, whole, slow.note)
        slow.has_come.set()
        await asyncio.gather(*two)
        await guard(SCOPE, whole, slow.note)
        return [message["status"] for message in slow.answers if "status" in message]

    assert event_loop.run(send_three()) == [503, 200, 200, 200]


def multipart(files: int) -> tuple[bytes, dict[str, str]]:
    """Return the body of an upload of so many small files, and its headers."""
    part = b'--mark\r\nContent-Disposition: form-data; name="files"; filename="x"\r\n\r\nx\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=mark"}
    return part * files + b"--mark--\r\n", headers


def from_client(host: str) -> TestClient:
    routes = [Route("/x/upload", take, methods=["POST"])]
    return TestClient(Starlette(routes=routes, middleware=MIDDLEWARE), client=(host, 1))


@pytest.mark.parametrize("size", [7, 50, 2**16])
def test_a_request_brings_only_so_many_files(client: TestClient, size: int) -> None:
    body, headers = multipart(MAX_FILES_AT_ONCE)
    assert client.post("/x/upload", content=body, headers=headers).text == str(len(body))
    body, headers = multipart(MAX_FILES_AT_ONCE + 1)
    parts = (body[start : start + size] for start in range(0, len(body), size))
    answer = client.post("/x/upload", content=parts, headers=headers)
    assert (answer.status_code, answer.text) == (413, TOO_MANY_FILES)


def test_no_client_sends_all_the_files_that_there_is_room_for() -> None:
    client = from_client("192.0.2.1")
    body, headers = multipart(MAX_FILES_AT_ONCE)
    fits = int(SHARE * MAX_UPLOADS) // (MAX_FILES_AT_ONCE + 1)
    answers = [client.post("/x/upload", content=body, headers=headers) for _ in range(fits + 9)]
    assert [answer.status_code for answer in answers[: fits - 2]] == [200] * (fits - 2)
    assert (answers[-1].status_code, answers[-1].text) == (429, TAKEN)


def test_no_client_sends_all_the_bytes_that_there_is_room_for(limit: SetLimits) -> None:
    limit(upload_mb=1, uploads_mb=50)

    async def send() -> list[tuple[str, int]]:
        answers: list[tuple[str, int]] = []
        guard = UploadLimit(swallow)
        for number in range(40):
            host = "192.0.2.2" if number == 39 else "192.0.2.1"
            parts = [b"x" * (MEGABYTE // 2)] * (1 + number % 2)

            async def receive(parts: list[bytes] = parts) -> Message:
                return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts)}

            async def note(message: Message, host: str = host) -> None:
                if "status" in message:
                    answers.append((host, message["status"]))

            await guard({**SCOPE, "client": (host, 1)}, receive, note)
        return answers

    answers = event_loop.run(send())
    taken = [status for host, status in answers if host == "192.0.2.1"].count(200)
    assert 20 <= taken <= 22  # of 0.75 MB on average, a third of 50 MB
    assert answers[-1] == ("192.0.2.2", 200)


async def swallow(scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_to_be_full(number: int) -> None:
    async def fail(request: Request) -> PlainTextResponse:
        await request.body()
        raise OSError(number, "No space left on device")

    routes = [Route("/x/upload", fail, methods=["POST"])]
    client = TestClient(Starlette(routes=routes, middleware=MIDDLEWARE))
    answer = client.post("/x/upload", content=b"x")
    assert (answer.status_code, answer.text) == (503, NO_ROOM)


def test_an_upload_goes_when_it_is_old_though_nobody_comes_after_it(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_KEEP_SECONDS", -1.0)  # whatever has come is old already

    async def send_one() -> None:
        slow = Slow()
        slow.has_come.set()
        guard = UploadLimit(slow)
        await guard(SCOPE, whole, slow.note)
        sent = put(own_cache / "a1" / "seven.png")
        while sent.exists():
            await asyncio.sleep(0.001)

    event_loop.run(send_one())


@pytest.mark.parametrize("path", PATHS)
def test_what_does_not_come_is_given_up(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(request_body, "BODY_TIMEOUT_SECONDS", 0.01)
    answers: list[Message] = []

    async def note(message: Message) -> None:
        answers.append(message)

    event_loop.run(client.app({**SCOPE, "path": path, "root_path": ""}, never, note))
    assert answers[0]["status"] == 408


def test_what_is_gone_is_forgotten_by_gradio_as_well(limit: SetLimits, own_cache: Path) -> None:
    old = put(own_cache / "a1" / "seven.png", uploads.UPLOAD_KEEP_SECONDS + 1)
    fresh = put(own_cache / "b2" / "eight.png")
    known = [{str(old), str(fresh)}, {str(own_cache / "never" / "there.png")}, set()]
    guard = Middleware(UploadLimit, file_lists=known)
    client = TestClient(
        Starlette(routes=[Route("/upload", take, methods=["POST"])], middleware=[guard])
    )
    assert client.post("/upload", content=b"x").text == "1"
    assert known == [{str(fresh)}, set(), set()]

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio import processing_utils
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

import app
from mnist_core.web.sessions import uploads
from mnist_core.web.sessions.session import Session
from mnist_core.web.sessions.uploads import (
    KEPT,
    LONGEST_REQUEST,
    MEGABYTE,
    MOST_FILES,
    NO_ROOM,
    RequestLimit,
    clear_uploads,
    remove_own_folder,
    use_own_folder,
)
from tests.web import event_loop
from tests.web.conftest import SetLimits
from tests.web.workshop import trained


def put(file: Path, age: float = 0.0, size: int = 10) -> Path:
    """Put a file somewhere, as if it had been sent so many seconds ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)
    os.utime(file, (time.time() - age, time.time() - age))
    return file


def test_what_has_been_read_is_removed_and_what_has_just_come_is_not(own_cache: Path) -> None:
    old = put(own_cache / "a1" / "seven.png", KEPT + 1)
    broken_off = put(own_cache / "tmp1", KEPT + 1)
    fresh = put(own_cache / "b2" / "eight.png", KEPT - 60)
    coming = put(own_cache / "tmp2", 0)
    assert clear_uploads() == (2, 20)
    assert not old.parent.exists()
    assert not broken_off.exists()
    assert fresh.exists() and coming.exists()


def test_nothing_is_there_to_clear() -> None:
    assert clear_uploads() == (0, 0)


def test_the_files_of_a_session_are_its_own_to_remove(session: Session, own_cache: Path) -> None:
    files = session.files(trained(session))
    assert files is not None
    for file in files:
        os.utime(file, (0, 0))
    assert clear_uploads() == (0, 0)
    assert all(file.exists() for file in files)


def test_with_a_session_what_it_has_sent_goes_too(session: Session, own_cache: Path) -> None:
    assert session.files(trained(session))
    put(own_cache / "a1" / "seven.png", KEPT + 1)
    put(own_cache / "tmp1", KEPT + 1, size=0)  # one such Gradio leaves for each file
    session.end()
    assert list(own_cache.iterdir()) == []


def test_files_that_are_gone_are_written_anew(session: Session) -> None:
    run = trained(session)
    files = session.files(run)
    assert files is not None
    files[0].unlink()  # as Gradio does with a file that is a day old
    assert session.files(run) == files
    assert files[0].exists()
    session.end()
    assert session.files(run) is None


def test_no_other_app_s_files_are_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    theirs = put(tmp_path / "c3" / "theirs.png", KEPT + 1)
    use_own_folder()
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    assert folder.parent == tmp_path
    assert folder.is_dir()
    ours = put(folder / "d4" / "ours.png", KEPT + 1)
    assert clear_uploads() == (0, 0)
    assert not ours.exists()
    remove_own_folder()
    assert not folder.exists()
    assert theirs.exists()


def test_where_no_folder_can_be_made_memory_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file" / "folder"))
    monkeypatch.setattr(uploads, "MEMORY", str(tmp_path / "memory"))
    use_own_folder()
    assert Path(os.environ["GRADIO_TEMP_DIR"]).parent == tmp_path / "memory"

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file" / "folder"))
    monkeypatch.setattr(uploads, "MEMORY", str(tmp_path / "file" / "memory"))
    with pytest.raises(ValueError, match="GRADIO_TEMP_DIR"):
        use_own_folder()


def test_what_is_gone_is_forgotten_by_gradio_as_well(limit: SetLimits, own_cache: Path) -> None:
    old = put(own_cache / "a1" / "seven.png", KEPT + 1)
    fresh = put(own_cache / "b2" / "eight.png")
    known = [{str(old), str(fresh)}, {str(own_cache / "never" / "there.png")}, set()]
    guard = Middleware(RequestLimit, known_files=known)
    client = TestClient(
        Starlette(routes=[Route("/upload", take, methods=["POST"])], middleware=[guard])
    )
    assert client.post("/upload", content=b"x").text == "1"
    assert known == [{str(fresh)}, set(), set()]


# --- requests ----------------------------------------------------------------------------------


async def take(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def client() -> TestClient:
    routes = [Route(path, take, methods=["GET", "POST"]) for path in ("/x/upload", "/x/run")]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(RequestLimit)]))


def in_parts(size: int) -> Iterator[bytes]:
    """Send so many bytes without saying how many they will be."""
    for _ in range(size // 2**16):
        yield b"x" * 2**16
    yield b"x" * (size % 2**16)


PATHS: dict[str, int] = {"/x/upload": MEGABYTE, "/x/run": LONGEST_REQUEST}


@pytest.mark.parametrize(("path", "most"), PATHS.items())
def test_a_request_may_be_so_long_and_no_longer(
    client: TestClient, limit: SetLimits, path: str, most: int
) -> None:
    limit(upload_mb=1)
    for content in (b"x" * most, in_parts(most)):
        assert client.post(path, content=content).text == str(most)
    for content in (b"x" * (most + 1), in_parts(most + 1)):
        answer = client.post(path, content=content)
        assert answer.status_code == 413
        assert "megabytes at most" in answer.text
    assert client.get(path).text == "0"


@pytest.mark.parametrize("path", ["/component_server", "/component_server/", "/process_recording"])
def test_what_the_app_does_not_use_is_not_there(path: str) -> None:
    routes = [Route(path, take, methods=["POST"])]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(RequestLimit)]))
    assert client.post(path, content=b"x").status_code == 404


@pytest.mark.parametrize("length", ["-1", "many", "9" * 100])
def test_a_length_that_is_none_does_not_help(
    client: TestClient, limit: SetLimits, length: str
) -> None:
    limit(upload_mb=1)
    content = in_parts(MEGABYTE + 1)
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
    monkeypatch.setattr(uploads, "clear_uploads", lambda: (MOST_FILES, 0))
    assert client.post("/x/upload", content=b"x").status_code == 503


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


SCOPE = {"type": "http", "method": "POST", "path": "/x/upload", "headers": []}


async def whole() -> Message:
    return {"type": "http.request", "body": b"x"}


async def never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def test_uploads_on_their_way_take_room(limit: SetLimits) -> None:
    limit(upload_mb=20, uploads_mb=50)

    async def send_three() -> list[int]:
        slow = Slow()
        guard = RequestLimit(slow)
        two = [asyncio.create_task(guard(SCOPE, whole, slow.note)) for _ in range(2)]
        while guard._coming < 2:
            await asyncio.sleep(0)
        await guard(SCOPE, whole, slow.note)
        slow.has_come.set()
        await asyncio.gather(*two)
        await guard(SCOPE, whole, slow.note)
        return [message["status"] for message in slow.answers if "status" in message]

    assert event_loop.run(send_three()) == [503, 200, 200, 200]


def test_an_upload_goes_when_it_is_old_though_nobody_comes_after_it(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "KEPT", -1.0)  # whatever has come is old already

    async def send_one() -> None:
        slow = Slow()
        slow.has_come.set()
        guard = RequestLimit(slow)
        await guard(SCOPE, whole, slow.note)
        sent = put(own_cache / "a1" / "seven.png")
        while sent.exists():
            await asyncio.sleep(0.001)

    event_loop.run(send_one())


def test_what_is_named_by_an_address_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's page may not make the server load what lies elsewhere, and how much of it."""
    fetched: list[str] = []

    async def fetch(url: str) -> None:
        fetched.append(url)
        raise OSError("There is no network in this test.")

    monkeypatch.setattr(processing_utils, "async_ssrf_protected_get", fetch)
    client = TestClient(app.demo.app)
    address = {"path": "https://example.com/x", "meta": {"_type": "gradio.FileData"}}
    for fn in app.demo.fns.values():
        values = [address] * len(fn.inputs)
        body = {"data": values, "fn_index": fn._id, "session_hash": "a stranger"}
        assert client.post("/gradio_api/run/predict", json=body).status_code != 404
    assert not fetched


def test_an_upload_that_does_not_come_is_given_up(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", 0.01)
    answers: list[Message] = []

    async def note(message: Message) -> None:
        answers.append(message)

    event_loop.run(client.app({**SCOPE, "query_string": b"", "root_path": ""}, never, note))
    assert answers[0]["status"] == 408

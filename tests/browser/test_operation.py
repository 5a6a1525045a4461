"""What whoever runs the app sees of it: its health, its log, its files. No browser is needed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

from mnist_core.web.limits import LIMITS
from tests.real_mnist import REPOSITORY
from tests.running_app import RunningApp, free_port, wait_for_answer
from tests.web.workshop import eventually


def ask(
    url: str, method: str = "GET", body: bytes | None = None, kind: str = "text/plain"
) -> tuple[int, str]:
    request = urllib.request.Request(url, body, {"Content-Type": kind}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_monitor_hears_that_all_is_well(app_url: str) -> None:
    status, answer = ask(f"{app_url}health")
    assert status == 200
    assert json.loads(answer)["status"] == "ok"
    assert ask(f"{app_url}health", "HEAD") == (200, "")
    assert ask(f"{app_url}health", "POST", b"")[0] == 405


def test_the_log_begins_with_what_started(app_url: str, app_log: Path) -> None:
    lines = app_log.read_text(encoding="utf-8").splitlines()
    (start,) = [line for line in lines if " event=start " in line]
    assert start.startswith("time=20")
    assert f" max_epochs={LIMITS['epochs'].laptop} " in start


def test_an_error_stays_in_one_line_of_the_log_and_out_of_the_answer(
    app_url: str, app_log: Path
) -> None:
    forged = "x\ntime=now level=info event=forged"
    body = json.dumps({"data": [forged], "fn_index": 3, "session_hash": "page"}).encode()
    status, answer = ask(f"{app_url}gradio_api/run/predict", "POST", body, "application/json")
    assert status >= 400
    assert "Traceback" not in answer and "forged" not in answer
    named = json.dumps({"data": [], "fn_index": 3, "session_hash": forged}).encode()
    assert ask(f"{app_url}gradio_api/run/predict", "POST", named, "application/json")[0] == 400
    lines = app_log.read_text(encoding="utf-8").splitlines()
    assert any('event="values were refused" error=ValueError' in line for line in lines)
    assert not any("forged" in line for line in lines)  # nor is anything else that was sent
    assert not any(line.startswith(("time=now", "Traceback", "  File")) for line in lines)


def test_who_asks_for_a_page_that_is_not_there_is_told_so_and_no_error_is_logged(
    app_url: str, app_log: Path
) -> None:
    before = app_log.read_text(encoding="utf-8").count("level=error")
    for query in ("page=two", "page=%ff", "page=%00%27"):
        assert ask(f"{app_url}?{query}")[0] == 404
    assert ask(f"{app_url}?page=&__theme=dark&%ff")[0] == 200
    assert app_log.read_text(encoding="utf-8").count("level=error") == before


def test_who_asks_for_a_stream_that_is_gone_is_told_so_and_no_error_is_logged(
    app_url: str, app_log: Path
) -> None:
    request = f"{app_url}gradio_api/queue/data?session_hash=gone"
    answer = b""
    with urllib.request.urlopen(request, timeout=60) as stream, suppress(IncompleteRead):
        for part in stream:  # to the end, which the server logs before it hangs up
            answer += part
    assert b'"session_not_found":true' in answer
    assert "response already started" not in app_log.read_text(encoding="utf-8")


def test_a_request_that_is_too_long_is_refused(app_url: str) -> None:
    large = b"x" * (LIMITS["upload_mb"].laptop * 2**20 + 1)
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    for path, body, kind in (
        ("upload", head + large + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        ("run/predict", b'"' + large + b'"', "application/json"),
    ):
        status, answer = ask(f"{app_url}gradio_api/{path}", "POST", body, kind)
        assert status == 413
        assert "megabytes at most" in answer


@contextmanager
def reloading_app(house: Path, log: Path) -> Iterator[RunningApp]:
    """Start a copy of the app by `gradio app.py`, which starts a process of its own for it."""
    port = free_port()
    address = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from gradio.cli import cli; cli()", "app.py"],
            cwd=house,
            env={**os.environ, **address, "PYTHONPATH": str(house)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    app = RunningApp(f"http://127.0.0.1:{port}/", process, log)
    try:
        wait_for_answer(app)
        yield app
    finally:
        with suppress(ProcessLookupError):  # it has ended by itself, with an error
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def test_gradio_reloads_the_app_when_a_file_has_changed(tmp_path: Path) -> None:
    house = tmp_path / "house"
    for name in ("mnist_core", "checkpoints"):
        shutil.copytree(REPOSITORY / name, house / name)
    source = (REPOSITORY / "app.py").read_text(encoding="utf-8")
    (house / "app.py").write_text(source, encoding="utf-8")
    with reloading_app(house, tmp_path / "log.txt") as app:

        def page() -> dict[str, Any]:
            told: dict[str, Any] = json.loads(ask(f"{app.url}config")[1])
            return told

        before = page()
        assert before["title"] == "Handwritten digits with PyTorch"

        def has_changed() -> bool:
            # Written anew for each look: Gradio may not have seen yet how the file was before.
            (house / "app.py").write_text(source.replace('Message("page.title")', "'New title'"))
            return page()["title"] == "New title"

        eventually(has_changed)
        after = page()
        assert (after["theme_hash"], after["css"]) == (before["theme_hash"], before["css"])
        assert len(after["dependencies"]) == len(before["dependencies"])
        assert ask(f"{app.url}health")[0] == 200
        assert "failed with the following exception" not in app.printed()
        assert app.printed().count("event=start") == 1

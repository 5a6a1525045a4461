"""What whoever runs the app sees of it: its health, its log, its files. No browser is needed."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from contextlib import suppress
from http.client import IncompleteRead
from pathlib import Path

from mnist_core.web.limits import LIMITS


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
    body = json.dumps({"data": [forged], "fn_index": 3, "session_hash": forged}).encode()
    status, answer = ask(f"{app_url}gradio_api/run/predict", "POST", body, "application/json")
    assert status >= 400
    assert "Traceback" not in answer and "forged" not in answer
    lines = app_log.read_text(encoding="utf-8").splitlines()
    assert any(" level=error " in line and "ValueError" in line for line in lines)
    assert not any("forged" in line for line in lines)  # nor is anything else that was sent
    assert not any(line.startswith(("time=now", "Traceback", "  File")) for line in lines)


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

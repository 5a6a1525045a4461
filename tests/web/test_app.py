from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import uvicorn.config
from fastapi import FastAPI
from fastapi.testclient import TestClient

import app
from mnist_core.web.components.theme import make_theme, page_style
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.page import MAX_STREAMS
from tests.real_mnist import REPOSITORY

MEGABYTE = 2**20


def test_what_a_page_is_told_of_the_components_is_plain_data() -> None:
    """Gradio copies it for each visitor: anything else would drag the whole server along."""
    for component in app.demo.get_config_file()["components"]:
        props = component["props"]
        json.dumps(props)


IMPORT = """
import json, os, signal, sys, threading, traceback
import fastapi, starlette.middleware, torch, uvicorn.config
import gradio as gr
from gradio import processing_utils, routes
from pathlib import Path

def look():
    signals = [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGINT)]
    return {
        "files": sorted(map(str, Path.cwd().rglob("*"))),
        "environment": dict(os.environ),
        "threads": [thread.name for thread in threading.enumerate()],
        "signals": [str(signal.getsignal(number)) for number in signals],
        "hooks": [str(sys.excepthook), str(threading.excepthook), str(traceback.print_exc)],
        "uvicorn": str(uvicorn.config.LOGGING_CONFIG),
        "cuda": str(torch.cuda.is_available),
        "gradio": [
            str(function) for function in (
                routes.DEFAULT_TEMP_DIR,
                routes.App.create_app,
                processing_utils.async_ssrf_protected_download,
            )
        ],
        "torch": [torch.get_num_threads(), sys.getswitchinterval()],
    }

before = look()
import app
after = look()
changed = [name for name in before if before[name] != after[name]]
if len(sys.argv) > 1:
    app.demo
    changed = [name for name in before if before[name] != look()[name]]
print(json.dumps(changed))
"""


def changed_by(folder: Path, environment: dict[str, str], *arguments: str) -> list[str]:
    """Import the app in a process of its own; return what is not as it was before."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_an_import_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADIO_TEMP_DIR")
    assert changed_by(tmp_path, dict(os.environ)) == []
    assert changed_by(tmp_path, {**os.environ, "MNIST_MAX_EPOCHS": "many"}) == []
    asked = changed_by(tmp_path, dict(os.environ), "and ask for the page")
    assert set(asked) >= {"environment", "gradio"}  # so what is looked at can change
    assert not set(asked) & {"signals", "hooks", "torch", "threads"}
    assert list(tmp_path.iterdir()) == [tmp_path / "gradio"]
    assert list((tmp_path / "gradio").iterdir()) == []  # its own folder has gone with the process


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what Gradio is told when the app starts, without letting it start."""
    told: dict[str, Any] = {}
    monkeypatch.setattr(app.demo, "launch", lambda **settings: told.update(settings))
    for name in ("set_up_logs", "share_arenas", "note_start"):
        monkeypatch.setattr(app, name, lambda *arguments: None)
    monkeypatch.setattr(app.signal, "signal", lambda *arguments: told.update(signals=True))
    monkeypatch.setattr(app.sys, "setswitchinterval", lambda seconds: None)
    app.main()
    return told


def test_it_starts_in_any_thread(launched: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert launched.pop("signals")
    launched.clear()
    thread = threading.Thread(target=app.main)
    thread.start()
    thread.join()
    assert "ssr_mode" in launched
    assert "signals" not in launched  # Python allows that in the main thread alone


def test_streams_of_all_who_wait_leave_room_for_a_click() -> None:
    (stream,) = (fn for fn in app.demo.fns.values() if fn.concurrency_limit is None)
    assert inspect.isasyncgenfunction(stream.fn)  # so it holds no thread
    assert app.demo.max_threads - MAX_STREAMS >= 40


def test_a_page_holds_no_connection_but_its_stream() -> None:
    """Gradio's own, its heartbeat, would take one more of the six that a browser has."""
    assert app.demo.get_config_file()["connect_heartbeat"] is False


@pytest.fixture(params=["launched", "mounted"])
def served(
    request: pytest.FixtureRequest, launched: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[gr.Blocks, TestClient, str]]:
    """Serve the page ourselves, or let another app do so that knows nothing of it.

    Yields:
        The page, a client, and the path of the page.
    """
    # As the app does: uvicorn would set up loggers, and other tests would find them so.
    monkeypatch.setitem(uvicorn.config.LOGGING_CONFIG, "loggers", {})
    page = app.make_demo.__wrapped__()
    if request.param == "launched":
        launched.pop("signals")
        page.launch(prevent_thread_lock=True, quiet=True, **launched)
        yield page, TestClient(page.app, "http://127.0.0.1"), ""
        page.close(verbose=False)
    else:
        house = gr.mount_gradio_app(FastAPI(), page, path="/digits")
        with TestClient(house, "http://127.0.0.1") as client:
            yield page, client, "/digits"


def test_whoever_serves_it_it_keeps_its_look_its_health_and_its_limits(
    served: tuple[gr.Blocks, TestClient, str],
) -> None:
    page, client, path = served
    health = client.get(f"{path}/health")
    assert health.json()["status"] in ("ok", "degraded")
    theme = client.get(f"{path}/theme.css").text
    assert theme == make_theme()._get_theme_css()
    config = client.get(f"{path}/config").json()
    assert config["footer_links"] == ["api"]
    assert client.get(f"{path}/").text.count(page_style()) == 1

    limits = the_limits()
    large = b"x" * (limits.upload_mb * MEGABYTE + 1)
    for route, body in (
        ("run/predict", {"content": large}),
        ("upload", {"files": {"files": ("a.png", large)}}),
    ):
        answer = client.post(f"{path}/gradio_api/{route}", **body)  # type: ignore[arg-type]
        assert (answer.status_code, "megabytes at most" in answer.text) == (413, True)
    assert client.post(f"{path}/gradio_api/component_server", json={}).status_code == 404
    assert page.max_file_size == limits.upload_mb * MEGABYTE
    assert 20 <= page.app.state_holder.capacity - limits.sessions <= 100
    assert page._queue.max_size == app.CALLS_IN_QUEUE
    assert page._queue.max_thread_count == page.max_threads > 40
    assert page.run_history is False
    assert page.show_error is False  # what an error says is for the log alone
    assert client.get(f"{path}/monitoring").status_code == 404

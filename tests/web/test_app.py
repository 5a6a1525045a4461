from __future__ import annotations

import json
from typing import Any

import pytest

import app
from mnist_core.web.components.link import Link
from mnist_core.web.endpoints.allowed_routes import AllowedRoutes
from mnist_core.web.sessions.uploads import RequestLimit


def test_what_a_page_is_told_of_the_components_is_plain_data() -> None:
    """Gradio copies it for each visitor: anything else would drag the whole server along."""
    for component in app.demo.get_config_file()["components"]:
        props = component["props"]
        if component["type"] == "state":
            props.pop("delete_callback")  # Gradio's own
        json.dumps(props)


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what Gradio is told when the app starts, without letting it start."""
    told: dict[str, Any] = {}
    monkeypatch.setattr(app.demo, "launch", lambda **settings: told.update(settings))
    for name in ("set_up_logs", "share_arenas", "note_start"):
        monkeypatch.setattr(app, name, lambda *arguments: None)
    monkeypatch.setattr(app.atexit, "register", lambda clean_up: None)
    monkeypatch.setattr(app.signal, "signal", lambda *arguments: None)
    monkeypatch.setattr(app.sys, "setswitchinterval", lambda seconds: None)
    app.main()
    return told


def test_streams_of_all_who_wait_leave_room_for_a_click(launched: dict[str, Any]) -> None:
    streams = [
        fn
        for fn in app.demo.fns.values()
        if fn.concurrency_limit is None and isinstance(app.demo.blocks[fn.targets[0][0]], Link)
    ]
    assert 2 * len(streams) <= app.MOST_WATCHES  # a page, and the one it was before a reload
    room = launched["max_threads"] - app.MOST_WATCHES * (app.LIMITS.waiting + 1)
    assert room >= 40


def test_what_is_sent_and_what_is_kept_of_a_page_are_bounded(launched: dict[str, Any]) -> None:
    assert launched["max_file_size"] == app.LIMITS.upload_mb * 2**20
    assert 20 <= launched["state_session_capacity"] - app.LIMITS.sessions <= 100
    assert launched["app_kwargs"]["routes"][0].path == "/health"
    before = [entry.cls for entry in launched["app_kwargs"]["middleware"]]
    assert before == [AllowedRoutes, RequestLimit]
    assert app.demo._queue.max_size == app.CALLS_IN_QUEUE
    assert launched.get("show_error") is not True  # what an error says is for the log alone

from __future__ import annotations

from asyncio import Queue
from typing import Any

import gradio as gr
import pytest
from gradio.context import LocalContext
from starlette.requests import Request

import app
from mnist_core.web.gradio_compat.closed_pages import close_page, is_closing
from tests.web import event_loop


async def close(page: str, blocks: gr.Blocks | None) -> None:
    token = LocalContext.blocks.set(blocks)
    try:
        await close_page(page)
    finally:
        LocalContext.blocks.reset(token)


@pytest.fixture
def pending(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what Gradio has still to tell two pages: messages, and whose events they are of."""
    messages = {"closed": Queue[str](), "open": Queue[str]()}
    events = {"closed": {"an event"}, "open": {"another"}}
    monkeypatch.setattr(app.demo._queue, "pending_messages_per_session", messages)
    monkeypatch.setattr(app.demo._queue, "pending_event_ids_session", events)
    return messages, events


def test_of_a_closed_page_nothing_is_pending(
    pending: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    event_loop.run(close("closed", app.demo))
    event_loop.run(close("nobody", app.demo))
    assert [list(names) for names in pending] == [["open"], ["open"]]
    event_loop.run(close("open", None))  # called outside a page
    assert [list(names) for names in pending] == [["open"], ["open"]]


@pytest.mark.parametrize(
    ("path", "closes"), [("/gradio_api/heartbeat/a", True), ("/gradio_api/run/predict", False)]
)
def test_a_page_closes_when_its_heartbeat_ends(path: str, closes: bool) -> None:
    scope = {"type": "http", "path": path, "server": ("digits", 80), "headers": []}
    assert is_closing(gr.Request(Request(scope))) is closes

"""A stream in which nothing is to be told says what Gradio would say, and does not reach it."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from mnist_core.web.endpoints.ended_streams import EndedStreams
from mnist_core.web.gradio_compat.streams import end_of_stream

PATHS = (
    "/gradio_api/queue/data?session_hash=stranger",
    "/gradio_api/call/upper/0123456789",
    "/gradio_api/call/v2/upper/0123456789",
)


@pytest.fixture(scope="module")
def blocks() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as blocks:
        text = gr.Textbox()
        text.change(str.upper, text, text, api_name="upper")
    return blocks.queue()


@pytest.mark.parametrize("path", PATHS)
def test_it_says_what_gradio_says(blocks: gr.Blocks, path: str) -> None:
    with TestClient(gr.routes.App.create_app(blocks), raise_server_exceptions=False) as client:
        told = client.get(path).text
    url, _, query = path.partition("?")
    assert end_of_stream(blocks, url, query.partition("=")[2]) == told


def test_what_is_under_way_is_told_by_gradio(
    blocks: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue: Any = blocks._queue
    monkeypatch.setattr(queue, "pending_messages_per_session", {"page": None, "call 1": None})
    monkeypatch.setattr(queue, "pending_event_ids_session", {"page": {"call 2"}})
    monkeypatch.setattr(queue, "event_ids_to_events", {"call 3": None})
    for path, page in (
        ("/gradio_api/queue/data", "page"),
        ("/gradio_api/queue/data", ""),  # who names no page, makes a mistake
        ("/gradio_api/call/upper/call 1", ""),
        ("/gradio_api/call/upper/call 2", ""),
        ("/gradio_api/call/upper/call 3", ""),
        ("/config", ""),
    ):
        assert end_of_stream(blocks, path, page) is None, path


def test_only_such_streams_are_answered(blocks: gr.Blocks) -> None:
    app = EndedStreams(PlainTextResponse("Gradio"), lambda *about: end_of_stream(blocks, *about))
    client = TestClient(app)
    for path in PATHS:
        answer = client.get(path)
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "404: Not Found" in answer.text
        assert client.post(path).text == "Gradio"
    assert client.get("/config").text == "Gradio"

from __future__ import annotations

import gradio as gr

import app
from mnist_core.web.gradio_compat.page_memory import MAX_PAGES, bound_page_memory


def test_of_pages_that_have_come_and_gone_a_bounded_number_is_remembered() -> None:
    with gr.Blocks() as blocks:
        pass
    blocks.queue()
    bound_page_memory(blocks)
    for number in range(2 * MAX_PAGES):
        blocks._queue.pending_event_ids_session[f"page {number}"] = set()
    assert len(blocks._queue.pending_event_ids_session) == MAX_PAGES
    assert f"page {2 * MAX_PAGES - 1}" in blocks._queue.pending_event_ids_session


def test_the_app_s_page_is_bounded_so() -> None:
    assert app.demo._queue.pending_event_ids_session.max_size == MAX_PAGES
    assert app.demo._queue.pending_messages_per_session.max_size == MAX_PAGES

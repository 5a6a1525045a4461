"""What Gradio remembers of pages: it bounds all of that itself but one list."""

from __future__ import annotations

import gradio as gr
from gradio.utils import LRUCache

MAX_PAGES = 2_000  # as many as Gradio remembers what it still has to tell them


def bound_page_memory(blocks: gr.Blocks) -> None:
    """Let the events under way of a page be forgotten with what Gradio still had to tell it.

    Args:
        blocks: a page that has its queue.
    """
    blocks._queue.pending_event_ids_session = LRUCache(MAX_PAGES)

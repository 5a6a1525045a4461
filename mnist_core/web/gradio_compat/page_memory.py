"""What Gradio remembers of pages and of their calls, beyond what it needs to answer them."""

from __future__ import annotations

import gradio as gr
from gradio.utils import LRUCache

MAX_PAGES = 2_000  # as many as Gradio remembers what it still has to tell them


def bound_page_memory(blocks: gr.Blocks) -> None:
    """Let Gradio forget what it would keep for ever, or for nobody.

    The events under way of a page go with what Gradio still had to tell it. Of calls that are over
    nothing is kept: for a dashboard that we do not offer, Gradio would keep the last ten thousand,
    and make its statistics of all of them anew after each call.

    Args:
        blocks: a page that has its queue.
    """
    queue = blocks._queue
    queue.pending_event_ids_session = LRUCache(MAX_PAGES)
    queue.ANALYTICS_MAX_EVENTS = 0

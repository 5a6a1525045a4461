"""What Gradio still does for a page that has closed.

What it remembers of one it bounds itself (`state_session_capacity`): the page may come back.
"""

from __future__ import annotations

from asyncio import to_thread

import gradio as gr
from gradio.context import LocalContext

from mnist_core.web.gradio_compat.file_lists import file_lists, forget_gone
from mnist_core.web.gradio_compat.routes import HEARTBEAT


def is_closing(request: gr.Request) -> bool:
    """Tell whether an unload event comes from the end of its page, not from a stranger's call."""
    return HEARTBEAT in request.url.path


async def close_page(page: str) -> None:
    """End what goes on for a page that has closed; call this in the handler of its unload event.

    Args:
        page: Gradio's name of it.
    """
    blocks = LocalContext.blocks.get()
    if blocks is None:
        return
    queue = blocks._queue
    # Gradio ends a stream when it breaks, but one that the page had asked for and did not live to
    # hear would go on, and pass for the presence of its visitor.
    await queue.clean_events(session_hash=page)
    # Nobody will hear what it had still to tell. Gradio keeps the messages until two thousand other
    # pages have some, and the names of their events for ever.
    queue.pending_messages_per_session.pop(page, None)
    queue.pending_event_ids_session.pop(page, None)
    await to_thread(forget_gone, file_lists(blocks))

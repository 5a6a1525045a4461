"""What Gradio still remembers of pages that have closed: bounded here, since Gradio does not.

Of each page it keeps a copy of every component with the values that it had, plots and drawing
included: half a megabyte. It forgets them when ten thousand other pages have come, and what it had
still to tell them when two thousand have. A page that closed because its connection broke may come
back, so the latest are kept.
"""

from __future__ import annotations

from asyncio import to_thread
from collections import OrderedDict
from datetime import datetime

import gradio as gr
from gradio.context import LocalContext

from mnist_core.web.gradio_compat.file_lists import file_lists, forget_gone
from mnist_core.web.gradio_compat.routes import HEARTBEAT

MAX_CLOSED_PAGES = 50


def is_closing(request: gr.Request) -> bool:
    """Tell whether an unload event comes from the end of its page, not from a stranger's call."""
    return HEARTBEAT in request.url.path


async def close_page(page: str) -> None:
    """End what Gradio still does for a page that has closed, and bound what it remembers.

    Args:
        page: Gradio's name of it. Call this in the handler of its unload event.
    """
    blocks = LocalContext.blocks.get()
    if blocks is None:
        return
    # Gradio ends a stream when it breaks, but one that the page had asked for and did not live to
    # hear would go on, and pass for the presence of its visitor.
    await blocks._queue.clean_events(session_hash=page)
    CLOSED_PAGES.add(page, blocks)
    await to_thread(forget_gone, file_lists(blocks))


class ClosedPages:
    """The pages that have closed, the longest ago first.

    Only for the server's event loop, where Gradio uses its memory too.
    """

    def __init__(self) -> None:
        self._closed: OrderedDict[str, datetime | None] = OrderedDict()  # page → last heard of

    def add(self, page: str, blocks: gr.Blocks) -> None:
        """Note that a page has closed, and forget those for which there is no room any more.

        Args:
            page: Gradio's name of it.
            blocks: whose page it is.
        """
        memory, queue = blocks.state_holder, blocks._queue
        self._closed[page] = memory.time_last_used.get(page)
        self._closed.move_to_end(page)
        while len(self._closed) > MAX_CLOSED_PAGES:
            oldest, heard_of = self._closed.popitem(last=False)
            if memory.time_last_used.get(oldest) == heard_of:  # it has not come back
                memory.session_data.pop(oldest, None)
                memory.time_last_used.pop(oldest, None)
                queue.pending_messages_per_session.pop(oldest, None)
                queue.pending_event_ids_session.pop(oldest, None)


CLOSED_PAGES = ClosedPages()

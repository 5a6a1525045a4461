"""What Gradio still remembers of pages that have closed: bounded here, since Gradio does not.

Of each page it keeps a copy of every component with the values that it had, plots and drawing
included: half a megabyte. It forgets them when ten thousand other pages have come, and what it had
still to tell them when two thousand have. A page that closed because its connection broke may come
back, so the latest are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

import gradio as gr

MOST_CLOSED = 50


class ClosedPages:
    """The pages that have closed, the longest ago first.

    Only for the server's event loop, where Gradio uses its memory too.
    """

    def __init__(self) -> None:
        self._left: OrderedDict[str, datetime | None] = OrderedDict()  # page → when last heard of

    def add(self, page: str, blocks: gr.Blocks) -> None:
        """Note that a page has closed, and forget those for which there is no room any more.

        Args:
            page: Gradio's name of it.
            blocks: whose page it is.
        """
        memory, queue = blocks.state_holder, blocks._queue
        self._left[page] = memory.time_last_used.get(page)
        self._left.move_to_end(page)
        while len(self._left) > MOST_CLOSED:
            oldest, heard_of = self._left.popitem(last=False)
            if memory.time_last_used.get(oldest) == heard_of:  # it has not come back
                memory.session_data.pop(oldest, None)
                memory.time_last_used.pop(oldest, None)
                queue.pending_messages_per_session.pop(oldest, None)
                queue.pending_event_ids_session.pop(oldest, None)


THE_CLOSED_PAGES = ClosedPages()

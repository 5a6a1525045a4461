"""What comes first in Gradio's page: words to read, then the 800 kilobytes it is built of.

Gradio has them in the head, where nothing is shown before they have come, and where whoever
previews a link gives up long before the title. Scripts that wait for the whole page, and the place
that they fill, stay where they are.
"""

from __future__ import annotations

import re

PLACE = b"<gradio-app"  # what the scripts fill
BUILT_OF = re.compile(rb"<script>window\.gradio_config = .*?(?=<link rel=\"manifest\")", re.DOTALL)
STYLESHEET = re.compile(rb"<link rel=\"stylesheet\"[^>]*>")  # nothing behind one is shown before it


def put_first(page: bytes, words: bytes) -> bytes:
    """Return a page that begins with some words; all else comes in its order behind them.

    Args:
        page: as Gradio serves it.
        words: HTML.
    """
    moved = []
    for part in (BUILT_OF, STYLESHEET):
        if found := part.search(page):
            moved.append(found.group())
            page = page[: found.start()] + page[found.end() :]
    return page.replace(PLACE, b"".join([words, *moved, PLACE]), 1)

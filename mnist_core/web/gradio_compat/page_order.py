"""What comes first in Gradio's page: words to read, then the 800 kilobytes it is built of.

Gradio has them in the head, where nothing is shown before they have come, and where whoever
previews a link gives up long before the title. Its stylesheet stays before our style, which has the
last word.
"""

from __future__ import annotations

import re

PLACE = b"<gradio-app"  # what the scripts fill
END = b'<link rel="manifest"'  # of what the page is built of
BUILT_OF = re.compile(rb"<script>window\.gradio_config = .*?(?=%b)" % END, re.DOTALL)


def put_first(page: bytes, words: bytes) -> bytes:
    """Return a page that begins with some words; all else comes in its order behind them.

    Args:
        page: as Gradio serves it.
        words: HTML.
    """
    moved = b""
    if found := BUILT_OF.search(page):
        moved = found.group()
        page = page[: found.start()] + page[found.end() :]
    return page.replace(PLACE, words + moved + PLACE, 1)

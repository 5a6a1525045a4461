"""What a page says until its scripts have come: what it is (ASGI middleware).

Gradio's page is empty until half a megabyte of scripts has run. On a slow line that takes ten
seconds, and a browser without scripts shows nothing at all.
"""

from __future__ import annotations

import html
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from mnist_core.text import say
from mnist_core.web.components.theme import page_style
from mnist_core.web.endpoints.link_preview import address_of, with_preview
from mnist_core.web.gradio_compat.page_order import put_first

STYLE = f"<style>{page_style()}</style>"
BOX = '<div class="first-words">{}</div>'
LINES = {
    "page.title": "<h1>{}</h1>",
    "page.summary": "<p>{}</p>",
    "page.no_scripts": "<noscript><p>{}</p></noscript>",
    "page.loading": '<p class="loading">{}</p>',
}


class FirstWords:
    """Puts some words into the page before it has any of its own.

    Args:
        app: what serves the page.
        shorten: takes out of a page what its browser may have kept.
    """

    def __init__(self, app: ASGIApp, shorten: Callable[[bytes], bytes]) -> None:
        self._app = app
        self._shorten = shorten

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a page that comes back says something."""
        start: Event | None = None  # held back until the length of the page is known

        async def send_with_words(event: Event) -> None:
            nonlocal start
            if event["type"] == "http.response.start" and is_page(event):
                start = event
                return
            if start is not None:
                if not event.get("more_body"):
                    page = self._shorten(event.get("body", b""))
                    page = with_preview(page, address_of(scope))
                    event = {**event, "body": with_words(page)}
                    headers = MutableHeaders(raw=start["headers"])
                    headers["Content-Length"] = str(len(event["body"]))
                await send(start)
                start = None
            await send(event)

        is_asked = scope["type"] == "http" and scope["method"] == "GET"
        await self._app(scope, receive, send_with_words if is_asked else send)


def is_page(start: Event) -> bool:
    """Tell whether an answer, by its start, is a page."""
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html")


def with_words(page: bytes) -> bytes:
    """Return a page that says in the current language what it is."""
    lines = "".join(line.format(html.escape(say(key))) for key, line in LINES.items())
    words = STYLE + BOX.format(lines)
    return put_first(page, words.encode())

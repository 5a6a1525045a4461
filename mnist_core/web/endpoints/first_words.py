"""What a page says until its scripts have come: what it is (ASGI middleware).

Gradio's page is empty until half a megabyte of scripts has run. On a slow line that takes ten
seconds, and a browser without scripts shows nothing at all.
"""

from __future__ import annotations

import html

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from mnist_core.text import say

PLACE = b"<gradio-app"  # what the scripts fill

# It lies where the head comes to stand, as large, and goes when that is there: nothing moves. The
# rest of its look is the page's own, as in `components/head/style.css`.
WORDS = """<style>
  .first-words {{
    position: absolute; inset: 0; box-sizing: border-box; max-width: 1120px; margin: 0 auto;
    padding: 2rem; font: 16px/1.5 system-ui, sans-serif;
  }}
  .first-words h1 {{ margin: 0; font-size: 1.5rem; font-weight: 600; line-height: 1.3 }}
  .first-words p {{ margin: 0.15rem 0 0 }}
  .first-words noscript + .loading {{ margin-top: 2rem }}
  .first-words noscript:has(p) + .loading, body:has(.head) > .first-words {{ display: none }}
</style>
<div class="first-words">
  <h1>{title}</h1>
  <p>{summary}</p>
  <noscript><p>{no_scripts}</p></noscript>
  <p class="loading">{loading}</p>
</div>
"""


class FirstWords:
    """Puts some words into the page before it has any of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
                    event = {**event, "body": with_words(event.get("body", b""))}
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
    keys = {
        "title": "page.title",
        "summary": "page.summary",
        "loading": "page.loading",
        "no_scripts": "page.no_scripts",
    }
    words = WORDS.format(**{place: html.escape(say(key)) for place, key in keys.items()})
    return page.replace(PLACE, words.encode() + PLACE, 1)

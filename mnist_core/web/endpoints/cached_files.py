"""Which answers a browser may keep, and how long (ASGI middleware).

Gradio says nothing of its files: a browser then asks for some of them again, and waits each time.
"""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"

# Another content has another name.
HASHED = re.compile(r"/(assets|svelte)/.+-[\w-]{8,}\.\w+|/components-\w+\.js")
NAMED = re.compile(r"/static/.+|/favicon\.ico|/manifest\.json|/pwa_icon.*")
STYLE = re.compile(r"(/gradio_api)?/theme\.css")


class CachedFiles:
    """Lets browsers keep what does not change."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; an answer that succeeds says how long it may be kept."""
        age = how_long(scope) if scope["type"] == "http" else None

        async def send_with_age(event: Event) -> None:
            if event["type"] == "http.response.start" and event["status"] in (200, 206, 304):
                MutableHeaders(scope=event).setdefault("Cache-Control", age or "")
            await send(event)

        await self._app(scope, receive, send_with_age if age else send)


def how_long(scope: Scope) -> str | None:
    """Return how long the answer to a request may be kept; None where Gradio says it."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if HASHED.fullmatch(path) or (STYLE.fullmatch(path) and b"v=" in scope["query_string"]):
        return FOR_GOOD
    return FOR_A_DAY if NAMED.fullmatch(path) else None

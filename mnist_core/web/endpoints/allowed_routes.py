"""Which addresses the server answers: those that the page and programs use, and no other.

Gradio brings some forty routes more. Through one of them anybody can fill the disk, through another
fetch any address of the internet in this server's name. What is not listed here answers 404, for
every method; what comes next to Gradio's routes with an update is not offered by itself.
"""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.text import Message
from mnist_core.web.endpoints.client_share import path_of

ALLOWED = [
    # The page and its files.
    r"/|/config/?|/theme\.css|/robots\.txt|/manifest\.json|/favicon\.ico|/pwa_icon(/\w+)?",
    r"/(static|assets|svelte)/.+|/components-\w+\.js|/gradio_api/(theme\.css|startup-events|app_id/?)",
    # Its events: past the queue, and through the queue; and that it is still open.
    r"/gradio_api/(run/predict|queue/join|queue/data|cancel|reset/?)|/presence",
    # Files: uploads, and downloads of what lies on this server; a drive has one letter, a URL more.
    r"/gradio_api/(upload|upload_progress|file=(?!\w{2,}:).+)",
    # For programs and monitors.
    r"/agents\.md|/preview\.png|/gradio_api/mcp/?",
    r"/health|/gradio_api/info/?|/gradio_api/call/(v2/)?\w+(/\w*)?",
]
if "GRADIO_WATCH_DIRS" in os.environ:  # `gradio app.py`: the page asks whether the code has changed
    ALLOWED.append(r"/gradio_api/dev/reload")
ALLOWED_PATH = re.compile("|".join(ALLOWED), re.ASCII)
ONLY_READ = ("GET", "HEAD", "OPTIONS")

NOT_FOUND = PlainTextResponse("Not Found", status_code=404)
FOREIGN = PlainTextResponse(Message("server.foreign"), status_code=403)


class AllowedRoutes:
    """Answers 404 to what is not allowed, and 403 to what another site's page sends (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it is refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        if not ALLOWED_PATH.fullmatch(path_of(scope)) or names_another_page(scope["query_string"]):
            await NOT_FOUND(scope, receive, send)
        elif is_foreign(scope["method"], Headers(scope=scope)):
            await FOREIGN(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def names_another_page(query: bytes) -> bool:
    """Tell whether a page is asked for by name, on whose absence Gradio fails: ours has none."""
    return bool(QueryParams(query).get("page"))


def is_foreign(method: str, headers: Headers) -> bool:
    """Tell whether a page of another site sends this: a browser names the site that it is from.

    A program names none, and may send what it likes: it has no visitor's cookies to misuse. Behind
    a proxy the page's host is the one that the proxy was asked for.
    """
    origin = headers.get("origin")
    if method in ONLY_READ or origin is None:
        return False
    hosts = (headers.get("host"), headers.get("x-forwarded-host"))
    return urlsplit(origin).netloc not in hosts

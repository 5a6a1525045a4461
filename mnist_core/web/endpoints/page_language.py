"""In which language a page is served.

The address says so (`?lang=zh`), or else what the visitor has chosen before, or else the browser.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.text import Language, accepted_languages, first_language, speaking

COOKIE = "language"


class PageLanguage:
    """Answers each request in the language of whoever sends it (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; what is said while it is answered is said in its language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking(requested_language(scope)):
            await self._app(scope, receive, send)


def requested_language(scope: Scope) -> Language:
    """Return the language that a request asks for, or English."""
    headers = Headers(scope=scope)
    wished = [
        QueryParams(scope["query_string"]).get("lang", ""),
        _cookie(headers.get("cookie", "")),
        *accepted_languages(headers.get("accept-language", "")),
    ]
    return first_language(wished) or "en"


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""

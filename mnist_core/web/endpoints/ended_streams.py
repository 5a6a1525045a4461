"""Streams in which nothing is to be told end before they begin (ASGI middleware)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.web.gradio_compat.streams import KIND


class EndedStreams:
    """Answers for Gradio to whoever asks what comes of a call that is over, or never was."""

    def __init__(self, app: ASGIApp, end: Callable[[str, str], str | None]) -> None:
        """Stand before an app.

        Args:
            app: the app.
            end: returns the whole of a stream, by its path and the page's name; None if it goes on.
        """
        self._app, self._end = app, end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless nothing is to be told."""
        end = None
        if scope["type"] == "http" and scope["method"] == "GET":
            page = QueryParams(scope["query_string"]).get("session_hash", "")
            end = self._end(scope["path"], page)
        if end is None:
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse(end, media_type=KIND)(scope, receive, send)

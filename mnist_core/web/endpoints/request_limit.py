"""How large a request may be, and whether there is room for an upload (ASGI middleware)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_core.web.gradio_compat.file_lists import forget_gone
from mnist_core.web.gradio_compat.routes import UPLOAD
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions import uploads

MEGABYTE = 2**20  # bytes, as Gradio counts them
MAX_REQUEST_BYTES = 6_000_000  # of one that is no upload: a file of drawings, and room for more
MAX_SKIPPED_BYTES = 100 * MEGABYTE  # of a request that is refused
MAX_UPLOADS = 5_000  # files on the disk
UPLOAD_TIMEOUT_SECONDS = 120.0  # within which an upload has to have come


class RequestLimit:
    """Refuses requests that are too large, and uploads for which there is no room."""

    def __init__(self, app: ASGIApp, file_lists: Iterable[set[str]] = ()) -> None:
        """Stand before an app.

        Args:
            app: the app.
            file_lists: Gradio's lists of its files.
        """
        self._app = app
        self._file_lists = file_lists
        self._coming = 0  # uploads on their way, each of which may become as large as any
        self._clearing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it is refused."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
        elif not scope["path"].rstrip("/").endswith(UPLOAD):
            await self._app(scope, _Body(receive, MAX_REQUEST_BYTES).receive, send)
        elif not self._has_room(*await asyncio.to_thread(self._clear)):
            await PlainTextResponse(uploads.NO_ROOM, status_code=503)(scope, receive, send)
        else:
            self._coming += 1
            try:
                most = the_limits().upload_mb * MEGABYTE
                body = _Body(receive, most, UPLOAD_TIMEOUT_SECONDS)
                await self._app(scope, body.receive, send)
            finally:
                self._coming -= 1
                if self._clearing is None or self._clearing.done():
                    self._clearing = asyncio.create_task(self._clear_when_old())

    def _has_room(self, files: int, size: int) -> bool:
        """Tell whether another upload may lie beside so many files of so many bytes."""
        limits = the_limits()
        size += (self._coming + 1) * limits.upload_mb * MEGABYTE
        return files < MAX_UPLOADS and size <= limits.uploads_mb * MEGABYTE

    def _clear(self) -> tuple[int, int]:
        left = uploads.clear_uploads()
        forget_gone(self._file_lists)
        return left

    async def _clear_when_old(self) -> None:
        """Clear what nobody comes after, until nothing is left."""
        files = 1
        while files:
            await asyncio.sleep(uploads.UPLOAD_KEEP_SECONDS + 1)
            files, _ = await asyncio.to_thread(self._clear)


class _Body:
    """The body of one request, of which so many bytes may come in so many seconds."""

    def __init__(self, receive: Receive, most: int, seconds: float | None = None) -> None:
        self._receive, self._most = receive, most
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._received = 0
        self._is_whole = False

    async def receive(self) -> Message:
        """Return the next part.

        Raises:
            HTTPException: more has come than may come, or too late.
        """
        message = await self._receive_part()
        if self._received > self._most:
            # Whoever still sends would not hear the answer, so the rest is let go by.
            while not self._is_whole and self._received <= MAX_SKIPPED_BYTES:
                await self._receive_part()
            most = f"{self._most / MEGABYTE:.0f} megabytes at most"
            raise HTTPException(413, f"That is too large: {most}.")
        return message

    async def _receive_part(self) -> Message:
        if self._is_whole:  # what comes now is that the other side has gone
            return await self._receive()
        left = None if self._deadline is None else max(self._deadline - time.monotonic(), 0.0)
        try:
            message = await asyncio.wait_for(self._receive(), left)
        except asyncio.TimeoutError:
            raise HTTPException(408, "That took too long to come.") from None
        self._received += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        return message

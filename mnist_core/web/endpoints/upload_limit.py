"""Whether there is room for an upload, and how large it may be (ASGI middleware)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.web.endpoints.json_limit import is_upload
from mnist_core.web.endpoints.request_body import RequestBody
from mnist_core.web.gradio_compat.file_lists import forget_gone
from mnist_core.web.limits import MEGABYTE, the_limits
from mnist_core.web.sessions import uploads

MAX_UPLOADS = 5_000  # files on the disk


class UploadLimit:
    """Refuses uploads that are too large, or for which there is no room."""

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
        if scope["type"] != "http" or scope["method"] != "POST" or not is_upload(scope):
            await self._app(scope, receive, send)
        elif not self._has_room(*await asyncio.to_thread(self._clear)):
            await PlainTextResponse(uploads.NO_ROOM, status_code=503)(scope, receive, send)
        else:
            self._coming += 1
            try:
                body = RequestBody(receive, the_limits().upload_mb * MEGABYTE)
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

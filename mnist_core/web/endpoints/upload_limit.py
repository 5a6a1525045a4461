"""Whether there is room for an upload, and how large it may be (ASGI middleware)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from mnist_core.text import Message, translate
from mnist_core.web.endpoints.client_share import client_in, too_many
from mnist_core.web.endpoints.json_limit import is_upload
from mnist_core.web.endpoints.request_body import RequestBody
from mnist_core.web.endpoints.token_buckets import TokenBuckets
from mnist_core.web.gradio_compat.file_lists import forget_gone
from mnist_core.web.gradio_compat.wrong_input import FULL_DISK, NO_ROOM
from mnist_core.web.limits import MEGABYTE, the_limits
from mnist_core.web.sessions import uploads
from mnist_core.web.sessions.client import SHARE

log = logging.getLogger(__name__)

MAX_UPLOADS = 5_000  # files on the disk
MAX_FILES_AT_ONCE = 20  # in one request
MOST_IN_A_ROW = 40  # uploads of one client, a class that sends a picture each
PER_SECOND = 4  # after those: each is decoded by a process of its own
PATIENCE = 10.0  # seconds for which an upload waits for its turn
TOO_MANY_FILES = Message("server.too_many_files", most=MAX_FILES_AT_ONCE)
TAKEN = Message("server.taken")


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
        # Of what lies on the disk, which is gone when it is old, each client has a share.
        keep, room = uploads.UPLOAD_KEEP_SECONDS, SHARE * the_limits().uploads_mb * MEGABYTE
        self._bytes = TokenBuckets(room, room / keep)
        self._files = TokenBuckets(SHARE * MAX_UPLOADS, SHARE * MAX_UPLOADS / keep)
        self._turns = TokenBuckets(MOST_IN_A_ROW, PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it is refused."""
        if scope["type"] != "http" or scope["method"] != "POST" or not is_upload(scope):
            await self._app(scope, receive, send)
        elif not self._has_room(*await asyncio.to_thread(self._clear)):
            await PlainTextResponse(translate(NO_ROOM), status_code=503)(scope, receive, send)
        else:
            await self._take(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take an upload, if its client's share is not used up."""
        client = client_in(scope)
        largest = the_limits().upload_mb * MEGABYTE
        if self._files.take(client, MAX_FILES_AT_ONCE) is None:
            await PlainTextResponse(translate(TAKEN), status_code=429)(scope, receive, send)
            return
        if self._bytes.take(client, largest) is None:
            self._files.give_back(client, MAX_FILES_AT_ONCE)
            await PlainTextResponse(translate(TAKEN), status_code=429)(scope, receive, send)
            return
        seconds = self._turns.take(client, 1, PATIENCE)
        if seconds is None:
            self._files.give_back(client, MAX_FILES_AT_ONCE)
            self._bytes.give_back(client, largest)
            await too_many()(scope, receive, send)
            return
        self._coming += 1
        body = Files(RequestBody(receive, largest), Headers(scope=scope))
        is_answered = False

        async def note_and_send(message: Event) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await asyncio.sleep(seconds)
            await self._app(scope, body.receive, note_and_send)
        except OSError as error:
            if error.errno not in FULL_DISK or is_answered:
                raise
            log.warning("the disk is full")
            await PlainTextResponse(translate(NO_ROOM), status_code=503)(scope, receive, send)
        finally:
            self._coming -= 1
            self._files.give_back(client, MAX_FILES_AT_ONCE - body.files)
            self._bytes.give_back(client, largest - min(body.received, largest))
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


class Files:
    """The body of an upload, of which the files are counted.

    Attributes:
        files: how many have begun.
    """

    def __init__(self, body: RequestBody, headers: Headers) -> None:
        self._body = body
        _, options = parse_options_header(headers.get("content-type"))  # as Gradio does
        self._mark = b"--" + options.get(b"boundary", b"")
        self._end = b""  # of what has come, in which a mark may have begun
        self.files = 0

    @property
    def received(self) -> int:
        """Return how many bytes have come."""
        return self._body.received

    async def receive(self) -> Event:
        """Return the next part.

        Raises:
            HTTPException: too many files have come, or as `RequestBody.receive`.
        """
        message = await self._body.receive()
        come = self._end + message.get("body", b"")
        self.files += come.count(self._mark)
        self._end = come[1 - len(self._mark) :]
        if self.files > MAX_FILES_AT_ONCE + 1:  # the last mark ends the body
            raise HTTPException(413, translate(TOO_MANY_FILES))
        return message

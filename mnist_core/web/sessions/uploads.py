"""What visitors send: bounded while it comes, kept on the disk for minutes, then removed.

Gradio writes uploaded files into a folder that all its apps share. This app takes one of its own
below that, so that whatever lies there is its to remove.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import gradio as gr
from gradio import processing_utils, routes
from gradio.utils import get_upload_folder
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_core.web.limits import the_limits

log = logging.getLogger(__name__)

MEMORY = "/dev/shm"  # where Linux keeps files in memory
MEGABYTE = 2**20  # bytes, as Gradio counts them
LONGEST_REQUEST = 6_000_000  # bytes of one that is no upload: a file of drawings, and room for more
KEPT = 600.0  # seconds; what is uploaded is read at once, so by then it has been
PATIENCE = 120.0  # seconds that an upload may take to come
MOST_LET_BY = 100 * MEGABYTE  # of a request that is refused
MOST_FILES = 5_000
UNUSED = ("/component_server", "/process_recording")  # of Gradio: they leave files behind
SESSION_PREFIX = (
    "session-"  # how the folder of a session is called, which the session itself removes
)
NO_ADDRESSES = "Send the file itself, not its address."
NO_ROOM = "The server has no room for more files just now. Try again in some minutes."


def use_own_folder() -> None:
    """Let Gradio keep its files where no other app does; call it before any component is made.

    Where that is not to be had, as on a full disk, memory takes its place if the system lends it.

    Raises:
        ValueError: no folder can be made.
    """
    name = f"mnist-{secrets.token_hex(8)}"
    for place in (get_upload_folder(), MEMORY):
        folder = Path(place) / name
        with suppress(OSError):
            folder.mkdir(parents=True)
            os.environ["GRADIO_TEMP_DIR"] = str(folder)
            # Gradio has read it already, and will use it once more.
            routes.DEFAULT_TEMP_DIR = str(folder)  # type: ignore[attr-defined]
            return
        log.warning("No folder can be made in %s.", place)
    raise ValueError("No folder can be made: let the variable GRADIO_TEMP_DIR name a place for it.")


def refuse_addresses() -> None:
    """Have Gradio fetch nothing that a request names by its address.

    It would take the whole of it into memory, however large, and from there to the disk.
    """
    processing_utils.async_ssrf_protected_download = _refuse_address


async def _refuse_address(url: str, cache_dir: str) -> str:
    raise gr.Error(NO_ADDRESSES, print_exception=False)


def remove_own_folder() -> None:
    """Remove it with all that is in it, when the app ends."""
    shutil.rmtree(get_upload_folder(), ignore_errors=True)


def clear_uploads() -> tuple[int, int]:
    """Remove the uploads that have been read, or that were broken off.

    Returns:
        How many files are left, and how many bytes they are.
    """
    files, size = 0, 0
    for path in _list(Path(get_upload_folder())):
        if path.name.startswith(SESSION_PREFIX):
            continue
        for file in _list(path) if path.is_dir() else [path]:
            with suppress(OSError):  # another thread was quicker, or it is not ours
                found = file.stat()
                if time.time() - found.st_mtime >= KEPT:
                    file.unlink()
                else:
                    files, size = files + 1, size + found.st_size
        with suppress(OSError):  # it is not empty, or no folder
            path.rmdir()
    return files, size


def forget_gone(sets: Iterable[set[str]]) -> None:
    """Take the files that are gone out of the lists that Gradio keeps of its files.

    Gradio itself forgets only those that it removes.
    """
    for names in sets:
        for name in list(names):
            if not Path(name).exists():
                names.discard(name)


def _list(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # nobody has sent anything, or another thread was quicker
        return []


class RequestLimit:
    """Refuses requests that are too long, and uploads for which there is no room (ASGI)."""

    def __init__(self, app: ASGIApp, known_files: Iterable[set[str]] = ()) -> None:
        """Stand before an app.

        Args:
            app: the app.
            known_files: Gradio's lists of its files (`gr.Blocks.temp_file_sets`).
        """
        self._app = app
        self._known_files = known_files
        self._coming = 0  # uploads on their way, each of which may become as large as any
        self._will_clear = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it is refused."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
        elif scope["path"].rstrip("/").endswith(UNUSED):
            await PlainTextResponse("Not Found", status_code=404)(scope, receive, send)
        elif not scope["path"].rstrip("/").endswith("/upload"):
            await self._pass_on(scope, receive, send, LONGEST_REQUEST, None)
        elif not self._is_room(*await asyncio.to_thread(self._clear)):
            await PlainTextResponse(NO_ROOM, status_code=503)(scope, receive, send)
        else:
            self._coming += 1
            try:
                most = the_limits().upload_mb * MEGABYTE
                await self._pass_on(scope, receive, send, most, PATIENCE)
            finally:
                self._coming -= 1
                self._clear_later()

    def _clear_later(self) -> None:
        """Clear once more when what has just come is old: perhaps nothing comes after it."""
        if not self._will_clear:
            self._will_clear = True
            asyncio.get_running_loop().call_later(KEPT + 1, self._when_it_is_old)

    def _when_it_is_old(self) -> None:
        self._will_clear = False
        clearing = asyncio.get_running_loop().run_in_executor(None, self._clear)
        clearing.add_done_callback(self._when_cleared)

    def _when_cleared(self, clearing: asyncio.Future[tuple[int, int]]) -> None:
        files, _ = clearing.result()
        if files:
            self._clear_later()

    def _clear(self) -> tuple[int, int]:
        left = clear_uploads()
        forget_gone(self._known_files)
        return left

    def _is_room(self, files: int, size: int) -> bool:
        """Tell whether another upload may lie beside so many files of so many bytes."""
        limits = the_limits()
        size += (self._coming + 1) * limits.upload_mb * MEGABYTE
        return files < MOST_FILES and size <= limits.uploads_mb * MEGABYTE

    async def _pass_on(
        self, scope: Scope, receive: Receive, send: Send, most: int, seconds: float | None
    ) -> None:
        """Let the app take as many bytes, as long as they come in time."""
        began, received, is_whole = time.monotonic(), 0, False

        async def receive_part() -> Message:
            nonlocal received, is_whole
            if is_whole:  # what comes now is that the other side has gone
                return await receive()
            left = None if seconds is None else max(began + seconds - time.monotonic(), 0.0)
            try:
                message = await asyncio.wait_for(receive(), left)
            except asyncio.TimeoutError:
                raise HTTPException(408, "That took too long to come.") from None
            received += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            return message

        async def receive_so_much() -> Message:
            message = await receive_part()
            if received > most:
                # Whoever still sends would not hear the answer, so the rest is let go by.
                while not is_whole and received <= MOST_LET_BY:
                    await receive_part()
                raise HTTPException(413, _too_long(most))
            return message

        await self._app(scope, receive_so_much, send)


def _too_long(most: int) -> str:
    return f"That is too large: {most / MEGABYTE:.0f} megabytes at most."

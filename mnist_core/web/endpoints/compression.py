"""Answers in text, made small for the line (ASGI middleware).

What comes in parts is left alone: a stream has to go out as it comes. Gradio has compressed its own
files already.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import partial

import anyio.to_thread
import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

TEXT = re.compile(r"(text/|application/(\w+\+)?json|image/svg).*")
LEAST_BYTES = 1_000  # less would still take one packet
MANY_BYTES = 100_000  # take a thread of their own: 20 ms in which others would wait

# What browsers name in `Accept-Encoding`, the better one first. The page repeats itself at a
# distance of more than the 32 kB that gzip looks back.
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, mode=brotli.MODE_TEXT, quality=7),
    "gzip": partial(gzip.compress, compresslevel=6),
}


class Compression:
    """Compresses answers for who can read that."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back, compressed."""
        encoding = accepted_encoding(scope) if scope["type"] == "http" else None
        if encoding is None:
            await self._app(scope, receive, send)
            return
        start: Event | None = None  # held back until the length of what follows is known

        async def send_compressed(event: Event) -> None:
            nonlocal start
            if event["type"] == "http.response.start" and is_text(event):
                start = event
                return
            if start is not None:
                event = await _compress(encoding, start, event)
                await send(start)
                start = None
            await send(event)

        await self._app(scope, receive, send_compressed)


def accepted_encoding(scope: Scope) -> str | None:
    """Return the best encoding that a request takes, if any."""
    accepted = Headers(scope=scope).get("accept-encoding", "")
    offers = [offer.replace(" ", "").partition(";") for offer in accepted.split(",")]
    names = {name for name, _, weight in offers if not re.fullmatch(r"q=0(\.0*)?", weight)}
    return next((name for name in ENCODINGS if name in names), None)


def is_text(start: Event) -> bool:
    """Tell whether an answer, by its start, is text that nobody has compressed yet."""
    headers = Headers(raw=start["headers"])
    content_type = headers.get("content-type", "")
    return (
        "content-encoding" not in headers
        and start["status"] != 206  # parts of a file, by their places in it
        and TEXT.fullmatch(content_type) is not None
        and not content_type.startswith("text/event-stream")
    )


async def _compress(encoding: str, start: Event, event: Event) -> Event:
    """Return what to send for the first body of an answer, and adapt the answer's headers."""
    headers = MutableHeaders(raw=start["headers"])
    headers.add_vary_header("Accept-Encoding")
    body = event.get("body", b"")
    if event["type"] != "http.response.body" or event.get("more_body"):
        return event
    if len(body) < LEAST_BYTES:
        return event
    compress = ENCODINGS[encoding]
    if len(body) < MANY_BYTES:
        body = compress(body)
    else:
        body = await anyio.to_thread.run_sync(compress, body)
    headers["Content-Encoding"] = encoding
    headers["Content-Length"] = str(len(body))
    return {**event, "body": body}

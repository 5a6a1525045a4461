"""How much JSON a request may hold, looked at before anything is made of it (ASGI middleware).

Six megabytes of `[],[],` would become two million lists. Only a text may be long: a file of
drawings comes as one.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from mnist_core.text import Message, say, translate
from mnist_core.web.endpoints.client_share import TOO_MANY, client_in
from mnist_core.web.endpoints.page_share import Sent
from mnist_core.web.endpoints.request_body import RequestBody
from mnist_core.web.endpoints.token_buckets import TokenBuckets
from mnist_core.web.gradio_compat.routes import UPLOAD
from mnist_core.web.sessions.client import SHARE

MAX_JSON_BYTES = 6_000_000  # a file of drawings, and room for more
MAX_JSON_BYTES_BESIDE_TEXTS = 300_000  # the largest drawing has 10,000 points
MAX_JSON_VALUES = 50_000  # of which a drawing takes three for each point
MAX_JSON_QUOTES = 200_000  # and backslashes: what lies between them is skipped one by one
MAX_BYTES_ON_THEIR_WAY = 60_000_000  # of all requests
MOST_BYTES = 60_000_000  # of one client, before it has to slow down
BYTES_PER_SECOND = 6_000_000  # thirty hands send one or two
LARGE_BYTES = 50_000  # of a body: a drawing of two thousand points, twenty digits in one
MOST_LARGE = 30  # such bodies of one client, before it has to slow down
LARGE_PER_SECOND = 2
MOST_AS_LARGE = 4  # that one counts for: a drawing of 10,000 points takes 40 ms
LARGE_PATIENCE = 10.0  # seconds for which a large body waits

# A text, or what is left of one that does not end; it matches whatever follows the first quote.
TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
PAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Gradio keeps it as long as it keeps the page

TOO_MUCH = Message("server.too_much")
TOO_BUSY = Message("server.too_busy")
NO_PAGE = Message("server.no_page")


class JsonLimit:
    """Refuses JSON that would cost much to read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._on_their_way: Counter[str] = Counter()  # bytes of each client
        self._bytes = TokenBuckets(MOST_BYTES, BYTES_PER_SECOND)
        self._large = TokenBuckets(MOST_LARGE, LARGE_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it is refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            check_page_name(QueryParams(scope["query_string"]).get("session_hash"))
            if scope["method"] not in ("GET", "HEAD", "OPTIONS") and not is_upload(scope):
                body = RequestBody(receive, MAX_JSON_BYTES)
                content = await self._read(body, client_in(scope))
                if len(content) > LARGE_BYTES:
                    await self._wait_for_turn(client_in(scope), len(content) // LARGE_BYTES)
                sent = Sent(check_json(content), len(content))
                scope.setdefault("state", {})["sent"] = sent
                receive = _give_back(content, receive)
        except HTTPException as refusal:
            answer = PlainTextResponse(refusal.detail, refusal.status_code)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _wait_for_turn(self, client: str, as_large: int) -> None:
        """Let a client that has sent many large bodies wait before the next is looked into."""
        seconds = self._large.take(client, min(as_large, MOST_AS_LARGE), LARGE_PATIENCE)
        if seconds is None:
            raise HTTPException(429, translate(TOO_MANY))
        await asyncio.sleep(seconds)

    async def _read(self, body: RequestBody, client: str) -> bytes:
        parts: list[bytes] = []
        try:
            while not body.is_whole:
                message = await body.receive()
                if message["type"] == "http.disconnect":
                    raise HTTPException(400, say("server.not_whole"))
                parts.append(message.get("body", b""))
                self._on_their_way[client] += len(parts[-1])
                if self._bytes.take(client, len(parts[-1])) is None:
                    raise HTTPException(429, translate(TOO_MANY))
                most = MAX_BYTES_ON_THEIR_WAY
                own = self._on_their_way[client] if client else 0
                if self._on_their_way.total() > most or own > SHARE * most:
                    raise HTTPException(503, translate(TOO_BUSY))
            return b"".join(parts)
        finally:
            self._on_their_way[client] -= sum(map(len, parts))
            if not self._on_their_way[client]:
                del self._on_their_way[client]


def is_upload(scope: Scope) -> bool:
    """Tell whether a request brings files."""
    path: str = scope["path"]
    return path.rstrip("/").endswith(UPLOAD)


def check_json(content: bytes) -> str:
    """Make sure that reading it costs little, and that it names its page as a page is named.

    Returns:
        Gradio's name of the page; empty if it names none.

    Raises:
        HTTPException: it does not; the message says what is allowed.
    """
    if content.count(b'"') + content.count(b"\\") > MAX_JSON_QUOTES:
        raise HTTPException(413, translate(TOO_MUCH))
    rest = TEXT.sub(b"", content)
    values = sum(rest.count(mark) for mark in (b"[", b"{", b","))
    if len(rest) > MAX_JSON_BYTES_BESIDE_TEXTS or values > MAX_JSON_VALUES:
        raise HTTPException(413, translate(TOO_MUCH))
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):  # which Gradio says in its own way
        return ""
    name = found.get("session_hash") if isinstance(found, dict) else None
    check_page_name(name)
    return name if isinstance(name, str) else ""


def check_page_name(name: object) -> None:
    """Make sure that a page's name is short; what is no text is left to Gradio.

    Raises:
        HTTPException: it is not.
    """
    if isinstance(name, str) and not PAGE_NAME.fullmatch(name):
        raise HTTPException(400, translate(NO_PAGE))


def _give_back(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that brings what has been read already, then what still comes."""
    messages: list[Event] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive_again() -> Event:
        return messages.pop() if messages else await receive()

    return receive_again

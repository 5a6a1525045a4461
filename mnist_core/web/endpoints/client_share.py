"""Each client's share of the server (ASGI middleware): whoever asks for more waits a little.

A client is an address. One hand that draws all the time sends 60 drawings a second, and thirty
people may sit behind one address, all drawing: they never notice.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from mnist_core.text import Message, translate
from mnist_core.web.endpoints.token_buckets import TokenBuckets
from mnist_core.web.endpoints.turns import FullLineError, Turns
from mnist_core.web.gradio_compat.routes import CALL, JOIN, PAGES, UPLOAD
from mnist_core.web.sessions.client import client_of

COSTS = {JOIN: 10, CALL: 10, UPLOAD: 20}  # tokens; anything else, such as a drawing, costs one
MOST_TOKENS = 6_000  # thirty pages that open at once ask for a hundred files each
TOKENS_PER_SECOND = 2_000
PATIENCE = 2.0  # seconds for which a request waits for its tokens
MOST_REFUSALS = 100  # that are told at once; whoever does not mind waits for the next ones
REFUSALS_PER_SECOND = 50
SLOW_REFUSAL_SECONDS = 2.0
PAGES_AT_ONCE = 1  # that are made for a client; it takes 20 to 40 ms
MOST_PAGES = 100  # those that wait for their turn included
MOST_PAGES_IN_A_ROW = 40  # before there are so many a second: a class that opens its pages
PAGES_PER_SECOND = 10
MOST_REQUESTS = 400  # that are under way, streams among them: a browser has six

TOO_MANY = Message("server.too_many_requests")


class ClientShare:
    """Lets requests wait, or refuses them, where their client asks for too much."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._tokens = TokenBuckets(MOST_TOKENS, TOKENS_PER_SECOND)
        self._refusals = TokenBuckets(MOST_REFUSALS, REFUSALS_PER_SECOND)
        self._requests = Turns(MOST_REQUESTS, MOST_REQUESTS)
        self._pages = Turns(PAGES_AT_ONCE, MOST_PAGES)
        self._page_tokens = TokenBuckets(MOST_PAGES_IN_A_ROW, PAGES_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when it is paid for."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = client_in(scope)

        async def tell(message: Event) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                await self._slow_down(client)
            await send(message)

        try:
            async with self._requests.turn(client):
                seconds = self._tokens.take(client, cost_of(scope), PATIENCE)
                if seconds is None:
                    await too_many()(scope, receive, tell)
                    return
                await asyncio.sleep(seconds)
                if path_of(scope) in PAGES:
                    await self._make_page(scope, receive, tell)
                else:
                    await self._app(scope, receive, tell)
        except FullLineError:
            await too_many()(scope, receive, send)

    async def _make_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a page made in its client's turn, which ends before the page is on its way."""
        async with AsyncExitStack() as turn:
            client = client_in(scope)
            await turn.enter_async_context(self._pages.turn(client))
            patience = MOST_PAGES / PAGES_PER_SECOND  # nobody who is in the line is refused
            await asyncio.sleep(self._page_tokens.take(client, 1, patience) or 0.0)

            async def end_turn_and_send(message: Event) -> None:
                await turn.aclose()
                await send(message)

            await self._app(scope, receive, end_turn_and_send)

    async def _slow_down(self, client: str) -> None:
        """Wait before the client is refused once more: it would ask again at once."""
        seconds = self._refusals.take(client, 1, SLOW_REFUSAL_SECONDS)
        await asyncio.sleep(SLOW_REFUSAL_SECONDS if seconds is None else seconds)


def client_in(scope: Scope) -> str:
    """Name the client that a request comes from; empty if nobody knows."""
    host, _ = scope.get("client") or (None, 0)
    return client_of(host)


def path_of(scope: Scope) -> str:
    """Return the path below the root."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def cost_of(scope: Scope) -> float:
    """Tell how many tokens a request costs."""
    path: str = scope["path"]
    costs = (cost for part, cost in COSTS.items() if part in path and scope["method"] == "POST")
    return next(costs, 1)


def too_many() -> Response:
    """Return the answer to a request that is refused."""
    return PlainTextResponse(translate(TOO_MANY), 429, {"Retry-After": "2"})

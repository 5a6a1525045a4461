"""Each page's share of what is handled at once, and its client's (ASGI middleware).

All the pages behind one address could ask for more than two cores can read. So only a few of their
events are handled at once: that keeps the cores busy, and lets everybody else in between.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.web.endpoints.client_share import PATIENCE, client_in, too_many
from mnist_core.web.endpoints.token_buckets import TokenBuckets
from mnist_core.web.endpoints.turns import FullLineError, Turns
from mnist_core.web.gradio_compat.routes import RUN

MOST_EVENTS = 600  # of a page, before it has to slow down
EVENTS_PER_SECOND = 120  # a hand sends 60
LIGHT_AT_ONCE = 8  # events of one client
HEAVY_AT_ONCE = 2
HEAVY_BYTES = 30_000  # a drawing of two thousand points
MOST_WAITING = 200


@dataclass(frozen=True)
class Sent:
    """What is known of a request's JSON.

    Attributes:
        page: Gradio's name of the page that has sent it; empty if it names none.
        size: how many bytes it is.
    """

    page: str = ""
    size: int = 0


class PageShare:
    """Lets events past the queue wait for their turn."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._events = TokenBuckets(MOST_EVENTS, EVENTS_PER_SECOND)
        self._light = Turns(LIGHT_AT_ONCE, MOST_WAITING)
        self._heavy = Turns(HEAVY_AT_ONCE, MOST_WAITING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when its turn has come."""
        sent: Sent | None = scope.get("state", {}).get("sent")
        if sent is None:
            await self._app(scope, receive, send)
            return
        client = client_in(scope)
        page = f"{client} {sent.page}" if sent.page else ""
        turns = self._heavy if sent.size > HEAVY_BYTES else self._light
        is_past_the_queue = scope["path"].endswith(RUN)
        seconds = self._events.take(page, 1, PATIENCE)
        if seconds is None:
            await too_many()(scope, receive, send)
            return
        await asyncio.sleep(seconds)
        try:
            async with turns.turn(client) if is_past_the_queue else nullcontext():
                await self._app(scope, receive, send)
        except FullLineError:
            await too_many()(scope, receive, send)

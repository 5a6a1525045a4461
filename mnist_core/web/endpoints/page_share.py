"""Each page's share of what is handled at once, and its client's (ASGI middleware).

All the pages behind one address could ask for more than two cores can read. So only a few of their
events are handled at once: that keeps the cores busy, and lets everybody else in between.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
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
# Gradio takes 20 ms of computing to make its record of a page that it does not know (any more).
MOST_NEW_PAGES = 60  # of a client at once: twice a classroom
NEW_PAGES_PER_SECOND = 10
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

    def __init__(self, app: ASGIApp, pages: int) -> None:
        """Stand before an app.

        Args:
            app: the app.
            pages: of how many Gradio has a record, those that it has heard of last.
        """
        self._app = app
        self._most_known = pages
        self._known: OrderedDict[str, None] = OrderedDict()  # the names of these pages
        self._new_pages = TokenBuckets(MOST_NEW_PAGES, NEW_PAGES_PER_SECOND)
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
        waits = [self._events.take(page, 1, PATIENCE)]
        if self._is_new(sent.page):
            waits.append(self._new_pages.take(client, 1, PATIENCE))
        if None in waits:
            await too_many()(scope, receive, send)
            return
        self._note(sent.page)
        await asyncio.sleep(max(filter(None, waits), default=0.0))
        try:
            async with turns.turn(client) if is_past_the_queue else nullcontext():
                await self._app(scope, receive, send)
        except FullLineError:
            await too_many()(scope, receive, send)

    def _is_new(self, page: str) -> bool:
        """Tell whether Gradio has no record of a page; each call without a name gets a new one."""
        return page not in self._known

    def _note(self, page: str) -> None:
        """Note that Gradio has a record of a page, or soon will."""
        if page:
            self._known[page] = None
            self._known.move_to_end(page)
        if len(self._known) > self._most_known:
            self._known.popitem(last=False)

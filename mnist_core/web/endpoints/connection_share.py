"""Each client's share of connections: what is beyond it is broken off before a request is read.

A program that opens connections and closes them at once would cost more than one that asks.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from mnist_core.web.endpoints.token_buckets import TokenBuckets
from mnist_core.web.sessions.client import client_of

MOST_CONNECTIONS = 300  # at once: a browser has six, a classroom of thirty people 180
MOST_NEW = 600  # before a client has to slow down: a classroom that opens the page, and again
NEW_PER_SECOND = 50


class ConnectionShare:
    """Counts the connections of each client."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Begin without any; `now` tells the time in seconds."""
        self._open: Counter[str] = Counter()
        self._new = TokenBuckets(MOST_NEW, NEW_PER_SECOND, now)

    def has_room(self, host: str) -> bool:
        """Tell whether another connection from an address would be taken."""
        client = client_of(host)
        return self._open[client] < MOST_CONNECTIONS and self._new.has(client, 1)

    def enter(self, host: str) -> bool:
        """Tell whether another connection from an address is taken, and count it if it is."""
        if not self.has_room(host):
            return False
        client = client_of(host)
        self._new.take(client, 1)
        self._open[client] += 1
        return True

    def leave(self, host: str) -> None:
        """Count one less from an address."""
        client = client_of(host)
        self._open[client] -= 1
        if not self._open[client]:
            del self._open[client]

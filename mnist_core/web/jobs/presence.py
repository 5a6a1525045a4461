"""Whether anybody is there: a session is attended while one of its pages is open."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

# A page says every half minute that it is open. A browser lets the timers of one that nobody sees
# run once a minute at most, and a laptop may sleep for a moment.
PAGE_TIMEOUT_SECONDS = 150.0
MAX_PAGES = 20  # of one session


class Clock:
    """The time, and waiting for it to pass; a test puts another one in its place."""

    def now(self) -> float:
        """Return seconds since some moment in the past."""
        return time.monotonic()

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Wait, holding `condition`, until it is notified or the time is over."""
        condition.wait(seconds)


class Presence:
    """Which pages of one session are open, and since when none is.

    A page is open for a while after it was last heard of. The condition is the queue's, which
    has to know at once when a visitor comes or goes.

    Attributes:
        clock: what tells the time.
        client: who the visitor is, as far as shares are concerned; empty if nobody knows.
    """

    def __init__(self, changed: Condition, clock: Clock) -> None:
        self._changed = changed
        self.clock = clock
        self.client = ""
        self._open_until: dict[str, float] = {}  # page → when it counts as closed; newest last
        self._left_at = clock.now()

    def hear(self, page: str) -> None:
        """Note that a page is open."""
        self._keep_open(page, self.clock.now() + PAGE_TIMEOUT_SECONDS)

    def is_open(self, page: str) -> bool:
        """Tell whether a page is open, as far as anybody knows."""
        return self.clock.now() < self._open_until.get(page, -math.inf)

    def leave(self, page: str) -> None:
        """Note that a page has closed."""
        with self._changed:
            if self._open_until.pop(page, None) is not None:
                self._left_at = self.clock.now()
            self._changed.notify_all()

    def expect(self) -> None:
        """Wait for a page from now on: it has been heard of, and is about to connect."""
        with self._changed:
            self._left_at = self.clock.now()
            self._changed.notify_all()

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Count a page without a name as open, for as long as the block takes."""
        page = secrets.token_hex()
        self._keep_open(page, math.inf)
        try:
            yield
        finally:
            self.leave(page)

    @property
    def absent_for(self) -> float | None:
        """Seconds since the last page left, or None while there is one."""
        with self._changed:
            open_until = max(self._open_until.values(), default=-math.inf)
        now = self.clock.now()
        return None if now < open_until else now - max(self._left_at, open_until)

    def _keep_open(self, page: str, until: float) -> None:
        with self._changed:
            self._open_until.pop(page, None)
            self._open_until[page] = until
            for oldest in list(self._open_until)[:-MAX_PAGES]:
                self.leave(oldest)
            self._changed.notify_all()

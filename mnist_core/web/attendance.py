"""Whether anybody looks: a visit is attended while one of its pages is connected."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Clock:
    """The time, and waiting for it to pass; a test puts another one in its place."""

    def now(self) -> float:
        """Return seconds since some moment in the past."""
        return time.monotonic()

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Wait, holding `condition`, until it is notified or the time is over."""
        condition.wait(seconds)


class Attendance:
    """How many pages of one visit are connected, and since when none is.

    The condition is the trainer's, which has to know at once when a visitor comes or goes.
    """

    def __init__(self, changed: Condition, clock: Clock) -> None:
        self._changed = changed
        self._clock = clock
        self._pages = 0
        self._left_at = clock.now()

    @contextmanager
    def present(self) -> Iterator[None]:
        """Count one page as connected, for as long as the block takes."""
        with self._changed:
            self._pages += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._pages -= 1
                self._left_at = self._clock.now()
                self._changed.notify_all()

    def expect(self) -> None:
        """Wait for a page from now on: it has been heard of, and is about to connect."""
        with self._changed:
            self._left_at = self._clock.now()
            self._changed.notify_all()

    @property
    def absent_for(self) -> float | None:
        """Seconds since the last page left, or None while there is one."""
        return None if self._pages else self._clock.now() - self._left_at

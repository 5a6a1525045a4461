"""Whether anybody looks: a session is connected while one of its pages is connected."""

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


class Presence:
    """How many streams to the pages of one session are open, and since when nobody looks.

    The condition is the queue's, which has to know at once when a visitor comes or goes.

    Attributes:
        clock: what tells the time.
    """

    def __init__(self, changed: Condition, clock: Clock) -> None:
        self._changed = changed
        self.clock = clock
        self._streams = 0
        self._has_left = False
        self._left_at = clock.now()

    @contextmanager
    def present(self) -> Iterator[None]:
        """Count a stream to a page as open, for as long as the block takes."""
        with self._changed:
            self._streams += 1
            self._has_left = False
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._streams -= 1
                if not self._has_left:
                    self._left_at = self.clock.now()
                self._changed.notify_all()

    def leave(self) -> None:
        """Note that the last page has closed; its streams find that out a little later."""
        with self._changed:
            self._has_left = True
            self._left_at = self.clock.now()
            self._changed.notify_all()

    def expect(self) -> None:
        """Wait for a page from now on: it has been heard of, and is about to connect."""
        with self._changed:
            self._has_left = False
            self._left_at = self.clock.now()
            self._changed.notify_all()

    def note_life(self) -> None:
        """Note that a page has taken something from its stream, so it is there."""
        if self._has_left:
            with self._changed:
                self._has_left = False
                self._changed.notify_all()

    @property
    def absent_for(self) -> float | None:
        """Seconds since the last page left, or None while there is one."""
        if self._streams and not self._has_left:
            return None
        return self.clock.now() - self._left_at

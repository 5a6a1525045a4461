"""How fast a run trains, and so how long it will yet take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

MIN_EPOCHS = 0.1  # of which the pace can be told


class Pace:
    """Measures a stretch of training: without a break of any length, and on one device.

    Attributes:
        epochs_done: of the whole run, with the done part of the epoch under way.
    """

    def __init__(self) -> None:
        self.epochs_done = 0.0
        self._epochs_before = 0.0  # when this stretch began
        self._seconds = 0.0  # of this stretch
        self._resumed_at = 0.0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the time that the block takes, tests included."""
        self._resumed_at = time.monotonic()
        try:
            yield
        finally:
            self._seconds += time.monotonic() - self._resumed_at

    def begin_stretch(self, epochs_done: float) -> None:
        """Begin anew, now: what went before tells nothing of what comes."""
        self.epochs_done = self._epochs_before = epochs_done
        self._seconds, self._resumed_at = 0.0, time.monotonic()

    @property
    def seconds_per_epoch(self) -> float | None:
        """Tell how long an epoch takes; None if too early to tell."""
        done = self.epochs_done - self._epochs_before
        return self._seconds / done if done > MIN_EPOCHS else None

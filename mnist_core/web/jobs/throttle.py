"""Readings go before training: while somebody draws, a training takes short rests.

On two cores a training, the server and the browser slow each other down. A pen that lags is felt
at once, a training that takes its time for the length of a stroke is not. The numbers it computes
stay the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from mnist_core.data import Batch, BatchLoader

SOMEBODY_DRAWS = 0.5  # seconds after a reading in which the next is expected
REST = 0.01  # seconds between two batches, each of which takes one or two milliseconds

_last_reading = float("-inf")  # of the monotonic clock; one number, so it needs no lock


def note_reading() -> None:
    """Say that somebody's drawing is being read."""
    global _last_reading
    _last_reading = time.monotonic()


def somebody_draws() -> bool:
    """Tell whether a drawing has been read just now."""
    return time.monotonic() - _last_reading < SOMEBODY_DRAWS


def rest_while_somebody_draws() -> None:
    """Leave the processor to the readings for a moment, if there are any."""
    if somebody_draws():
        time.sleep(REST)


class RestingLoader:
    """The batches of another loader, the very same in the same order, with rests between them."""

    def __init__(
        self, loader: BatchLoader, rest: Callable[[], None] = rest_while_somebody_draws
    ) -> None:
        self._loader = loader
        self._rest = rest

    def __len__(self) -> int:
        return len(self._loader)

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._loader:
            self._rest()
            yield batch

"""The loss of every batch of a run, in a bounded room however long it trains.

Article, step 5: the loop adds the losses up and forgets them. Kept one by one, those of a hundred
epochs with batches of one image would be six million.
"""

from __future__ import annotations

import math
from array import array
from copy import deepcopy
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_POINTS = 1_024  # even; a plot has no more pixels side by side
BYTES = 4 * 8 * MAX_POINTS  # of memory that a curve takes at most, about


def _empty() -> array[float]:
    return array("d")


class BatchLoss(NamedTuple):
    """The loss of one batch.

    Attributes:
        epoch: from 1.
        step: which batch of the epoch it is, from 1.
        loss: its mean cross-entropy before the step, in nats; about ln 10 = 2.30 to begin with.
    """

    epoch: int
    step: int
    loss: float


@dataclass
class LossCurve:
    """Losses in the order of their batches, as points that each stand for equally many of them.

    When there is no room for another point, two neighbours become one, all along.

    Attributes:
        batches: how many losses it has been given.
        stride: how many of them a point stands for: 1, 2, 4 …; the last one may hold fewer.
        first: the very first loss, from which all comes down; None before it.
        last: the latest, be it no longer a number.
        low, high: of each point, the smallest and the largest loss; infinite where none of its
            losses was a number.
        sums, counts: of each point, those of its losses that were numbers.
    """

    batches: int = 0
    stride: int = 1
    first: float | None = None
    last: float | None = None
    low: array[float] = field(default_factory=_empty)
    high: array[float] = field(default_factory=_empty)
    sums: array[float] = field(default_factory=_empty)
    counts: array[float] = field(default_factory=_empty)

    def add(self, batch: BatchLoss) -> None:
        """Add the loss of the next batch; one that is no number has no height, and makes a gap."""
        loss = batch.loss
        if self.batches == 0:
            self.first = loss
        if self.batches % self.stride == 0:
            if len(self.sums) == MAX_POINTS:
                self._thin()
            for values, start in (
                (self.low, math.inf),
                (self.high, -math.inf),
                (self.sums, 0.0),
                (self.counts, 0.0),
            ):
                values.append(start)
        self.batches += 1
        self.last = loss
        if math.isfinite(loss):
            self.low[-1] = min(self.low[-1], loss)
            self.high[-1] = max(self.high[-1], loss)
            self.sums[-1] += loss
            self.counts[-1] += 1

    def _thin(self) -> None:
        """Make one point of two; `MAX_POINTS` is even, so none is left over."""
        self.stride *= 2
        self.low = array("d", map(min, self.low[::2], self.low[1::2]))
        self.high = array("d", map(max, self.high[::2], self.high[1::2]))
        self.sums = _add_pairs(self.sums)
        self.counts = _add_pairs(self.counts)

    @property
    def means(self) -> list[float]:
        """Return the mean loss of each point; NaN where none of its losses was a number."""
        pairs = zip(self.sums, self.counts, strict=True)
        return [total / count if count else math.nan for total, count in pairs]

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, about."""
        return 4 * 8 * len(self.sums)

    def copy(self) -> LossCurve:
        """Return one that stays as this one is now."""
        return deepcopy(self)


def _add_pairs(values: array[float]) -> array[float]:
    return array("d", map(float.__add__, values[::2], values[1::2]))

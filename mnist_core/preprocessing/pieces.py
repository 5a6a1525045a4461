"""Ink → the pieces that hang together, told by the runs of ink in each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mnist_core.preprocessing.thinning import Mask

Numbers = NDArray[np.int64]
Pixel = TypeVar("Pixel", bound=np.generic)


class Box(NamedTuple):
    """A rectangle of pixels; right and bottom are the first ones beyond it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Return its width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Return its height in pixels."""
        return self.bottom - self.top

    @property
    def longer(self) -> int:
        """Return its longer side in pixels."""
        return max(self.width, self.height)

    def cut(self, pixels: NDArray[Pixel]) -> NDArray[Pixel]:
        """Return what of an array [height, width] lies in the box, as a view."""
        return pixels[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True)
class Pieces:
    """Pieces of ink; pixels that touch, be it at a corner, are in the same one.

    Attributes:
        shape: of the mask that they were found in.
        rows: [runs], in which row each run of ink lies.
        starts: [runs], its first column.
        ends: [runs], the first column after it.
        piece: [runs], the number of the piece it belongs to, from 0.
        boxes: the box of each piece.
        areas: [pieces], in pixels.
    """

    shape: tuple[int, int]
    rows: Numbers
    starts: Numbers
    ends: Numbers
    piece: Numbers
    boxes: list[Box]
    areas: Numbers

    def ink_of(self, number: int) -> Mask:
        """Return the ink of one piece alone, as large as its box."""
        box = self.boxes[number]
        runs = self.piece == number
        steps = np.zeros((box.height, box.width + 1), dtype=np.int8)
        steps[self.rows[runs] - box.top, self.starts[runs] - box.left] = 1
        steps[self.rows[runs] - box.top, self.ends[runs] - box.left] -= 1
        return np.cumsum(steps, axis=1, dtype=np.int8)[:, : box.width].astype(bool)


def find_pieces(ink: Mask) -> Pieces:
    """Find the pieces of ink; no ink has none."""
    steps = np.diff(np.pad(ink, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    # Each run touches those of the next row that end no earlier than it starts and start no later
    # than it ends: neighbours in the order of the runs.
    line = ink.shape[1] + 2
    first = np.searchsorted(rows * line + ends, (rows + 1) * line + starts, "left")
    after = np.searchsorted(rows * line + starts, (rows + 1) * line + ends, "right")
    count = np.maximum(after - first, 0)
    above = np.repeat(np.arange(len(rows)), count)
    below = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[above]
    piece = _join(len(rows), above, below)

    boxes = [
        Box(*map(int, box))
        for box in zip(
            _of_each(np.minimum, starts, piece),
            _of_each(np.minimum, rows, piece),
            _of_each(np.maximum, ends, piece),
            _of_each(np.maximum, rows + 1, piece),
            strict=True,
        )
    ]
    return Pieces(
        ink.shape, rows, starts, ends, piece, boxes, _of_each(np.add, ends - starts, piece)
    )


def _join(count: int, first: Numbers, second: Numbers) -> Numbers:
    """Number things from 0 so that all that are joined by pairs have the same number."""
    # Union-find for all pairs at once: join groups that touch, each to a lower number, then let
    # everything follow the numbers to the lowest.
    group = np.arange(count)
    while True:
        low, high = np.sort([group[first], group[second]], axis=0)
        apart = low < high
        if not apart.any():
            return np.unique(group, return_inverse=True)[1]
        first, second = first[apart], second[apart]
        group[high[apart]] = low[apart]
        while (group != group[group]).any():
            group = group[group]


def join(count: int, pairs: list[tuple[int, int]]) -> list[list[int]]:
    """Gather 0 to `count` - 1 into groups: those that pairs join, whatever lies between."""
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    group = _join(count, first, second)
    return [np.flatnonzero(group == number).tolist() for number in range(group.max(initial=-1) + 1)]


def _of_each(combine: np.ufunc, values: Numbers, piece: Numbers) -> Numbers:
    """Combine the values of each piece's runs into one."""
    order = np.argsort(piece, kind="stable")
    starts = np.flatnonzero(np.diff(piece[order], prepend=-1))
    combined: Numbers = combine.reduceat(values[order], starts) if len(order) else values
    return combined

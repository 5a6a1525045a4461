"""Ink of any width → the line that the pen's middle went along."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
"""[height, width], true where there is ink."""


def thin(ink: Mask) -> Mask:
    """Peel the ink, layer by layer, down to lines one pixel wide that hang together as it did.

    T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", 1984.
    A pen's round end is peeled as far as its middle, so the lines are where the pen went.

    Args:
        ink: at least one pixel, of any shape.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return ink
    whole = np.zeros_like(ink)
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    padded = np.pad(ink[part], 1).astype(np.uint8)
    line = padded[1:-1, 1:-1]
    height, width = line.shape
    ring = [  # the eight neighbours, from north, clockwise
        padded[1 + y : 1 + y + height, 1 + x : 1 + x + width]
        for y, x in ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    ]
    around = np.empty_like(line)  # one bit a neighbour
    half, at_rest = 0, 0
    while at_rest < 2:
        around[:] = 0
        for neighbor in ring:
            np.left_shift(around, 1, out=around)
            np.bitwise_or(around, neighbor, out=around)
        left = line & _STAYS[half][around]
        if not left.any():  # a square of four would vanish, against its authors' intention
            break
        at_rest = at_rest + 1 if np.array_equal(left, line) else 0
        line[:] = left
        half = 1 - half  # from the south-east, then from the north-west
    whole[part] = line > 0
    return whole


def _surroundings_that_stay() -> NDArray[np.uint8]:
    """Tell of each of the 256 surroundings whether a pixel in them stays, 0 or 1, in either half.

    It is peeled if it lies on the rim, ends no line and connects nothing.
    """
    around = (
        np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(bool).T
    )  # [8, 256]
    neighbors = around.sum(axis=0)
    # Going around: from paper to ink once only, or the pixel holds two parts together.
    parts = (~around & np.roll(around, -1, axis=0)).sum(axis=0)
    north, _, east, _, south, _, west, _ = around
    south_east = ~(north & east & south) & ~(east & south & west)
    north_west = ~(north & east & west) & ~(north & south & west)
    rim = (neighbors >= 2) & (neighbors <= 6) & (parts == 1)
    return (~np.stack([rim & south_east, rim & north_west])).astype(np.uint8)


_STAYS = _surroundings_that_stay()

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
    height, width = ink.shape
    padded = np.pad(ink, 1).astype(np.uint8)
    line = padded[1:-1, 1:-1]
    ring = [  # the eight neighbours, from north, clockwise
        padded[1 + y : 1 + y + height, 1 + x : 1 + x + width]
        for y, x in ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    ]
    while True:
        peeled_any = False
        for can_be_peeled in _CAN_BE_PEELED:  # from the south-east, then from the north-west
            around: NDArray[np.uint8] = np.zeros_like(line)
            for neighbor in ring:
                around = np.bitwise_or(around << 1, neighbor, dtype=np.uint8)
            peeled = (line > 0) & can_be_peeled[around]
            if np.array_equal(peeled, line):  # a square of four would vanish, against its authors'
                return line > 0  # intention
            peeled_any |= bool(peeled.any())
            line[peeled] = 0
        if not peeled_any:
            return line > 0


def _tables() -> NDArray[np.bool_]:
    """Tell for each of the 256 surroundings whether they let a pixel be peeled, in either half.

    It lies on the rim, ends no line and connects nothing.
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
    return np.stack([rim & south_east, rim & north_west])


_CAN_BE_PEELED = _tables()

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
    while True:
        before = ink
        for half in (0, 1):  # from the south-east, then from the north-west
            peeled = ink & ~_can_be_peeled(ink, half)
            if not peeled.any():  # a square of four would vanish, against its authors' intention
                return ink
            ink = peeled
        if np.array_equal(ink, before):
            return ink


def _can_be_peeled(ink: Mask, half: int) -> Mask:
    """Tell of each pixel whether it lies on the rim, ends no line and connects nothing."""
    padded = np.pad(ink, 1)
    height, width = ink.shape
    ring = [(0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]  # from north, clockwise
    around = np.stack([padded[y : y + height, x : x + width] for y, x in ring])  # [8, h, w]
    neighbors = around.sum(axis=0)
    # Going around: from paper to ink once only, or the pixel holds two parts together.
    parts = (~around & np.roll(around, -1, axis=0)).sum(axis=0)
    north, _, east, _, south, _, west, _ = around
    if half == 0:
        open_side = ~(north & east & south) & ~(east & south & west)
    else:
        open_side = ~(north & east & west) & ~(north & south & west)
    peeled: Mask = ink & (neighbors >= 2) & (neighbors <= 6) & (parts == 1) & open_side
    return peeled

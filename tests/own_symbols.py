"""Drawings of three made-up symbols, each a little different: a ring, a cross, a zigzag."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_core.drawings import NamedDrawing
from mnist_core.preprocessing import Stroke

SYMBOLS = ("ring", "cross", "zigzag")


def draw_symbols(count: int, seed: int = 0, names: Sequence[str] = SYMBOLS) -> list[NamedDrawing]:
    """Draw so many of each, in turns."""
    hand = np.random.default_rng(seed)
    shapes = (_ring, _cross, _zigzag)
    return [
        NamedDrawing(name, [_trembled(stroke, hand) for stroke in shape()])
        for _ in range(count)
        for name, shape in zip(names, shapes, strict=True)
    ]


def _ring() -> list[Stroke]:
    angles = np.linspace(0, 2 * np.pi, 24)
    return [500 + 300 * np.stack([np.cos(angles), np.sin(angles)], axis=1)]


def _cross() -> list[Stroke]:
    return [np.array([[200.0, 200], [800, 800]]), np.array([[800.0, 200], [200, 800]])]


def _zigzag() -> list[Stroke]:
    return [np.array([[200.0, 700], [350, 300], [500, 700], [650, 300], [800, 700]])]


def _trembled(stroke: Stroke, hand: np.random.Generator) -> Stroke:
    turned: NDArray[np.float64] = stroke + hand.normal(0, 25, stroke.shape)
    return turned.round(1)

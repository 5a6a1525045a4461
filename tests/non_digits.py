"""Drawings that are no digits, as strokes: letters, signs, scribbles, pen paths, two digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mnist_core.preprocessing import Stroke

Drawing = list[Stroke]

# x,y on a paper of 10 × 10, y downwards; a slash lifts the pen. Left out are letters that are
# written like a digit or nearly: B D G I J L O Q S Z.
LETTERS = {
    "A": "1,10 5,0 9,10 / 2,6 8,6",
    "C": "9,2 7,0 4,0 1,3 1,7 4,10 7,10 9,8",
    "E": "9,0 1,0 1,10 9,10 / 1,5 7,5",
    "F": "9,0 1,0 1,10 / 1,5 7,5",
    "H": "1,0 1,10 / 9,0 9,10 / 1,5 9,5",
    "K": "1,0 1,10 / 9,0 1,5 9,10",
    "M": "0,10 1,0 5,7 9,0 10,10",
    "N": "1,10 1,0 9,10 9,0",
    "P": "1,10 1,0 7,0 9,2 9,4 7,6 1,6",
    "R": "1,10 1,0 7,0 9,2 9,4 7,5 1,5 / 5,5 9,10",
    "T": "0,0 10,0 / 5,0 5,10",
    "U": "1,0 1,7 3,10 7,10 9,7 9,0",
    "V": "0,0 5,10 10,0",
    "W": "0,0 2,10 5,3 8,10 10,0",
    "X": "1,0 9,10 / 9,0 1,10",
    "Y": "1,0 5,5 9,0 / 5,5 5,10",
    "a": "8,3 5,2 2,4 2,8 5,10 8,8 8,2 8,9 9,10",
    "e": "2,6 8,6 8,4 5,2 2,4 2,8 5,10 8,9",
    "h": "2,0 2,10 / 2,6 5,4 8,6 8,10",
    "m": "1,3 1,10 / 1,5 3,3 5,5 5,10 / 5,5 7,3 9,5 9,10",
    "n": "2,3 2,10 / 2,5 5,3 8,5 8,10",
    "r": "3,3 3,10 / 3,6 5,3 8,3",
    "w": "0,3 2,10 5,5 8,10 10,3",
}
SIGNS = {
    "plus": "5,0 5,10 / 0,5 10,5",
    "equals": "1,3 9,3 / 1,7 9,7",
    "star": "5,0 8,10 0,4 10,4 2,10 5,0",
    "arrow": "0,5 10,5 / 6,1 10,5 6,9",
    "house": "1,10 1,4 5,0 9,4 9,10 1,10",
    "hash": "3,0 3,10 / 7,0 7,10 / 0,3 10,3 / 0,7 10,7",
    "tick": "0,6 4,10 10,0",
    "smile": "2,2 3,3 / 7,2 8,3 / 0,6 2,9 5,10 8,9 10,6",
    "wave": "0,5 2,3 4,5 6,7 8,5 10,3",
    "box": "0,0 10,0 10,10 0,10 0,0",
    "heart": "5,10 0,4 1,1 3,0 5,3 7,0 9,1 10,4 5,10",
    "percent": "1,1 3,1 3,3 1,3 1,1 / 9,0 1,10 / 7,7 9,7 9,9 7,9 7,7",
}


def drawn_by_hand(shapes: dict[str, str], count: int, seed: int) -> list[Drawing]:
    """Draw the shapes by turns, each time a little differently: turned, slanted, trembling."""
    generator = np.random.default_rng(seed)
    texts = list(shapes.values())
    return [_tremble(_parse(texts[i % len(texts)]), generator) for i in range(count)]


def _parse(text: str) -> Drawing:
    return [
        np.array([[float(number) for number in point.split(",")] for point in stroke.split()])
        for stroke in text.split("/")
    ]


def _tremble(drawing: Drawing, generator: np.random.Generator) -> Drawing:
    turn, slant = generator.normal(0, 0.08), generator.normal(0, 0.12)
    width, height = generator.uniform(0.8, 1.1, 2)
    matrix = np.array([[width, 0], [slant, height]]) @ [
        [np.cos(turn), np.sin(turn)],
        [-np.sin(turn), np.cos(turn)],
    ]
    return [100 * (stroke @ matrix + generator.normal(0, 0.3, stroke.shape)) for stroke in drawing]


def scribbles(count: int, seed: int) -> list[Drawing]:
    """To and fro across the paper, as one blackens an area."""
    generator = np.random.default_rng(seed)
    drawings = []
    for _ in range(count):
        turns = int(generator.integers(6, 20))
        x = np.where(np.arange(turns) % 2, 1000, 0) + generator.normal(0, 120, turns)
        y = np.linspace(0, generator.uniform(400, 1200), turns) + generator.normal(0, 60, turns)
        drawings.append(_turned(np.stack([x, y], axis=1), generator))
    return drawings


def pen_paths(count: int, seed: int) -> list[Drawing]:
    """Let a pen wander: its direction and speed change at random, but smoothly."""
    generator = np.random.default_rng(seed)
    drawings = []
    for _ in range(count):
        velocity = generator.normal(0, 1, (120, 2))
        kernel = np.hanning(int(generator.integers(9, 25)))
        smooth = np.stack([np.convolve(v, kernel, mode="valid") for v in velocity.T], axis=1)
        drawings.append([100 * np.cumsum(smooth, axis=0)])
    return drawings


def curls(count: int, seed: int) -> list[Drawing]:
    """Draw loops that go on and on, as one tries out a pen."""
    generator = np.random.default_rng(seed)
    drawings = []
    for _ in range(count):
        angle = np.linspace(0, 2 * np.pi * generator.uniform(3, 6), 150)
        x = 300 * np.cos(angle) + angle * generator.uniform(30, 90)
        y = generator.uniform(200, 400) * np.sin(angle) + generator.normal(0, 10, 150)
        drawings.append(_turned(np.stack([x, y], axis=1), generator))
    return drawings


def _turned(points: Stroke, generator: np.random.Generator) -> Drawing:
    turn = generator.uniform(0, 2 * np.pi)
    return [points @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]]


def next_to_nothing(count: int, seed: int) -> list[Drawing]:
    """A tap, a few dots, or a dash that lies rather than stands."""
    generator = np.random.default_rng(seed)
    drawings = []
    for i in range(count):
        if i % 3 == 0:
            drawings.append([generator.normal(500, 4, (3, 2))])
        elif i % 3 == 1:
            dots = int(generator.integers(2, 5))
            drawings.append([generator.uniform(0, 1000, (1, 2)) for _ in range(dots)])
        else:
            rise = generator.uniform(-250, 250)
            drawings.append([np.array([[0.0, 0.0], [1000.0, rise]])])
    return drawings


def side_by_side(digits: Sequence[Drawing], count: int, seed: int) -> list[Drawing]:
    """Write two of these digits beside each other, the second right of the first."""
    generator = np.random.default_rng(seed)
    drawings = []
    for _ in range(count):
        left, right = (digits[int(i)] for i in generator.integers(0, len(digits), 2))
        gap = generator.uniform(80, 300)
        shift = np.concatenate(left)[:, 0].max() - np.concatenate(right)[:, 0].min() + gap
        drawings.append([*left, *(stroke + np.array([shift, 0.0]) for stroke in right)])
    return drawings


MADE_UP: dict[str, Callable[[int, int], list[Drawing]]] = {
    "letters": lambda count, seed: drawn_by_hand(LETTERS, count, seed),
    "signs": lambda count, seed: drawn_by_hand(SIGNS, count, seed),
    "scribbles": scribbles,
    "pen paths": pen_paths,
    "curls": curls,
    "next to nothing": next_to_nothing,
}
"""Each kind by its name: how many, seed → as many drawings. `side_by_side` needs digits, too."""

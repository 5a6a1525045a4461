"""The ink of a picture → the things in it, the digit before all others.

Other things may be there: a table's edge, a frame, a form's box, a button, specks, another digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_core.preprocessing.ink import Ink, greatest_near
from mnist_core.preprocessing.pieces import Box, Pieces, find_pieces, join
from mnist_core.preprocessing.printed import is_much, without_box, without_line
from mnist_core.preprocessing.thinning import Mask

SPECK = 0.12  # of a thing's longer side: pieces no longer than that are no part of it
MAX_PIECES = 60  # the longest, that are looked at
LEAST_SCORE = 0.35  # of the best thing's, that another one must have to be a digit as well


@dataclass(frozen=True)
class Thing:
    """Pieces of ink that lie together.

    Attributes:
        box: around its ink.
        ink: [height, width], of the whole picture.
        score: in pixels: its longer side, much reduced if it hardly is a digit.
    """

    box: Box
    ink: Mask
    score: float


def find_things(ink: Ink) -> list[Thing]:
    """Find the things that may be digits, the one that most likely is first.

    Args:
        ink: of the whole picture, any at all.
    """
    written = _with_faint(ink)
    pieces = find_pieces(written)
    if _take_off_forms(written, pieces):
        pieces = find_pieces(written)
    numbers = sorted(range(len(pieces.boxes)), key=lambda i: -pieces.boxes[i].longer)[:MAX_PIECES]
    weights = {number: _weight(pieces.boxes[number], pieces.shape) for number in numbers}
    for number in _filled(pieces, numbers) + _rules(pieces, numbers):
        weights[number] *= 0.1
    things = []
    for weight in set(weights.values()):
        alike = [number for number in numbers if weights[number] == weight]
        things += [_thing(pieces, group, weight) for group in _groups(pieces, alike)]
    things.sort(key=lambda thing: -thing.score)
    return [thing for thing in things if thing.score >= LEAST_SCORE * things[0].score]


def _with_faint(ink: Ink) -> Mask:
    """Add faint ink to the strong of which it is a continuation, no longer than that itself.

    What reaches much farther is no ink, but the line of ruled paper or the edge of a shadow.
    """
    if not (ink.faint & ~greatest_near(ink.strong, 3)).any():
        return np.array(ink.faint)  # nothing of it but soft edges
    pieces = find_pieces(ink.faint)
    strong = np.array(ink.strong)
    for number in np.argsort(pieces.areas)[::-1][:MAX_PIECES]:
        box = pieces.boxes[number]
        part = pieces.ink_of(number)
        rows, columns = np.nonzero(part & box.cut(strong))
        if len(rows) and box.longer <= 1.5 * max(np.ptp(rows), np.ptp(columns)) + 4:
            box.cut(strong)[part] = True
    return strong


def _take_off_forms(ink: Mask, pieces: Pieces) -> bool:
    """Take off printed boxes and lines that something is written in, on or across.

    Args:
        ink: it is changed.
        pieces: of it.

    Returns:
        Whether there were any.
    """
    least = 0.15 * max(ink.shape)
    before = int(ink.sum())
    for number, box in enumerate(pieces.boxes):
        if min(box.width, box.height) < 8 or box.longer < least:
            continue
        piece = pieces.ink_of(number)
        rest = without_box(piece)
        if rest is not None and not is_much(rest, box):
            others = box.cut(ink) & ~piece
            rest = np.zeros_like(rest) if is_much(others, box) else None
        elif rest is None:
            rest = without_line(piece)
        if rest is not None:
            box.cut(ink)[piece & ~rest] = False
    return int(ink.sum()) < before


def _weight(box: Box, shape: tuple[int, int]) -> float:
    """Return how likely a piece is part of the digit, by where it lies: at most 1."""
    height, width = shape
    edges = (box.left <= 1, box.top <= 1, box.right >= width - 1, box.bottom >= height - 1)
    is_frame = box.height > 0.85 * height and box.width > 0.85 * width
    return (0.2 if any(edges) else 1.0) * (0.2 if sum(edges) >= 3 or is_frame else 1.0)


def _filled(pieces: Pieces, numbers: list[int]) -> list[int]:
    """Find what is filled, such as a button: much thicker than the strokes that are there, too."""
    if len(numbers) < 2:
        return []
    thickness = _thickness(pieces, numbers)
    strokes = [n for n in numbers if thickness[n] < 0.4 * pieces.boxes[n].longer]
    if not strokes:
        return []
    pen = thickness[max(strokes, key=lambda n: pieces.boxes[n].longer)]
    return [
        number
        for number in numbers
        if thickness[number] > 2.5 * pen
        and thickness[number] > 0.5 * min(pieces.boxes[number].width, pieces.boxes[number].height)
    ]


def _rules(pieces: Pieces, numbers: list[int]) -> list[int]:
    """Find the lines of forms, longer than all that is no such line."""
    level = {n for n in numbers if pieces.boxes[n].width > 6 * pieces.boxes[n].height}
    others = [pieces.boxes[n].longer for n in numbers if n not in level]
    return [n for n in level if others and pieces.boxes[n].width > 1.3 * max(others)]


def _thickness(pieces: Pieces, numbers: list[int]) -> dict[int, int]:
    """Return how thick each piece is where it is thickest, in pixels."""
    thickness = {}
    for number in numbers:
        part = np.pad(pieces.ink_of(number), 1)
        layers = 0
        while part.any():  # peel it, from all sides at once
            part[1:-1] &= part[:-2] & part[2:]
            part[:, 1:-1] &= part[:, :-2] & part[:, 2:]
            layers += 1
        thickness[number] = 2 * layers - 1
    return thickness


def _groups(pieces: Pieces, numbers: list[int]) -> list[list[int]]:
    """Gather pieces that lie together: nearer beside than above each other, as digits do."""
    boxes = [pieces.boxes[number] for number in numbers]
    pairs = []
    for i, first in enumerate(boxes):
        for j, second in enumerate(boxes[:i]):
            longer = max(first.longer, second.longer)
            beside = max(first.left, second.left) - min(first.right, second.right)
            above = max(first.top, second.top) - min(first.bottom, second.bottom)
            if beside <= 0.12 * longer and above <= 0.25 * longer:
                pairs.append((i, j))
    return [[numbers[i] for i in group] for group in join(len(numbers), pairs)]


def _thing(pieces: Pieces, group: list[int], weight: float) -> Thing:
    longest = max(pieces.boxes[number].longer for number in group)
    group = [number for number in group if pieces.boxes[number].longer > SPECK * longest]
    boxes = np.array([pieces.boxes[number] for number in group])
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    box = Box(int(left), int(top), int(right), int(bottom))
    is_wide = box.width > 2 * box.height  # a word, a rule, a dash
    ink = np.zeros(pieces.shape, dtype=bool)
    for number in group:
        pieces.boxes[number].cut(ink)[pieces.ink_of(number)] = True
    return Thing(box, ink, box.longer * weight * (0.15 if is_wide else 1.0))

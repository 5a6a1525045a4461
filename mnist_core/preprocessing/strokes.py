"""Strokes → the 28×28 image, each drawn anew at MNIST's size by a pen as wide as MNIST's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mnist_core.text import Message

SIDE = 28  # pixels, the image
DIGIT_SIDE = 20  # pixels, the longer side of the digit in it
PEN_WIDTH = 2.3  # pixels, the width of MNIST's pen, measured where pen-drawn digits read best
SOFT_EDGE = 1.0  # pixels; half of it lies outside the pen's width, on either side of a line
LINE_SIDE = DIGIT_SIDE - PEN_WIDTH - SOFT_EDGE  # pixels, the longer side without the pen's width
# Pixels from the top left corner, right and down: the centre of pixel 14, counted from 0. MNIST's
# makers moved digits by whole pixels, so half a pixel beyond the image's own middle is theirs.
CENTER = SIDE / 2 + 0.5

MAX_STROKES = 1_000
MAX_POINTS = 10_000
MAX_COORDINATE = 1e6

Stroke = NDArray[np.float64]
"""The points that a pen visited while it was down, [n, 2]: x to the right, y downwards."""

GrayImage = NDArray[np.uint8]
"""28×28 pixels as in MNIST: 0 is paper, 255 is ink."""


def parse_strokes(payload: object) -> list[Stroke]:
    """Check strokes that come from outside: lists of [x, y], as a browser or a JSON file has them.

    Args:
        payload: `[[[x, y], ...], ...]`. Strokes without points are left out.

    Returns:
        One array [n, 2] a stroke.

    Raises:
        ValueError: anything else; the message says in one sentence what is wrong.
    """
    if not isinstance(payload, list) or not all(isinstance(stroke, list) for stroke in payload):
        raise ValueError(Message("drawing.not_strokes"))
    if len(payload) > MAX_STROKES or sum(map(len, payload)) > MAX_POINTS:
        raise ValueError(Message("drawing.too_long", strokes=MAX_STROKES, points=MAX_POINTS))
    if not all(_is_point(point) for stroke in payload for point in stroke):
        raise ValueError(Message("drawing.not_points"))
    return [np.array(stroke, dtype=np.float64) for stroke in payload if stroke]


def _is_point(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_coordinate, value))


def _is_coordinate(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= MAX_COORDINATE  # false for NaN as well


def image_from_strokes(strokes: list[Stroke]) -> GrayImage | None:
    """Draw strokes anew at MNIST's size, so that neither their size nor their pen matters.

    Args:
        strokes: arrays [n, 2] in any unit, here called one thousandth of the paper's side.

    Returns:
        The image, or None if nothing has been drawn.
    """
    strokes = [stroke for stroke in strokes if len(stroke)]
    if not strokes:
        return None
    return image_from_dots(dots_along(scale_to_digit_size(strokes)))


def ink_of_each(strokes: list[Stroke]) -> list[GrayImage]:
    """Draw each stroke alone, where it lies in the image of all of them.

    Args:
        strokes: as for `image_from_strokes`.

    Returns:
        An image for each stroke that has points. Pixel by pixel, their maximum is the image of all.
    """
    strokes = [stroke for stroke in strokes if len(stroke)]
    if not strokes:
        return []
    dots = _dots_of_each(scale_to_digit_size(strokes))
    shift = _shift_to_center(np.concatenate(dots))
    return [_to_bytes(draw_dots(of_one + shift)) for of_one in dots]


def image_from_dots(dots: Stroke) -> GrayImage:
    """Draw dots by MNIST's pen and place them by their centre of mass.

    Args:
        dots: at least one, [n, 2], already at MNIST's size, about the origin.
    """
    return _to_bytes(draw_dots(dots + _shift_to_center(dots)))


def _shift_to_center(dots: Stroke) -> NDArray[np.float64]:
    """Return by how much, (x, y), dots about the origin are moved into the image."""
    # Subpixel placement: find where the ink's mass lies, then draw again with it at `CENTER`,
    # or as near to that as the edge allows.
    middle = SIDE / 2
    margin = (SIDE - DIGIT_SIDE) / 2
    off = CENTER - center_of_mass(draw_dots(dots + middle))
    shift: NDArray[np.float64] = middle + np.clip(off, -margin, margin)
    return shift


def _to_bytes(ink: NDArray[np.float64]) -> GrayImage:
    return np.rint(ink * 255).astype(np.uint8)


def scale_to_digit_size(strokes: list[Stroke]) -> list[Stroke]:
    """Scale to 20 pixels, ink included, about the origin; a mere tap is not blown up."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    tap = 20.0  # thousandths of the paper; a hand that taps trembles about this much
    scale = LINE_SIDE / max((high - low).max(), tap)
    return [(stroke - (low + high) / 2) * scale for stroke in strokes]


def dots_along(strokes: list[Stroke]) -> Stroke:
    """Replace each line by dots a quarter of a pixel apart: close enough to look drawn through."""
    return np.concatenate(_dots_of_each(strokes))


def _dots_of_each(strokes: list[Stroke]) -> list[Stroke]:
    lengths = [np.hypot(*np.diff(stroke, axis=0).T) for stroke in strokes]
    most_dots = 1_500  # bounds the time a scribble takes; no digit needs a third of them
    gap = max(0.25, sum(length.sum() for length in lengths) / most_dots)
    dots = []
    for stroke, length in zip(strokes, lengths, strict=True):
        walked = np.concatenate([[0.0], np.cumsum(length)])  # from the stroke's start, per point
        stops = np.linspace(0.0, walked[-1], 1 + int(np.ceil(walked[-1] / gap)))
        dots.append(np.stack([np.interp(stops, walked, axis) for axis in stroke.T], axis=1))
    return dots


_PIXEL_CENTERS = (
    np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=-1).reshape(-1, 2) + 0.5
)


def draw_dots(dots: Stroke) -> NDArray[np.float64]:
    """Ink each pixel by its distance to the nearest dot; the pen's edge is soft.

    Returns:
        [28, 28], 0 (paper) to 1 (ink).
    """
    # |pixel - dot|² = |pixel|² + |dot|² - 2 pixel·dot turns all distances into one matrix product.
    squares = (dots**2).sum(axis=1) - 2 * _PIXEL_CENTERS @ dots.T  # [784, dots]
    squares = squares.min(axis=1) + (_PIXEL_CENTERS**2).sum(axis=1)  # [784]
    distance = np.sqrt(np.maximum(squares, 0.0))
    ink: NDArray[np.float64] = np.clip((PEN_WIDTH / 2 - distance) / SOFT_EDGE + 0.5, 0.0, 1.0)
    image: NDArray[np.float64] = ink.reshape(SIDE, SIDE)
    return image


def center_of_mass(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean (x, y) of the ink, in pixels from the top left corner of `ink` [h, w]."""
    height, width = ink.shape
    across = ink.sum(axis=0) @ (np.arange(width) + 0.5)
    down = ink.sum(axis=1) @ (np.arange(height) + 0.5)
    middle: NDArray[np.float64] = np.array([across, down]) / ink.sum()
    return middle

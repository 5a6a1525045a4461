"""The way from a drawing to the image, step by step, with any of the steps left out.

What `strokes` does in one go, shown as pictures: so that one sees what becomes of a drawing that is
merely squeezed to 28×28, as many do it, and which step mends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_core.data import normalize
from mnist_core.preprocessing.strokes import (
    CENTER,
    DIGIT_SIDE,
    PEN_WIDTH,
    SIDE,
    GrayImage,
    Stroke,
    center_of_mass,
    dots_along,
    draw_dots,
    scale_to_digit_size,
)

STEPS = ("crop", "fit", "pen", "center", "normalize")
"""In their order."""

PAPER = 1000.0  # thousandths of its side, the canvas
BRUSH = 70.0  # thousandths, the width of its ink
FINE = 2 * SIDE  # pixels, the pictures of what lies before the 28×28 image

Picture = NDArray[np.uint8]
"""[side, side], 0 is paper, 255 is ink."""

Ink = NDArray[np.float64]


@dataclass(frozen=True)
class Steps:
    """Which steps are taken; all of them is what the network learned from.

    Attributes:
        crop: cut out the digit, so that its place and its size on the paper do not matter.
        fit: scale the longer side to 20 pixels and keep the proportions; else what there is is
            stretched to 28×28.
        pen: draw anew with MNIST's pen; else the brush is scaled with everything.
        center: put the centre of mass where MNIST's is.
        normalize: turn 0 (paper) to 255 (ink) into -1 to 1 (article, step 2.1); else into 0 to 1.
    """

    crop: bool = True
    fit: bool = True
    pen: bool = True
    center: bool = True
    normalize: bool = True

    def switched(self, step: str) -> Steps:
        """Return these steps with one of them switched: off if it is on, on if it is off."""
        return replace(self, **{step: not getattr(self, step)})


@dataclass(frozen=True)
class Way:
    """A drawing on its way to the network.

    Attributes:
        pictures: what there is to begin with and after each of `STEPS`.
        image: 28×28, the last picture but for its values.
    """

    pictures: tuple[Picture, ...]
    image: GrayImage


def explain(strokes: list[Stroke], steps: Steps) -> Way | None:
    """Show what becomes of a drawing, step by step.

    Args:
        strokes: arrays [n, 2], in thousandths of the paper's side.
        steps: those to be taken. With all of them, `image` is what `image_from_strokes` makes.

    Returns:
        The way, or None if nothing has been drawn.
    """
    if not any(map(len, strokes)):
        return None
    image = image_by(strokes, steps)
    low, high = _box(strokes)
    half = (high - low).max() / 2 if steps.crop else PAPER / 2
    middle = (low + high) / 2 if steps.crop else np.full(2, PAPER / 2)
    drawn = _to_pixels(_paint(strokes, np.zeros(2), np.full(2, PAPER)))
    cropped = _to_pixels(_paint(strokes, middle - half, middle + half))
    fitted = image_by(strokes, replace(steps, pen=False, center=False))
    penned = image_by(strokes, replace(steps, center=False))
    seen = values_by(image, steps)[0, 0].numpy()
    return Way((drawn, cropped, fitted, penned, image, _to_pixels((seen + 1) / 2)), image)


def image_by(strokes: list[Stroke], steps: Steps) -> GrayImage:
    """Make the 28×28 image of strokes, at least one point in all, by these steps alone."""
    strokes = [stroke for stroke in strokes if len(stroke)]
    draw = _drawn_by_pen(strokes, steps) if steps.pen else _drawn_by_brush(strokes, steps)
    shift = np.zeros(2)
    ink = draw(shift)
    if steps.center and ink.any():
        # What has been cropped may move as far as it is from the edge, so that nothing is cut off.
        cropped_margin = (SIDE - DIGIT_SIDE) / 2 if steps.fit else 0.0
        margin = cropped_margin if steps.crop else SIDE / 2
        shift = np.clip(CENTER - center_of_mass(ink), -margin, margin)
        ink = draw(shift)
    return _to_pixels(ink)


def values_by(image: GrayImage, steps: Steps) -> Tensor:
    """Turn an image into what the network is given, [1, 1, 28, 28]."""
    pixels = torch.from_numpy(image).unsqueeze(0)
    return normalize(pixels) if steps.normalize else pixels.unsqueeze(1).float().div(255)


Draw = Callable[[NDArray[np.float64]], Ink]
"""Draws with everything moved by so many pixels, x and y."""


def _drawn_by_pen(strokes: list[Stroke], steps: Steps) -> Draw:
    if steps.crop and steps.fit:
        dots = dots_along(scale_to_digit_size(strokes)) + SIDE / 2
    elif steps.crop:
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = (SIDE - PEN_WIDTH) / np.maximum(high - low, BRUSH)
        dots = dots_along([(stroke - (low + high) / 2) * scale for stroke in strokes]) + SIDE / 2
    else:
        side = DIGIT_SIDE if steps.fit else SIDE
        dots = dots_along([(s / PAPER - 0.5) * side for s in strokes]) + SIDE / 2
    return lambda shift: draw_dots(dots + shift)


def _drawn_by_brush(strokes: list[Stroke], steps: Steps) -> Draw:
    low, high = _box(strokes) if steps.crop else (np.zeros(2), np.full(2, PAPER))
    if steps.fit:
        middle, half = (low + high) / 2, (high - low).max() / 2 * SIDE / DIGIT_SIDE
        low, high = middle - half, middle + half

    def draw(shift: NDArray[np.float64]) -> Ink:
        moved = shift * (high - low) / SIDE
        fine = _paint(strokes, low - moved, high - moved)
        coarse: Ink = fine.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
        return coarse

    return draw


def _box(strokes: list[Stroke]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of what the brush has inked, top left and bottom right."""
    points = np.concatenate([stroke for stroke in strokes if len(stroke)])
    return points.min(axis=0) - BRUSH / 2, points.max(axis=0) + BRUSH / 2


def _paint(strokes: list[Stroke], low: NDArray[np.float64], high: NDArray[np.float64]) -> Ink:
    """Paint a part of the paper by the brush, stretched to a square.

    Args:
        strokes: in thousandths of the paper.
        low: the part's top left corner.
        high: its bottom right corner.

    Returns:
        [56, 56], 0 to 1.
    """
    unit = SIDE / PAPER  # dots_along sets its dots by pixels of 28
    dots = dots_along([stroke * unit for stroke in strokes if len(stroke)]) / unit
    pixel = (high - low) / FINE
    down, across = np.indices((FINE, FINE)).reshape(2, -1) + 0.5
    places = low + np.stack([across, down], axis=1) * pixel  # [56 * 56, 2], on the paper
    squares = (dots**2).sum(axis=1) - 2 * places @ dots.T
    squares = squares.min(axis=1) + (places**2).sum(axis=1)
    distance = np.sqrt(np.maximum(squares, 0.0))
    soft = np.sqrt(pixel.prod())  # the edge of the ink is about one pixel soft
    ink: Ink = np.clip((BRUSH / 2 - distance) / soft + 0.5, 0.0, 1.0)
    return ink.reshape(FINE, FINE)


def _to_pixels(ink: Ink) -> Picture:
    pixels: Picture = np.rint(np.clip(ink, 0.0, 1.0) * 255).astype(np.uint8)
    return pixels

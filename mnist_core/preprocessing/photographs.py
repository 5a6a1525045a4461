"""The photograph of a thing → an image as a data set has them, where there is no digit to find."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from mnist_core.data import Shape
from mnist_core.preprocessing.colours import grays_of
from mnist_core.preprocessing.decoder import simplify
from mnist_core.preprocessing.pieces import Box

BLACK = 16  # of 255: what is around a thing is not darker than that in pictures that are ready
LEAST_CONTRAST = 8.0  # of 255, between a thing and what is around it


def middle_square(crop: Box) -> Box:
    """Return the square in the middle of a part of a picture, as large as it can be."""
    side = min(crop.right - crop.left, crop.bottom - crop.top)
    left = (crop.left + crop.right - side) // 2
    top = (crop.top + crop.bottom - side) // 2
    return Box(left, top, left + side, top + side)


def image_of_thing(picture: Image.Image, shape: Shape, *, is_on_black: bool) -> NDArray[np.uint8]:
    """Bring a picture to the shape of a data set's images.

    Args:
        picture: any size and mode; what is transparent counts as white. Where it is no square, its
            middle counts.
        shape: of the images: one channel is grey, three are red, green and blue.
        is_on_black: whether they all show something light on black. What is around the thing then
            becomes black: a picture on light ground is turned into its negative, as
            Fashion-MNIST's were (Xiao, Rasul and Vollgraf, "Fashion-MNIST", 2017).

    Returns:
        [*shape], 0 to 255.
    """
    channels, rows, columns = shape
    ground = simplify(picture)
    if channels == 1:
        square = ImageOps.fit(grays_of(ground), (columns, rows), Image.Resampling.BOX)
        grays = np.asarray(square, dtype=np.float32)
        if is_on_black:
            grays = _on_black(grays)
        image: NDArray[np.uint8] = grays.clip(0, 255).round().astype(np.uint8)
        return image[None]
    if ground.mode == "F":
        ground = grays_of(ground).convert("L")
    with_opacity = ground.convert("RGBA")
    white = Image.new("RGBA", ground.size, "white")
    square = ImageOps.fit(
        Image.alpha_composite(white, with_opacity).convert("RGB"),
        (columns, rows),
        Image.Resampling.BOX,
    )
    colours: NDArray[np.uint8] = np.asarray(square).transpose(2, 0, 1).copy()
    return colours


def _on_black(grays: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make what is around a thing black, and the thing lighter than that, [rows, columns]."""
    ground = _ground(grays)
    is_dark = ground <= grays.mean()
    if is_dark and ground < BLACK:  # as it is in those of the data set
        return grays
    if not is_dark:
        grays, ground = 255 - grays, 255 - ground
    brightest = float(np.percentile(grays, 99))
    stretched: NDArray[np.float32] = (grays - ground) / max(brightest - ground, LEAST_CONTRAST)
    return 255 * stretched.clip(0, 1)


def _ground(grays: NDArray[np.float32]) -> float:
    """Return how light the edge of a picture is, most of it."""
    edge = np.concatenate([grays[0], grays[-1], grays[1:-1, 0], grays[1:-1, -1]])
    return float(np.median(edge))

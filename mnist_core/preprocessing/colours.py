"""A picture of any mode → its shades of grey, in which the ink differs from its paper.

Grey is usually the lightness. Green on red of the same lightness would be blank in that, so where
nearly all that stands out does so by its colour, that colour's axis is taken for grey.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_core.preprocessing.decoder import simplify
from mnist_core.preprocessing.ink import fitting

LIGHTNESS = np.array(
    [0.299, 0.587, 0.114]
)  # of red, green and blue (ITU-R BT.601), as Pillow has it
LEAST_SHARE = 0.1  # of the variance; if lightness shows less of it, another axis is taken


def grays_of(picture: Image.Image) -> Image.Image:
    """Lay a picture on paper, where it is transparent, and take the colours out of it.

    Args:
        picture: any size and mode.

    Returns:
        Mode "L", or "F" with values of 0 to 255 if its pixels have more than eight bits.
    """
    picture = simplify(picture)
    if picture.mode == "F":
        return _grays_of_numbers(picture)
    if picture.mode == "L":
        return picture
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255):
        paper = Image.new("RGBA", picture.size, _paper_for(picture))
        picture = Image.alpha_composite(paper, picture)
    axis = _gray_axis(picture)
    if axis is None:
        return picture.convert("L")
    low = 255 * np.minimum(axis, 0).sum()  # of all colours there are
    high = 255 * np.maximum(axis, 0).sum()
    stretch = 255 / (high - low)
    return picture.convert("RGB").convert("L", (*(axis * stretch).tolist(), -low * stretch))


def _grays_of_numbers(picture: Image.Image) -> Image.Image:
    """Bring pixels of more than eight bits, in whatever range they are, to 0 to 255."""
    pixels = np.nan_to_num(np.array(picture, dtype=np.float64))
    low, high = pixels.min(), pixels.max()
    grays = (pixels - low) / max(high - low, 1e-300) * 255
    return Image.fromarray(grays.astype(np.float32))


def _gray_axis(picture: Image.Image) -> NDArray[np.float32] | None:
    """Return the axis along which colours vary most, [3]; None if lightness does as well."""
    height, width = fitting((picture.height, picture.width), 64)
    some = picture.resize((4 * width, 4 * height), Image.Resampling.NEAREST).convert("RGB")
    small = some.resize((width, height), Image.Resampling.BOX)
    around = small.resize((8, 8), Image.Resampling.BOX).resize(small.size)
    # from what surrounds it, so that the light does not count
    apart = (np.asarray(small, dtype=np.float32) - np.asarray(around)).reshape(-1, 3)
    variances, axes = np.linalg.eigh(apart.T @ apart / len(apart))
    lightness = LIGHTNESS / np.linalg.norm(LIGHTNESS)
    if ((apart @ lightness) ** 2).mean() >= LEAST_SHARE * variances[-1]:
        return None
    axis: NDArray[np.float32] = axes[:, -1]
    return axis


def _paper_for(picture: Image.Image) -> str:
    """White, unless what is not transparent is itself light."""
    pixels: NDArray[np.float32] = np.asarray(picture, dtype=np.float32)
    opacity = pixels[..., 3]
    if opacity.sum() == 0:
        return "white"
    light = (pixels[..., :3].mean(axis=-1) * opacity).sum() / opacity.sum() > 127.5
    return "black" if light and opacity.min() == 0 else "white"

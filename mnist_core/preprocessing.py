"""A drawing → the 28×28 image that MNIST would have made of it.

MNIST's makers cropped each digit, scaled its longer side to 20 pixels with its proportions kept,
and placed it by its centre of mass in 28×28 (LeCun, Bottou, Bengio and Haffner, "Gradient-based
learning applied to document recognition", 1998, section III.A). A network that learned from such
images misreads any other, so every drawing goes the same way: strokes by being drawn anew at that
size with a pen as wide as MNIST's, pictures by having their pixels cropped and scaled.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

SIDE = 28  # pixels, the image
DIGIT_SIDE = 20  # pixels, the longer side of the digit in it
PEN_WIDTH = 2.3  # pixels, the width of MNIST's pen, measured where pen-drawn digits read best

MAX_STROKES = 1_000
MAX_POINTS = 10_000
MAX_COORDINATE = 1e6
MAX_PICTURE_PIXELS = 40_000_000  # what the camera of a telephone takes
PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")  # none that starts a program

Stroke = NDArray[np.float64]
"""The points that a pen visited while it was down, [n, 2]: x to the right, y downwards."""

GrayImage = NDArray[np.uint8]
"""28×28 pixels as in MNIST: 0 is paper, 255 is ink."""


# --- from strokes ------------------------------------------------------------------------------


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
        raise ValueError("A drawing must be a list of strokes, each a list of [x, y] points.")
    if len(payload) > MAX_STROKES or sum(map(len, payload)) > MAX_POINTS:
        raise ValueError(
            f"A drawing may have {MAX_STROKES:,} strokes and {MAX_POINTS:,} points at most."
        )
    if not all(_is_point(point) for stroke in payload for point in stroke):
        raise ValueError("Each point of a drawing must be [x, y], two numbers of ordinary size.")
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
    dots = _dots_along(_scale_to_digit_size(strokes))
    # Subpixel placement: find where the ink's mass lies, then draw again with it in the middle,
    # or as near to that as the edge allows.
    middle = np.full(2, SIDE / 2)
    margin = (SIDE - DIGIT_SIDE) / 2
    shift = np.clip(middle - center_of_mass(_draw(dots + middle)), -margin, margin)
    ink = _draw(dots + middle + shift)
    return np.rint(ink * 255).astype(np.uint8)


def _scale_to_digit_size(strokes: list[Stroke]) -> list[Stroke]:
    """Scale to 20 pixels, ink included, about the origin; a mere tap is not blown up."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    tap = 20.0  # thousandths of the paper; a hand that taps trembles about this much
    scale = (DIGIT_SIDE - PEN_WIDTH) / max((high - low).max(), tap)
    return [(stroke - (low + high) / 2) * scale for stroke in strokes]


def _dots_along(strokes: list[Stroke]) -> Stroke:
    """Replace each line by dots a quarter of a pixel apart: close enough to look drawn through."""
    lengths = [np.hypot(*np.diff(stroke, axis=0).T) for stroke in strokes]
    most_dots = 1_500  # bounds the time a scribble takes; no digit needs a third of them
    gap = max(0.25, sum(length.sum() for length in lengths) / most_dots)
    dots = []
    for stroke, length in zip(strokes, lengths, strict=True):
        walked = np.concatenate([[0.0], np.cumsum(length)])  # from the stroke's start, per point
        stops = np.linspace(0.0, walked[-1], 1 + int(np.ceil(walked[-1] / gap)))
        dots.append(np.stack([np.interp(stops, walked, axis) for axis in stroke.T], axis=1))
    return np.concatenate(dots)


_PIXEL_CENTERS = (
    np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=-1).reshape(-1, 2) + 0.5
)


def _draw(dots: Stroke) -> NDArray[np.float64]:
    """Ink each pixel by its distance to the nearest dot; the pen's edge is one pixel soft.

    Returns:
        [28, 28], 0 (paper) to 1 (ink).
    """
    # |pixel - dot|² = |pixel|² + |dot|² - 2 pixel·dot turns all distances into one matrix product.
    squares = (dots**2).sum(axis=1) - 2 * _PIXEL_CENTERS @ dots.T  # [784, dots]
    squares = squares.min(axis=1) + (_PIXEL_CENTERS**2).sum(axis=1)  # [784]
    distance = np.sqrt(np.maximum(squares, 0.0))
    ink: NDArray[np.float64] = np.clip(PEN_WIDTH / 2 + 0.5 - distance, 0.0, 1.0)
    image: NDArray[np.float64] = ink.reshape(SIDE, SIDE)
    return image


def center_of_mass(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean (x, y) of the ink, in pixels from the top left corner of `ink` [h, w]."""
    height, width = ink.shape
    across = ink.sum(axis=0) @ (np.arange(width) + 0.5)
    down = ink.sum(axis=1) @ (np.arange(height) + 0.5)
    middle: NDArray[np.float64] = np.array([across, down]) / ink.sum()
    return middle


# --- from pictures -----------------------------------------------------------------------------


def open_picture(path: Path) -> Image.Image:
    """Read an image file: PNG, JPEG, WebP, GIF, BMP, TIFF, PGM or PPM.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not an image, is damaged, or has too many pixels.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no image file {path}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with a file is said below, once
            with Image.open(path, formats=PICTURE_FORMATS) as picture:
                if picture.width * picture.height <= MAX_PICTURE_PIXELS:
                    return ImageOps.exif_transpose(picture)  # cameras may lie on their side
    except Image.DecompressionBombError:
        pass
    except Exception as error:  # damaged files raise nearly anything
        raise ValueError(f"{path.name} is not an image that can be read.") from error
    raise ValueError(f"{path.name} has more than {MAX_PICTURE_PIXELS // 1_000_000} megapixels.")


def image_from_picture(picture: Image.Image) -> GrayImage | None:
    """Bring the picture of one digit, dark on light or light on dark, to MNIST's form.

    Args:
        picture: any size and mode; what is transparent counts as paper.

    Returns:
        The image, or None if the picture is blank.
    """
    ink = _ink_of(picture)
    inked = ink > 0.5 * ink.max() if ink.max() > 0 else ink > 0
    if not inked.any():
        return None
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _center(_shrink(crop))


def _ink_of(picture: Image.Image) -> NDArray[np.float64]:
    """Tell ink from paper: what differs most from the picture's own edge is ink, [h, w] 0 to 1."""
    picture = picture.copy()
    picture.thumbnail((1_000, 1_000))  # plenty for one digit
    paper = Image.new("RGBA", picture.size, _paper_for(picture))
    gray = Image.alpha_composite(paper, picture.convert("RGBA")).convert("L")
    values = np.asarray(gray, dtype=np.float64)
    edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    ink = np.abs(values - np.median(edge))
    faint = 32.0  # of 255 grey levels: less contrast than this is noise in the paper
    if ink.max() < faint:
        return np.zeros_like(ink)
    certain: NDArray[np.float64] = np.clip((ink / ink.max() - 0.2) / 0.6, 0.0, 1.0)
    return certain


def _paper_for(picture: Image.Image) -> str:
    """White, unless what is not transparent is itself light."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return "white"
    pixels = np.asarray(picture.convert("RGBA"), dtype=np.float64)
    opacity = pixels[..., 3]
    if opacity.sum() == 0:
        return "white"
    light = (pixels[..., :3].mean(axis=-1) * opacity).sum() / opacity.sum() > 127.5
    return "black" if light and opacity.min() == 0 else "white"


def _shrink(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale so that the longer side is 20 pixels, each new pixel the mean of what it covers."""
    height, width = ink.shape
    scale = DIGIT_SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    shrunk = Image.fromarray(ink.astype(np.float32)).resize(size, Image.Resampling.LANCZOS)
    return np.clip(np.asarray(shrunk, dtype=np.float64), 0.0, 1.0)


def _center(digit: NDArray[np.float64]) -> GrayImage:
    """Place a digit of at most 20×20 in 28×28, its centre of mass on the nearest pixel."""
    height, width = digit.shape
    left, top = np.rint(SIDE / 2 - center_of_mass(digit)).astype(int)
    left, top = np.clip([left, top], 0, [SIDE - width, SIDE - height])
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    image[top : top + height, left : left + width] = np.rint(digit * 255)
    return image

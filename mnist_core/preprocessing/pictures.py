"""The picture of one digit → the 28×28 image, as if its pen's strokes had been recorded.

A picture's ink is as wide as some pen and some size of writing made it. MNIST's digits were all
written on the same forms and scaled to the same size, so their ink is about as wide in all of them.
What comes nearest to that is to find the line along which the pen went, and draw it anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_core.preprocessing import decoder
from mnist_core.preprocessing.decoder import MAX_PICTURE_PIXELS, simplify
from mnist_core.preprocessing.ink import (
    Gray,
    blur,
    find_ink,
    fitting,
    is_light_on_dark,
    keep_digit,
    paper_under,
    resize,
)
from mnist_core.preprocessing.strokes import (
    LINE_SIDE,
    GrayImage,
    Stroke,
    image_from_dots,
)
from mnist_core.preprocessing.thinning import Mask, thin

MAX_PICTURE_BYTES = 100_000_000  # the file; the largest pictures, packed as badly as can be
PATIENCE = 60.0  # seconds; much more than the seconds of computing it may have, on a busy machine

OVERVIEW = 320  # pixels, the picture's longer side while the digit is looked for
CLOSE_UP = 160  # pixels, the digit's longer side while its line is looked for


def open_picture(path: Path) -> Image.Image:
    """Open an image file: PNG, JPEG, WebP, GIF, BMP, TIFF, PGM or PPM.

    Another process decodes it (see `decoder`), so whatever the file holds, this one stays as it is.

    Returns:
        The picture, upright, at most 1,000 pixels long.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not an image, is damaged, has too many pixels, or would take too
            much memory or time.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no image file {path}.")
    if path.stat().st_size > MAX_PICTURE_BYTES:
        raise ValueError(f"{path.name} is larger than {MAX_PICTURE_BYTES // 1_000_000} megabytes.")
    header, _, pixels = _decode_elsewhere(path).partition(b"\n")
    try:
        found = json.loads(header)
        if found is not None:
            mode, width, height = found
            return Image.frombytes(mode, (width, height), pixels)
    except (ValueError, TypeError) as error:  # it ended before it had anything to say
        raise ValueError(f"{path.name} is not an image that can be read.") from error
    raise ValueError(f"{path.name} has more than {MAX_PICTURE_PIXELS // 1_000_000} megapixels.")


def _decode_elsewhere(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            done = subprocess.run(
                [sys.executable, decoder.__file__],
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what is wrong with a file is said above, once
                timeout=PATIENCE,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"{path.name} takes too long to be read.") from error
    return done.stdout


def image_from_picture(picture: Image.Image) -> GrayImage | None:
    """Bring the picture of one digit, dark on light or light on dark, to MNIST's form.

    Args:
        picture: any size and mode; what is transparent counts as paper.

    Returns:
        The image, or None if the picture is blank.
    """
    gray = _gray_of(picture)
    if is_light_on_dark(gray):
        gray = 255.0 - gray
    overview = resize(gray, *fitting(gray, OVERVIEW))
    paper = paper_under(overview)
    ink = find_ink(overview, paper, softness=0.7)
    if not ink.any():
        return None
    line = thin(_look_closely(gray, paper, keep_digit(ink)))
    return image_from_dots(_scale_to_digit_size(line))


def _look_closely(gray: Gray, paper: Gray, digit: Mask) -> Mask:
    """Find the digit's ink once more, where it is large: 160 pixels, however large in the picture.

    Args:
        gray: the picture.
        paper: how light the paper is, in the overview.
        digit: the digit's ink in the overview, at least one pixel.
    """
    rows, columns = np.nonzero(digit)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    longer = max(bottom - top, right - left)
    margin = max(2, round(0.15 * longer))  # of paper, to tell the ink from
    top, bottom = max(0, top - margin), min(digit.shape[0], bottom + margin)
    left, right = max(0, left - margin), min(digit.shape[1], right + margin)

    zoom = np.array(gray.shape) / digit.shape
    y0, x0 = np.floor((top, left) * zoom).astype(int)
    y1, x1 = np.ceil((bottom, right) * zoom).astype(int)
    part = gray[y0:y1, x0:x1]
    height, width = fitting(part, CLOSE_UP * max(bottom - top, right - left) / longer)
    close = resize(part, height, width)
    close_paper = resize(paper[top:bottom, left:right], height, width)
    near = blur(digit[top:bottom, left:right].astype(np.float64), 1)
    near_ink = resize(near, height, width) > 0.1
    ink: Mask = find_ink(close, close_paper, softness=2) & near_ink
    return ink if ink.any() else near_ink


def _scale_to_digit_size(line: Mask) -> Stroke:
    """Scale a line to 20 pixels, ink included, about the origin; a mere dot is not blown up."""
    dots = np.argwhere(line)[:, ::-1].astype(np.float64)  # [n, 2], x and y
    low, high = dots.min(axis=0), dots.max(axis=0)
    dot = CLOSE_UP / 4  # what is as wide as long has a line no longer than that
    scale = LINE_SIDE / max((high - low).max(), dot)
    scaled: Stroke = (dots - (low + high) / 2) * scale
    return scaled


def _gray_of(picture: Image.Image) -> Gray:
    """Lay a picture on paper, where it is transparent, and take the colours out of it."""
    picture = simplify(picture)
    if picture.mode == "F":
        return _gray_of_numbers(picture)
    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, _paper_for(picture))
        picture = Image.alpha_composite(paper, picture).convert("L")
    return np.array(picture, dtype=np.float64)


def _gray_of_numbers(picture: Image.Image) -> Gray:
    """Bring pixels of more than eight bits, in whatever range they are, to 0 to 255."""
    pixels = np.nan_to_num(np.array(picture, dtype=np.float64))
    low, high = pixels.min(), pixels.max()
    gray: Gray = (pixels - low) / max(high - low, 1e-300) * 255
    return gray


def _paper_for(picture: Image.Image) -> str:
    """White, unless what is not transparent is itself light."""
    pixels = np.asarray(picture, dtype=np.float64)
    opacity = pixels[..., 3]
    if opacity.sum() == 0:
        return "white"
    light = (pixels[..., :3].mean(axis=-1) * opacity).sum() / opacity.sum() > 127.5
    return "black" if light and opacity.min() == 0 else "white"

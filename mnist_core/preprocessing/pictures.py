"""An image file → where digits are in it, and the 28×28 image of one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_core.preprocessing.colours import grays_of
from mnist_core.preprocessing.decoder import MAX_PICTURE_PIXELS, PICTURE_FORMATS
from mnist_core.preprocessing.page import Page, look_at, look_closely
from mnist_core.preprocessing.pieces import Box
from mnist_core.preprocessing.sandbox import note_network, run_decoder
from mnist_core.preprocessing.scaling import already_mnists, image_from_ink
from mnist_core.preprocessing.strokes import GrayImage
from mnist_core.text import Message

PICTURE_KINDS = (
    *("PNG", "JPEG", "WebP", "GIF", "BMP", "TIFF", "PGM", "PPM"),
    *(["AVIF"] if "AVIF" in PICTURE_FORMATS else []),
)
"""The kinds of files that `open_picture` reads, by the names that people know them by."""

MAX_PICTURE_BYTES = 100_000_000  # the file; the largest pictures, packed as badly as can be


def open_picture(path: Path) -> Image.Image:
    """Open an image file of one of `PICTURE_KINDS`, whatever its name is: its content tells.

    Another process decodes it (see `decoder`), so whatever the file holds, this one stays as it is.

    Returns:
        The picture, upright, at most 1,000 pixels long.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not an image of those kinds, is damaged, has too many pixels, or
            would take too much memory or time.
    """
    if not path.is_file():
        raise FileNotFoundError(Message("picture.missing", path=path.name))
    if path.stat().st_size > MAX_PICTURE_BYTES:
        most = MAX_PICTURE_BYTES // 1_000_000
        raise ValueError(Message("picture.file_too_large", name=path.name, most=most))
    header, _, pixels = _decode_elsewhere(path).partition(b"\n")
    try:
        found = json.loads(header)
        if found is not None:
            mode, width, height, is_offline = found
            if not is_offline:
                note_network()
            return Image.frombytes(mode, (width, height), pixels)
    except (ValueError, TypeError) as error:  # it ended before it had anything to say
        kinds, last = ", ".join(PICTURE_KINDS[:-1]), PICTURE_KINDS[-1]
        message = Message("picture.unreadable", name=path.name, kinds=kinds, last=last)
        raise ValueError(message) from error
    most = MAX_PICTURE_PIXELS // 1_000_000
    raise ValueError(Message("picture.too_many_pixels", name=path.name, most=most))


def _decode_elsewhere(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return run_decoder(file)
    except subprocess.TimeoutExpired as error:
        raise ValueError(Message("picture.too_slow", name=path.name)) from error


def find_digits(picture: Image.Image) -> list[Box]:
    """Say where in a picture digits may be, or something else that is drawn or written.

    Args:
        picture: any size and mode; what is transparent counts as paper.

    Returns:
        Boxes in the picture's own pixels, with a little of the paper around the ink: first the one
        that `image_from_picture` makes the image of. No box if the picture is blank.
    """
    page = look_at(grays_of(picture))
    return [_box_around(thing.box, page, picture) for thing in page.things]


def image_from_picture(picture: Image.Image, crop: Box | None = None) -> GrayImage | None:
    """Bring the picture of one digit, dark on light or light on dark, to MNIST's form.

    Args:
        picture: any size and mode; what is transparent counts as paper.
        crop: the part of it that counts, in its own pixels; None means all of it.

    Returns:
        The image, or None if there is nothing but paper. If there are several things in the
        picture, the image is that of the first that `find_digits` names. A picture that already
        has MNIST's form is left as it is.

    Raises:
        ValueError: no pixel of the picture lies in `crop`.
    """
    if crop is not None:
        left, top = max(crop.left, 0), max(crop.top, 0)
        right, bottom = min(crop.right, picture.width), min(crop.bottom, picture.height)
        if left >= right or top >= bottom:
            raise ValueError(Message("picture.outside", width=picture.width, height=picture.height))
        picture = picture.crop((left, top, right, bottom))
    gray = grays_of(picture)
    image = already_mnists(gray)
    if image is not None:
        return image
    page = look_at(gray)
    if not page.things:
        return None
    digit = page.things[0]
    return image_from_ink(look_closely(page, digit), digit.box.longer * page.pixel)


def _box_around(box: Box, page: Page, picture: Image.Image) -> Box:
    """Bring a box of the overview to the picture's own pixels, some paper around it included."""
    pixel = max(picture.size) / max(page.overview.shape)
    margin = 0.1 * box.longer
    return Box(
        max(0, int((box.left - margin) * pixel)),
        max(0, int((box.top - margin) * pixel)),
        min(picture.width, int(np.ceil((box.right + margin) * pixel))),
        min(picture.height, int(np.ceil((box.bottom + margin) * pixel))),
    )

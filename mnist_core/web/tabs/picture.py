"""A picture that a visitor has sent → the image that a network reads, and where things are."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_core.data import DataSet
from mnist_core.preprocessing import (
    Box,
    GrayImage,
    find_digits,
    image_from_picture,
    open_picture,
)
from mnist_core.preprocessing.colours import grays_of
from mnist_core.preprocessing.photographs import image_of_thing, middle_square
from mnist_core.text import Message, say
from mnist_core.web.components.picture import Findings, Question
from mnist_core.web.sessions.hidden_indexes import test_images

MAX_FOUND = 24  # things that are shown: more would cover each other
SHOWN_SIDE = 400  # pixels, as large as the canvas may be


def look_into(question: Question, path: Path) -> tuple[GrayImage | None, Findings]:
    """Read what a question asks for.

    Args:
        question: which part of the picture counts.
        path: the file.

    Returns:
        The image of the digit, or None if there is nothing; and what was found.

    Raises:
        FileNotFoundError: the file is gone.
        ValueError: it is not an image that can be read.
    """
    picture = open_picture(path)
    findings: Findings = {"seq": question.seq, "size": picture.size}
    if question.show:
        findings["shown"] = _as_data_uri(picture)
    if question.crop is None:
        boxes = find_digits(picture)
        findings["found"] = [_shares(box, picture) for box in boxes[:MAX_FOUND]]
        image = image_from_picture(picture)
        findings["read"] = findings["found"][0] if boxes and image is not None else None
        problem = say("picture.blank")
    else:
        crop = _box(question.crop, picture)
        image = image_from_picture(picture, crop)
        boxes = find_digits(picture.crop(crop))
        findings["read"] = _shares(_moved(boxes[0], crop), picture) if boxes else None
        problem = say("picture.blank_part")
    if image is None:
        findings["problem"] = problem
    return image, findings


def look_at_thing(question: Question, path: Path, data_set: DataSet) -> tuple[GrayImage, Findings]:
    """Bring a picture, or the part that a question asks for, to the shape of a data set's images.

    Nothing is looked for in it: the middle of it is read. For the rest see `look_into`.

    Returns:
        The image, [28, 28] or [3, rows, columns]; and which part of the picture it is.
    """
    picture = open_picture(path)
    whole = Box(0, 0, picture.width, picture.height)
    square = middle_square(_box(question.crop, picture) if question.crop else whole)
    image = image_of_thing(picture.crop(square), data_set.shape, is_on_black=data_set.is_on_black)
    findings: Findings = {
        "seq": question.seq,
        "size": picture.size,
        "found": [],
        "read": _shares(square, picture),
    }
    if question.show:
        findings["shown"] = _as_data_uri(picture)
    return _as_read(image), findings


def look_up(question: Question, data_set: DataSet | None) -> tuple[GrayImage, Findings]:
    """Return a test image as it is, so that it is read as it was in the test.

    Args:
        question: which one.
        data_set: what the network that is to read it has learned; None for no such images.

    Returns:
        The image, [28, 28] or [3, rows, columns]; and that nothing was looked for.

    Raises:
        ValueError: there is no such image on this machine, or the network has learned others.
    """
    if data_set is None or data_set.key != question.data_set:
        raise ValueError(Message("picture.other_data_set"))
    images, place = test_images(data_set), question.test_image
    if images is None or place is None or place >= len(images.labels):
        raise ValueError(Message("picture.no_test_image"))
    image = _as_read(images.pixels[place].numpy().copy())
    height, width = image.shape[-2:]
    return image, {"seq": question.seq, "size": (width, height), "found": [], "read": None}


def _as_read(image: NDArray[np.uint8]) -> GrayImage:
    """Leave the channel out where there is only one."""
    return image[0] if len(image) == 1 else image


def _box(area: list[float], picture: Image.Image) -> Box:
    """Bring an area to the picture's pixels, of which it has one at least."""
    left = min(round(area[0] * picture.width), picture.width - 1)
    top = min(round(area[1] * picture.height), picture.height - 1)
    right = max(round(area[2] * picture.width), left + 1)
    bottom = max(round(area[3] * picture.height), top + 1)
    return Box(left, top, right, bottom)


def _shares(box: Box, picture: Image.Image) -> list[float]:
    sides = (picture.width, picture.height, picture.width, picture.height)
    return [round(edge / side, 4) for edge, side in zip(box, sides, strict=True)]


def _moved(box: Box, crop: Box) -> Box:
    """Bring a box within a crop to the pixels of the whole."""
    x, y = crop.left, crop.top
    return Box(box.left + x, box.top + y, box.right + x, box.bottom + y)


def _as_data_uri(picture: Image.Image) -> str:
    """Return the picture for a browser that cannot show the file: its pixels, once decoded."""
    shown = grays_of(picture).convert("L") if picture.mode == "F" else picture.copy()
    shown.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    buffer = BytesIO()
    shown.save(buffer, "PNG")
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode("ascii")

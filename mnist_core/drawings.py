"""Drawings that somebody has labelled, as a JSON file: the other way to test a network.

MNIST's test images say how well a network reads MNIST. A file of pen strokes, each with the digit
that was meant, says how well it reads the people who drew them.

The file is a list of `{"label": 0-9, "strokes": [[[x, y], ...], ...]}`, x to the right and y
downwards in any unit, plain or packed with gzip. Other keys, such as a writer's name, are ignored.

In drawings that a network is to be taught from (`teaching`), a label may be any name: "star".
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from mnist_core.data import ImageDataset, normalize
from mnist_core.preprocessing import Stroke, image_from_strokes, parse_strokes
from mnist_core.text import Message

MAX_BYTES = 50_000_000  # once unpacked: room for ninety thousand digits
MAX_DRAWINGS = 100_000
MAX_NAME = 40  # letters of a class's name
JOINERS = "\u200c\u200d"  # invisible, and part of some scripts and of many emoji
GZIP_MAGIC = b"\x1f\x8b"  # how every file that gzip packed begins (RFC 1952, section 2.3.1)


@dataclass(frozen=True, eq=False)
class LabelledDrawing:
    """A drawing and the digit that was meant.

    Attributes:
        label: 0 to 9.
        strokes: arrays [n, 2], x to the right and y downwards; at least one point in all.

    Raises:
        ValueError: when it is built with anything else.
    """

    label: int
    strokes: list[Stroke]

    def __post_init__(self) -> None:
        if type(self.label) is not int or not 0 <= self.label <= 9:  # a bool is an int, too
            raise ValueError(Message("drawings.label"))
        if not any(map(len, self.strokes)):
            raise ValueError(Message("drawings.blank"))


@dataclass(frozen=True, eq=False)
class NamedDrawing:
    """A drawing and the name of what was meant.

    Attributes:
        label: as `clean_name` leaves it; a digit's is "7".
        strokes: arrays [n, 2], x to the right and y downwards; at least one point in all.

    Raises:
        ValueError: it is built with a label that is neither a digit nor a name, or without ink.
    """

    label: str
    strokes: list[Stroke]

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", clean_name(self.label))
        if not any(map(len, self.strokes)):
            raise ValueError(Message("drawings.blank"))


def clean_name(name: object) -> str:
    """Return the name of a class in the one way in which it is written.

    Args:
        name: any words, from anybody; or a whole number.

    Returns:
        1 to `MAX_NAME` letters that can be shown, without spaces around it or two in a row.

    Raises:
        ValueError: it is none.
    """
    text = str(name) if type(name) is int and 0 <= name <= 999 else name  # a bool is an int, too
    if not isinstance(text, str) or len(text) > 10 * MAX_NAME:
        raise ValueError(Message("drawings.name", most=MAX_NAME))
    words = " ".join(unicodedata.normalize("NFC", text).split())
    seen = words.translate(dict.fromkeys(map(ord, JOINERS)))
    if not seen or len(words) > MAX_NAME or not seen.isprintable():
        raise ValueError(Message("drawings.name", most=MAX_NAME))
    return words


Drawing = TypeVar("Drawing", LabelledDrawing, NamedDrawing)


# --- reading -----------------------------------------------------------------------------------


def read_drawings(path: Path, most: int = MAX_DRAWINGS) -> list[LabelledDrawing]:
    """Read a file of labelled digits, `*.json` or `*.json.gz`.

    Args:
        path: the file; how it begins tells whether it is packed, not its name.
        most: how many drawings it may hold.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a file of drawings; one sentence says what is wrong, and where.
    """
    return _read(path, most, LabelledDrawing)


def read_named_drawings(path: Path, most: int = MAX_DRAWINGS) -> list[NamedDrawing]:
    """Read a file of drawings whose labels are names, or digits; all else as `read_drawings`."""
    return _read(path, most, NamedDrawing)


def _read(path: Path, most: int, kind: Callable[..., Drawing]) -> list[Drawing]:
    if not path.is_file():
        raise FileNotFoundError(Message("drawings.missing", path=str(path)))
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(Message("drawings.in_file", name=path.name, problem=_TOO_LARGE))
    try:
        return _parse(path.read_bytes(), most, kind)
    except ValueError as error:
        problem = error.args[0]
        raise ValueError(Message("drawings.in_file", name=path.name, problem=problem)) from error


def parse_drawings(content: bytes, most: int = MAX_DRAWINGS) -> list[LabelledDrawing]:
    """Read labelled digits from the bytes of a file.

    Args:
        content: JSON, plain or packed with gzip.
        most: how many drawings it may hold.

    Raises:
        ValueError: anything else; the message says in one sentence what is wrong, and where.
    """
    return _parse(content, most, LabelledDrawing)


def parse_named_drawings(content: bytes, most: int = MAX_DRAWINGS) -> list[NamedDrawing]:
    """Read drawings whose labels are names, or digits; all else as `parse_drawings`."""
    return _parse(content, most, NamedDrawing)


def _parse(content: bytes, most: int, kind: Callable[..., Drawing]) -> list[Drawing]:
    if content.startswith(GZIP_MAGIC):
        content = _unpack(content)
    if len(content) > MAX_BYTES:
        raise ValueError(_TOO_LARGE)
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(Message("drawings.not_json")) from error
    if not isinstance(entries, list) or not entries:
        raise ValueError(Message("drawings.no_list"))
    if len(entries) > most:
        raise ValueError(Message("drawings.too_many", most=most, count=len(entries)))
    return [_parse_entry(number, entry, kind) for number, entry in enumerate(entries, start=1)]


_TOO_LARGE = Message("drawings.too_large", most=MAX_BYTES // 1_000_000)


def _unpack(content: bytes) -> bytes:
    """Unpack as much as is allowed, and one byte more that tells of the rest."""
    try:
        with gzip.open(io.BytesIO(content)) as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(Message("drawings.damaged")) from error


def _parse_entry(number: int, entry: object, kind: Callable[..., Drawing]) -> Drawing:
    try:
        if not isinstance(entry, dict) or not {"label", "strokes"} <= entry.keys():
            raise ValueError(Message("drawings.no_object"))
        return kind(entry["label"], parse_strokes(entry["strokes"]))
    except ValueError as error:
        problem = error.args[0]
        raise ValueError(Message("drawings.in_entry", number=number, problem=problem)) from error


# --- a drawing in an address ---------------------------------------------------------------------

FINEST = 255  # places are whole numbers from 0, a byte each
MAX_TEXT = 5_000  # letters: some thousand points, where a digit has a hundred
CANVAS_SIDE = 1_000


def strokes_from_text(text: str) -> list[list[list[int]]]:
    """Read strokes that the page has packed for an address.

    Args:
        text: URL-safe base64 of, for each stroke, how many points it has (a byte, at least 1) and
            so many pairs of bytes, x and y.

    Returns:
        Strokes as lists of [x, y] in thousandths of the canvas's side, at least one point.

    Raises:
        ValueError: it is not that.
    """
    if len(text) > MAX_TEXT or not re.fullmatch(r"[\w-]{4,}", text, re.ASCII):
        raise ValueError(Message("drawings.not_packed"))
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise ValueError(Message("drawings.not_packed")) from error
    strokes, place = [], 0
    while place < len(packed):
        count, start = packed[place], place + 1
        place = start + 2 * count
        if count == 0 or place > len(packed):
            raise ValueError(Message("drawings.not_packed"))
        values = [round(value * CANVAS_SIDE / FINEST) for value in packed[start:place]]
        strokes.append([list(point) for point in zip(values[::2], values[1::2], strict=True)])
    return strokes


# --- writing -----------------------------------------------------------------------------------


def format_drawings(drawings: Sequence[LabelledDrawing] | Sequence[NamedDrawing]) -> bytes:
    """Return the JSON that is read here, one drawing a line, in ASCII alone."""
    lines = [
        json.dumps(
            {"label": drawing.label, "strokes": [_to_numbers(line) for line in drawing.strokes]},
            separators=(",", ":"),
        )
        for drawing in drawings
    ]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("ascii")


def _to_numbers(stroke: Stroke) -> list[list[int | float]]:
    """Write whole numbers without their `.0`, which is a third of most files."""
    return [[int(x) if x.is_integer() else x for x in point] for point in stroke.tolist()]


# --- testing a network -------------------------------------------------------------------------


def images_of(drawings: Sequence[LabelledDrawing]) -> ImageDataset:
    """Bring drawings to MNIST's form, each exactly as the app does, for `evaluation.evaluate`.

    Args:
        drawings: at least one; a thousand take about half a second.
    """
    return _images_of(drawings, [drawing.label for drawing in drawings])


def named_images_of(drawings: Sequence[NamedDrawing], classes: Sequence[str]) -> ImageDataset:
    """Do the same with drawings of named classes; a label is a place among these.

    Raises:
        ValueError: a drawing is of none of these classes.
    """
    for drawing in drawings:
        if drawing.label not in classes:
            names = ", ".join(classes)
            raise ValueError(Message("drawings.other_class", name=drawing.label, classes=names))
    return _images_of(drawings, [classes.index(drawing.label) for drawing in drawings])


def _images_of(
    drawings: Sequence[LabelledDrawing] | Sequence[NamedDrawing], labels: list[int]
) -> ImageDataset:
    images = (image_from_strokes(drawing.strokes) for drawing in drawings)
    pixels = np.stack([image for image in images if image is not None])  # none is: each has ink
    return ImageDataset(normalize(torch.from_numpy(pixels)), torch.tensor(labels))

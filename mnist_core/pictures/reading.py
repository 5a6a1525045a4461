"""A folder or a zip file of pictures → the tensors of a data set, and what was left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mnist_core.data import Shape
from mnist_core.pictures.classes import (
    TEST,
    Labelled,
    Layout,
    check_counts,
    divide,
    find_layout,
    sort_into_classes,
    take_turns,
)
from mnist_core.pictures.files import MEGABYTE, Bounds, Files, open_files
from mnist_core.pictures.skipped import Skipped
from mnist_core.pictures.squares import Square, shrink_all
from mnist_core.preprocessing import MAX_PICTURE_PIXELS, PICTURE_KINDS
from mnist_core.preprocessing.decoder import FAILED, IN_COLOUR, TOO_MANY_PIXELS
from mnist_core.text import Message

SIDE_IN_GRAY, SIDE_IN_COLOUR = 28, 32  # pixels: MNIST's, and CIFAR-10's
BATCH_PICTURES, BATCH_BYTES = 500, 20 * MEGABYTE  # that one process is given


@dataclass(frozen=True)
class PictureHalf:
    """Pictures to learn from, or to be tested on; the classes take turns in them.

    Attributes:
        pixels: [n, channels, side, side], uint8: one channel of grey, or red, green and blue.
        labels: [n], int64, the numbers of their classes.
        names: of their files.
    """

    pixels: Tensor
    labels: Tensor
    names: tuple[str, ...]


@dataclass(frozen=True)
class Pictures:
    """All pictures of a folder or a zip file that could be read.

    Attributes:
        classes: their names, sorted; a label is a place among them.
        train: to learn from.
        test: to be tested on.
        layout: of the folders.
        skipped: what was left out, and why.
    """

    classes: tuple[str, ...]
    train: PictureHalf
    test: PictureHalf
    layout: Layout
    skipped: Skipped

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return the shape of each picture, (channels, side, side)."""
        channels, height, width = self.train.pixels.shape[1:]
        return channels, height, width


def read_pictures(
    path: Path,
    side: int | None = None,
    bounds: Bounds | None = None,
    note: Callable[[float], None] | None = None,
) -> Pictures:
    """Read pictures of several classes, each class in a folder of its own.

    With `train` and `test` folders, those divide the pictures; without, every fifth one of a class,
    by its name, is for the test. Pictures are of one channel and 28×28 if all are grey, else of
    three and 32×32.

    Args:
        path: a folder, or a zip file of one.
        side: of the pictures, `SIDE_IN_GRAY` or `SIDE_IN_COLOUR`, if that is to be another.
        bounds: what there may be; None means the bounds of one's own machine.
        note: is told, from time to time, which share is done, 0 to 1.

    Raises:
        FileNotFoundError: there is nothing at that path.
        ValueError: it is no zip file, there are too few pictures or classes, or too much of
            anything; one sentence says what.
    """
    bounds, skipped = bounds or Bounds(), Skipped()
    sides = (side or SIDE_IN_COLOUR, side or SIDE_IN_GRAY)
    with open_files(path, bounds, skipped) as files:
        layout = find_layout(files.names)
        classes, labelled = sort_into_classes(files.names, layout, skipped)
        room = _Room(len(labelled), sides)
        until = time.monotonic() + bounds.seconds
        for number, (file, square) in enumerate(_shrink(files, labelled, sides, skipped), start=1):
            room.put(file, square, skipped)
            if time.monotonic() > until:
                raise ValueError(Message("pictures.too_slow", seconds=bounds.seconds))
            if note and number % 100 == 0:
                note(number / len(labelled))
    train, test = room.halves()
    check_counts(classes, train.labels.tolist(), test.labels.tolist())
    return Pictures(classes, train, test, layout, skipped)


def _shrink(
    files: Files, labelled: Sequence[Labelled], sides: tuple[int, int], skipped: Skipped
) -> Iterator[tuple[Labelled, Square]]:
    """Read files and shrink what is in them, batch by batch."""
    batch: list[tuple[Labelled, bytes]] = []
    size = 0
    for file in labelled:
        try:
            content = files.read(file.name)
        except ValueError as error:
            skipped.add(file.name, error.args[0])
            continue
        batch.append((file, content))
        size += len(content)
        if len(batch) == BATCH_PICTURES or size >= BATCH_BYTES:
            yield from _shrink_batch(batch, sides)
            batch, size = [], 0
    yield from _shrink_batch(batch, sides)


def _shrink_batch(
    batch: list[tuple[Labelled, bytes]], sides: tuple[int, int]
) -> Iterator[tuple[Labelled, Square]]:
    squares = shrink_all([content for _, content in batch], sides)
    return zip((file for file, _ in batch), squares, strict=True)


def read_picture(path: Path, shape: Shape) -> Tensor:
    """Read one picture as `read_pictures` reads many.

    Args:
        path: an image file.
        shape: channels, and twice the side.

    Returns:
        uint8 of that shape.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it cannot be read.
    """
    if not path.is_file():
        raise FileNotFoundError(Message("picture.missing", path=path.name))
    channels, side, _ = shape
    (square,) = shrink_all([path.read_bytes()], (side, side))
    if square.found in (FAILED, TOO_MANY_PIXELS):
        kinds, last = ", ".join(PICTURE_KINDS[:-1]), PICTURE_KINDS[-1]
        raise ValueError(Message("picture.unreadable", name=path.name, kinds=kinds, last=last))
    colours = square.colours.copy()
    if channels == 3:
        return torch.from_numpy(colours)
    grays = Image.fromarray(colours.transpose(1, 2, 0)).convert("L")
    return torch.from_numpy(np.array(grays)).unsqueeze(0)


class _Room:
    """Where squares are collected: in grey as long as all of them are."""

    def __init__(self, most: int, sides: tuple[int, int]) -> None:
        colour_side, gray_side = sides
        self.files: list[Labelled] = []
        self._colours = torch.empty(most, 3, colour_side, colour_side, dtype=torch.uint8)
        self._grays = torch.empty(most, 1, gray_side, gray_side, dtype=torch.uint8)
        self._is_gray = True

    def put(self, file: Labelled, square: Square, skipped: Skipped) -> None:
        if square.found == FAILED:
            skipped.add(file.name, Message("pictures.no_picture"))
        elif square.found == TOO_MANY_PIXELS:
            most = MAX_PICTURE_PIXELS // 1_000_000
            skipped.add(file.name, Message("pictures.many_pixels", most=most))
        else:
            self._colours[len(self.files)] = torch.from_numpy(square.colours.copy())
            self._grays[len(self.files)] = torch.from_numpy(square.grays.copy())
            self._is_gray = self._is_gray and square.found != IN_COLOUR
            self.files.append(file)

    def halves(self) -> tuple[PictureHalf, PictureHalf]:
        """Return the pictures to learn from, and those for the test."""
        every_fifth = divide([file.label for file in self.files])
        is_test = [
            file.half == TEST if file.half else is_fifth
            for file, is_fifth in zip(self.files, every_fifth, strict=True)
        ]
        places = range(len(self.files))
        train = [place for place in places if not is_test[place]]
        return self._half(train), self._half([place for place in places if is_test[place]])

    def _half(self, places: list[int]) -> PictureHalf:
        """Return the pictures at these places, the classes taking turns."""
        turns = [places[turn] for turn in take_turns([self.files[place].label for place in places])]
        chosen = [self.files[place] for place in turns]
        pixels = self._grays if self._is_gray else self._colours
        return PictureHalf(
            pixels[turns],
            torch.tensor([file.label for file in chosen], dtype=torch.int64),
            tuple(file.name for file in chosen),
        )

"""Drawings with names, in two parts: to learn from, and for the exam."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mnist_core.data import ImageDataset, normalize
from mnist_core.drawings import NamedDrawing
from mnist_core.models import LEAST_CLASSES, MAX_CLASSES
from mnist_core.preprocessing import GrayImage, image_from_strokes
from mnist_core.text import Message

LEAST_DRAWINGS = 2  # of a class; one alone would have nothing in common with any other
EXAM = 4  # one drawing in four is kept for the exam


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a network is to be taught.

    Attributes:
        names: of the classes, in the order of its scores.
        learning: images and labels to learn from; a label is a place among the names.
        exam: those that it is not shown.
    """

    names: tuple[str, ...]
    learning: ImageDataset
    exam: ImageDataset


def prepare(drawings: Sequence[NamedDrawing]) -> Lesson:
    """Make a lesson of drawings; the classes come in the order in which they were first drawn.

    Args:
        drawings: the oldest first.

    Raises:
        ValueError: there are too few or too many classes, or too few drawings of one.
    """
    names = tuple(dict.fromkeys(drawing.label for drawing in drawings))
    images = ((drawing.label, image_from_strokes(drawing.strokes)) for drawing in drawings)
    return prepare_images(names, [(name, image) for name, image in images if image is not None])


def prepare_images(names: Sequence[str], images: Sequence[tuple[str, GrayImage]]) -> Lesson:
    """Make a lesson of images that are as `preprocessing` makes them.

    Args:
        names: of all classes.
        images: each with the name of its class, the oldest first.

    Raises:
        ValueError: as in `prepare`.
    """
    counts = Counter(name for name, _ in images)
    check_counts({name: counts[name] for name in names})
    pixels = np.stack([image for _, image in images])  # [n, 28, 28]
    labels = torch.tensor([names.index(name) for name, _ in images])
    return Lesson(tuple(names), *split(ImageDataset(normalize(torch.from_numpy(pixels)), labels)))


def check_counts(counts: Mapping[str, int]) -> None:
    """Make sure that there is enough to learn from.

    Args:
        counts: how many drawings there are of each class, by its name.

    Raises:
        ValueError: as in `prepare`.
    """
    if not LEAST_CLASSES <= len(counts) <= MAX_CLASSES:
        raise ValueError(
            Message("teaching.classes", least=LEAST_CLASSES, most=MAX_CLASSES, count=len(counts))
        )
    for name, count in counts.items():
        if count < LEAST_DRAWINGS:
            facts = {"least": LEAST_DRAWINGS, "count": count}
            raise ValueError(Message("teaching.too_few", name=name, **facts))


def split(drawings: ImageDataset) -> tuple[ImageDataset, ImageDataset]:
    """Part drawings by a fixed rule into those to learn from and those of the exam.

    Sorted by class, and within a class by age, each fourth goes to the exam: a quarter of all, and
    of each class as many as its size allows.

    Args:
        drawings: the oldest first, at least four.
    """
    order = drawings.labels.argsort(stable=True)  # [n]
    is_exam = torch.arange(1, len(order) + 1) % EXAM == 0
    return drawings.select(order[~is_exam]), drawings.select(order[is_exam])

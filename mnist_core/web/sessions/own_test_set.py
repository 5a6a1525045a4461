"""The session's own test set: drawings that the visitor has labelled, and who reads them right.

They live in memory and end with the session; nothing of them is written to disk.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from mnist_core.data import normalize
from mnist_core.drawings import LabelledDrawing
from mnist_core.preprocessing import GrayImage, image_from_strokes
from mnist_core.web.limits import the_limits

MOST_POINTS = 200_000  # in all of them together: three megabytes


@dataclass
class Entry:
    """A drawing that counts, and the image that every network is given of it."""

    drawing: LabelledDrawing
    image: GrayImage


@dataclass
class Answers:
    """The digits that one network, as it once stood, has read: drawing → digit."""

    edition: Hashable
    digits: dict[bytes, int] = field(default_factory=dict)


class OwnTestSet:
    """Labelled drawings, and how many of them a network reads right. Usable on any thread."""

    def __init__(self) -> None:
        self._entries: dict[bytes, Entry] = {}  # oldest first
        self._answers: dict[str, Answers] = {}
        self._points = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def drawings(self) -> list[LabelledDrawing]:
        """Return the drawings, oldest first."""
        return [entry.drawing for entry in list(self._entries.values())]

    def add(self, drawing: LabelledDrawing) -> int:
        """Count a drawing; the very same one with another label takes the first one's place.

        Returns:
            How many of the oldest drawings had to make room for it.
        """
        image = image_from_strokes(drawing.strokes)
        if image is None:  # never: a labelled drawing has ink
            return 0
        key = _key(drawing)
        with self._lock:
            self._remove(key)
            self._entries[key] = Entry(drawing, image)
            self._points += _count_points(drawing)
            surplus = 0
            while len(self._entries) > the_limits().drawings or self._points > MOST_POINTS:
                self._remove(next(iter(self._entries)))
                surplus += 1
            return surplus

    def clear(self) -> None:
        """Forget every drawing."""
        with self._lock:
            self._entries.clear()
            self._answers.clear()
            self._points = 0

    def count_right(self, name: str, edition: Hashable, model: nn.Module) -> int:
        """Count the drawings that a network reads right; it reads only those that are new to it.

        Args:
            name: tells the network from others.
            edition: tells its present weights from earlier ones, which may have read differently.
            model: the network in eval mode, on the CPU.
        """
        with self._lock:
            answers = self._answers.get(name)
            if answers is None or answers.edition != edition:
                answers = self._answers[name] = Answers(edition)
            unread = [key for key in self._entries if key not in answers.digits]
            if unread:
                images = np.stack([self._entries[key].image for key in unread])  # [n, 28, 28]
                with torch.inference_mode():
                    digits = model(normalize(torch.from_numpy(images))).argmax(dim=1)
                answers.digits.update(zip(unread, digits.tolist(), strict=True))
            entries = self._entries.items()
            return sum(answers.digits[key] == entry.drawing.label for key, entry in entries)

    def keep_answers_of(self, names: Collection[str]) -> None:
        """Forget what all other networks have read."""
        with self._lock:
            self._answers = {name: self._answers[name] for name in names if name in self._answers}

    def _remove(self, key: bytes) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._points -= _count_points(entry.drawing)
            for answers in self._answers.values():
                answers.digits.pop(key, None)


def _key(drawing: LabelledDrawing) -> bytes:
    """Tell one drawing from another by its strokes: no two hands draw quite the same."""
    key = hashlib.sha256()
    for stroke in drawing.strokes:
        key.update(len(stroke).to_bytes(4, "big") + stroke.tobytes())
    return key.digest()


def _count_points(drawing: LabelledDrawing) -> int:
    return sum(map(len, drawing.strokes))

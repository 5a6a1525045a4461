"""The session's own test set: drawings that the visitor has labelled, in memory alone."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from mnist_core.data import ImageDataset, normalize
from mnist_core.drawings import LabelledDrawing
from mnist_core.preprocessing import GrayImage, image_from_strokes
from mnist_core.web.limits import MEGABYTE, the_limits

SHARE = 0.25  # of the memory that a session may take
ARRAY_BYTES = 200  # of memory for each array, beside its numbers


@dataclass
class Sample:
    """A labelled drawing, and the image that every network is given of it."""

    drawing: LabelledDrawing
    image: GrayImage

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, about."""
        arrays: list[np.ndarray] = [self.image, *self.drawing.strokes]
        return sum(array.nbytes + ARRAY_BYTES for array in arrays)


@dataclass
class Predictions:
    """What one network predicts with the weights of one edition: key of a drawing → digit."""

    edition: Hashable
    digits: dict[bytes, int] = field(default_factory=dict)


class OwnTestSet:
    """Labelled drawings, and how many of them a network classifies right. Usable on any thread.

    Attributes:
        changed_at: when drawings were last added or removed, in seconds of the clock.
    """

    def __init__(self) -> None:
        self.changed_at = time.time()
        self._samples: dict[bytes, Sample] = {}  # oldest first
        self._size = 0
        self._predictions: dict[str, Predictions] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._samples)

    @property
    def size(self) -> int:
        """Return how many bytes of memory all drawings take, about."""
        return self._size

    @property
    def drawings(self) -> list[LabelledDrawing]:
        """Return the drawings, oldest first."""
        return [sample.drawing for sample in list(self._samples.values())]

    def dataset(self) -> ImageDataset:
        """Return the images and what they are, oldest first; there has to be one."""
        samples = list(self._samples.values())
        pixels = np.stack([sample.image for sample in samples])  # [n, 28, 28]
        labels = torch.tensor([sample.drawing.label for sample in samples])
        return ImageDataset(normalize(torch.from_numpy(pixels)), labels)

    def add(self, drawing: LabelledDrawing) -> int:
        """Add a drawing; the same strokes with another label replace the first ones.

        Returns:
            How many of the oldest drawings had to make room for it.
        """
        image = image_from_strokes(drawing.strokes)
        if image is None:  # never: a labelled drawing has ink
            return 0
        key = _key(drawing)
        limits = the_limits()
        with self._lock:
            self._remove(key)
            self._samples[key] = Sample(drawing, image)
            self._size += self._samples[key].size
            removed = 0
            most = SHARE * limits.session_mb * MEGABYTE
            while len(self._samples) > limits.drawings or self._size > most:
                self._remove(next(iter(self._samples)))
                removed += 1
            self.changed_at = time.time()
            return removed

    def remove(self, drawing: LabelledDrawing) -> bool:
        """Remove a drawing, unless it counts as another digit by now.

        Returns:
            Whether it was there.
        """
        key = _key(drawing)
        with self._lock:
            sample = self._samples.get(key)
            if sample is None or sample.drawing.label != drawing.label:
                return False
            self._remove(key)
            self.changed_at = time.time()
            return True

    def clear(self) -> None:
        """Forget every drawing."""
        with self._lock:
            self._samples.clear()
            self._predictions.clear()
            self._size = 0
            self.changed_at = time.time()

    def count_right(self, name: str, edition: Hashable, model: nn.Module) -> int:
        """Count the drawings that a network classifies right; each is classified only once.

        Args:
            name: tells the network from others.
            edition: tells its present weights from earlier ones.
            model: the network in eval mode, on the CPU.
        """
        with self._lock:
            known = self._predictions.get(name)
            if known is None or known.edition != edition:
                known = self._predictions[name] = Predictions(edition)
            new = [key for key in self._samples if key not in known.digits]
            if new:
                images = np.stack([self._samples[key].image for key in new])  # [n, 28, 28]
                with torch.inference_mode():
                    digits = model(normalize(torch.from_numpy(images))).argmax(dim=1)  # [n]
                known.digits.update(zip(new, digits.tolist(), strict=True))
            samples = self._samples.items()
            return sum(known.digits[key] == sample.drawing.label for key, sample in samples)

    def keep_predictions_of(self, names: Collection[str]) -> None:
        """Forget the predictions of all other networks."""
        with self._lock:
            known = self._predictions
            self._predictions = {name: known[name] for name in names if name in known}

    def _remove(self, key: bytes) -> None:
        sample = self._samples.pop(key, None)
        if sample is not None:
            self._size -= sample.size
            for known in self._predictions.values():
                known.digits.pop(key, None)


def _key(drawing: LabelledDrawing) -> bytes:
    """Tell one drawing from another by its strokes: no two hands draw quite the same."""
    key = hashlib.sha256()
    for stroke in drawing.strokes:
        key.update(len(stroke).to_bytes(4, "big") + stroke.tobytes())
    return key.digest()

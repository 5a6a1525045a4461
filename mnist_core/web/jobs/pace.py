"""How fast a run trains, and so how long it will yet take."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mnist_core.config import IMAGES, TrainConfig

MIN_EPOCHS = 0.1  # of which the pace can be told

# What an epoch takes a CPU of 2026 with one thread. Another is so many times as slow in all of it.
SECONDS_PER_EPOCH = {"cnn": 6.0}  # beside those of its steps
SECONDS_PER_SMALL_EPOCH = 0.3  # of all other networks
SECONDS_PER_STEP = 0.0012
TESTS = 0.1  # of them are those of the tests, however few images are trained
SECONDS_TO_AUGMENT = {
    "none": 0.0,
    "affine": 0.5,
    "handwriting": 5.0,
    "mirror": 0.5,
}  # always on the CPU


def steps_per_epoch(config: TrainConfig) -> int:
    """Return how many batches the training images make."""
    return math.ceil(images_per_epoch(config) / config.batch_size)


def images_per_epoch(config: TrainConfig) -> int:
    """Return from how many images a run learns."""
    return min(config.images, config.data_set.train_images)


def usual_seconds_per_epoch(config: TrainConfig) -> float:
    """Return what an epoch takes on a CPU of the usual speed."""
    share = images_per_epoch(config) / IMAGES
    images = SECONDS_PER_EPOCH.get(config.model, SECONDS_PER_SMALL_EPOCH)
    images *= TESTS + (1 - TESTS) * share
    steps = steps_per_epoch(config) * SECONDS_PER_STEP
    return images + steps + share * SECONDS_TO_AUGMENT[config.augmentation]


class Slowness:
    """How many times as long as usual epochs take on this machine, from those it has seen."""

    def __init__(self) -> None:
        self._by_model: dict[str, float] = {}  # of the latest run of each

    def note(self, config: TrainConfig, seconds_per_epoch: float) -> None:
        """Note what epochs of a run took."""
        self._by_model.pop(config.model, None)  # so that the latest stands last
        self._by_model[config.model] = seconds_per_epoch / usual_seconds_per_epoch(config)

    def expect(self, config: TrainConfig) -> float:
        """Return about how many seconds an epoch with these settings will take."""
        latest = next(reversed(self._by_model.values()), 1.0)
        return self._by_model.get(config.model, latest) * usual_seconds_per_epoch(config)


class Pace:
    """Measures a stretch of training: without a break of any length, and on one device.

    Attributes:
        epochs_done: of the whole run, with the done part of the epoch under way.
    """

    def __init__(self) -> None:
        self.epochs_done = 0.0
        self._epochs_before = 0.0  # when this stretch began
        self._seconds = 0.0  # of this stretch
        self._resumed_at = 0.0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the time that the block takes, tests included."""
        self._resumed_at = time.monotonic()
        try:
            yield
        finally:
            self._seconds += time.monotonic() - self._resumed_at

    def begin_stretch(self, epochs_done: float) -> None:
        """Begin anew, now: what went before tells nothing of what comes."""
        self.epochs_done = self._epochs_before = epochs_done
        self._seconds, self._resumed_at = 0.0, time.monotonic()

    @property
    def seconds_per_epoch(self) -> float | None:
        """Tell how long an epoch takes; None if too early to tell."""
        done = self.epochs_done - self._epochs_before
        return self._seconds / done if done > MIN_EPOCHS else None

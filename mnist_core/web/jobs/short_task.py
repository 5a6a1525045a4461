"""Trainings of seconds, as a worker performs them: classes of one's own, and a hand."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from torch import nn

from mnist_core.checkpoints import CheckpointError
from mnist_core.data import DATASETS, ImageDataset, map_images, seeded
from mnist_core.teaching import (
    Exam,
    HandReport,
    Lesson,
    Progress,
    build_network,
    learn_hand,
    load_base,
    sit,
    teach,
)

SEED = 42


@dataclass(frozen=True)
class Taught:
    """What came of a `TeachTask`: the network in eval mode, and its exam."""

    network: nn.Module
    exam: Exam


@dataclass(frozen=True)
class HandLearned:
    """What came of a `HandTask`: the network in eval mode, and its score before and after."""

    network: nn.Module
    report: HandReport


class ShortTask(Protocol):
    """A training that is over in seconds; it crosses to a worker as a pickle."""

    def perform(self) -> Generator[Progress, None, Taught | HandLearned]:
        """Do it; yield how far it is, and return what came of it.

        Raises:
            ValueError: it cannot be done; the message says why.
        """


@dataclass(frozen=True)
class TeachTask:
    """Teach a network the classes of a lesson.

    Attributes:
        lesson: what is taught.
        augment: as in `teaching.teach`.
    """

    lesson: Lesson
    augment: bool = True

    def perform(self) -> Generator[Progress, None, Taught]:
        """Teach a copy of the CNN that comes with the project; without it, a network anew."""
        try:
            base = load_base()
        except (OSError, CheckpointError):
            base = None
        with seeded(SEED):
            network = build_network(len(self.lesson.names), base)
            yield from teach(network, self.lesson.learning, augment=self.augment)
        return Taught(network.requires_grad_(True), sit(network, self.lesson))


@dataclass(frozen=True)
class HandTask:
    """Let a network of digits learn a hand.

    Attributes:
        network: a copy of it.
        digits: drawings and what they are, the oldest first.
        root: the folder that holds `MNIST/raw`; None where it is not on this machine.
    """

    network: nn.Module
    digits: ImageDataset
    root: Path | None

    def perform(self) -> Generator[Progress, None, HandLearned]:
        """Train it on, and compare."""
        mnist = map_images(DATASETS["mnist"], self.root) if self.root else None
        with seeded(SEED):
            report = yield from learn_hand(self.network, self.digits, mnist)
        return HandLearned(self.network, report)

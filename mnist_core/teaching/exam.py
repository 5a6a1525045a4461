"""The exam: what a network makes of drawings that it has not been shown."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from mnist_core.teaching.lesson import Lesson


@dataclass(frozen=True)
class Exam:
    """How the drawings of the exam were read.

    Attributes:
        count: how many there were.
        mistakes: what each that was misread is, and what it was taken for.
    """

    count: int
    mistakes: tuple[tuple[str, str], ...] = ()

    @property
    def right(self) -> int:
        """How many were read right."""
        return self.count - len(self.mistakes)

    @property
    def accuracy(self) -> float:
        """The share read right, 0 to 1."""
        return self.right / self.count


def sit(network: nn.Module, lesson: Lesson) -> Exam:
    """Let a network, in eval mode, read the exam of a lesson."""
    with torch.inference_mode():
        read = network(lesson.exam.images).argmax(dim=1)  # [n]
    pairs = [
        (lesson.names[meant], lesson.names[taken])
        for meant, taken in zip(lesson.exam.labels.tolist(), read.tolist(), strict=True)
    ]
    return Exam(len(pairs), tuple(pair for pair in pairs if pair[0] != pair[1]))

"""Lines that some people add to their digits, and that MNIST hardly has."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.augmentation.pen import CENTERS, draw_lines, find_span, uniform


@dataclass(frozen=True)
class Habit:
    """A line that some people add to a digit.

    Attributes:
        digit: which one.
        share: how many of the digit get it.
        height: where it is anchored in the digit's ink, 0 (the top) to 1 (the foot).
        start, end: where it reaches from there when it is longest, (right, down) in pixels.
    """

    digit: int
    share: float
    height: float
    start: tuple[float, float]
    end: tuple[float, float]


HABITS = (
    Habit(0, share=0.15, height=0.5, start=(-8, 14), end=(8, -14)),  # slashed
    Habit(0, share=0.1, height=0.5, start=(-11, 4), end=(11, -4)),  # barred
    Habit(1, share=0.4, height=0.0, start=(-7, 7), end=(0, 0)),  # a flag
    Habit(1, share=0.1, height=0.0, start=(-9, 14), end=(0, 0)),  # a long flag
    Habit(1, share=0.3, height=1.0, start=(-9, 0), end=(9, 0)),  # a foot
    Habit(1, share=0.1, height=1.0, start=(0, 0), end=(4, -5)),  # a tail
    Habit(7, share=0.3, height=0.5, start=(-7, 1), end=(7, -1)),  # crossed
    Habit(7, share=0.15, height=0.75, start=(-7, 1), end=(7, -1)),  # crossed low
    Habit(9, share=0.3, height=1.0, start=(-8, -3), end=(0, 0)),  # a hook
)


def add_habits(ink: Tensor, labels: Tensor) -> Tensor:
    """Add lines to some of the digits whose writers may do so; [batch, 1, 28, 28], 0 to 1."""
    ink = ink.clone()
    for habit in HABITS:
        chosen = (labels == habit.digit) & (torch.rand(len(labels)) < habit.share)
        ink[chosen] = torch.maximum(ink[chosen], _draw_habit(ink[chosen], habit))
    return ink


def _draw_habit(ink: Tensor, habit: Habit) -> Tensor:
    count = len(ink)
    top, foot = find_span(ink, along=2)
    y = top + habit.height * (foot - top) + uniform(-1, 1, count)
    row = ink[torch.arange(count), 0, y.round().long().clamp(top, foot)]  # [batch, 28]
    x = row @ CENTERS / row.sum(dim=1).clamp(min=0.1)
    anchor = torch.stack([x, y], dim=1).unsqueeze(1)  # [batch, 1, 2]
    line = torch.tensor([habit.start, habit.end]) * uniform(0.4, 1, count, 1, 2)
    ends = anchor + line + uniform(-1, 1, count, 2, 2)  # a hand trembles
    return draw_lines(ends[:, :1], ends[:, 1:])

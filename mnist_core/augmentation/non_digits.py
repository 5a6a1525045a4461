"""Images of what is no digit, made of digits or drawn by a pen that wanders at random."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.augmentation.pen import SIDE, draw_lines, uniform

KINDS = 4  # pairs of digits, digits on their side, lines between points, paths that wind


def make_non_digits(ink: Tensor, labels: Tensor, count: int) -> Tensor:
    """Make so many of each kind, or fewer."""
    if not count:
        return ink[:0]
    pairs = _pair(ink[:count], ink[count : 2 * count])
    lying = ink[labels > 0][:count].transpose(2, 3)  # on its side; a zero would stay one
    return torch.cat([pairs, lying, _zigzag(count), _wind(count)])


def _pair(left: Tensor, right: Tensor) -> Tensor:
    """Set two digits side by side, both made small enough to fit."""
    both = [
        functional.interpolate(digit[..., 3:-3], size=(18, 14), mode="area")
        for digit in (left, right)
    ]
    return functional.pad(torch.cat(both, dim=3), (0, 0, 5, 5))


def _zigzag(count: int) -> Tensor:
    """Draw some of the lines between random points, of the others a dot: letters, scribbles."""
    points = uniform(4, 24, count, 13, 2)
    drawn = torch.rand(count, 12) < uniform(0.2, 1, count, 1)
    drawn[:, :3] = True
    return _draw_path(points, drawn)


def _wind(count: int) -> Tensor:
    """Let a pen wander and turn at random, and fit its way into the image: curls, bent lines."""
    turns = uniform(-1, 1, count, 1) + torch.randn(count, 20) * uniform(0, 1.2, count, 1)
    angles = turns.cumsum(dim=1)
    points = torch.stack([angles.cos(), angles.sin()], dim=2).cumsum(dim=1)  # [count, 20, 2]
    low, high = points.amin(dim=1, keepdim=True), points.amax(dim=1, keepdim=True)
    scale = 18 / (high - low).amax(dim=2, keepdim=True).clamp(min=1)
    points = (points - (low + high) / 2) * scale + SIDE / 2
    return _draw_path(points, torch.rand(count, 19) < 0.9)


def _draw_path(points: Tensor, drawn: Tensor) -> Tensor:
    """Draw from point to point, [count, lines + 1, 2], those lines that are drawn."""
    start, end = points[:, :-1], points[:, 1:]
    return draw_lines(start, torch.where(drawn.unsqueeze(2), end, start))

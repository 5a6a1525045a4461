"""MNIST's digits → as many people's hands might have written them, and some that are no digits.

MNIST was written by Americans: it hardly has crossed sevens, ones with a flag and a foot, or hooked
nines, and every image in it is a digit. A network that reads strangers has to have met the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

# Ink is [batch, 1, 28, 28] from 0 (paper) to 1. A place is (x, y) in pixels from the top left corner.
SIDE = 28
NO_DIGIT = 8  # one image in eight


def hands(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Write a batch anew in other hands, and replace an eighth of it by what is no digit.

    Args:
        images: [batch, 1, 28, 28], -1 (paper) to 1 (ink).
        labels: [batch], int64, 0 to 9.

    Returns:
        Images, and the share of each digit in them, [batch, 10]: all of it for a digit, a tenth
        each for what is none, so that the network learns to be unsure there (Hendrycks, Mazeika
        and Dietterich, "Deep anomaly detection with outlier exposure", 2019).
    """
    ink = _add_habits((images + 1) / 2, labels)
    targets = functional.one_hot(labels, 10).to(images.dtype)
    strange = _make_no_digits(ink, labels)
    ink = torch.cat([strange, ink[len(strange) :]])  # batches are shuffled: any eighth will do
    targets[: len(strange)] = 0.1
    return _vary_pen(_deform(ink)) * 2 - 1, targets


def _uniform(low: float, high: float, *shape: int) -> Tensor:
    return low + (high - low) * torch.rand(shape)


# --- drawing -----------------------------------------------------------------------------------

_CENTERS = torch.arange(SIDE) + 0.5  # of the pixels, along either axis
_PIXELS = torch.cartesian_prod(_CENTERS, _CENTERS).flip(1)  # [784, 2], (x, y), row by row


def _draw_lines(starts: Tensor, ends: Tensor) -> Tensor:
    """Ink each pixel by its distance to the nearest of an image's lines.

    Args:
        starts: one end of each line, [batch, lines, 2].
        ends: the other.

    Returns:
        [batch, 1, 28, 28], 0 to 1, each image with a pen of its own, 1.5 to 3 pixels wide.
    """
    along = (ends - starts).unsqueeze(2)  # [batch, lines, 1, 2]
    away = _PIXELS - starts.unsqueeze(2)  # [batch, lines, 784, 2]
    length = along.square().sum(-1).clamp(min=1e-6)  # squared; a line may be a dot
    share = ((away * along).sum(-1) / length).clamp(0, 1)  # of the line, where a pixel is nearest
    distance = (away - share.unsqueeze(-1) * along).norm(dim=-1).amin(dim=1)  # [batch, 784]
    radius = _uniform(0.75, 1.5, len(starts), 1)
    ink: Tensor = (radius + 0.5 - distance).clamp(0, 1)
    return ink.view(-1, 1, SIDE, SIDE)


# --- habits of writing -------------------------------------------------------------------------


@dataclass(frozen=True)
class Habit:
    """A line that some people add to a digit.

    Attributes:
        digit: which one.
        share: how many of the digit get it.
        height: where it is anchored in the digit's ink, 0 (the top) to 1 (the foot).
        start, end: how far from there it reaches at most, (right, down) in pixels.
    """

    digit: int
    share: float
    height: float
    start: tuple[float, float]
    end: tuple[float, float]


HABITS = (
    Habit(0, share=0.2, height=0.5, start=(-6, 12), end=(6, -12)),  # slashed
    Habit(1, share=0.4, height=0.0, start=(-9, 8), end=(0, 0)),  # a flag
    Habit(1, share=0.3, height=1.0, start=(-9, 1), end=(9, -1)),  # a foot
    Habit(1, share=0.1, height=1.0, start=(0, 0), end=(5, -6)),  # a tail
    Habit(7, share=0.4, height=0.5, start=(-6, 2), end=(6, -2)),  # crossed
    Habit(9, share=0.3, height=1.0, start=(-9, -5), end=(0, 0)),  # a hook
)


def _add_habits(ink: Tensor, labels: Tensor) -> Tensor:
    ink = ink.clone()
    for habit in HABITS:
        chosen = (labels == habit.digit) & (torch.rand(len(labels)) < habit.share)
        ink[chosen] = torch.maximum(ink[chosen], _draw_habit(ink[chosen], habit))
    return ink


def _draw_habit(ink: Tensor, habit: Habit) -> Tensor:
    count = len(ink)
    rows = ink.amax(dim=(1, 3)) > 0.5  # [batch, 28], those with ink
    top, foot = rows.float().argmax(dim=1), SIDE - 1 - rows.flip(1).float().argmax(dim=1)
    y = top + habit.height * (foot - top) + _uniform(-1, 1, count)
    row = ink[torch.arange(count), 0, y.round().long().clamp(top, foot)]  # [batch, 28]
    x = row @ _CENTERS / row.sum(dim=1).clamp(min=0.1)
    anchor = torch.stack([x, y], dim=1).unsqueeze(1)  # [batch, 1, 2]
    start = anchor + torch.tensor(habit.start) * _uniform(0.3, 1, count, 1, 2)
    end = anchor + torch.tensor(habit.end) * _uniform(0.3, 1, count, 1, 2)
    return _draw_lines(start, end)


# --- no digits ---------------------------------------------------------------------------------


def _make_no_digits(ink: Tensor, labels: Tensor) -> Tensor:
    count = len(ink) // NO_DIGIT // 3
    return torch.cat(
        [
            _pair(ink[:count], ink[-count:]),
            _wander(count),
            ink[labels > 0][:count].transpose(2, 3),  # lying on its side; a zero would stay one
        ]
    )


def _pair(left: Tensor, right: Tensor) -> Tensor:
    """Set two digits side by side, as small as they have to be."""
    both = [
        functional.interpolate(digit[..., 3:-3], size=(18, 14), mode="area")
        for digit in (left, right)
    ]
    return functional.pad(torch.cat(both, dim=3), (0, 0, 5, 5))


def _wander(count: int) -> Tensor:
    """Move a pen through random points, lifting it now and then: letters, signs and scribbles."""
    lines = 12
    points = _uniform(4, 24, count, lines + 1, 2)
    starts, ends = points[:, :-1], points[:, 1:]
    drawn = torch.rand(count, lines) < _uniform(0.3, 1, count, 1)
    drawn[:, :3] = True
    return _draw_lines(
        torch.where(drawn.unsqueeze(2), starts, starts[:, :1]),
        torch.where(drawn.unsqueeze(2), ends, starts[:, :1]),
    )


# --- another hand ------------------------------------------------------------------------------


def _deform(ink: Tensor) -> Tensor:
    """Centre by mass, then turn, scale, slant and bend each image.

    Bending is a random shift of 5×5 points and, smoothly, of all between them (elastic distortion:
    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks", 2003).
    """
    count = len(ink)
    angle, slant = _uniform(-0.25, 0.25, count), _uniform(-0.35, 0.35, count)
    width, height = _uniform(0.85, 1.15, 2, count)
    x, y = _center_of_mass(ink) + _uniform(-0.05, 0.05, 2, count)
    cos, sin = angle.cos(), angle.sin()
    matrix = torch.stack([cos * width, slant - sin, x, sin, cos * height, y], dim=1)
    grid = functional.affine_grid(matrix.view(-1, 2, 3), list(ink.shape), align_corners=False)
    bend = _uniform(-0.17, 0.17, count, 2, 5, 5)
    bend = functional.interpolate(bend, size=(SIDE, SIDE), mode="bicubic", align_corners=True)
    return functional.grid_sample(ink, grid + bend.permute(0, 2, 3, 1), align_corners=False)


def _center_of_mass(ink: Tensor) -> Tensor:
    """Return x and y, [2, batch], as `affine_grid` counts: -1 to 1 from edge to edge."""
    mass = ink.sum(dim=(1, 2, 3)).clamp(min=0.1)
    x, y = ink.sum(dim=(1, 2)) @ _CENTERS / mass, ink.sum(dim=(1, 3)) @ _CENTERS / mass
    return torch.stack([x, y]) / (SIDE / 2) - 1


def _vary_pen(ink: Tensor) -> Tensor:
    """Make each image's lines wider or narrower, and their edges softer or harder."""
    wider = functional.max_pool2d(ink, 3, stride=1, padding=1)
    narrower = -functional.max_pool2d(-ink, 3, stride=1, padding=1)
    change = _uniform(-0.4, 0.7, len(ink), 1, 1, 1)
    ink = ink + change.clamp(min=0) * (wider - ink) + change.clamp(max=0) * (ink - narrower)
    return ((ink - 1) * _uniform(1, 2.5, len(ink), 1, 1, 1) + 1).clamp(0, 1)

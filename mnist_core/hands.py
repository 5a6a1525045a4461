"""MNIST's digits → as many people's hands might have written them, and some that are no digits.

MNIST was written by Americans: it hardly has crossed sevens, ones with a flag and a foot, or hooked
nines, and every image in it is a digit. A network that reads strangers has to have met the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

SIDE = 28  # pixels; places are (x, y) in pixels from the top left corner
DIGIT_SIDE = 20  # pixels, the longer side of a digit in MNIST
# Loaders shuffle, so any third of a batch is as good as another.
PLAIN = 3  # one image in three stays as MNIST has it
NO_DIGIT = 8  # one in eight becomes what is no digit,
KINDS = 4  # of one kind or another


def hands(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Write most of a batch anew in other hands, and replace some of it by what is no digit.

    Args:
        images: [batch, 1, 28, 28], -1 (paper) to 1 (ink).
        labels: [batch], int64, 0 to 9.

    Returns:
        Images, and the share of each digit in them, [batch, 10]: all of it for a digit, a tenth
        each for what is none, so that the network learns to be unsure there (Hendrycks, Mazeika
        and Dietterich, "Deep anomaly detection with outlier exposure", 2019).
    """
    plain = len(images) // PLAIN
    ink, written = (images[plain:] + 1) / 2, labels[plain:]  # from 0 (paper) to 1
    strange = _make_no_digits(ink, written, len(images) // NO_DIGIT // KINDS)
    ink = torch.cat([strange, _add_habits(ink, written)[len(strange) :]])
    targets = functional.one_hot(labels, 10).to(images.dtype)
    targets[plain : plain + len(strange)] = 0.1
    return torch.cat([images[:plain], _change_pen(_deform(ink)) * 2 - 1]), targets


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
        start, end: where it reaches from there when it is longest, (right, down) in pixels.
    """

    digit: int
    share: float
    height: float
    start: tuple[float, float]
    end: tuple[float, float]


HABITS = (
    Habit(0, share=0.2, height=0.5, start=(-8, 14), end=(8, -14)),  # slashed
    Habit(1, share=0.4, height=0.0, start=(-7, 7), end=(0, 0)),  # a flag
    Habit(1, share=0.3, height=1.0, start=(-9, 0), end=(9, 0)),  # a foot
    Habit(1, share=0.1, height=1.0, start=(0, 0), end=(4, -5)),  # a tail
    Habit(7, share=0.4, height=0.5, start=(-7, 1), end=(7, -1)),  # crossed
    Habit(9, share=0.3, height=1.0, start=(-8, -3), end=(0, 0)),  # a hook
)


def _add_habits(ink: Tensor, labels: Tensor) -> Tensor:
    ink = ink.clone()
    for habit in HABITS:
        chosen = (labels == habit.digit) & (torch.rand(len(labels)) < habit.share)
        ink[chosen] = torch.maximum(ink[chosen], _draw_habit(ink[chosen], habit))
    return ink


def _draw_habit(ink: Tensor, habit: Habit) -> Tensor:
    count = len(ink)
    top, foot = _find_span(ink, along=2)
    y = top + habit.height * (foot - top) + _uniform(-1, 1, count)
    row = ink[torch.arange(count), 0, y.round().long().clamp(top, foot)]  # [batch, 28]
    x = row @ _CENTERS / row.sum(dim=1).clamp(min=0.1)
    anchor = torch.stack([x, y], dim=1).unsqueeze(1)  # [batch, 1, 2]
    line = torch.tensor([habit.start, habit.end]) * _uniform(0.4, 1, count, 1, 2)
    ends = anchor + line + _uniform(-1, 1, count, 2, 2)  # a hand trembles
    return _draw_lines(ends[:, :1], ends[:, 1:])


def _find_span(ink: Tensor, along: int) -> tuple[Tensor, Tensor]:
    """Return the first and the last row (along 2) or column (along 3) with ink, each [batch]."""
    inked = (ink.amax(dim=(1, 5 - along)) > 0.5).float()  # [batch, 28]
    return inked.argmax(dim=1), SIDE - 1 - inked.flip(1).argmax(dim=1)


# --- no digits ---------------------------------------------------------------------------------


def _make_no_digits(ink: Tensor, labels: Tensor, count: int) -> Tensor:
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
    points = _uniform(4, 24, count, 13, 2)
    drawn = torch.rand(count, 12) < _uniform(0.2, 1, count, 1)
    drawn[:, :3] = True
    return _draw_path(points, drawn)


def _wind(count: int) -> Tensor:
    """Let a pen wander and turn at random, and fit its way into the image: curls, bent lines."""
    turns = _uniform(-1, 1, count, 1) + torch.randn(count, 20) * _uniform(0, 1.2, count, 1)
    angles = turns.cumsum(dim=1)
    points = torch.stack([angles.cos(), angles.sin()], dim=2).cumsum(dim=1)  # [count, 20, 2]
    low, high = points.amin(dim=1, keepdim=True), points.amax(dim=1, keepdim=True)
    scale = 18 / (high - low).amax(dim=2, keepdim=True).clamp(min=1)
    points = (points - (low + high) / 2) * scale + SIDE / 2
    return _draw_path(points, torch.rand(count, 19) < 0.9)


def _draw_path(points: Tensor, drawn: Tensor) -> Tensor:
    """Draw from point to point, [count, lines + 1, 2], those lines that are drawn."""
    start, end = points[:, :-1], points[:, 1:]
    return _draw_lines(start, torch.where(drawn.unsqueeze(2), end, start))


# --- another hand ------------------------------------------------------------------------------

_KNOTS = torch.linspace(0, SIDE, 5)
_NEARNESS = (-((_CENTERS.unsqueeze(1) - _KNOTS) / 5).square()).softmax(dim=1)  # [28, 5]


def _deform(ink: Tensor) -> Tensor:
    """Turn, scale, slant and bend each image about where `preprocessing` would have put it.

    To bend it, 5×5 points are shifted at random and each pixel goes along with those near it
    (elastic distortion: Simard, Steinkraus and Platt, "Best practices for convolutional neural
    networks applied to visual document analysis", 2003).
    """
    count = len(ink)
    strength = _uniform(0, 1, count)  # some people write much as MNIST does, others do not
    angle, slant = _uniform(-0.3, 0.3, count) * strength, _uniform(-0.5, 0.5, count) * strength
    width, height = (1 + _uniform(-0.2, 0.2, 2, count) * strength) * _measure(ink)
    x, y = _center_of_mass(ink) + _uniform(-0.07, 0.07, 2, count) * strength
    cos, sin = angle.cos(), angle.sin()
    matrix = torch.stack(
        [cos * width, (slant - sin) * height, x, sin * width, cos * height, y], dim=1
    )
    grid = functional.affine_grid(matrix.view(-1, 2, 3), list(ink.shape), align_corners=False)
    shifts = _uniform(-0.4, 0.4, count, 2, 5, 5) * strength.view(-1, 1, 1, 1)
    bend = _NEARNESS @ shifts @ _NEARNESS.T  # [batch, 2, 28, 28]
    return functional.grid_sample(ink, grid + bend.permute(0, 2, 3, 1), align_corners=False)


def _measure(ink: Tensor) -> Tensor:
    """Return the longer side of what is inked, [batch], as a multiple of MNIST's 20 pixels."""
    (top, foot), (left, right) = _find_span(ink, along=2), _find_span(ink, along=3)
    return (torch.maximum(foot - top, right - left) + 1) / DIGIT_SIDE


def _center_of_mass(ink: Tensor) -> Tensor:
    """Return x and y, [2, batch], as `affine_grid` counts: -1 to 1 from edge to edge."""
    mass = ink.sum(dim=(1, 2, 3)).clamp(min=0.1)
    x, y = ink.sum(dim=(1, 2)) @ _CENTERS / mass, ink.sum(dim=(1, 3)) @ _CENTERS / mass
    return torch.stack([x, y]) / (SIDE / 2) - 1


def _change_pen(ink: Tensor) -> Tensor:
    """Blur the lines, then cut them off at a level: a low one leaves them wide, a high one thin."""
    around = functional.pad(ink, (1, 1, 1, 1))
    rows = around[:, :, :-2] + 2 * around[:, :, 1:-1] + around[:, :, 2:]
    blurred = (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 16
    level, contrast = _uniform(0, 0.25, len(ink), 1, 1, 1), _uniform(1.2, 4, len(ink), 1, 1, 1)
    return ((blurred - level) * contrast).clamp(0, 1)

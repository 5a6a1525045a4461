"""Images of digits → the same digits in another hand, and with another pen."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.augmentation.pen import CENTER, CENTERS, DIGIT_SIDE, SIDE, find_span, uniform

EDGE = 0.1  # ink, to tell a digit's edge by
_GRID = torch.linspace(0, SIDE, 5)
_NEARNESS = (-((CENTERS.unsqueeze(1) - _GRID) / 5).square()).softmax(dim=1)  # [28, 5]


def deform(ink: Tensor) -> Tensor:
    """Turn, scale, slant and bend each image about where `preprocessing` would have put it.

    To bend it, 5×5 points are shifted at random and each pixel goes along with those near it
    (elastic distortion: Simard, Steinkraus and Platt, "Best practices for convolutional neural
    networks applied to visual document analysis", 2003).
    """
    count = len(ink)
    strength = uniform(0, 1, count)  # some people write much as MNIST does, others do not
    angle, slant = uniform(-0.3, 0.3, count) * strength, uniform(-0.5, 0.5, count) * strength
    width, height = (1 + uniform(-0.2, 0.2, 2, count) * strength) * _measure(ink)
    cos, sin = angle.cos(), angle.sin()
    matrix = torch.stack([cos * width, (slant - sin) * height, sin * width, cos * height], dim=1)
    matrix = matrix.view(-1, 2, 2)
    # What lies at MNIST's centre afterwards is what balances the ink now, or is near to that.
    balance = _center_of_mass(ink) + uniform(-0.07, 0.07, count, 2) * strength.unsqueeze(1)
    place = balance - matrix @ torch.full((2,), CENTER / (SIDE / 2) - 1)
    affine = torch.cat([matrix, place.unsqueeze(2)], dim=2)  # [batch, 2, 3]
    grid = functional.affine_grid(affine, list(ink.shape), align_corners=False)
    shifts = uniform(-0.4, 0.4, count, 2, 5, 5) * strength.view(-1, 1, 1, 1)
    bend = _NEARNESS @ shifts @ _NEARNESS.T  # [batch, 2, 28, 28]
    return functional.grid_sample(ink, grid + bend.permute(0, 2, 3, 1), align_corners=False)


def _measure(ink: Tensor) -> Tensor:
    """Return the longer side of what is inked, [batch], as a multiple of MNIST's 20 pixels."""
    (top, foot), (left, right) = find_span(ink, 2, EDGE), find_span(ink, 3, EDGE)
    return (torch.maximum(foot - top, right - left) + 1) / DIGIT_SIDE


def _center_of_mass(ink: Tensor) -> Tensor:
    """Return x and y, [batch, 2], as `affine_grid` counts: -1 to 1 from edge to edge."""
    mass = ink.sum(dim=(1, 2, 3)).clamp(min=0.1)
    x, y = ink.sum(dim=(1, 2)) @ CENTERS / mass, ink.sum(dim=(1, 3)) @ CENTERS / mass
    return torch.stack([x, y], dim=1) / (SIDE / 2) - 1


def change_pen(ink: Tensor) -> Tensor:
    """Blur the lines, then cut them off at a level: a low one leaves them wide, a high one thin."""
    around = functional.pad(ink, (1, 1, 1, 1))
    rows = around[:, :, :-2] + 2 * around[:, :, 1:-1] + around[:, :, 2:]
    blurred = (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 16
    level, contrast = uniform(0, 0.25, len(ink), 1, 1, 1), uniform(1.2, 4, len(ink), 1, 1, 1)
    return ((blurred - level) * contrast).clamp(0, 1)

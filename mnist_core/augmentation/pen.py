"""Lines and dots → 28×28 images, drawn by pens like MNIST's."""

from __future__ import annotations

import torch
from torch import Tensor

SIDE = 28  # pixels; places are (x, y) in pixels from the top left corner
DIGIT_SIDE = 20  # pixels, the longer side of a digit in MNIST
CENTER = SIDE / 2 + 0.5  # pixels, right and down: where a digit's ink balances in MNIST

CENTERS = torch.arange(SIDE) + 0.5  # of the pixels, along either axis
PIXELS = torch.cartesian_prod(CENTERS, CENTERS).flip(1)  # [784, 2], (x, y), row by row


def uniform(low: float, high: float, *shape: int) -> Tensor:
    """Draw numbers from low to high, all equally probable."""
    return low + (high - low) * torch.rand(shape)


def draw_lines(starts: Tensor, ends: Tensor) -> Tensor:
    """Ink each pixel by its distance to the nearest of an image's lines.

    Args:
        starts: one end of each line, [batch, lines, 2].
        ends: the other.

    Returns:
        [batch, 1, 28, 28], 0 to 1, each image with a pen of its own, 1.5 to 3 pixels wide.
    """
    along = (ends - starts).unsqueeze(2)  # [batch, lines, 1, 2]
    away = PIXELS - starts.unsqueeze(2)  # [batch, lines, 784, 2]
    length = along.square().sum(-1).clamp(min=1e-6)  # squared; a line may be a dot
    part = ((away * along).sum(-1) / length).clamp(0, 1)  # of the line, where a pixel is nearest
    distance = (away - part.unsqueeze(-1) * along).norm(dim=-1).amin(dim=1)  # [batch, 784]
    return _ink(distance, uniform(0.75, 1.5, len(starts), 1))


def draw_dots(dots: Tensor, radius: Tensor) -> Tensor:
    """Ink each pixel by its distance to the nearest of an image's dots.

    Args:
        dots: [batch, dots, 2], close enough to look drawn through.
        radius: half the pen's width in pixels, [batch, 1].

    Returns:
        [batch, 1, 28, 28], 0 to 1.
    """
    # |pixel - dot|^2 = |pixel|^2 + (|dot|^2 - 2 pixel @ dot), and a product makes the brackets.
    pixels = torch.cat([-2 * PIXELS, torch.ones(len(PIXELS), 1)], dim=1)  # [784, 3]
    weighed = torch.cat([dots, dots.square().sum(-1, keepdim=True)], dim=2)  # [batch, dots, 3]
    nearest = (pixels @ weighed.transpose(1, 2)).amin(dim=2)  # [batch, 784]
    return _ink((nearest + PIXELS.square().sum(1)).clamp(min=0).sqrt(), radius)


def _ink(distance: Tensor, radius: Tensor) -> Tensor:
    """Draw with an edge that is one pixel soft."""
    return (radius + 0.5 - distance).clamp(0, 1).view(-1, 1, SIDE, SIDE)


def find_span(ink: Tensor, along: int, level: float = 0.5) -> tuple[Tensor, Tensor]:
    """Return the first and the last row (along 2) or column (along 3) with ink, each [batch].

    Args:
        ink: [batch, 1, 28, 28], 0 (paper) to 1.
        along: 2 or 3.
        level: from how much on it counts.
    """
    inked = (ink.amax(dim=(1, 5 - along)) > level).float()  # [batch, 28]
    return inked.argmax(dim=1), SIDE - 1 - inked.flip(1).argmax(dim=1)

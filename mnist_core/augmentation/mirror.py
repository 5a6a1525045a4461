"""Photographs, mirrored and shifted: what they show stays what it is, wherever it stands."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

MOST_SHIFT = 4  # pixels


def mirror_and_shift(images: Tensor) -> Tensor:
    """Mirror every other image, left to right, and shift each a little, its own way.

    A mirrored cat is a cat; a mirrored 7 is none. What is shifted in at an edge is what lies there,
    mirrored, so that no bar of one colour tells that the image was shifted.

    Args:
        images: [batch, channels, height, width], more than 4 pixels high and wide.

    Returns:
        The same shape and range; shifted by up to 4 pixels, across and down.
    """
    count, _, height, width = images.shape
    padded = functional.pad(images, (MOST_SHIFT,) * 4, mode="reflect")
    across, down = torch.randint(0, 2 * MOST_SHIFT + 1, (2, count, 1))
    rows = down + torch.arange(height)  # [batch, height]
    columns = across + torch.arange(width)  # [batch, width]
    mirrored = torch.rand(count, 1) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns)
    which = torch.arange(count).view(-1, 1, 1)
    # Indexed so, the channels come last: [batch, height, width, channels].
    return padded[which, :, rows.unsqueeze(2), columns.unsqueeze(1)].permute(0, 3, 1, 2)

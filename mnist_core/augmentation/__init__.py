"""Training images, changed a little before each use, so that no two epochs show the same ones.

Article, advice at its end: data augmentation works against overfitting. `handwriting` puts together
what the other modules make: `habits` adds lines to MNIST's digits and `distortion` bends them,
`skeletons` draws the digits and letters of `glyphs` anew, `non_digits` makes what is no digit, all
with one `pen`. `mirror` is for photographs.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.augmentation.handwriting import handwriting as write_anew
from mnist_core.augmentation.mirror import mirror_and_shift
from mnist_core.data import Batch, BatchLoader

AUGMENTATIONS = ("none", "affine", "handwriting", "mirror")


def augment(images: Tensor, labels: Tensor, kind: str) -> Batch:
    """Change a batch of training images at random; the batch that is given stays as it is.

    All draws come from torch's global generator, so a seed decides them.

    Args:
        images: [batch, 1, 28, 28], -1 (paper) to 1 (ink).
        labels: [batch], int64, 0 to 9.
        kind: one of `AUGMENTATIONS`: nothing; small affine changes, as the article advises;
            digits as many people write them, among images that are none; or, for photographs,
            mirrored and shifted ones.

    Returns:
        Images of the same shape and range, with their labels or, from "handwriting", the share of
        each digit in them, [batch, 10]. CrossEntropyLoss takes both.
    """
    if kind == "handwriting":
        return write_anew(images, labels)
    if kind == "mirror":
        return mirror_and_shift(images), labels
    return (affine(images) if kind == "affine" else images), labels


def affine(images: Tensor) -> Tensor:
    """Turn, shift, scale and slant each image a little, each its own way.

    Args:
        images: [batch, 1, 28, 28], -1 (paper) to 1 (ink).

    Returns:
        The same shape and range; up to 15 degrees, 2 pixels, 10 per cent and a slant of 0.2.
    """
    angle, scale, slant, x, y = (2 * torch.rand(5, len(images)) - 1).unbind()  # each -1 to 1
    angle, scale, slant = torch.deg2rad(15 * angle), 1 + 0.1 * scale, 0.2 * slant
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = torch.stack([cosine, slant - sine, x / 7, sine, cosine, y / 7], dim=1)
    grid = functional.affine_grid(rows.view(-1, 2, 3), list(images.shape), align_corners=False)
    # grid_sample takes what lies outside for 0, so paper has to be 0 meanwhile.
    return functional.grid_sample(images + 1, grid, align_corners=False) - 1


class AugmentedLoader:
    """The batches of another loader, each augmented in passing."""

    def __init__(self, loader: BatchLoader, augmentation: str) -> None:
        self._loader = loader
        self._augmentation = augmentation

    def __len__(self) -> int:
        return len(self._loader)

    def __iter__(self) -> Iterator[Batch]:
        for images, labels in self._loader:
            yield augment(images, labels, self._augmentation)

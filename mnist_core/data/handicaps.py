"""What makes it hard to learn: few images, or wrong labels. Both show overfitting best.

Each draws from a random generator of its own that the run's seed starts, so that a run without
them draws as it always did, and another seed means other images as well as other first weights.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mnist_core.data.batches import ImageDataset


def draw_images(count: int, total: int, seed: int) -> Tensor:
    """Draw which images to learn from, [count], in the order in which they are drawn.

    Args:
        count: how many; all, if there are fewer.
        total: how many there are.
        seed: decides which.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randperm(total, generator=generator)[:count]


def mislabel(labels: Tensor, share: float, seed: int, classes: int = 10) -> Tensor:
    """Replace some labels by wrong ones, each of the others as probable as any.

    Args:
        labels: [n], int64, from 0; they stay as they are.
        share: of the labels, 0 to 1.
        seed: decides which, and what takes their place.
        classes: how many labels there are.

    Returns:
        The labels with the wrong ones among them, [n].
    """
    generator = torch.Generator().manual_seed(seed)
    wrong = torch.randperm(len(labels), generator=generator)[: round(share * len(labels))]
    others = torch.randint(1, classes, (len(wrong),), generator=generator)
    return labels.index_put((wrong,), (labels[wrong] + others) % classes)


def handicap(
    dataset: ImageDataset, images: int, wrong_labels: float, seed: int, classes: int = 10
) -> ImageDataset:
    """Return so many images of a data set, with the share of wrong labels; all as it is if so told.

    The images are drawn first, so that the share is that of the images learned from.
    """
    if images < len(dataset):
        dataset = dataset.select(draw_images(images, len(dataset), seed))
    if wrong_labels:
        dataset = dataset.relabel(mislabel(dataset.labels, wrong_labels, seed, classes))
    return dataset

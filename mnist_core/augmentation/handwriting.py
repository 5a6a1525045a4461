"""MNIST's digits → as many people might have written them, and some images that are no digits.

MNIST was written by Americans: it hardly has crossed sevens, ones with a flag and a foot, or hooked
nines, and every image in it is a digit. A network that reads strangers has to have met the rest.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.augmentation.distortion import change_pen, deform
from mnist_core.augmentation.habits import add_habits
from mnist_core.augmentation.non_digits import KINDS, make_non_digits
from mnist_core.augmentation.skeletons import draw_digits, draw_non_digits

# Loaders shuffle, so any part of a batch is as good as another.
PLAIN = 3  # one image in three stays as MNIST has it,
DRAWN = 6  # one in six is drawn anew from its label alone,
LETTERS = 10  # one in ten becomes a letter or a sign,
STRANGE = 16  # one in sixteen something else that is no digit; the rest is written by others


def handwriting(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Write most of a batch anew by other hands, and replace some of it by what is no digit.

    Args:
        images: [batch, 1, 28, 28], -1 (paper) to 1 (ink).
        labels: [batch], int64, 0 to 9.

    Returns:
        Images, and the share of each digit in them, [batch, 10]: all of it for a digit, a tenth
        each for what is none, so that the network learns to be unsure there (Hendrycks, Mazeika
        and Dietterich, "Deep anomaly detection with outlier exposure", 2019).
    """
    count = len(images)
    plain, ink = images[: count // PLAIN], (images[count // PLAIN :] + 1) / 2  # 0 to 1
    written = labels[len(plain) :]
    drawn = draw_digits(written[: count // DRAWN])
    letters = draw_non_digits(count // LETTERS)
    strange = make_non_digits(ink, written, count // STRANGE // KINDS)
    replaced = len(drawn) + len(letters) + len(strange)
    others = torch.cat([strange, add_habits(ink[replaced:], written[replaced:])])
    anew = torch.cat([drawn, letters, change_pen(deform(others))])

    targets = functional.one_hot(labels, 10).to(images.dtype)
    targets[len(plain) + len(drawn) : len(plain) + replaced] = 0.1
    return torch.cat([plain, anew * 2 - 1]), targets

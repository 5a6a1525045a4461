"""Do a network's probabilities mean what they say? Measure it, and put it right.

Of all the digits that a network reads with a probability of 90 %, it should read 90 % right. One
number, the temperature, mends most of what is amiss, and it never changes which digit is read
(Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mnist_core.data import ImageDataset
from mnist_core.evaluation import BATCH_SIZE
from mnist_core.inference import Calibration

UNSURE_SHARE = 0.02  # of the held-out digits may be called unsure; more would be a nuisance


def calibrate(model: nn.Module, held_out: ImageDataset) -> Calibration:
    """Find the temperature of a network, and from which probability it may call itself sure.

    Args:
        model: a network in eval mode.
        held_out: digits that it has not been trained on, some hundreds at least.

    Returns:
        The temperature with which the held-out labels are most probable, and the probability that
        98 of 100 held-out digits reach with it.
    """
    logits = compute_logits(model, held_out)
    temperature = fit_temperature(logits, held_out.labels)
    probabilities = (logits / temperature).softmax(dim=1)
    reached = probabilities.amax(dim=1).quantile(UNSURE_SHARE).item()
    return Calibration(temperature, reached)


def halve(dataset: ImageDataset) -> tuple[ImageDataset, ImageDataset]:
    """Split digits that a network has not been trained on: one half to fit, one to measure on."""
    images, labels = dataset.images, dataset.labels
    return ImageDataset(images[::2], labels[::2]), ImageDataset(images[1::2], labels[1::2])


def compute_logits(model: nn.Module, dataset: ImageDataset) -> Tensor:
    """Read every image; return logits, [n, 10], in double precision on the CPU."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        return torch.cat(
            [model(images.to(device)).cpu() for images, _ in dataset.in_order(BATCH_SIZE)]
        ).double()


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """Return the temperature, 0.01 to 100, at which the cross-entropy is least.

    The cross-entropy has no other minimum along the temperature (it is convex in its inverse), so
    a search that keeps narrowing the range in which the minimum lies finds it.

    Args:
        logits: [n, 10].
        labels: [n], int64.
    """
    low, high = math.log(0.01), math.log(100)
    while high - low > 1e-6:
        third = (high - low) / 3
        if _loss_at(low + third, logits, labels) < _loss_at(high - third, logits, labels):
            high -= third
        else:
            low += third
    return math.exp((low + high) / 2)


def _loss_at(log_temperature: float, logits: Tensor, labels: Tensor) -> float:
    return functional.cross_entropy(logits / math.exp(log_temperature), labels).item()


def expected_calibration_error(probabilities: Tensor, labels: Tensor, bins: int = 15) -> float:
    """Return how far apart confidence and accuracy are, 0 (they agree) to 1.

    The readings are sorted into `bins` of equal width by the probability of the digit that was
    read; in each bin the mean probability is compared to the share read right, and the differences
    are averaged over all readings (Guo and others, 2017, equation 3).

    Args:
        probabilities: [n, 10].
        labels: [n], int64.
        bins: how many.
    """
    confidence, read = probabilities.double().max(dim=1)
    right = (read == labels).double()
    bin_of = (confidence * bins).ceil().long().clamp(1, bins) - 1  # a bin holds its upper edge
    surplus = torch.zeros(bins, dtype=torch.float64).index_add(0, bin_of, confidence - right)
    return surplus.abs().sum().item() / len(labels)

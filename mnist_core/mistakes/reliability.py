"""Is a network right as often as it says? Its readings, sorted by how sure it is of them.

Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_core.mistakes import Readings

BINS = 15  # as in the paper


@dataclass(frozen=True)
class Bin:
    """Readings of about the same confidence.

    Attributes:
        count: how many there are.
        confidence: their mean probability, 0 to 1; 0 where there are none.
        accuracy: the share of them that is right, 0 to 1; 0 where there are none.
    """

    count: int
    confidence: float
    accuracy: float


def reliability(readings: Readings, bins: int = BINS) -> tuple[Bin, ...]:
    """Sort readings into bins of equal width by their confidence; a bin holds its upper edge."""
    confidences = readings.confidences.astype(np.float64)  # [images]
    right = readings.labels == readings.digits  # [images]
    bin_of = np.clip(np.ceil(confidences * bins).astype(np.int64), 1, bins) - 1  # [images]
    counts = np.bincount(bin_of, minlength=bins)  # [bins], as the two below
    sure = np.bincount(bin_of, confidences, bins)
    true = np.bincount(bin_of, right, bins)
    some = np.maximum(counts, 1)
    return tuple(
        Bin(int(count), float(confidence), float(accuracy))
        for count, confidence, accuracy in zip(counts, sure / some, true / some, strict=True)
    )


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Return how far apart confidence and accuracy are, 0 to 1: the mean over all readings."""
    total = sum(part.count for part in bins)
    apart = sum(part.count * abs(part.confidence - part.accuracy) for part in bins)
    return apart / max(total, 1)

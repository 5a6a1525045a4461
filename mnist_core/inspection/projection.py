"""The hidden layer on a sheet of paper: the two directions in which its values differ most.

Principal component analysis (Pearson 1901, Hotelling 1933). It is linear, so an axis means the same
everywhere on the map, and a new image has its place there without moving any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_core.inspection.layers import Floats

AXES = 2


@dataclass(frozen=True, eq=False)
class Projection:
    """Axes through a cloud of points.

    Attributes:
        mean: where they cross, [neurons].
        axes: of length 1, at right angles, the one with more variance first, [2, neurons].
        shares: which share of all the variance lies along each, 0 to 1.
    """

    mean: Floats
    axes: Floats
    shares: tuple[float, ...]

    def place(self, values: Floats) -> Floats:
        """Return where values lie, [..., 2].

        Args:
            values: of the hidden layer, [..., neurons].
        """
        placed: Floats = (values - self.mean) @ self.axes.T
        return placed


def project(values: Floats) -> Projection:
    """Find the axes of the most variance.

    Each axis points to where its largest weight is positive, so that the same values always give
    the same map.

    Args:
        values: of the last hidden layer, [images, neurons], with at least two neurons.
    """
    mean = values.mean(axis=0, dtype=np.float64)  # [neurons]
    covariance = np.cov(values, rowvar=False, dtype=np.float64)  # [neurons, neurons]
    variances, directions = np.linalg.eigh(covariance)  # ascending; directions are columns
    axes = directions[:, ::-1][:, :AXES].T  # [2, neurons]
    largest = axes[np.arange(AXES), np.abs(axes).argmax(axis=1)]  # [2]
    axes = axes * np.where(largest < 0, -1, 1)[:, None]
    total = max(float(variances.sum()), np.finfo(np.float64).tiny)
    shares = tuple(float(variance) / total for variance in variances[::-1][:AXES])
    return Projection(mean.astype(np.float32), axes.astype(np.float32), shares)

"""Which images a network misreads, and how sure it is of them.

Article, step 6.2 counts them; here they can be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mnist_core.data import ImageDataset
from mnist_core.evaluation import BATCH_SIZE
from mnist_core.inference import UNCALIBRATED, Calibration


@dataclass(frozen=True, eq=False)
class Readings:
    """What a network makes of every image of a set, in the order of the set.

    Attributes:
        labels: the true classes, [images]; of MNIST the digits.
        digits: the classes read, [images].
        confidences: how probable the network thinks the class it reads, 0 to 1, [images].
        classes: how many there are.
    """

    labels: NDArray[np.uint8]
    digits: NDArray[np.uint8]
    confidences: NDArray[np.float32]
    classes: int = 10

    @property
    def accuracy(self) -> float:
        """The share of images read right, 0 to 1."""
        return float((self.labels == self.digits).mean())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts, [classes, classes]; row = the true class, column = the one read."""
        cells = self.labels.astype(np.int64) * self.classes + self.digits
        return np.bincount(cells, minlength=self.classes**2).reshape(self.classes, self.classes)

    def mistakes(self, label: int | None = None, digit: int | None = None) -> NDArray[np.int64]:
        """Return the places of the images misread in the set, those it is surest of first.

        Args:
            label: only those of this digit.
            digit: only those read as this one.
        """
        wanted = self.labels != self.digits
        if label is not None:
            wanted &= self.labels == label
        if digit is not None:
            wanted &= self.digits == digit
        return self._surest_first(wanted)

    def right(self, digit: int) -> NDArray[np.int64]:
        """Return the places of the images read right as a digit, those it is surest of first."""
        return self._surest_first((self.labels == digit) & (self.digits == digit))

    def corrected_by(self, other: Readings) -> NDArray[np.int64]:
        """Return the places of the images that the other network reads right and this one does not.

        Those come first of which this one was surest.
        """
        return self._surest_first((self.labels != self.digits) & (other.labels == other.digits))

    def _surest_first(self, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
        (places,) = np.nonzero(wanted)
        return places[np.argsort(-self.confidences[places], kind="stable")]


def read_all(
    model: nn.Module, dataset: ImageDataset, calibration: Calibration = UNCALIBRATED
) -> Readings:
    """Read every image of a set, without learning, and leave the model in the mode it was in.

    Args:
        model: any network that maps [batch, *shape] to logits [batch, classes].
        dataset: at least one image with its label.
        calibration: of the network's probabilities.
    """
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        logits = torch.cat(
            [model(images.to(device)) for images, _ in dataset.in_order(BATCH_SIZE)]
        ).cpu()
    model.train(was_training)
    confidences, digits = (logits / calibration.temperature).softmax(dim=1).max(dim=1)  # [images]
    return Readings(
        labels=dataset.labels.numpy().astype(np.uint8),
        digits=digits.numpy().astype(np.uint8),
        confidences=confidences.numpy(),
        classes=logits.shape[1],
    )

"""Which images a network misreads, and how sure it is of them.

Article, step 6.2 counts them; here they can be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray
from torch import nn

from mnist_core.data import ImageDataset
from mnist_core.evaluation import batches
from mnist_core.inference import UNCALIBRATED, Calibration
from mnist_core.text import say

MISTAKES_ON_SHEET = 40
COLUMNS = 8


@dataclass(frozen=True, eq=False)
class Readings:
    """What a network makes of every image of a set, in the order of the set.

    Attributes:
        labels: the true digits, [images].
        digits: the digits read, [images].
        confidences: how probable the network thinks the digit it reads, 0 to 1, [images].
    """

    labels: NDArray[np.uint8]
    digits: NDArray[np.uint8]
    confidences: NDArray[np.float32]

    @property
    def accuracy(self) -> float:
        """The share of images read right, 0 to 1."""
        return float((self.labels == self.digits).mean())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts, [10, 10]; row = the true digit, column = the digit read."""
        cells = self.labels.astype(np.int64) * 10 + self.digits
        return np.bincount(cells, minlength=100).reshape(10, 10)

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
        model: any network that maps [batch, 1, 28, 28] to logits [batch, 10].
        dataset: at least one image with its label.
        calibration: of the network's probabilities.
    """
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        logits = torch.cat([model(images.to(device)) for images, _ in batches(dataset)]).cpu()
    model.train(was_training)
    confidences, digits = (logits / calibration.temperature).softmax(dim=1).max(dim=1)  # [images]
    return Readings(
        labels=dataset.labels.numpy().astype(np.uint8),
        digits=digits.numpy().astype(np.uint8),
        confidences=confidences.numpy(),
    )


def mistakes_sheet(readings: Readings, dataset: ImageDataset) -> Figure:
    """Draw how often each digit is taken for which other, and the surest mistakes.

    The digits read right are so many that they would leave one colour for all mistakes: they are
    written, and have none.

    Args:
        readings: of a network.
        dataset: of which the readings are.

    Returns:
        A figure of 12 × 6 inches.
    """
    figure = Figure(figsize=(12, 6), layout="constrained")
    figure.suptitle(
        say("mistakes.title", count=len(readings.mistakes()), images=len(readings.labels))
    )
    halves = figure.subfigures(1, 2, squeeze=False)[0]
    _draw_confusion(halves[0], readings.confusion)
    _draw_images(halves[1], readings, dataset)
    return figure


def _draw_confusion(figure: SubFigure, confusion: NDArray[np.int64]) -> None:
    axes = figure.subplots()
    mistakes = np.where(np.eye(10, dtype=bool), 0, confusion)
    axes.imshow(mistakes, cmap="Blues")
    axes.set(
        xlabel=say("mistakes.read_as"),
        ylabel=say("mistakes.is"),
        xticks=range(10),
        yticks=range(10),
    )
    top = max(1, mistakes.max())
    for (label, digit), count in np.ndenumerate(confusion):
        color = "white" if mistakes[label, digit] > top / 2 else "black"
        if count:
            axes.text(digit, label, str(count), ha="center", va="center", color=color, fontsize=8)


def _draw_images(figure: SubFigure, readings: Readings, dataset: ImageDataset) -> None:
    places = readings.mistakes()[:MISTAKES_ON_SHEET]
    figure.suptitle(say("mistakes.surest"), fontsize="medium")
    grid = figure.subplots(MISTAKES_ON_SHEET // COLUMNS, COLUMNS)
    for axes in grid.flat:
        axes.axis("off")
    for axes, place in zip(grid.flat, places, strict=False):
        axes.imshow(dataset.images[place, 0].numpy(), cmap="gray_r")
        axes.set_title(f"{readings.labels[place]} → {readings.digits[place]}", fontsize=8)

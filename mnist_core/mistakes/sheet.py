"""The mistakes of a network as one figure: which digit is taken for which, and the surest ones."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from mnist_core.data import ImageDataset
from mnist_core.mistakes import Readings
from mnist_core.text import say

MISTAKES_ON_SHEET = 40
COLUMNS = 8


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
    classes = len(confusion)
    mistakes = np.where(np.eye(classes, dtype=bool), 0, confusion)
    axes.imshow(mistakes, cmap="Blues")
    axes.set(
        xlabel=say("mistakes.read_as"),
        ylabel=say("mistakes.is"),
        xticks=range(classes),
        yticks=range(classes),
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
        image, _ = dataset[int(place)]
        if len(image) == 1:  # of one channel
            axes.imshow(image[0].numpy(), cmap="gray_r")
        else:
            axes.imshow((image.permute(1, 2, 0).numpy() + 1) / 2)
        axes.set_title(f"{readings.labels[place]} → {readings.digits[place]}", fontsize=8)

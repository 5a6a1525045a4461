"""The run panel: how a training run is doing, in four figures, a bar and a sentence."""

from __future__ import annotations

from typing import TypedDict

from mnist_core.web.components.base import Component
from mnist_core.web.jobs.status import State


class RunView(TypedDict):
    """A run as the panel shows it.

    Attributes:
        state: what the run is doing, or how it ended.
        title: which run it is, and how its settings differ from the recipe.
        message: what it is doing, in a sentence.
        fraction: of this epoch's batches (or of the download) that are done, 0 to 1.
        loss: mean training loss of the last epoch, or of the one under way so far, in nats.
        test_loss: on the 10,000 test images after the last epoch.
        accuracy: on the same images, 0 to 1.
        train_accuracy: on 10,000 of the training images, 0 to 1.
        epochs: how many there will be; 0 before the first run.
        epochs_done: how many of them are over.
        seconds: of training so far.
        left: seconds until the run ends, or None while nobody can tell.
        drawing: what the network has made of the visitor's drawing, epoch by epoch, or empty.
    """

    state: State
    title: str
    message: str
    fraction: float
    loss: float | None
    test_loss: float | None
    accuracy: float | None
    train_accuracy: float | None
    epochs: int
    epochs_done: int
    seconds: float | None
    left: float | None
    drawing: str


class RunPanel(Component):
    """Shows a `RunView`, which is its value."""

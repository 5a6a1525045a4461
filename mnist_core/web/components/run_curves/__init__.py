"""The curves of a run: the loss of each batch, and what each epoch came to."""

from __future__ import annotations

import json
from typing import TypedDict

from mnist_core.web.components.base import Component


class EpochPoint(TypedDict):
    """What an epoch came to, and where it stands.

    Attributes:
        end: after how many batches of the run it was over.
        train_loss, test_loss: in nats.
        test_accuracy, train_accuracy: 0 to 1; the second is None where nobody has measured it.
    """

    end: int
    train_loss: float
    test_loss: float
    test_accuracy: float
    train_accuracy: float | None


class RunCurvesView(TypedDict):
    """A run as its curves show it.

    Attributes:
        run: which one it is.
        classes: how many it learns to tell apart.
        batches: how many losses there are.
        planned: how many there will be.
        steps: batches in an epoch.
        stride: how many batches a point stands for.
        points: the mean, the smallest and the largest loss of each, float32 [3, points] in base64,
            least significant byte first.
        first, last: the first loss and the latest; None where there is none that is a number.
        is_broken: whether the latest is no number.
        epochs: those that are over.
    """

    run: str
    classes: int
    batches: int
    planned: int
    steps: int
    stride: int
    points: str
    first: float | None
    last: float | None
    is_broken: bool
    epochs: list[EpochPoint]


class RunCurves(Component):
    """Shows a `RunCurvesView`, or that there is nothing to show yet."""

    def postprocess(self, value: RunCurvesView | None) -> str:
        """Pack the view as one text of JSON: Gradio walks through all else leaf by leaf."""
        return json.dumps(value, separators=(",", ":"))

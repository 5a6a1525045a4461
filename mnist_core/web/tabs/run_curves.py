"""A run as its curves show it, packed for the page."""

from __future__ import annotations

import math
from array import array
from base64 import b64encode

from mnist_core.loss_curve import LossCurve
from mnist_core.training import EpochRecord
from mnist_core.web.components.run_curves import EpochPoint, RunCurvesView
from mnist_core.web.jobs.pace import steps_per_epoch
from mnist_core.web.jobs.run import Run


def view_curves(run: Run | None) -> RunCurvesView | None:
    """Return what the curves show of a run; None without one."""
    if run is None:
        return None
    curve, epochs = run.curve, list(run.epochs)
    steps = run.status.steps or steps_per_epoch(run.config)
    # Where an epoch ended is not known of one that was trained elsewhere.
    ends = [*run.epoch_ends, *(steps * (done + 1) for done in range(len(epochs)))][: len(epochs)]
    last_end = ends[-1] if ends else 0
    planned = last_end + steps * (run.config.epochs - len(epochs))
    return {
        "run": run.id,
        "classes": len(run.config.data_set.classes),
        "batches": curve.batches,
        "planned": planned if run.is_under_way else max(curve.batches, last_end),
        "steps": steps,
        "stride": curve.stride,
        "points": _pack(curve),
        "first": _number(curve.first),
        "last": _number(curve.last),
        "is_broken": curve.last is not None and not math.isfinite(curve.last),
        "epochs": [_point(end, epoch) for end, epoch in zip(ends, epochs, strict=True)],
    }


def _point(end: int, epoch: EpochRecord) -> EpochPoint:
    return {
        "end": end,
        "train_loss": epoch.train_loss,
        "test_loss": epoch.test_loss,
        "test_accuracy": epoch.test_accuracy,
        "train_accuracy": epoch.train_accuracy,
    }


def _pack(curve: LossCurve) -> str:
    numbers = array("f", [*curve.means, *curve.low, *curve.high])
    return b64encode(numbers.tobytes()).decode("ascii")


def _number(loss: float | None) -> float | None:
    return loss if loss is not None and math.isfinite(loss) else None  # JSON knows no other

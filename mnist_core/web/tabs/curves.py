"""Curves of several runs: as pictures, and in words for who cannot see them."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence

from matplotlib.figure import Figure

from mnist_core.plots import (
    Curve,
    compare_accuracies,
    compare_losses,
    mean_of_runs,
    places_of_epochs,
    to_svg,
)
from mnist_core.text import say, translate
from mnist_core.training import EpochRecord
from mnist_core.web.jobs.pace import steps_per_epoch
from mnist_core.web.jobs.run import Run

Plots = dict[str, str]
"""What `draw_curves` returns."""


class PlotCache:
    """The plots of curves that change now and then: drawn again only when they have."""

    def __init__(self) -> None:
        self._curves: Sequence[Curve] | None = None
        self._plots: Plots = {}

    def draw(self, curves: Sequence[Curve]) -> Plots:
        """Draw them, unless they are those of the last time."""
        if curves != self._curves:
            self._plots, self._curves = draw_curves(curves), curves
        return self._plots


def curve_of_runs(name: str, color: str, runs: Sequence[Run], planned: int) -> Curve:
    """Return runs as a curve; for the arguments see `Curve`."""
    diverged = [_batch_losses(run) for run in runs if run.state == "diverged"]
    epochs = [list(run.epochs) for run in runs]
    return Curve(name, color, epochs, planned, [losses for losses in diverged if losses])


def _batch_losses(run: Run) -> list[tuple[float, float]]:
    """Return where in its epochs a run had which loss; none where that is no number."""
    curve, steps = run.curve, steps_per_epoch(run.config)
    ends = (min((i + 1) * curve.stride, curve.batches) for i in range(len(curve.means)))
    points = zip(ends, curve.means, strict=True)
    return [(end / steps, loss) for end, loss in points if math.isfinite(loss)]


def draw_curves(curves: Sequence[Curve]) -> Plots:
    """Draw the curves twice, losses and accuracies, and say them in words.

    Returns:
        "losses" and "accuracies", each a data URL of an SVG, for who cannot see them "losses_words"
        and "accuracies_words", and "values" for who points at them; empty before the first epoch.
    """
    curves = [curve for curve in curves if any(curve.runs) or curve.diverged]
    if not curves:
        return {}
    with_epochs = [curve for curve in curves if any(curve.runs)]
    return {
        "losses": svg_address(compare_losses(curves)),
        "accuracies": svg_address(compare_accuracies(curves)),
        "losses_words": _join(_describe_losses(curve) for curve in curves),
        "accuracies_words": _join(_describe_accuracies(curve) for curve in with_epochs),
        "values": _pack_values(curves),
    }


def _pack_values(curves: Sequence[Curve]) -> str:
    """Return where each epoch stands and each curve's values there, as one text of JSON."""
    values = [
        {
            "name": translate(curve.name),
            "losses": _figures(curve, lambda epoch: epoch.train_loss),
            "accuracies": _figures(curve, lambda epoch: epoch.test_accuracy),
        }
        for curve in curves
    ]
    places = [round(place, 5) for place in places_of_epochs(curves)]
    return json.dumps({"places": places, "curves": values}, separators=(",", ":"))


def _figures(curve: Curve, value: Callable[[EpochRecord], float]) -> list[float]:
    return [round(figure, 5) for figure in mean_of_runs(curve, value)]


def _join(sentences: Iterable[str]) -> str:
    return say("runs.curves_separator").join(sentences)


def _list(figures: Iterable[str]) -> str:
    return say("page.list_separator").join(figures)


def _describe_losses(curve: Curve) -> str:
    if curve.diverged:
        trained, loss = curve.diverged[-1][-1]
        return say("runs.curves_diverged", name=curve.name, epochs=trained, loss=loss)
    losses = _list(f"{run[-1].train_loss:.4f}" for run in curve.runs if run)
    return say("runs.curves_losses", name=curve.name, losses=losses)


def _describe_accuracies(curve: Curve) -> str:
    last = [run[-1] for run in curve.runs if run]
    test = _list(f"{epoch.test_accuracy:.2%}" for epoch in last)
    measured = [epoch.train_accuracy for epoch in last if epoch.train_accuracy is not None]
    training = _list(f"{accuracy:.2%}" for accuracy in measured)
    if not training:
        return say("runs.curves_accuracies", name=curve.name, test=test)
    return say("runs.curves_both_accuracies", name=curve.name, test=test, training=training)


def svg_address(figure: Figure) -> str:
    """Return the address of a figure, drawn as SVG, that holds all of it."""
    return f"data:image/svg+xml;base64,{b64encode(to_svg(figure)).decode('ascii')}"

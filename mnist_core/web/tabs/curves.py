"""Curves of several runs: as pictures, and in words for who cannot see them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from matplotlib.figure import Figure

from mnist_core.plots import Curve, compare_accuracies, compare_losses, to_svg
from mnist_core.text import say

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


def draw_curves(curves: Sequence[Curve]) -> Plots:
    """Draw the curves twice, losses and accuracies, and say them in words.

    Returns:
        "losses" and "accuracies", each a data URL of an SVG, and "words" for who cannot see them;
        empty before the first epoch.
    """
    curves = [curve for curve in curves if any(curve.runs)]
    if not curves:
        return {}
    return {
        "losses": _to_url(compare_losses(curves)),
        "accuracies": _to_url(compare_accuracies(curves)),
        "words": say("runs.curves_separator").join(map(_describe, curves)),
    }


def _describe(curve: Curve) -> str:
    last = [run[-1] for run in curve.runs if run]
    losses = ", ".join(f"{epoch.train_loss:.4f}" for epoch in last)
    accuracies = ", ".join(f"{epoch.test_accuracy:.2%}" for epoch in last)
    return say("runs.curves_words", name=curve.name, losses=losses, accuracies=accuracies)


def _to_url(figure: Figure) -> str:
    return f"data:image/svg+xml;base64,{b64encode(to_svg(figure)).decode('ascii')}"

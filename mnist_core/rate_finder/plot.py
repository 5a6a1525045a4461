"""The loss against the learning rate, as a figure."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from mnist_core.plots import FAINT, SMALL_TEXT
from mnist_core.rate_finder import RatePoint, Suggestion
from mnist_core.text import say

COLOR, SUGGESTED = "tab:blue", "tab:green"
HEADROOM = 1.6  # times the first loss: what explodes leaves the figure at its top


def rate_figure(points: Sequence[RatePoint], suggestion: Suggestion) -> Figure:
    """Draw the loss of each batch against its learning rate, the rates on a log axis.

    Args:
        points: of a ramp.
        suggestion: what it suggests, which is marked, as is the rate with the least loss.

    Returns:
        A figure of 5 × 3 inches.
    """
    figure = Figure(figsize=(5, 3))
    axes = figure.add_axes((0.13, 0.185, 0.84, 0.70))
    rates = [point.rate for point in points]
    axes.plot(rates, [point.loss for point in points], color=COLOR, linewidth=1, alpha=FAINT)
    axes.plot(rates, [point.smoothed for point in points], color=COLOR, label=say("rates.smoothed"))
    label = say("rates.suggested", rate=suggestion.rate)
    axes.axvline(suggestion.rate, color=SUGGESTED, linestyle="--", label=label)
    axes.plot(
        [suggestion.best_rate],
        [suggestion.least_loss],
        color=COLOR,
        marker="o",
        linestyle="",
        label=say("rates.least", rate=suggestion.best_rate),
    )
    axes.set_xscale("log")
    axes.set_ylim(0, HEADROOM * points[0].loss)
    axes.set_title(say("plot.training_loss"), fontsize=SMALL_TEXT + 1)
    axes.set_xlabel(say("rates.axis"), fontsize=SMALL_TEXT)
    axes.tick_params(labelsize=SMALL_TEXT)
    axes.grid(True, alpha=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower left", fontsize=SMALL_TEXT - 1, framealpha=0.8)
    return figure

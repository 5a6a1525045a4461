"""Records → matplotlib figures.

Article, step 6.1. Figures are built without pyplot: it keeps every figure it makes in a list of
its own and is not made for several threads, and a server has many.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mnist_core.training import EpochRecord

COLORS = {"training": "tab:orange", "test": "tab:blue"}
FAINT = 0.35  # opacity of the single runs behind their mean


@dataclass(frozen=True)
class Curve:
    """Runs that are drawn as one.

    Attributes:
        name: what the legend calls them.
        color: any colour that matplotlib knows.
        runs: the epochs of each; several, of different seeds, are drawn faintly behind their mean.
        planned: how many epochs there will be, so that the axis stays as it is while they come.
    """

    name: str
    color: str
    runs: Sequence[Sequence[EpochRecord]]
    planned: int = 0


def loss_figure(losses: Sequence[float]) -> Figure:
    """Draw the training loss of each epoch, exactly as the article does.

    Like the article's own plot, the horizontal axis counts from 0: the first epoch stands at 0.

    Args:
        losses: mean training loss of each epoch, in nats; none yet gives empty axes.

    Returns:
        A figure of 10 × 5 inches.
    """
    figure = Figure(figsize=(10, 5))
    axes = figure.subplots()
    axes.plot(losses, marker="o", linestyle="-", color="blue")
    axes.set_title("Training Loss per Epoch")
    axes.set_xlabel("Epoch")
    axes.set_ylabel("Loss")
    axes.grid(True)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no epoch 1.5
    if not losses:
        axes.set(xticks=[], yticks=[])  # nothing to read off yet
    return figure


def compare_losses(curves: Sequence[Curve]) -> Figure:
    """Draw the training loss of several runs over their epochs, which count from 1.

    Returns:
        A figure of 5 × 3 inches: two fit side by side on a desktop, one on a phone.
    """
    figure, axes = _small_figure("Training loss", 3, _planned(curves))
    for curve in curves:
        _draw_curve(axes, curve, lambda epoch: epoch.train_loss)
    handles = [Line2D([], [], color=curve.color, label=curve.name) for curve in curves]
    axes.legend(handles=handles, loc="upper right", fontsize=8, framealpha=0.8)
    return figure


def compare_accuracies(curves: Sequence[Curve]) -> Figure:
    """Draw test accuracy (solid) and training accuracy (dashed) in per cent over the epochs.

    The space between the two lines of a colour is the generalisation gap.

    Returns:
        A figure of 5 × 3 inches.
    """
    figure, axes = _small_figure("Accuracy, %", 3, _planned(curves))
    for curve in curves:
        _draw_curve(axes, curve, lambda epoch: 100 * epoch.test_accuracy)
        _draw_curve(axes, curve, lambda epoch: 100 * epoch.train_accuracy, linestyle="--")
    handles = [
        Line2D([], [], color="gray", label="test"),
        Line2D([], [], color="gray", label="training", linestyle="--"),
    ]
    axes.legend(handles=handles, loc="lower right", fontsize=8, framealpha=0.8)
    return figure


def _planned(curves: Sequence[Curve]) -> int:
    return max((curve.planned for curve in curves), default=0)


def _draw_curve(
    axes: Axes, curve: Curve, value: Callable[[EpochRecord], float], linestyle: str = "-"
) -> None:
    runs = [[value(epoch) for epoch in run] for run in curve.runs if run]
    if not runs:
        return
    furthest = [run for run in runs if len(run) == max(map(len, runs))]
    means = [statistics.fmean(values) for values in zip(*furthest, strict=True)]
    marker = "o" if len(means) <= 20 else ""
    color = curve.color
    if len(runs) > 1:
        for run in runs:
            epochs = range(1, len(run) + 1)
            axes.plot(epochs, run, color=color, linestyle=linestyle, linewidth=1, alpha=FAINT)
    epochs = range(1, len(means) + 1)
    axes.plot(epochs, means, color=color, linestyle=linestyle, marker=marker, markersize=4)


def run_losses(epochs: Sequence[EpochRecord], planned: int = 0) -> Figure:
    """Draw training and test loss of one run over its epochs, which count from 1.

    Args:
        epochs: those that are over.
        planned: how many there will be, so that the axis stays as it is while they come.

    Returns:
        A figure of 5 × 3.4 inches: two stand side by side on a desktop.
    """
    return _curves(
        "Loss",
        {
            "training": [epoch.train_loss for epoch in epochs],
            "test": [epoch.test_loss for epoch in epochs],
        },
        planned,
    )


def run_accuracies(epochs: Sequence[EpochRecord], planned: int = 0) -> Figure:
    """Draw training and test accuracy of one run in per cent; between them lies the gap.

    Args:
        epochs: those that are over.
        planned: how many there will be.

    Returns:
        A figure of 5 × 3.4 inches.
    """
    return _curves(
        "Accuracy, %",
        {
            "training": [100 * epoch.train_accuracy for epoch in epochs],
            "test": [100 * epoch.test_accuracy for epoch in epochs],
        },
        planned,
    )


def _curves(title: str, values: Mapping[str, Sequence[float]], planned: int) -> Figure:
    figure, axes = _small_figure(title, 3.4, planned)
    for (name, series), style in zip(values.items(), ("--", "-"), strict=True):
        numbers = range(1, len(series) + 1)
        marker = "o" if len(series) <= 20 else ""
        axes.plot(numbers, series, style, color=COLORS[name], marker=marker, ms=4, label=name)
    axes.legend(fontsize=9, framealpha=0.8)
    if not any(values.values()):
        axes.set(xticks=[], yticks=[])  # nothing to read off yet
    return figure


def _small_figure(title: str, inches: float, planned: int) -> tuple[Figure, Axes]:
    """Make a figure 5 inches wide, whose axis shows all the epochs that are planned."""
    figure = Figure(figsize=(5, inches))
    below, above = 0.48 / inches, 0.3 / inches
    # A fixed place: a layout engine would draw everything twice.
    axes = figure.add_axes((0.11, below, 0.86, 1 - below - above))
    axes.set_title(title, fontsize=11)
    axes.set_xlabel("Epoch")
    axes.grid(True, alpha=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if planned > 1:
        margin = 0.03 * (planned - 1)
        axes.set_xlim(1 - margin, planned + margin)
    return figure, axes


def to_svg(figure: Figure) -> bytes:
    """Render a figure as SVG: crisp on every screen, and twice as fast as into pixels."""
    file = BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})  # no date: same figure, same bytes
    return file.getvalue()

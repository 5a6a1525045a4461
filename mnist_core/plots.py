"""Records → matplotlib figures, labelled in the current language.

Article, step 6.1. Figures are built without pyplot: it keeps every figure it makes in a list of
its own and is not made for several threads, and a server has many.
"""

from __future__ import annotations

import math
import statistics
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal
from unicodedata import east_asian_width

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, NullFormatter

from mnist_core.text import current_language, say, speaking, translate
from mnist_core.training import EpochRecord

LEFT, WIDTH = 0.13, 0.84  # of a small figure's width: where its axes begin, and how wide they are
MARGIN = 0.03  # beside the first epoch and the last, of the distance between them

FAINT = 0.35  # opacity of the single runs behind their mean
MARKERS = "osD^vP"  # of the first curve, the second …: who sees no colours tells them apart
MAX_MARKED_EPOCHS = 20  # more markers would touch each other: then they stand farther apart
FAR_TOO_HIGH = 4 * math.log(10)  # nats; beyond four times guessing a loss needs a logarithmic axis
LEAST_POINTS = 1.0  # percentage points that an accuracy axis spans, so that noise looks small

# Sizes are in points, 72 to an inch. A page shows the article's figure about half as large as its
# inches say, the small ones at most a fifth smaller: no text becomes smaller than 9 pixels.
ARTICLE_TEXT = 20
SMALL_TEXT = 11
MARKER_SIZE = 5


SVG_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "the same names each time",
    "font.sans-serif": ["DejaVu Sans"],  # matplotlib's own, by which it measures; else any
}
_rendering = threading.Lock()  # the settings hold for the whole process while they are changed

# Fonts of common systems that draw Chinese; who draws takes the first that is there.
CHINESE_FONTS = (
    *("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei", "Noto Sans CJK SC"),
    *("Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Noto Sans CJK JP"),
)
# Matplotlib's own font lacks Chinese signs, and would take them for narrower than they are. But it
# has playing cards, which are as wide: they hold the place while the layout is made.
CARDS = [
    *range(0x1F0A1, 0x1F0AF),
    *range(0x1F0B1, 0x1F0BF),
    *range(0x1F0C1, 0x1F0D0),
    *range(0x1F0D1, 0x1F0E0),
]


@dataclass(frozen=True)
class Curve:
    """Runs that are drawn as one.

    Attributes:
        name: what the legend calls them; a message follows the current language.
        color: any colour that matplotlib knows.
        runs: the epochs of each; several, of different seeds, are drawn faintly behind their mean.
        planned: how many epochs there will be, so that the axis stays as it is while they come.
        diverged: of each run that diverged the losses of its batches, which no epoch tells of: how
            many epochs it had trained by then, a fraction, and the loss in nats.
    """

    name: str
    color: str
    runs: Sequence[Sequence[EpochRecord]]
    planned: int = 0
    diverged: Sequence[Sequence[tuple[float, float]]] = ()


def loss_figure(losses: Sequence[float]) -> Figure:
    """Draw the training loss of each epoch, as the article does.

    Like the article's own plot, the horizontal axis counts from 0: the first epoch stands at 0.

    Args:
        losses: mean training loss of each epoch, in nats; none yet gives empty axes.

    Returns:
        A figure of 10 × 5 inches.
    """
    figure = Figure(figsize=(10, 5))
    axes = figure.add_axes((0.12, 0.17, 0.86, 0.72))
    axes.plot(losses, marker="o", linestyle="-", color="blue", linewidth=2.5, markersize=10)
    axes.set_title(say("plot.articles_title"), fontsize=ARTICLE_TEXT)
    axes.set_xlabel(say("plot.epoch"), fontsize=ARTICLE_TEXT)
    axes.set_ylabel(say("plot.loss"), fontsize=ARTICLE_TEXT)
    axes.tick_params(labelsize=ARTICLE_TEXT)
    axes.grid(True)
    _count_epochs(axes)
    if not losses:
        axes.set(xticks=[], yticks=[])  # nothing to read off yet
    return figure


def compare_losses(curves: Sequence[Curve]) -> Figure:
    """Draw the training loss of runs over their epochs, which count from 1.

    A run that diverged is drawn batch by batch, with a cross where it ended. The axis is
    logarithmic where a loss is far higher than that of guessing: all others would be one line.

    Returns:
        A figure of 5 × 3 inches: two fit side by side on a desktop, one on a phone.
    """
    figure, axes = _small_figure(say("plot.training_loss"), curves)
    for curve, marker in zip(curves, _markers(curves), strict=True):
        _draw_curve(axes, curve, marker, lambda epoch: epoch.train_loss)
        _draw_divergence(axes, curve)
    if axes.dataLim.y1 > FAR_TOO_HIGH:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")  # no small raised digits
        axes.yaxis.set_minor_formatter(NullFormatter())
    _add_legend(axes, _name_curves(curves), "upper right")
    return figure


def compare_accuracies(curves: Sequence[Curve]) -> Figure:
    """Draw test accuracy (solid) and training accuracy (dashed) in per cent over the epochs.

    The space between the two lines of a colour is the generalisation gap.

    Returns:
        A figure of 5 × 3 inches.
    """
    figure, axes = _small_figure(say("plot.accuracy"), curves)
    for curve, marker in zip(curves, _markers(curves), strict=True):
        _draw_curve(axes, curve, marker, lambda epoch: _per_cent(epoch.test_accuracy))
        _draw_curve(axes, curve, marker, lambda epoch: _per_cent(epoch.train_accuracy), "--")
    _widen(axes, LEAST_POINTS)
    _add_legend(axes, _explain_dashes(), "lower right")
    return figure


def to_svg(figure: Figure) -> bytes:
    """Render a figure as SVG: crisp on every screen, and twice as fast as into pixels.

    Text stays text, which the browser draws with a font of the system: in any script, and in half
    the bytes. The same figure gives the same bytes.
    """
    file = BytesIO()
    with (
        _cards_for_wide_signs(figure) as signs,
        _rendering,
        matplotlib.rc_context(SVG_SETTINGS),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the browser has it
        figure.savefig(file, format="svg", metadata={"Date": None})
    if not signs:
        return file.getvalue()
    svg = file.getvalue().decode().translate(signs)
    fonts = ", ".join(f"'{name}'" for name in ("DejaVu Sans", *CHINESE_FONTS))
    return svg.replace("'DejaVu Sans', sans-serif", f"{fonts}, sans-serif").encode()


@contextmanager
def _cards_for_wide_signs(figure: Figure) -> Iterator[dict[int, str]]:
    """Put a playing card in the place of each sign as wide as Chinese ones are, for the while.

    Yields:
        Which card stands for which sign.
    """
    texts = {text: text.get_text() for text in figure.findobj(Text)}
    wide = {sign for words in texts.values() for sign in words if east_asian_width(sign) in "WF"}
    signs = dict(zip(CARDS, sorted(wide), strict=False))  # beyond so many: as narrow as they are
    cards = {ord(sign): card for card, sign in signs.items()}
    for text, words in texts.items():
        text.set_text(words.translate(cards))
    try:
        yield signs
    finally:
        for text, words in texts.items():
            text.set_text(words)


@contextmanager
def fonts_of_this_machine() -> Iterator[None]:
    """Draw and save figures here, not in a browser, within a `with` block.

    In Chinese where a font of this machine has it, else in English.
    """
    installed = {font.name for font in font_manager.fontManager.ttflist}
    chinese = [name for name in CHINESE_FONTS if name in installed][:1]
    language = current_language() if chinese else "en"
    fonts: dict[Any, Any] = {"font.family": ["DejaVu Sans", *chinese]}
    with speaking(language), matplotlib.rc_context(fonts):
        yield


def _small_figure(title: str, curves: Sequence[Curve]) -> tuple[Figure, Axes]:
    """Make a figure whose horizontal axis shows all the epochs that are over or planned."""
    figure = Figure(figsize=(5, 3))
    # A fixed place: a layout engine would draw everything twice.
    axes = figure.add_axes((LEFT, 0.185, WIDTH, 0.70))
    axes.set_title(title, fontsize=SMALL_TEXT + 1)
    axes.set_xlabel(say("plot.epoch"), fontsize=SMALL_TEXT)
    axes.tick_params(labelsize=SMALL_TEXT)
    axes.grid(True, alpha=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    _count_epochs(axes)
    if not any(run for curve in curves for run in [*curve.runs, *curve.diverged]):
        axes.set(xticks=[], yticks=[])  # nothing to read off yet
    axes.set_xlim(_span(curves))
    return figure, axes


def _last_epoch(curves: Sequence[Curve]) -> int:
    over = [len(run) for curve in curves for run in curve.runs]
    over += [math.ceil(run[-1][0]) for curve in curves for run in curve.diverged]
    return max([1, *over, *(curve.planned for curve in curves)])


def _span(curves: Sequence[Curve]) -> tuple[float, float]:
    first, last = 1, _last_epoch(curves)
    if any(curve.diverged for curve in curves):
        first = 0  # where its first batch is
    margin = MARGIN * (last - first) or 0.5
    return first - margin, last + margin


def places_of_epochs(curves: Sequence[Curve]) -> list[float]:
    """Tell where each epoch stands in a small figure, from the left, as shares of its width."""
    low, high = _span(curves)
    epochs = range(1, _last_epoch(curves) + 1)
    return [LEFT + WIDTH * (epoch - low) / (high - low) for epoch in epochs]


def _count_epochs(axes: Axes) -> None:
    """Mark whole numbers only, be it a single one: there is no epoch 1.5."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _markers(curves: Sequence[Curve]) -> list[str]:
    return [MARKERS[number % len(MARKERS)] for number in range(len(curves))]


def _per_cent(fraction: float | None) -> float:
    return math.nan if fraction is None else 100 * fraction  # matplotlib leaves out what is NaN


def _draw_curve(
    axes: Axes,
    curve: Curve,
    marker: str,
    value: Callable[[EpochRecord], float],
    linestyle: str = "-",
) -> None:
    runs = [[value(epoch) for epoch in run] for run in curve.runs if run]
    if not runs:
        return
    means, color = mean_of_runs(curve, value), curve.color
    if len(runs) > 1:
        for run in runs:
            epochs = range(1, len(run) + 1)
            axes.plot(epochs, run, color=color, linestyle=linestyle, linewidth=1, alpha=FAINT)
    axes.plot(
        range(1, len(means) + 1),
        means,
        color=color,
        linestyle=linestyle,
        marker=marker,
        markevery=math.ceil(len(means) / MAX_MARKED_EPOCHS),
        markersize=MARKER_SIZE,
        markerfacecolor=color if linestyle == "-" else "white",
    )


def _draw_divergence(axes: Axes, curve: Curve) -> None:
    for run in curve.diverged:
        trained, losses = zip(*run, strict=True)
        axes.plot(trained, losses, color=curve.color)
        axes.plot(trained[-1:], losses[-1:], color=curve.color, marker="X", markersize=10)


def mean_of_runs(curve: Curve, value: Callable[[EpochRecord], float]) -> list[float]:
    """Return a value of each epoch, the mean of the runs that have come furthest."""
    most = max(map(len, curve.runs), default=0)
    furthest = [[value(epoch) for epoch in run] for run in curve.runs if len(run) == most]
    return [statistics.fmean(values) for values in zip(*furthest, strict=True)]


def _widen(axes: Axes, least: float) -> None:
    """Let the vertical axis span at least so much, about the middle of what it shows."""
    low, high = axes.get_ylim()
    missing = least - (high - low)
    if missing > 0:
        axes.set_ylim(low - missing / 2, high + missing / 2)


def _add_legend(
    axes: Axes, handles: list[Line2D], place: Literal["upper right", "lower right"]
) -> None:
    if handles:  # else it would be an empty box
        axes.legend(handles=handles, loc=place, fontsize=SMALL_TEXT - 1, framealpha=0.8)


def _name_curves(curves: Sequence[Curve]) -> list[Line2D]:
    """Make the entries of a legend that says which curve is whose."""
    return [
        Line2D(
            [],
            [],
            color=curve.color,
            marker=marker,
            markersize=MARKER_SIZE,
            label=translate(curve.name),
        )
        for curve, marker in zip(curves, _markers(curves), strict=True)
    ]


def _explain_dashes() -> list[Line2D]:
    """Make the entries of a legend that says which line is test and which is training."""
    return [
        Line2D([], [], color="gray", label=say("plot.test")),
        Line2D([], [], color="gray", label=say("plot.training"), linestyle="--"),
    ]

"""All that an inspection finds, as one figure: the network from the image to the reasons.

Its words are in the current language.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from torch import Tensor, nn

from mnist_core.inspection.evidence import explain_score, integrate_gradients, occlude
from mnist_core.inspection.layers import Floats, Inspection, Layer, say_on
from mnist_core.inspection.neighbours import Neighbour
from mnist_core.inspection.neurons import Share, inspect_neurons, split_score
from mnist_core.text import say

# ColorBrewer's scale from red (against) over white (zero) to blue (for): people who see no red or
# no green tell its ends apart.
DIVERGING = "RdBu"
AGAINST, FOR = "#b2182b", "#2166ac"
TEXT = 9  # points
NEURONS = 4  # on each side
MAPS_PER_ROW = 16
CELLS_PER_ROW = 16  # of 128 and of 64 neurons
LINE = 110  # letters in a line of the title


@dataclass(frozen=True, eq=False)
class Tile:
    """A small picture and the line below it.

    Attributes:
        picture: [rows, columns].
        caption: what it is.
        color: of the caption.
    """

    picture: Floats
    caption: str
    color: str = "black"


def inspection_sheet(
    model: nn.Module,
    seen: Inspection,
    digit: int | None = None,
    rather_than: int | None = None,
    *,
    alike: Sequence[tuple[Tensor, Neighbour]] = (),
) -> Figure:
    """Draw a sheet: activations, the strongest neurons, the evidence.

    Signed pictures of one row have one scale, with zero in the middle.

    Args:
        model: the network of which `seen` was made.
        seen: what it made of the image.
        digit: the digit to be explained; None for the one that is read.
        rather_than: the digit it is compared with; None for the second most probable.
        alike: images [1, 28, 28] that the network finds alike, if they are to be shown.

    Raises:
        ValueError: there is no such digit.
    """
    digit = seen.digit if digit is None else seen.check_digit(digit)
    rather_than = seen.runner_up(digit) if rather_than is None else rather_than
    seen.check_digit(rather_than)
    maps = [layer for layer in seen.activations if layer.values.ndim == 3]
    map_rows = [math.ceil(len(layer.values) / MAPS_PER_ROW) for layer in maps]
    heights = [2.6, *(0.5 + 0.75 * rows for rows in map_rows), 2.2, 2.6, *([1.7] if alike else [])]
    figure = Figure(figsize=(11, sum(heights) + 0.8), layout="constrained")
    reads = say("inspection.reads", digit=seen.digit, share=seen.probabilities[seen.digit])
    title = [reads, *textwrap.wrap(str(seen), LINE)]
    figure.suptitle("\n".join(title), fontsize=TEXT + 1)
    rows = iter(figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights).flat)
    _draw_network(next(rows), seen)
    for layer in maps:
        _draw_maps(next(rows), layer)
    _draw_neurons(next(rows), model, seen, digit, rather_than)
    _draw_evidence(next(rows), model, seen, digit, rather_than)
    if alike:
        tiles = [
            Tile(
                image[0].numpy(),
                say("inspection.distance", label=found.label, distance=found.distance),
            )
            for image, found in alike
        ]
        _draw_tiles(next(rows), say("inspection.sheet_alike"), tiles, ink=True)
    return figure


# --- its rows ----------------------------------------------------------------------------------


def _draw_network(row: SubFigure, seen: Inspection) -> None:
    """Draw the image, the hidden layers of neurons, the scores."""
    layers = [layer for layer in seen.activations if layer.values.ndim == 1]
    axes = np.atleast_1d(
        row.subplots(1, 2 + len(layers), width_ratios=[1, *[1.2] * len(layers), 2])
    )
    _show_ink(axes[0], seen.image, say("inspection.image"))
    for place, layer in zip(axes[1:-1], layers, strict=True):
        missing = -len(layer.values) % CELLS_PER_ROW
        cells = np.pad(layer.values, (0, missing), constant_values=np.nan)
        cells = cells.reshape(-1, CELLS_PER_ROW)
        if layer.can_be_off:
            place.imshow(np.where(cells > 0, cells, np.nan), cmap="viridis", vmin=0)
            place.set(xticks=[], yticks=[])
        else:
            _show_signed(place, cells, _largest([layer.values]))
        place.set_title(say_on(layer), fontsize=TEXT)
    colors = [FOR if score > 0 else AGAINST for score in seen.scores]
    bars = axes[-1].bar(range(len(seen.scores)), seen.scores, color=colors)
    axes[-1].bar_label(bars, fmt="%.1f", fontsize=TEXT - 1)
    axes[-1].axhline(0, color="black", linewidth=0.8)
    axes[-1].set_title(say("inspection.scores"), fontsize=TEXT)
    axes[-1].set_xticks(range(len(seen.scores)))
    axes[-1].margins(y=0.15)
    axes[-1].spines[["top", "right"]].set_visible(False)


def _draw_maps(row: SubFigure, layer: Layer) -> None:
    """Draw what each feature map found, on one scale."""
    on, count = layer.is_on.sum(), layer.is_on.size
    title = say("inspection.maps_on", layer=layer.name, on=on, all=count)
    row.suptitle(title, fontsize=TEXT)
    lines = math.ceil(len(layer.values) / MAPS_PER_ROW)
    places = row.subplots(lines, MAPS_PER_ROW, squeeze=False).flat
    for place, picture in zip(places, layer.values, strict=False):
        place.imshow(picture, cmap="viridis", vmin=0, vmax=layer.values.max() or 1)
    for place in row.axes:
        place.set_axis_off()


def _draw_neurons(
    row: SubFigure, model: nn.Module, seen: Inspection, digit: int, rather_than: int
) -> None:
    """Draw what the strongest neurons look for."""
    parts = split_score(seen, digit, rather_than, count=NEURONS)
    named: list[Share] = [*parts.supporting, *parts.opposing]
    title = say(
        "inspection.sheet_neurons",
        digit=digit,
        other=rather_than,
        score=parts.score,
        others=parts.others,
        bias=parts.bias,
    )
    if not named:
        row.suptitle(title, fontsize=TEXT)
        return
    neurons = inspect_neurons(model, seen, parts.layer, [share.index for share in named])
    tiles = [
        Tile(neuron.weights, f"{share.index}: {share.share:+.2f}", _color(share.share))
        for neuron, share in zip(neurons, named, strict=True)
    ]
    _draw_tiles(row, title, tiles)


def _draw_evidence(
    row: SubFigure, model: nn.Module, seen: Inspection, digit: int, rather_than: int
) -> None:
    """Draw where the drawing speaks for the digit, found in three ways."""
    exact = explain_score(seen, digit, rather_than)
    path = integrate_gradients(model, seen, digit, rather_than)
    falls = occlude(model, seen, digit, rather_than)
    tiles = [
        (
            exact.ink,
            say(
                "inspection.gradient",
                ink=exact.ink.sum(),
                paper=exact.paper,
                biases=exact.biases,
                score=exact.score,
            ),
        ),
        (
            path.ink,
            say("inspection.integrated", sum=path.ink.sum(), change=path.change),
        ),
        (falls, say("inspection.occlusion")),
    ]
    title = say("inspection.sheet_evidence", digit=digit, other=rather_than)
    row.suptitle(title, fontsize=TEXT)
    for place, (picture, caption) in zip(row.subplots(1, len(tiles)), tiles, strict=True):
        _show_signed(place, picture, _largest([picture]))
        place.set_title(caption, fontsize=TEXT)


def _draw_tiles(row: SubFigure, title: str, tiles: Sequence[Tile], *, ink: bool = False) -> None:
    row.suptitle(title, fontsize=TEXT)
    scale = _largest([tile.picture for tile in tiles])
    places = row.subplots(1, 2 * NEURONS, squeeze=False).flat
    for place, tile in zip(places, tiles, strict=False):
        if ink:
            _show_ink(place, tile.picture, "")
        else:
            _show_signed(place, tile.picture, scale)
        place.set_title(tile.caption, fontsize=TEXT, color=tile.color)
    for place in row.axes[len(tiles) :]:
        place.set_axis_off()


# --- one picture -------------------------------------------------------------------------------


def _show_signed(axes: Axes, picture: Floats, scale: float) -> None:
    axes.imshow(picture, cmap=DIVERGING, vmin=-scale, vmax=scale)
    axes.set(xticks=[], yticks=[])


def _show_ink(axes: Axes, image: Floats, title: str) -> None:
    axes.imshow(image, cmap="gray", vmin=-1, vmax=1)
    axes.set_title(title, fontsize=TEXT)
    axes.set(xticks=[], yticks=[])


def _largest(pictures: Sequence[Floats]) -> float:
    return max((float(np.abs(picture).max()) for picture in pictures), default=0.0) or 1.0


def _color(share: float) -> str:
    return FOR if share > 0 else AGAINST

"""Cards that show one thing and compare nothing: a forgotten `view`, a good learning rate."""

from __future__ import annotations

import threading
from base64 import b64encode
from dataclasses import replace
from functools import cache

import torch

from mnist_core.data import DATASETS, has_images, map_images
from mnist_core.experiments import RECIPE
from mnist_core.plots import to_svg
from mnist_core.rate_finder import RatePoint, find_rate, suggest
from mnist_core.rate_finder.plot import rate_figure
from mnist_core.shapes import ShapeReport, follow_shapes
from mnist_core.text import Message, current_language, say, translate
from mnist_core.web.components.experiment_cards import DemonstrationView

_finding = threading.Lock()


def prepare(name: str) -> None:
    """Compute what a demonstration shows, unless it has been: once for all visitors.

    A ramp takes less than a second of one core, and always comes to the same.

    Raises:
        ValueError: MNIST is not here.
    """
    if name == "find_rate":
        _ramp()


def show(name: str) -> DemonstrationView:
    """Return what a demonstration shows, in the current language; `prepare` comes first."""
    return _show_shapes() if name == "flatten" else _show_ramp(current_language())


# --- forget to flatten -------------------------------------------------------------------------


@cache
def _reports() -> tuple[ShapeReport, ShapeReport]:
    """Let the article's network read a batch as it is, and without `view`."""
    images = torch.zeros(RECIPE.batch_size, 1, 28, 28)  # of a batch only the shape counts here
    with torch.random.fork_rng(devices=[]):  # whoever else draws is not disturbed
        good, bad = RECIPE.create_model(), replace(RECIPE, flatten=False).create_model()
    return follow_shapes(good, images), follow_shapes(bad, images)


def _show_shapes() -> DemonstrationView:
    good, bad = _reports()
    return {
        "quote": f"RuntimeError: {bad.error}",
        "pieces": [
            {"text": piece.text, "meaning": translate(piece.meaning)} for piece in bad.pieces
        ],
        "lines": [
            say("shapes.bad", way=str(bad)),
            say("shapes.good", way=str(good)),
            say("shapes.advice"),
        ],
        "picture": "",
    }


# --- find a learning rate ----------------------------------------------------------------------


def _ramp() -> tuple[RatePoint, ...]:
    with _finding:
        if not has_images(DATASETS["mnist"]):
            raise ValueError(Message("rates.no_mnist"))
        return _run_ramp()


@cache
def _run_ramp() -> tuple[RatePoint, ...]:
    data = map_images(DATASETS["mnist"])
    with torch.random.fork_rng(devices=[]):
        return tuple(find_rate(RECIPE, data, torch.device("cpu")))


@cache
def _show_ramp(_language: str) -> DemonstrationView:
    """Draw the ramp, once in each language, which is the current one."""
    points = _ramp()
    suggestion = suggest(points)
    svg = to_svg(rate_figure(points, suggestion))
    compare = say("rates.compare", rate=RECIPE.learning_rate)
    return {
        "quote": "",
        "pieces": [],
        "lines": [*map(translate, suggestion.reasons), compare],
        "picture": f"data:image/svg+xml;base64,{b64encode(svg).decode('ascii')}",
    }

"""The plot: a picture, and a sentence for who does not see it."""

from __future__ import annotations

from typing import TypedDict

from mnist_core.web.components.base import Component


class PlotView(TypedDict):
    """A plot.

    Attributes:
        picture: its address.
        words: what it shows, in a sentence.
    """

    picture: str
    words: str


class Plot(Component):
    """Shows a `PlotView`, which is its value.

    `gr.Plot` calls each of its pictures "plot visualising provided data".
    """

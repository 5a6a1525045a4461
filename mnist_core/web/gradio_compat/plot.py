"""A picture for `gr.Plot`."""

from __future__ import annotations

from base64 import b64encode

from gradio.components.plot import PlotData

__all__ = ["PlotData", "svg_plot"]


def svg_plot(svg: bytes) -> PlotData:
    """Return an SVG picture as the value of a `gr.Plot`, which would take a figure only."""
    address = b64encode(svg).decode("ascii")
    return PlotData(type="matplotlib", plot=f"data:image/svg+xml;base64,{address}")

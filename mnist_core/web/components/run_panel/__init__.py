"""The run panel: how a training run is doing, in four figures, a bar and a sentence."""

from __future__ import annotations

from mnist_core.web.components.base import Component


class RunPanel(Component):
    """Shows a `RunStatus`, which is its value."""

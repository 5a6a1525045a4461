"""The run panel: how a training run is doing, in four figures, a bar and a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from mnist_core.web.components.assets import PROGRESS, read_assets
from mnist_core.web.jobs.status import RunStatus


class RunPanel(gr.HTML):
    """Shows a `RunStatus`, which is its value."""

    def __init__(self, value: RunStatus, **settings: Any) -> None:
        assets = read_assets(Path(__file__).parent, PROGRESS)
        super().__init__(value, apply_default_css=False, **{**assets, **settings})

    def preprocess(self, payload: object) -> None:
        """Give handlers nothing: a status goes to the page, and none is believed from it."""
        return None

    def postprocess(self, value: RunStatus) -> RunStatus:
        """Send the status as it is; the page writes it as text and never as HTML."""
        return value

    def api_info(self) -> dict[str, Any]:
        """Describe a status as JSON schema, for the program interface."""
        return {"type": "object"}

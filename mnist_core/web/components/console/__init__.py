"""The console: the lines that the article's code prints, newest in sight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from mnist_core.web.components.assets import read_assets


class Console(gr.HTML):
    """Shows lines of text; its value is the list of them."""

    def __init__(self, value: list[str] | None = None, **settings: Any) -> None:
        """Build the console.

        Args:
            value: the lines to begin with.
            settings: passed on to `gr.HTML`, such as `elem_classes`.
        """
        assets = read_assets(Path(__file__).parent)
        super().__init__(value or [], apply_default_css=False, **{**assets, **settings})

    def preprocess(self, payload: object) -> None:
        """Give handlers nothing: lines go to the page, and none is believed from it."""
        return None

    def postprocess(self, value: list[str]) -> list[str]:
        """Send the lines as they are; the page writes them as text and never as HTML."""
        return value

    def api_info(self) -> dict[str, Any]:
        """Describe the lines as JSON schema, for the program interface."""
        return {"type": "array", "items": {"type": "string"}}

"""The leaderboard: who can read, how well on MNIST, and how well what this visitor has drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import gradio as gr

from mnist_core.web.components.assets import read_assets

MOST_BYTES = 5_000_000  # of a file of drawings that the page sends


class _Named(TypedDict):
    key: str
    name: str


class Row(_Named, total=False):
    """One classifier.

    Attributes:
        key: names it to the server.
        name: names it for people.
        accuracy: on MNIST's test images, 0 to 1; None if nobody knows.
        right: how many of the visitor's drawings it reads right; None if nobody can say yet.
        note: a word about it, such as "in training".
        missing: whether it cannot be chosen.
    """

    accuracy: float | None
    right: int | None
    note: str
    missing: bool


class LeaderboardStatus(TypedDict, total=False):
    """What the page is to show; what is left out stays as it is.

    Attributes:
        classifier: the key of who reads.
        rows: every classifier.
        drawings: how many drawings count.
        note: what has just happened, in a sentence.
        file: the drawings as JSON, which the page then saves.
    """

    classifier: str
    rows: list[Row]
    drawings: int
    note: str
    file: str


class Leaderboard(gr.HTML):
    """Shows a `LeaderboardStatus`, lets the visitor choose who reads, and keeps the drawings' file.

    Its events: `select` (a classifier has been chosen: a handler is given its key), `download` (the
    drawings are to be saved), `upload` (a file has been opened: a handler is given its text), and
    `clear`.
    """

    def __init__(self, value: LeaderboardStatus | None = None, **settings: Any) -> None:
        """Build the board.

        Args:
            value: what to begin with.
            settings: passed on to `gr.HTML`, such as `elem_id`.
        """
        assets = read_assets(Path(__file__).parent)
        super().__init__(value, apply_default_css=False, **{**assets, **settings})

    def preprocess(self, payload: object) -> str:
        """Check what the page sent, which is data from a stranger.

        Args:
            payload: `{"sent": str}`, the key of a classifier or the text of a file.

        Returns:
            That text.

        Raises:
            gr.Error: with one sentence, when the payload is anything else.
        """
        text = payload.get("sent") if isinstance(payload, dict) else None
        if not isinstance(text, str) or len(text) > MOST_BYTES:
            limit = f"{MOST_BYTES // 1_000_000} megabytes"
            raise gr.Error(f"A text of at most {limit} was expected.", print_exception=False)
        return text

    def postprocess(self, value: LeaderboardStatus | None) -> LeaderboardStatus | None:
        """Send the board as it is; the page writes it as text and never as HTML."""
        return value

    def api_info(self) -> dict[str, Any]:
        """Describe the payload as JSON schema, for the program interface."""
        return {"type": "object", "properties": {"sent": {"type": "string"}}, "required": ["sent"]}

    def example_payload(self) -> dict[str, Any]:
        """Choose the article's network."""
        return {"sent": "simple_nn"}

    def example_value(self) -> LeaderboardStatus:
        """Give a board without a classifier."""
        return {"classifier": "", "rows": [], "drawings": 0}

"""The leaderboard: who can read, how well on MNIST, and how well what this visitor has drawn."""

from __future__ import annotations

from typing import Any, TypedDict

import gradio as gr

from mnist_core.web.components.base import Component

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


class Leaderboard(Component):
    """Shows a `LeaderboardStatus`, lets the visitor choose who reads, and keeps the drawings' file.

    Its events: `select` (a classifier has been chosen: a handler is given its key), `download` (the
    drawings are to be saved), `upload` (a file has been opened: a handler is given its text), and
    `clear`.
    """

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

    def example_payload(self) -> dict[str, Any]:
        """Choose the article's network."""
        return {"sent": "simple_nn"}

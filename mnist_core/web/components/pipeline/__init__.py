"""The preprocessing pipeline: a picture and a sentence for each step, each with a switch."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, TypedDict

from mnist_core.preprocessing.pipeline import STEPS, Picture, Steps
from mnist_core.text import Message
from mnist_core.web.components.base import Component, refusal


class Guess(TypedDict):
    """What the network reads: which class, its name, how probable, and whether that is enough."""

    digit: int
    name: str
    probability: float
    sure: bool


class Explanation(TypedDict, total=False):
    """What becomes of the drawing.

    Attributes:
        pictures: the drawing to begin with, then what it is after each step; empty if nothing has
            been drawn.
        guess: what is read in the end, by the steps that are switched on.
        switched: for each step, what would be read if it alone were switched the other way.
        classifier: the network's name.
    """

    pictures: Sequence[Picture]
    guess: Guess
    switched: list[Guess]
    classifier: str


class PipelinePanel(Component):
    """Shows an `Explanation`.

    Its `input` event asks for one: when the panel is in sight and the drawing has been read anew,
    or a switch has been pressed. While the panel is out of sight it asks for nothing. A handler is
    given the `Steps` that are switched on.
    """

    def preprocess(self, payload: object) -> Steps:
        """Check what the page sent, which is data from a stranger.

        Args:
            payload: `{"off": [...]}`, the names of the steps that are switched off.

        Returns:
            The steps that are left.

        Raises:
            gr.Error: with one sentence, when the payload is anything else.
        """
        off = payload.get("off") if isinstance(payload, dict) else None
        if not isinstance(off, list) or len(off) > len(STEPS) or any(s not in STEPS for s in off):
            raise refusal(Message("pipeline.expected"))
        return Steps(**{step: step not in off for step in STEPS})

    def postprocess(self, value: Explanation | None) -> dict[str, Any] | None:
        """Pack an explanation for the page, which writes it as text and never as HTML.

        Each picture travels as one string in base64: Gradio's page copies a value number by number.
        """
        if value is None:
            return None
        pictures = [b64encode(picture.tobytes()).decode("ascii") for picture in value["pictures"]]
        return {"answer": {**value, "pictures": pictures}}

    def example_payload(self) -> dict[str, Any]:
        """Leave nothing out."""
        return {"off": []}

"""The drawing canvas: strokes, sent to the server while the pen is still moving.

The browser keeps the drawing; the server is only ever told of it. What arrives here was written by
a stranger, so it becomes a `Drawing` or an error of one sentence, and nothing in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mnist_core.drawings import LabelledDrawing, NamedDrawing
from mnist_core.preprocessing import parse_strokes
from mnist_core.text import Message
from mnist_core.web.components.base import Component, refusal

LARGEST_SEQ = 2**53 - 1  # the largest whole number that JavaScript counts to exactly


@dataclass(frozen=True)
class Drawing:
    """What was on the canvas at one moment.

    Attributes:
        seq: the number of this sending; it grows, and 0 means that nothing was ever sent.
        strokes: one array of shape (points, 2) per stroke, x to the right and y down, in
            thousandths of the canvas side. No stroke at all is an empty canvas.
    """

    seq: int = 0
    strokes: list[np.ndarray] = field(default_factory=list)


class DrawingCanvas(Component):
    """A square to draw a digit on. Its `input` event comes many times in a stroke.

    The page waits for the answer to one sending before it makes the next. A `PredictionPanel` on
    the same page tells it of the answer, so every `input` handler has to end in one.

    The `labelled` event comes when the visitor has said what the drawing was, which empties the
    canvas; the `recalled` event when undo has brought that drawing back. The data of both is for
    `parse_label`, or for `parse_named_label` where it was of a class with a name.

    The arrow keys draw as well, and some digits of other people can be tried.
    """

    def __init__(
        self,
        value: None = None,
        *,
        classifier: str = "",
        drawable: str = "digits",
        **settings: Any,
    ) -> None:
        """Build the canvas.

        Args:
            value: always None; a drawing is never set by the server.
            classifier: names the network that reads the drawing. When an update changes it, the
                page sends the present drawing once more, and so the new network reads it.
            drawable: what can be drawn for that network: "digits", "classes" of another kind, or ""
                for nothing. The drawing is then put aside, and its place is for pictures.
            settings: passed on to `gr.HTML`, such as `elem_id`.
        """
        self.classifier, self.drawable = classifier, drawable
        super().__init__(value, classifier=classifier, drawable=drawable, **settings)

    def preprocess(self, payload: object) -> Drawing:
        """Check what the page sent.

        Args:
            payload: `{"seq": int, "strokes": [[[x, y], ...], ...]}`, or None for an empty canvas.

        Returns:
            The drawing, safe to use.

        Raises:
            gr.Error: with one sentence, when the payload is anything else.
        """
        if payload is None:
            return Drawing()
        try:
            return parse_drawing(payload)
        except ValueError as error:
            raise refusal(error) from None

    def postprocess(self, value: None) -> None:
        """Send nothing: the drawing lives in the page, where an update must not reset it."""
        return None

    def example_payload(self) -> dict[str, Any]:
        """Give a one, drawn downwards in a single stroke: tests send something like it."""
        return {"seq": 1, "strokes": [[[500, 150], [500, 500], [500, 850]]]}


def parse_drawing(payload: object) -> Drawing:
    """Turn a payload into a drawing.

    Raises:
        ValueError: with one sentence that says what is wrong with it.
    """
    if not isinstance(payload, dict) or payload.keys() != {"seq", "strokes"}:
        raise ValueError(Message("draw.drawing_expected"))
    seq = payload["seq"]
    if type(seq) is not int or not 0 <= seq <= LARGEST_SEQ:  # a bool is an int, and refused too
        raise ValueError(Message("draw.seq_expected"))
    return Drawing(seq, parse_strokes(payload["strokes"]))


def parse_label(payload: object) -> LabelledDrawing:
    """Turn the data of a `labelled` or `recalled` event into a drawing.

    Args:
        payload: `{"label": int, "strokes": [...]}`.

    Raises:
        ValueError: with one sentence that says what is wrong with it.
    """
    return LabelledDrawing(*_label_and_strokes(payload))


def parse_named_label(payload: object) -> NamedDrawing:
    """Do the same where the label is the name of a class."""
    return NamedDrawing(*_label_and_strokes(payload))


def has_name(payload: object) -> bool:
    """Tell whether the data of such an event is for `parse_named_label`: its label is a text."""
    return isinstance(payload, dict) and isinstance(payload.get("label"), str)


def _label_and_strokes(payload: object) -> tuple[Any, list[np.ndarray]]:
    if not isinstance(payload, dict) or payload.keys() != {"label", "strokes"}:
        raise ValueError(Message("draw.label_expected"))
    return payload["label"], parse_strokes(payload["strokes"])

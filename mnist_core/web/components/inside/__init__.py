"""The views below the drawing: its way to the network, what happens inside, and why.

The first view is the `PipelinePanel`, and the last, to teach, the `TeachPanel`; both lie beside
this component. The buttons that open and close all four are here.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Annotated, Any, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mnist_core.models import MAX_CLASSES
from mnist_core.preprocessing import SIDE, GrayImage
from mnist_core.text import Message
from mnist_core.web.components.base import Component, Payload

MAX_LAYER_NAME = 32  # letters
MAX_QUESTION_LETTERS = 2_000

Digit = Annotated[int, Field(ge=0, lt=MAX_CLASSES)]
Place = Annotated[int, Field(ge=0, le=10_000)]


class Question(Payload):
    """What the page wants to see; data from a stranger.

    Attributes:
        view: which of the two.
        image: 28×28 bytes in base64, as the prediction panel was given them; empty for paper.
        digit: the class to be explained; None for the one that is read.
        against: the class it is compared with; None for the next most probable.
        path: whether the evidence is gathered on the way from blank paper.
        example: whether a scribble that is no digit takes the place of the image.
        layer: of what was pressed, if anything was.
        unit: the neuron or feature map that was pressed.
        row, column: of the pixel that was pressed in it.
        score: the class whose score was pressed.
        table: whether the numbers are shown as a table.
    """

    view: Literal["inside", "why"]
    image: Annotated[str, Field(max_length=1_048)]
    digit: Digit | None = None
    against: Digit | None = None
    path: bool = False
    example: bool = False
    layer: Annotated[str, Field(max_length=MAX_LAYER_NAME)] = ""
    unit: Place | None = None
    row: Place | None = None
    column: Place | None = None
    score: Digit | None = None
    table: bool = False

    @property
    def has_pressed(self) -> bool:
        """Whether anything was pressed."""
        return self.score is not None or self.unit is not None

    def pixels(self) -> GrayImage:
        """Return the image, [28, 28].

        Raises:
            ValueError: it has another size.
        """
        if not self.image:
            return np.zeros((SIDE, SIDE), np.uint8)
        try:
            content = b64decode(self.image, validate=True)
        except ValueError:
            content = b""
        if len(content) != SIDE * SIDE:
            raise ValueError(Message("inside.image_expected", side=SIDE))
        pixels: GrayImage = np.frombuffer(content, np.uint8).reshape(SIDE, SIDE).copy()
        return pixels


class Picture(TypedDict):
    """Numbers as a picture: bytes in base64, row by row.

    Attributes:
        bytes: of a signed picture -127 to 127, of others 0 to 255.
        top: what the largest byte stands for.
        shape: of the numbers.
    """

    bytes: str
    top: float
    shape: list[int]


def pack_signed(numbers: NDArray[np.float32], top: float | None = None) -> Picture:
    """Pack numbers around zero, one byte each.

    Args:
        numbers: any shape.
        top: the end of the scale, where several pictures share one; None for the largest number.
    """
    return _pack(numbers, top if top is not None else float(np.abs(numbers).max()), 127, np.int8)


def pack_positive(numbers: NDArray[np.float32]) -> Picture:
    """Pack numbers from zero on, one byte each."""
    return _pack(numbers, float(numbers.max()), 255, np.uint8)


def _pack(
    numbers: NDArray[np.float32], top: float, most: int, kind: type[np.int8 | np.uint8]
) -> Picture:
    shares = numbers / top if top > 0 else np.zeros_like(numbers)
    packed = (shares * most).round().clip(-most, most).astype(kind)
    text = b64encode(packed.tobytes()).decode("ascii")
    return {"bytes": text, "top": top, "shape": list(numbers.shape)}


class InsidePanel(Component):
    """Shows what a network does with the drawing, while one of its views is open.

    Its `input` event asks a `Question`: when a view is open and in sight and the drawing has been
    read anew, or something has been pressed. The value that answers it is a dict for the script,
    made by `tabs.inside`; None shows that there is no network.

    Its `rested` event comes when Why is open and the drawing has not changed for a moment; its
    answer is a dict too, of the strokes that can be taken away.
    """

    def preprocess(self, payload: object) -> Question:
        """Check what the page sent, `{"question": text}`, the text being JSON of a `Question`.

        Raises:
            gr.Error: no page of ours sends this.
        """
        expected = Message("inside.expected")
        return Question.unpack(payload, "question", MAX_QUESTION_LETTERS, expected)

    def postprocess(self, value: dict[str, Any] | None) -> dict[str, str]:
        """Pack an answer as one text of JSON."""
        return {"answer": json.dumps(value, separators=(",", ":"))}

    def example_payload(self) -> dict[str, Any]:
        """Look at blank paper."""
        return {"question": json.dumps({"view": "inside", "image": ""})}

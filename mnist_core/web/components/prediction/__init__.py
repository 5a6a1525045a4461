"""The prediction: what the network says of the drawing, and the very image it was given."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, TypedDict

from mnist_core.web.components.base import Component


class _Sending(TypedDict):
    seq: int
    digit: int | None


class Answer(_Sending, total=False):
    """The answer to one sending of the drawing, or to a picture.

    Where there is nothing to read, `digit` is None and the rest may be left out.

    Attributes:
        seq: of the `Drawing` or the picture's `Question` that this answers; the page drops an
            answer to anything older than what was last answered.
        digit: the most probable class: 0 to 9, or its place among `classes`.
        is_picture: whether a picture was read, which has no strokes to be kept with a label.
        sure: whether the network is sure enough for the digit to be shown as its answer.
        probabilities: of all classes, as fractions.
        classes: the names of what the network tells apart, in the page's language, at most
            `models.MAX_CLASSES`; left out where it is the ten digits.
        keeps_labels: False where nothing is kept of what a drawing was said to be.
        image: the image that the network was given, row by row, as integers from 0 (paper) to 255
            (ink): 784 of 28×28, or so many more for each channel, one channel after the other.
        channels: of the image, if it has colours.
        classifier: the network's name, shown after "Read by".
        message: shown in place of the request for a digit when there is no answer.
    """

    is_picture: bool
    sure: bool
    probabilities: list[float]
    classes: list[str]
    keeps_labels: bool
    image: list[int]
    channels: int
    classifier: str
    message: str


class PredictionPanel(Component):
    """Shows an `Answer`: the class large, a bar for each, and the image. Its value is the answer.

    Below the bars the visitor says which of them was drawn; the canvas, which has the drawing,
    hears of it within the page and sends both.
    """

    def postprocess(self, value: Answer | None) -> dict[str, Any] | None:
        """Pack an answer for the page, which writes it as text and never as HTML.

        The image travels as one string in base64: Gradio's page copies a value number by number,
        several times for each event, and 784 numbers would cost ten milliseconds of an answer.
        """
        if value is None:
            return None
        packed: dict[str, Any] = {**value}
        if "image" in value:
            packed["image"] = b64encode(bytes(value["image"])).decode("ascii")
        return packed

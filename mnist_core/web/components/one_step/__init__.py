"""One step: the article's loop by hand, line by line."""

from __future__ import annotations

import json
from typing import TypedDict

from mnist_core.text import Message
from mnist_core.web.components.base import Component, refusal

MAX_NUMBER = 1_000_000


class StepImage(TypedDict):
    """An image of the batch.

    Attributes:
        pixels: its bytes in base64, 0 (paper) to 255 (ink), one channel after the other.
        label: its class, from 0; of MNIST its digit.
    """

    pixels: str
    label: int


class StepPhase(TypedDict):
    """A line of the loop, and what it has just computed.

    Attributes:
        name: batch, zero_grad, forward, loss, backward or step.
        line: which of `code` it is, from 0.
        words: its numbers, in a sentence.
    """

    name: str
    line: int
    words: str


class OneStepView(TypedDict):
    """A pass of the loop.

    Attributes:
        settings: what stands for the settings that it was made with.
        number: which pass it is, from 1.
        last: which is the last that can be taken by hand.
        code: the loop as the program has it, line by line.
        phases: its lines in their order.
        images: the first of the batch.
        classes: their names, in the page's language; None where they are the digits.
        shape: of an image: channels, rows, columns.
        scores: of the first image, one for each class.
        loss: of the batch.
        error: why there is nothing of all this, or empty.
    """

    settings: str
    number: int
    last: int
    code: list[str]
    phases: list[StepPhase]
    images: list[StepImage]
    classes: list[str] | None
    shape: list[int]
    scores: list[float]
    loss: float
    error: str


class OneStepPanel(Component):
    """Shows an `OneStepView`, a line at each press.

    Its `input` event asks for a pass by its number.
    """

    def preprocess(self, payload: object) -> int:
        """Return which pass is asked for; the page sends `{"number": 1}`.

        Raises:
            gr.Error: no page of ours sends this.
        """
        number = payload.get("number") if isinstance(payload, dict) else None
        if type(number) is not int or not 1 <= number <= MAX_NUMBER:
            raise refusal(Message("page.never_sent"))
        return number

    def postprocess(self, value: OneStepView | None) -> dict[str, str]:
        """Pack the pass as one text of JSON: Gradio walks through all else leaf by leaf."""
        return {"answer": json.dumps(value, separators=(",", ":"))}

    def example_payload(self) -> dict[str, int]:
        """Take the first step."""
        return {"number": 1}

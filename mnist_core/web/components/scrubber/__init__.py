"""The scrubber: back and forth through what a network was while it learned."""

from __future__ import annotations

import json
from typing import Annotated, TypedDict

from pydantic import Field

from mnist_core.text import Message
from mnist_core.web.components.base import Component, Payload

MAX_QUESTION_LETTERS = 200


class Look(Payload):
    """What the page wants of a run's moments; data from a stranger.

    Attributes:
        run: of which run.
        start: from which moment on; those before it the page has.
        drawing: whether it wants what they say of the visitor's drawing, in place of new ones.
    """

    run: Annotated[str, Field(max_length=64)]
    start: Annotated[int, Field(ge=0, le=10_000)] = 0
    drawing: bool = False


class MomentView(TypedDict):
    """A moment as the page keeps it.

    Attributes:
        images: how many had been shown.
        batches: in how many batches.
        epoch: which was just over; 0 at the beginning, None within the first.
        tested: on how many images.
        accuracy: of them, 0 to 1.
        confusion: classes × classes counts, uint16 in base64: row = the true class, column = the
            one read.
        tiles: pictures of weights, int8 in base64; empty where they have made room.
        side: of each, in pixels.
        top: what 127 stands for.
    """

    images: int
    batches: int
    epoch: int | None
    tested: int
    accuracy: float
    confusion: str
    tiles: str
    side: int
    top: float


class Found(TypedDict, total=False):
    """What answers a `Look`.

    Attributes:
        run: of which run.
        start: of the first of these moments.
        moments: those from there on, as many as fit in an answer.
        readings: of every moment, the drawing's probabilities; None where it cannot be told.
        is_drawn: whether there is a drawing.
    """

    run: str
    start: int
    moments: list[MomentView]
    readings: list[list[float] | None]
    is_drawn: bool


class Seen(TypedDict):
    """What the page is told while a run learns.

    Attributes:
        run: which it is; empty without one.
        moments: how many there are.
        weighed: how many of them keep weights.
        classes: the names of what it tells apart, in the page's language; None for the digits.
        can_draw: whether that can be drawn.
    """

    run: str
    moments: int
    weighed: int
    classes: list[str] | None
    can_draw: bool


class Scrubber(Component):
    """Goes through the moments of a run, which the page fetches once and keeps.

    Its value tells what there is, as a `Seen`; its `input` event asks a `Look`, which `Found`
    answers.
    """

    def preprocess(self, payload: object) -> Look:
        """Check what the page sent, `{"look": text}`, the text being JSON of a `Look`.

        Raises:
            gr.Error: no page of ours sends this.
        """
        return Look.unpack(payload, "look", MAX_QUESTION_LETTERS, Message("page.never_sent"))

    def postprocess(self, value: Seen | Found | None) -> dict[str, str]:
        """Pack what is told as one text of JSON: Gradio walks through all else leaf by leaf."""
        return {"told": json.dumps(value, separators=(",", ":"))}

    def example_payload(self) -> dict[str, str]:
        """Ask for the moments of no run."""
        return {"look": json.dumps({"run": ""})}

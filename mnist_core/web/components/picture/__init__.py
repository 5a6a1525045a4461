"""A picture in the place of the drawing: chosen, dropped or pasted, and what was found in it.

The browser shows the visitor's own file; the server is sent it once, and says where things are.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from pydantic import Field, ValidationError

from mnist_core.text import Message
from mnist_core.web.components.base import Component, Payload, refusal
from mnist_core.web.components.canvas import LARGEST_SEQ

MAX_KEY = 64  # letters, of a data set
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Area = Annotated[list[Share], Field(min_length=4, max_length=4)]
"""Left, top, right and bottom of a part of a picture, as shares of its width and height."""


class Question(Payload):
    """A picture that is to be read.

    Attributes:
        seq: the number of this sending; it grows, together with the drawing's.
        file: where the server has put the upload, as it has told the page.
        crop: the part that counts; None for all of it.
        show: whether the answer is to bring the picture along, as the browser cannot show the file.
        test_image: the place of a test image, from 0, which is read in place of a file.
        data_set: the key of its data set; there need not be such a one.
    """

    seq: Annotated[int, Field(ge=0, le=LARGEST_SEQ)]
    file: str
    crop: Area | None
    show: bool
    test_image: Annotated[int, Field(ge=0, le=100_000)] | None = None
    data_set: Annotated[str, Field(max_length=MAX_KEY)] = "mnist"


class _Answered(TypedDict):
    seq: int


class Findings(_Answered, total=False):
    """What was found in a picture.

    Attributes:
        seq: the `Question.seq` that this answers.
        gone: whether the server has the file no more, and needs it once more.
        problem: a sentence, where nothing could be read.
        size: the picture's width and height as it was read, upright; missing if it is none.
        found: where digits may be, best first; missing where a part was asked for.
        read: where the digit is that was read; None if there is none.
        shown: the picture as a data URI, if that was asked for.
    """

    gone: bool
    problem: str
    size: tuple[int, int]
    found: list[list[float]]
    read: list[float] | None
    shown: str


class PictureViewer(Component):
    """Lies over a `DrawingCanvas` once there is a picture; the visitor can say which part counts.

    Its `input` event asks for a picture to be read: a handler is given the `Question`, and answers
    with `Findings` here and an `Answer` for the `PredictionPanel`. Within the page, the canvas says
    when to choose a file and when to go, and hears that a picture has come.
    """

    def __init__(
        self, value: None = None, *, classifier: str = "", megabytes: int = 20, **settings: Any
    ) -> None:
        """Build the viewer.

        Args:
            value: always None; a picture is never set by the server.
            classifier: names the network that reads. When an update changes it, the page has the
                present picture read once more.
            megabytes: how large a file may be.
            settings: passed on to `gr.HTML`, such as `elem_classes`.
        """
        self.classifier = classifier
        super().__init__(value, classifier=classifier, megabytes=megabytes, **settings)

    def preprocess(self, payload: object) -> Question | None:
        """Check what the page sent, which is data from a stranger.

        Returns:
            The question; None if nothing has been asked yet.

        Raises:
            gr.Error: with one sentence, when the payload is anything else.
        """
        if payload is None:
            return None
        try:
            return Question.model_validate(payload)
        except ValidationError:
            raise refusal(Message("picture.expected")) from None

    def example_payload(self) -> dict[str, Any]:
        """Ask for the middle of a file that nobody has sent: tests send something like it."""
        return {"seq": 1, "file": "one.png", "crop": [0.25, 0.25, 0.75, 0.75], "show": True}

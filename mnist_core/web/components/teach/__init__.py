"""The panel to teach a network: classes with names, their drawings, and how the exam went."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from mnist_core.web.components.base import Component, Payload
from mnist_core.web.components.canvas import LARGEST_SEQ
from mnist_core.web.components.leaderboard import MAX_FILE_BYTES

MAX_PICTURES = 100  # that are asked for at once, of a kilobyte each

Number = Annotated[int, Field(ge=0, le=LARGEST_SEQ)]


class TeachOrder(Payload):
    """What a visitor wants.

    Attributes:
        action: to "name" a class, "rename" or "drop" one, "remove" a drawing, "undo" the last
            change, "train", "save" or "open" a file, "forget" everything; to let the network that
            reads learn the visitor's "hand", or to go "back" to what it was; to have the files of
            the network that was taught, "taught_files", or of the one that has learned the hand,
            "hand_files".
        number: of the class, or of the drawing.
        name: of the class.
        content: of the file.
        augment: whether drawings are varied while they are learned.
    """

    action: Literal[
        "name",
        "rename",
        "drop",
        "remove",
        "undo",
        "train",
        "save",
        "open",
        "forget",
        "hand",
        "back",
        "taught_files",
        "hand_files",
    ]
    number: Number = 0
    name: Annotated[str, Field(max_length=1_000)] = ""
    content: Annotated[str, Field(max_length=MAX_FILE_BYTES)] = ""
    augment: bool = True


class PicturesAsked(Payload):
    """The numbers of drawings whose pictures the page has not got yet."""

    numbers: Annotated[list[Number], Field(max_length=MAX_PICTURES)]


class ClassRow(TypedDict):
    """A class: its number, its name, and the numbers of its drawings, oldest first."""

    number: int
    name: str
    drawings: list[int]


class HandView(TypedDict):
    """What is to be said of the visitor's hand.

    Attributes:
        text: sentences.
        can_learn: whether the network that reads can learn it now.
        is_learned: whether one has, to which there is a way back.
    """

    text: list[str]
    can_learn: bool
    is_learned: bool


class TeachView(TypedDict):
    """What the panel shows; it comes as one text of JSON.

    Attributes:
        classes: all of them, in the order in which they were named.
        can_undo: whether there is anything to be undone.
        missing: what is missing for a training, in a sentence; empty while nothing is begun.
        can_train: whether nothing is missing.
        share: how much of the training under way is over; -1 while it waits, None without one.
        said: what has happened last, in sentences.
        exam: how the exam of the network that was taught last went, in sentences.
        hand: about the visitor's hand.
    """

    classes: list[ClassRow]
    can_undo: bool
    missing: str
    can_train: bool
    share: float | None
    said: str
    exam: list[str]
    hand: HandView


class TeachPanel(Component):
    """Shows a `TeachView` and since when it is so.

    While it is in sight, it tells the page which labels a drawing may get.

    Its events: `order` (with a `TeachOrder`), and `want` (with `PicturesAsked`), which is answered
    by `pictures`.
    """

    def __init__(
        self, value: str | None = None, *, pictures: str = "", file: str = "", **settings: object
    ) -> None:
        """Build the panel.

        Args:
            value: a `TeachView`, packed as JSON.
            pictures: images by the numbers of drawings, packed as JSON.
            file: the drawings as JSON for the page to save, and a number, both packed as JSON.
            settings: passed on to `gr.HTML`.
        """
        self.pictures, self.file = pictures, file
        super().__init__(value, pictures=pictures, file=file, **settings)

"""The leaderboard: who can read, how well on MNIST, and how well what this visitor has drawn."""

from __future__ import annotations

from typing import Annotated, TypedDict

from pydantic import Field

from mnist_core.web.components.base import Component, Payload

MAX_FILE_BYTES = 5_000_000  # of a file of drawings that the page sends


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
        changed_at: when that changed last; what comes late, and is of before, is not shown.
        note: what has happened last, in a sentence.
        file: the drawings as JSON, which the page then saves.
    """

    classifier: str
    rows: list[Row]
    drawings: int
    changed_at: float
    note: str
    file: str


class Choice(Payload):
    """The key of the classifier that a visitor has chosen; there need not be such a one."""

    key: Annotated[str, Field(max_length=64)]


class OpenedFile(Payload):
    """The text of a file that a visitor has opened."""

    content: Annotated[str, Field(max_length=MAX_FILE_BYTES)]


class Leaderboard(Component):
    """Shows a `LeaderboardStatus`, lets the visitor choose who reads, and keeps the drawings' file.

    Its events: `choose` (with a `Choice`), `save` (the drawings are to be saved), `open_file` (with
    an `OpenedFile`), and `forget`.
    """

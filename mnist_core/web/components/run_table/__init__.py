"""The table of a session's runs: what they came to, and what can be done with each."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from mnist_core.web.components.base import Component, Payload

RunId = Annotated[str, Field(max_length=64)]
"""There need not be such a run, or it may be another session's."""


class RunChoice(Payload):
    """The run whose code and files a visitor wants to see."""

    run: RunId


class RunOrder(Payload):
    """What a visitor wants of a run.

    Attributes:
        action: "overlay" draws its curves or no longer does.
        run: its id.
        epochs: for "train_on", how many more.
        shown: for "overlay", whether its curves are drawn.
        dataset: for "tell", the key of the data set that an upload has learned.
    """

    action: Literal["overlay", "read", "train_on", "stop", "delete", "tell"]
    run: RunId
    epochs: Annotated[int, Field(ge=1, le=100)] = 1
    shown: bool = False
    dataset: Annotated[str, Field(max_length=64)] = ""


class RunRow(TypedDict):
    """A run as its row shows it; figures are None while they are unknown.

    Attributes:
        id: its id.
        name: its name.
        settings: what differs from the recipe, in words.
        state: as in `RunView`.
        message: how it stands, in a few words.
        fraction: how much of its training is over, 0 to 1.
        train_loss, test_loss: of the last epoch, in nats.
        train_accuracy, accuracy: on 10,000 training images and on the test images, 0 to 1.
        is_best: whether the test accuracy of no other run on the same data set is higher.
        parameters: of the network.
        seconds: of training.
        color: of its curves.
        is_shown: whether they are drawn.
        is_under_way, reads, can_read, can_train_on: what can be done with it.
        has_mistakes: whether there are, or will be, test images to see its mistakes in.
        can_draw: whether what it reads can be drawn.
        dataset: the title of what it has learned, "" while nobody knows.
        asked: where nobody knows, the data sets that it may have learned: keys and titles.
    """

    id: str
    name: str
    settings: str
    state: str
    message: str
    fraction: float
    train_loss: float | None
    test_loss: float | None
    train_accuracy: float | None
    accuracy: float | None
    is_best: bool
    parameters: int
    seconds: float | None
    color: str
    is_shown: bool
    is_under_way: bool
    reads: bool
    can_read: bool
    can_train_on: bool
    has_mistakes: bool
    can_draw: bool
    dataset: str
    asked: list[list[str]]


class TableStatus(TypedDict):
    """All that the table shows.

    Attributes:
        rows: the runs, newest first.
        note: what becomes of runs as new ones come.
        plots: the curves of those that are overlaid, as `curves.draw_curves` returns them.
    """

    rows: list[RunRow]
    note: str
    plots: dict[str, str]


class RunTable(Component):
    """Shows a `TableStatus`, which is its value.

    Its event `order` brings a `RunOrder` that changes something, its event `open` a `RunChoice`,
    and `mistakes` asks for the mistakes of one run, or of two (with a `mistakes.Look`).
    """

    shared_scripts = ("shared.js", "plots.js")

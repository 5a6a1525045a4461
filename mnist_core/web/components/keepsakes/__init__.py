"""What the visitor's own browser keeps, so that it outlives the session."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypedDict

from pydantic import Field

from mnist_core.web.components.base import Component, Payload

MAX_LETTERS = 250_000  # as in browser_store.js


class KeptEpoch(TypedDict):
    """An epoch of a run.

    Attributes:
        loss: mean training loss, in nats.
        accuracy, train_accuracy: on the test images and on 10,000 training images, 0 to 1.
    """

    loss: float
    accuracy: float
    train_accuracy: float | None


class KeptResult(TypedDict):
    """What a run came to, without its network.

    Attributes:
        id: the run's id.
        number: of "Run 3".
        settings: as they are written in an address.
        diverged: whether the run did.
        epochs: those that are over.
    """

    id: str
    number: int
    settings: str
    diverged: bool
    epochs: list[KeptEpoch]


class ToKeep(TypedDict):
    """What a session has that the browser may keep.

    Attributes:
        visit: names the session, of which alone the browser counts its drawings; "" for none.
        results: its runs that came to something.
    """

    visit: str
    results: list[KeptResult]


class KeptDrawings(Payload):
    """Drawings that the browser has kept, as the text of a file."""

    content: Annotated[str, Field(max_length=MAX_LETTERS)]


class Keepsakes(Component):
    """Keeps labelled drawings and results in the browser, and offers the drawings of before.

    Its value is what to keep, `ToKeep`; the drawings it hears of in the page itself, so they need
    not come back from the server. Its event `bring_back` (with `KeptDrawings`) has drawings counted
    again; the answer to it is another `brought`.
    """

    shared_scripts = ("shared.js", "browser_store.js")

    def __init__(
        self, value: ToKeep | None = None, *, most: int, brought: int = 0, **settings: Any
    ) -> None:
        """Build it.

        Args:
            value: what to keep.
            most: how many drawings can be brought back.
            brought: another number in an update says that they have been.
            settings: passed on to `gr.HTML`.
        """
        self.most, self.brought = most, brought
        super().__init__(value, most=most, brought=brought, **settings)

    def postprocess(self, value: ToKeep | None) -> str:
        """Pack it as one text of JSON: Gradio walks through all else leaf by leaf."""
        return json.dumps(value, separators=(",", ":"))

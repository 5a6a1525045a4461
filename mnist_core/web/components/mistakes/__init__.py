"""The mistakes of a network: which class it takes for which, the images, and how sure it is.

Everything comes to the page in small parts, each of them one text of JSON, since Gradio's page
walks through anything else leaf by leaf: the value, which networks there are; `reading`, the
figures of one of them; `images`, one cell's; and `hidden`, the map of the hidden layer.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from mnist_core.models import MAX_CLASSES
from mnist_core.web.components.base import Component, Payload
from mnist_core.web.components.canvas import LARGEST_SEQ

Key = Annotated[str, Field(max_length=64)]
"""Of a network; there need not be such a one, or it may be another session's."""

Seq = Annotated[int, Field(ge=0, le=LARGEST_SEQ)]
Digit = Annotated[int, Field(ge=0, lt=MAX_CLASSES)]
Place = Annotated[int, Field(ge=0, le=100_000)]


class Look(Payload):
    """The network whose figures are asked for.

    Attributes:
        seq: the number of the question, which the answer brings back.
        network: its key.
        against: the key of the one that it is compared with; empty for none.
    """

    network: Key
    against: Key = ""
    seq: Seq = 0


class MapLook(Look):
    """The network whose hidden layer is asked for.

    Attributes:
        with_images: whether the page has not got the images of the map yet.
    """

    with_images: bool


class Selection(Look):
    """Images that are asked for, and from which on.

    Attributes:
        what: "cell" for those of one class read as another: of a whole row without `digit`, of a
            column without `label`, all that are misread without both; "gained" for those that this
            network reads right and the other one does not, "lost" for the reverse; "quiz" for all
            that are misread, mixed.
        label: what they are.
        digit: what they are read as.
        first: how many of them the page has already.
    """

    what: Literal["cell", "gained", "lost", "quiz"]
    label: Digit | None = None
    digit: Digit | None = None
    first: Place = 0


class Taken(Payload):
    """A test image that is to be read in the Draw tab.

    Attributes:
        network: by whom.
        image: its place in the test set, from 0.
        seq: the number of the question, which the answer brings back.
    """

    network: Key
    image: Place
    seq: Seq = 0


def pack(facts: dict[str, Any]) -> str:
    """Pack facts as one text."""
    return json.dumps(facts, separators=(",", ":"))


class MistakesPanel(Component):
    """Shows the mistakes of one network of the session.

    Its events: `look` (with a `Look`) asks for the figures, `pick` (with a `Selection`) for images,
    `draw_map` (with a `MapLook`) for the hidden layer, and `take` (with a `Taken`) for a test image
    to be read in the Draw tab. Its value, a text, says which networks there are and which of them
    other tabs ask for; it alone may change before the tab has been opened, since Gradio's page
    would then lose all other properties.
    """

    shared_scripts = ("shared.js", "tiles.js")

    def __init__(
        self,
        value: str | None = None,
        *,
        reading: str = "",
        images: str = "",
        hidden: str = "",
        taken: str = "",
        **settings: Any,
    ) -> None:
        """Build the panel.

        Args:
            value: which networks there are, and which is shown.
            reading: the figures of one network.
            images: those of a `Selection`.
            hidden: the map of the hidden layer.
            taken: the test image that the Draw tab is to read.
            settings: passed on to `gr.HTML`.
        """
        self.reading, self.images, self.hidden, self.taken = reading, images, hidden, taken
        parts = {"reading": reading, "images": images, "hidden": hidden, "taken": taken}
        super().__init__(value, **parts, **settings)

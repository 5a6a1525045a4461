"""A strip of test images to press, where nobody can draw what the network has learned."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from mnist_core.web.components.base import Component, Payload
from mnist_core.web.components.picture import MAX_KEY


class Wish(Payload):
    """Images that a page asks for.

    Attributes:
        data_set: the key of their data set; there need not be such a one.
        first: the place in the test set from which on.
    """

    data_set: Annotated[str, Field(max_length=MAX_KEY)]
    first: Annotated[int, Field(ge=0, le=100_000)]


class ImageStrip(Component):
    """Shows some test images; one that is pressed is read by the `PictureViewer` of the page.

    Its `turn` event (with a `Wish`) asks for others. Its value, one text of JSON, says which data
    set they are of, and is empty where there is to be no strip; so is `images`, which brings some.
    """

    shared_scripts = ("shared.js", "tiles.js")

    def __init__(self, value: str | None = None, *, images: str = "", **settings: Any) -> None:
        """Build the strip.

        Args:
            value: which data set is shown.
            images: those of a `Wish`.
            settings: passed on to `gr.HTML`.
        """
        self.images = images
        super().__init__(value, images=images, **settings)

"""What a visitor takes along or passes on: a link, the curves, the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from mnist_core.web.components.base import Component

Offer = Literal["link", "svg", "png", "drawing", "seen"]
SCOPE = "shared"
"""The class (`elem_classes`) of the part of the page whose pictures are offered."""


class Share(Component):
    """A row of small buttons, for the pictures in sight in the nearest element of class `SCOPE`.

    All happens in the browser. Its value is where the link leads.
    """

    def __init__(
        self,
        value: str | None = None,
        *,
        offers: Sequence[Offer] = (),
        stem: str = "",
        **settings: Any,
    ) -> None:
        """Build the row.

        Args:
            value: the query of the address that "copy link" copies; a drawing's has none.
            offers: what is offered, in any order.
            stem: how the names of the files begin.
            settings: passed on to `gr.HTML`.
        """
        super().__init__(value, **settings)
        # In the template, not beside it: an update of a tab that was never open, as by another
        # language, takes away what else a component knows.
        facts = f'data-offers="{" ".join(offers)}" data-stem="{stem}"'
        self.html_template = self.html_template.replace("data-facts", facts)

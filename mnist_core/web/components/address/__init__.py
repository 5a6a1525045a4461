"""The page's address: what it asks for when the page opens, and what it says of the page later."""

from __future__ import annotations

from typing import Any

from mnist_core.web.components.base import Component

MAX_LETTERS = 6_000  # of an address with a drawing in it


class Address(Component):
    """Keeps the address in step with the page; nothing of it is to be seen.

    As an input it gives what stands behind the path when the page opens, `?query#fragment`: a text
    from a stranger. Once it has been answered it is empty.
    """

    def __init__(
        self,
        value: None = None,
        *,
        wished: str = "",
        settings_query: str = "",
        experiment: str = "",
        experiment_data: str = "",
        **settings: Any,
    ) -> None:
        """Build it.

        Args:
            value: always None.
            wished: what the address has asked of the page, as JSON: `tab`, `hide` (selectors) and
                `strokes`, each if it is asked for.
            settings_query: how the Train tab's settings are written in the address.
            experiment: whose card is open.
            experiment_data: on which data set experiments are made.
            settings: passed on to `gr.HTML`.
        """
        self.wished, self.settings_query = wished, settings_query
        self.experiment, self.experiment_data = experiment, experiment_data
        facts = {
            "wished": wished,
            "settings_query": settings_query,
            "experiment": experiment,
            "experiment_data": experiment_data,
        }
        super().__init__(value, **facts, **settings)

    def preprocess(self, payload: object) -> str:
        """Return the text, or an empty one where that cannot be an address."""
        return payload if isinstance(payload, str) and len(payload) <= MAX_LETTERS else ""

"""What runs of earlier visits came to, as the visitor's own browser has kept it."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from pydantic import Field

from mnist_core.web.components.base import Component, Payload

Settings = Annotated[str, Field(max_length=300)]
"""As they are written in an address; a stranger's, and there need be no such settings."""


class Here(TypedDict):
    """Which runs are no past ones.

    Attributes:
        runs: their ids.
    """

    runs: list[str]


class AskedSettings(Payload):
    """The settings that are to be put into words, of several results."""

    settings: Annotated[list[Settings], Field(max_length=100)]


class ChosenSettings(Payload):
    """The settings of the result that is to be trained again."""

    settings: Settings


class PastResults(Component):
    """Lists what the browser has kept of runs, except for those that are `Here`: its value.

    Its event `describe` (with `AskedSettings`) asks for words, which come as `words`; its event
    `again` brings the `ChosenSettings` for the form.
    """

    shared_scripts = ("shared.js", "browser_store.js")

    def __init__(self, value: Here | None = None, *, words: str = "{}", **settings: Any) -> None:
        """Build it.

        Args:
            value: which runs are no past ones.
            words: JSON, settings → how they differ from the recipe, or null if there are no such.
            settings: passed on to `gr.HTML`.
        """
        self.words = words
        super().__init__(value, words=words, **settings)

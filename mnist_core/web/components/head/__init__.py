"""The head of the page: what it is, and in which languages it can be read.

It is always there, so its script also sees to what holds for the page as a whole: `focus.js` keeps
the focus where it was, `patterns.js` gives Gradio's tabs and groups the keys that they lack.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from mnist_core.text import Language
from mnist_core.web.components.base import Component, Payload


class LanguageChoice(Payload):
    """Which language a visitor wants.

    Attributes:
        language: by its key.
    """

    language: Language


class Head(Component):
    """Shows title and summary; its event `speak` comes with a `LanguageChoice`."""

    def __init__(self, value: None = None, **settings: Any) -> None:
        """Build the head."""
        super().__init__(value, **settings)

    @staticmethod
    def chosen_language(event: gr.EventData) -> Language:
        """Return the language that has come with an event."""
        return LanguageChoice.of(event).language

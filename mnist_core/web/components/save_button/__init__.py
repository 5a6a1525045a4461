"""A button that saves a text as a file, which never was a file on the server."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from mnist_core.web.components.base import Component


class TextFile(TypedDict):
    """The name of the file, and all that is in it."""

    name: str
    text: str


class SaveButton(Component):
    """Saves a `TextFile`, which is its value, under that name."""

    folder = Path(__file__).parent

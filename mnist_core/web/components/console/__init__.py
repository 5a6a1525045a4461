"""The console: the lines that the article's code prints, newest in sight."""

from __future__ import annotations

from mnist_core.web.components.base import Component


class Console(Component):
    """Shows lines of text; its value is the list of them."""

"""The listing: a program to read, to copy, and to download."""

from __future__ import annotations

from typing import TypedDict

from mnist_core.web.components.base import Component


class Program(TypedDict):
    """A program as the listing shows it.

    Attributes:
        title: what it is the program of.
        text: the program.
        name: of its file.
    """

    title: str
    text: str
    name: str


class Listing(Component):
    """Shows a `Program`, which is its value.

    Gradio's own box of code can neither be scrolled by keyboard nor name the file it downloads.
    """

"""The listing: a program to read, to copy, and to download."""

from __future__ import annotations

from typing import TypedDict

from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.notebook import generate_notebook
from mnist_core.web.components.base import Component


class Program(TypedDict):
    """A program as the listing shows it.

    Attributes:
        title: what it is the program of.
        text: the program.
        notebook: the same as a Jupyter notebook, in its JSON.
        name: of the program's file; the notebook's ends in `.ipynb`.
    """

    title: str
    text: str
    notebook: str
    name: str


def describe_program(title: str, config: TrainConfig, name: str) -> Program:
    """Write the program of some settings, in the current language."""
    return {
        "title": title,
        "text": generate_code(config),
        "notebook": generate_notebook(config),
        "name": name,
    }


class Listing(Component):
    """Shows a `Program`, which is its value.

    Gradio's own box of code can neither be scrolled by keyboard nor name the file it downloads.
    """

"""The lists that Gradio keeps of the files it has made or been sent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import gradio as gr


def file_lists(blocks: gr.Blocks) -> list[set[str]]:
    """Return the lists of a page's files, by their paths; Gradio goes on writing into them."""
    lists: list[set[str]] = blocks.temp_file_sets
    return lists


def forget_gone(lists: Iterable[set[str]]) -> None:
    """Take the files that are gone out of the lists: Gradio forgets only those it removes."""
    for paths in lists:
        for path in list(paths):
            if not Path(path).exists():
                paths.discard(path)

"""A run as a Jupyter notebook: the program of `codegen`, a cell for each step of the article.

Jupyter and Colab open it; run from top to bottom it prints what the program prints. The form is
nbformat 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from mnist_core.codegen import Comments, generate_cells
from mnist_core.config import TrainConfig

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
TITLE = re.compile(r'"""(.+)"""\n+')  # the program's docstring, a single line
HEADING = re.compile(r"# (.+)\n")  # the comment that a step begins with
NUMBERED = re.compile(r"\d")  # as the article's steps are


def generate_notebook(config: TrainConfig, comments: Comments | None = None) -> str:
    """Write the notebook that does what a run with these settings does.

    Args:
        config: the settings.
        comments: the language of its words and of what it prints; see `generate_code`.

    Returns:
        The content of an `.ipynb` file: JSON in pure ASCII.
    """
    cells: list[dict[str, Any]] = []
    for part in generate_cells(config, comments):
        words, code = _take_words(part)
        if words:
            cells.append(_cell("markdown", words))
        cells.append({**_cell("code", code), "execution_count": None, "outputs": []})
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    notebook = {"cells": numbered, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1) + "\n"


def _take_words(part: str) -> tuple[str, str]:
    """Split what stands above a cell, as Markdown, from its code."""
    if title := TITLE.match(part):
        return f"# {title[1]}", part[title.end() :]
    if heading := HEADING.match(part):
        sign = "## " if NUMBERED.match(heading[1]) else ""
        return sign + heading[1], part[heading.end() :]
    return "", part


def _cell(kind: str, source: str) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source.strip().splitlines(keepends=True)}

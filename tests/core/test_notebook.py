"""A run as a notebook: the program of the run in cells, in the form that Jupyter reads."""

from __future__ import annotations

import ast
import json
from itertools import product
from typing import Any

import pytest

from mnist_core.codegen import COMMENTS, generate_code
from mnist_core.config import TrainConfig
from mnist_core.notebook import generate_notebook
from mnist_core.text import speaking
from tests.core.test_codegen import SPREAD, code_of

STEPS = ["1", "2", "3", "4", "5", "6.1", "6.2", "7"]


def cells_of(notebook: str, kind: str) -> list[str]:
    cells = json.loads(notebook)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def test_its_cells_are_the_program() -> None:
    for config, comments in product(SPREAD, COMMENTS):
        cells = cells_of(generate_notebook(config, comments), "code")
        program = generate_code(config, comments)
        assert code_of("\n".join(cells)) == code_of(program), (config, comments)
        for cell in cells:
            assert ast.parse(cell).body, (config, comments)
            assert "%%" not in cell
        assert "%%" not in program


def test_each_step_has_its_heading_in_the_language_that_was_chosen() -> None:
    for config in SPREAD:
        for language, title, data in (
            ("en", "on MNIST.", "## 2. Data"),
            ("zh", "MNIST", "## 2. 数据"),
        ):
            words = cells_of(generate_notebook(config, language), "markdown")
            assert words[0].startswith("# ") and title in words[0]
            steps = [line.split(". ")[0].split(" ")[1] for line in words if line.startswith("## ")]
            assert steps == STEPS[1:], (language, words)
            assert any(line.startswith(data) for line in words), words
        assert cells_of(generate_notebook(config, "none"), "markdown") == []
    with speaking("zh"):
        assert generate_notebook(TrainConfig()) == generate_notebook(TrainConfig(), "zh")


def test_it_has_the_form_that_jupyter_reads() -> None:
    notebook: dict[str, Any] = json.loads(generate_notebook(TrainConfig()))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in notebook["cells"]:
        assert isinstance(cell["source"], list) and isinstance(cell["metadata"], dict)
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
    assert generate_notebook(TrainConfig(), "zh").isascii()


def test_jupyters_own_check_finds_nothing() -> None:
    nbformat = pytest.importorskip("nbformat", reason="Jupyter is not installed.")
    for config, comments in product(SPREAD, COMMENTS):
        nbformat.validate(nbformat.reads(generate_notebook(config, comments), as_version=4))

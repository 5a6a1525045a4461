"""The scripts among the tests, which nothing else starts, can be started."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SCRIPTS = [*sorted((FOLDER / "benchmarks").glob("*.py")), FOLDER / "versions.py"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_finds_all_that_it_imports(script: Path) -> None:
    name = ".".join(script.relative_to(FOLDER.parent).with_suffix("").parts)
    assert importlib.import_module(name).__doc__ or script.stem == "__init__"

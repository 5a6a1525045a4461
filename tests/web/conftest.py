"""Fixtures for the rooms that know Gradio: runs here train on the tiny data set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_core.data import MNIST
from mnist_core.web.visit import Visit
from tests.web.workshop import Workshop, open_workshop


@pytest.fixture(autouse=True)
def tiny_data(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run train on the tiny data set."""
    monkeypatch.setenv("MNIST_DATA", str(tiny_root))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let files be written where each test can see them all; return the folder."""
    folder = tmp_path / "gradio"
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.fixture
def workshop(tiny_mnist: MNIST, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """Return a trainer whose clock and batches are in the test's hands."""
    with open_workshop(tiny_mnist, monkeypatch) as opened:
        yield opened


@pytest.fixture
def visit(workshop: Workshop) -> Visit:
    """Return a visit whose trainings nothing holds up."""
    workshop.gate.allow()
    return workshop.visit()

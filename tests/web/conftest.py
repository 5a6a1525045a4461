"""Fixtures for the rooms that know Gradio: runs here train on the tiny data set."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from mnist_core.data import DATASETS, Splits
from mnist_core.web.limits import ON_A_SPACE, PREFIX, the_limits, variable
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.train_form import TrainForm
from tests.tiny_cifar import FOLDER, make_tiny_cifar
from tests.tiny_mnist import TinyMNIST
from tests.web.workshop import Workshop, open_workshop, worker_in_a_thread


@pytest.fixture(scope="module")
def form() -> TrainForm:
    """Lay the form of the Train tab out, once for the tests of a file."""
    with gr.Blocks():
        form = TrainForm()
        form.build_code()
    return form


@pytest.fixture(autouse=True)
def tiny_data(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run train on the tiny data set."""
    monkeypatch.setenv("MNIST_DATA", str(tiny_root))


@pytest.fixture
def tiny_sets(
    tiny_data: None, tiny_mnist_folder: TinyMNIST, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Let there be a tiny set in the place of each in `DATASETS`; return their folder."""
    root = tmp_path / "sets"
    shutil.copytree(tiny_mnist_folder.root, root)
    for name in ("fashion_mnist", "kmnist"):
        data_set = replace(DATASETS[name], files=tiny_mnist_folder.data_set.files)
        monkeypatch.setitem(DATASETS, name, data_set)
        shutil.copytree(root / "MNIST", root / data_set.source)
    cifar = make_tiny_cifar(tmp_path)
    cifar.replace_cifar(monkeypatch)
    shutil.copytree(cifar.root / FOLDER, root / FOLDER)
    monkeypatch.setenv("MNIST_DATA", str(root))
    return root


SetLimits = Callable[..., None]


@pytest.fixture(autouse=True)
def limits_of_a_laptop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every test begin with the limits of a laptop, whatever this machine's environment."""
    for name in [name for name in os.environ if name.startswith(PREFIX) or name == ON_A_SPACE]:
        monkeypatch.delenv(name)
    the_limits.cache_clear()
    yield
    the_limits.cache_clear()


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> SetLimits:
    """Return a function that sets limits by their variables, as `limit(runs=3)`."""

    def set_limits(**limits: int) -> None:
        for name, value in limits.items():
            monkeypatch.setenv(variable(name), str(value))
        the_limits.cache_clear()

    return set_limits


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let files be written where each test can see them all; return the folder."""
    folder = tmp_path / "gradio"
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def workers_in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app's own queue train in this process; `test_worker.py` starts real ones."""
    monkeypatch.setattr("mnist_core.web.jobs.worker_process.start_worker", worker_in_a_thread)


@pytest.fixture
def workshop(tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """Return a trainer whose clock and batches are in the test's hands."""
    with open_workshop(tiny_mnist, monkeypatch) as opened:
        yield opened


@pytest.fixture
def session(workshop: Workshop) -> Session:
    """Return a session whose trainings nothing holds up."""
    workshop.gate.allow()
    return workshop.session()

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
import torch

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.data import MNIST
from mnist_core.models import MODELS, create_model
from mnist_core.training import EpochRecord, set_up, train

MOST_LINES = 90  # of code and comments; blank ones do not count

SPREAD = [
    TrainConfig(),
    TrainConfig(model="dropout_nn", dropout=0.4, epochs=3, seed=1),
    TrainConfig(model="deep_nn", batch_size=100, schedule="step", epochs=4),
    TrainConfig(model="deep_nn", dropout=0.1, optimizer="sgd", learning_rate=0.1, epochs=2),
    TrainConfig(model="cnn", schedule="one_cycle", learning_rate=0.01, batch_size=128, epochs=2),
    TrainConfig(model="cnn", dropout=0.3, augmentation="affine", schedule="step", epochs=3),
    TrainConfig(augmentation="affine", schedule="one_cycle", optimizer="sgd", epochs=1),
    TrainConfig(model="cnn", augmentation="handwriting", epochs=1),
]


def execute(program: str, folder: Path, mnist_root: Path) -> list[str]:
    """Run a program alone, far from this project, with MNIST in its ./data; return its lines."""
    (folder / "program.py").write_text(program, encoding="utf-8")
    (folder / "data").symlink_to(mnist_root, target_is_directory=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-I", "program.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def lines_of_the_run(config: TrainConfig, data: MNIST) -> list[str]:
    epochs = [record for record in train(set_up(config, data)) if isinstance(record, EpochRecord)]
    size = min(config.batch_size, len(data.train))
    return [
        f"Image batch shape: torch.Size([{size}, 1, 28, 28])",
        f"Label batch shape: torch.Size([{size}])",
        f"The model is on: {'cuda' if torch.cuda.is_available() else 'cpu'}",
        "Training starts ...",
        *[f"Epoch [{e.epoch}/{config.epochs}], Loss: {e.train_loss:.4f}" for e in epochs],
        "Training finished!",
        f"Accuracy on the test set: {epochs[-1].test_accuracy:.2%}",
    ]


@pytest.mark.parametrize("config", SPREAD, ids=str)
def test_the_program_prints_what_the_run_prints(
    config: TrainConfig, tmp_path: Path, tiny_root: Path, tiny_mnist: MNIST
) -> None:
    expected = lines_of_the_run(config, tiny_mnist)
    assert execute(generate_code(config), tmp_path, tiny_root) == expected
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    weights = torch.load(tmp_path / f"{config.model}_mnist.pth", weights_only=True)
    create_model(config.model).load_state_dict(weights)


def test_on_mnist_the_recipes_program_prints_what_the_recipe_prints(
    tmp_path: Path, mnist_root: Path, mnist: MNIST
) -> None:
    config = TrainConfig(epochs=1)
    expected = lines_of_the_run(config, mnist)
    assert execute(generate_code(config), tmp_path, mnist_root) == expected


def test_the_program_is_short_and_stands_alone() -> None:
    for config in SPREAD:
        program = generate_code(config)
        assert "mnist_core" not in program, config
        if config.augmentation != "handwriting":  # which is a package of its own
            lines = [line for line in program.splitlines() if line.strip()]
            assert len(lines) <= MOST_LINES, config
        assert max(map(len, program.splitlines())) <= 100, config


def test_the_program_has_no_sign_that_a_console_might_spoil() -> None:
    for model, augmentation in product(MODELS, AUGMENTATIONS):
        program = generate_code(TrainConfig(model=model, augmentation=augmentation))
        assert program.isascii(), (model, augmentation, set(filter(lambda c: c > "~", program)))


@pytest.mark.parametrize("model", MODELS)
def test_the_program_is_well_formed(model: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(generate_code(TrainConfig(model=model)), encoding="utf-8")
    for check in (["check", "--select", "E,F,I,W"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--isolated", "--line-length", "100"]
        done = subprocess.run(
            [*command, "program.py"], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout

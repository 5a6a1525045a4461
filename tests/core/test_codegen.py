from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.models import MODELS

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


def test_the_program_is_well_formed(tmp_path: Path) -> None:
    for model in MODELS:
        program = generate_code(TrainConfig(model=model))
        (tmp_path / f"{model}.py").write_text(program, encoding="utf-8")
    for check in (["check", "--select", "E,F,I,W"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--isolated", "--line-length", "100", "."]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout

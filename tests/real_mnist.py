"""Where the real MNIST lies on this machine, if it does."""

from __future__ import annotations

import os
from pathlib import Path

from mnist_core.data import DATASETS, data_folder, default_root

REPOSITORY = Path(__file__).parent.parent
ADVICE = (
    "The real MNIST is not here: let the variable MNIST_DATA name the folder that holds "
    "MNIST/raw, or run `python -m mnist_core train` once, which downloads it to ./data."
)


def find_mnist() -> Path | None:
    """Return the folder that MNIST_DATA names, else ./data, else one beside the checkout."""
    beside = REPOSITORY.parent / "shared" / "data" / "mnist"
    named = os.environ.get("MNIST_DATA")
    candidates = [default_root()] if named else [REPOSITORY / "data", beside]
    for root in candidates:
        if all(
            (data_folder(DATASETS["mnist"], root) / name).is_file()
            for name in DATASETS["mnist"].files
        ):
            return root.resolve()
    return None

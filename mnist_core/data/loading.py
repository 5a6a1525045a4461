"""The files of MNIST → tensors, once per process."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from mnist_core.data.batches import ImageDataset, normalize
from mnist_core.data.files import damaged_files, default_root, expand_home
from mnist_core.text import Message


@dataclass(frozen=True)
class MNIST:
    """The two halves of MNIST: 60,000 images to learn from, 10,000 to be tested on."""

    train: ImageDataset
    test: ImageDataset


_loaded: dict[Path, MNIST] = {}
_loading = threading.Lock()


def load_mnist(root: Path | None = None) -> MNIST:
    """Read MNIST from disk into tensors, once per process: 220 MB that every training shares.

    Args:
        root: the folder that holds `MNIST/raw`; None means `default_root()`.

    Raises:
        FileNotFoundError: a file is missing or damaged; `fetch_mnist` mends that.
    """
    root = expand_home(root or default_root()).resolve()
    with _loading:
        if root not in _loaded:
            damaged = damaged_files(root)
            if damaged:
                raise FileNotFoundError(
                    Message("data.incomplete", root=str(root), files=", ".join(damaged))
                )
            _loaded[root] = MNIST(train=_read_split(root, True), test=_read_split(root, False))
        return _loaded[root]


def is_loaded(root: Path) -> bool:
    """Tell whether the tensors of this folder, given with its full path, are in memory."""
    return root in _loaded


def _read_split(root: Path, train: bool) -> ImageDataset:
    from torchvision import datasets  # here, since it takes a second to load, and few need it

    split = datasets.MNIST(root=str(root), train=train)
    return ImageDataset(normalize(split.data), split.targets)

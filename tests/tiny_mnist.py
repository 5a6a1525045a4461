"""A data set small enough for unit tests, in the files and the format of MNIST."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torchvision import datasets

from mnist_core.data import DATASETS, DataSet, data_folder

TRAIN_IMAGES = 320
TEST_IMAGES = 100


@dataclass(frozen=True)
class TinyMNIST:
    """A data set on disk.

    Attributes:
        root: the folder that holds `MNIST/raw`, unpacked.
        archives: the folder that holds the same files packed, as a mirror serves them.
        data_set: what takes the place of MNIST's entry in `DATASETS`.
        resources: what torchvision's `MNIST.resources` says of the real ones: (name, MD5), packed.
    """

    root: Path
    archives: Path
    data_set: DataSet
    resources: list[tuple[str, str]]

    def replace_mnist(self, mirror: str = "") -> None:
        """Take the place of MNIST in this process; for processes that a test starts."""
        DATASETS["mnist"] = self.data_set
        datasets.MNIST.resources = self.resources
        datasets.MNIST.mirrors = [mirror]


def make_tiny_mnist(folder: Path) -> TinyMNIST:
    """Write the same tiny data set, to the last byte, on every call."""
    generator = np.random.default_rng(0)
    patterns = generator.integers(0, 2, (10, 7, 7)).repeat(4, axis=1).repeat(4, axis=2) * 200
    root, archives = folder / "root", folder / "archives"
    raw = data_folder(DATASETS["mnist"], root)
    raw.mkdir(parents=True, exist_ok=True)
    archives.mkdir(parents=True, exist_ok=True)
    unpacked: dict[str, tuple[int | None, str | None]] = {}
    resources = []
    for split, count in (("train", TRAIN_IMAGES), ("t10k", TEST_IMAGES)):
        labels = generator.permutation(np.arange(count) % 10).astype(np.uint8)
        noise = generator.integers(0, 56, (count, 28, 28))
        images = (patterns[labels] + noise).astype(np.uint8)
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            name = f"{split}-{name}-ubyte"
            content = to_idx(array)
            packed = gzip.compress(content, mtime=0)
            (raw / name).write_bytes(content)
            (archives / f"{name}.gz").write_bytes(packed)
            unpacked[name] = len(content), md5(content)
            resources.append((f"{name}.gz", md5(packed)))
    size = sum(file.stat().st_size for file in archives.iterdir())
    data_set = replace(DATASETS["mnist"], files=unpacked, download_bytes=size)
    return TinyMNIST(root, archives, data_set, resources)


def to_idx(array: NDArray[np.uint8]) -> bytes:
    """Pack an array as MNIST's makers did: a magic number, the sizes, then the bytes."""
    unsigned_bytes = 8
    header = np.array([unsigned_bytes << 8 | array.ndim, *array.shape], dtype=">u4")
    return header.tobytes() + array.tobytes()


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()

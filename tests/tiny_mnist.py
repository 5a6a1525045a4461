"""A data set small enough for unit tests, in the files and the format of MNIST."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torchvision import datasets

from mnist_core.data import download, files, raw_folder

TRAIN_IMAGES = 320
TEST_IMAGES = 100


@dataclass(frozen=True)
class TinyMNIST:
    """A data set on disk.

    Attributes:
        root: the folder that holds `MNIST/raw`, unpacked.
        archives: the folder that holds the same files packed, as a mirror serves them.
        files: what `mnist_core.data.FILES` says of the real ones: name → (bytes, MD5).
        resources: what torchvision's `MNIST.resources` says of the real ones: (name, MD5), packed.
        download_bytes: the size of all archives.
    """

    root: Path
    archives: Path
    files: dict[str, tuple[int, str]]
    resources: list[tuple[str, str]]
    download_bytes: int

    def replace_mnist(self, mirror: str = "") -> None:
        """Take the place of MNIST in this process; for processes that a test starts."""
        files.FILES = self.files
        download.DOWNLOAD_BYTES = self.download_bytes
        datasets.MNIST.resources = self.resources
        datasets.MNIST.mirrors = [mirror]


def make_tiny_mnist(folder: Path) -> TinyMNIST:
    """Write the same tiny data set, to the last byte, on every call."""
    generator = np.random.default_rng(0)
    patterns = generator.integers(0, 2, (10, 7, 7)).repeat(4, axis=1).repeat(4, axis=2) * 200
    root, archives = folder / "root", folder / "archives"
    raw = raw_folder(root)
    raw.mkdir(parents=True, exist_ok=True)
    archives.mkdir(parents=True, exist_ok=True)
    unpacked, resources = {}, []
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
    return TinyMNIST(root, archives, unpacked, resources, size)


def to_idx(array: NDArray[np.uint8]) -> bytes:
    """Pack an array as MNIST's makers did: a magic number, the sizes, then the bytes."""
    unsigned_bytes = 8
    header = np.array([unsigned_bytes << 8 | array.ndim, *array.shape], dtype=">u4")
    return header.tobytes() + array.tobytes()


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()

"""A data set small enough for unit tests, in the files and the format of CIFAR-10."""

from __future__ import annotations

import pickle
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from torchvision import datasets

from mnist_core.data import DATASETS, DataSet
from tests.tiny_mnist import md5

FOLDER = "cifar-10-batches-py"
IMAGES_IN_A_BATCH = 60


@dataclass(frozen=True)
class TinyCIFAR:
    """A data set on disk.

    Attributes:
        root: the folder that holds `cifar-10-batches-py`.
        archive: all of it in one file, as it is downloaded.
        data_set: what takes the place of CIFAR-10's entry in `DATASETS`.
        md5s: of the files in the folder, and of the archive.
    """

    root: Path
    archive: Path
    data_set: DataSet
    md5s: dict[str, str]

    def replace_cifar(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of CIFAR-10, for us and for torchvision."""
        monkeypatch.setitem(DATASETS, "cifar10", self.data_set)
        source = datasets.CIFAR10
        for name in ("train_list", "test_list"):
            listed = [[file, self.md5s[file]] for file, _ in getattr(source, name)]
            monkeypatch.setattr(source, name, listed)
        monkeypatch.setattr(source, "meta", {**source.meta, "md5": self.md5s["batches.meta"]})
        monkeypatch.setattr(source, "tgz_md5", self.md5s[self.archive.name])


def make_tiny_cifar(folder: Path) -> TinyCIFAR:
    """Write the same tiny data set on every call: ten colours, with noise."""
    generator = np.random.default_rng(1)
    colours = generator.integers(0, 200, (10, 3, 1, 1))
    root = folder / "cifar"
    (root / FOLDER).mkdir(parents=True)
    contents: dict[str, object] = {}
    for name in [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]:
        labels = generator.permutation(np.arange(IMAGES_IN_A_BATCH) % 10)
        noise = generator.integers(0, 56, (IMAGES_IN_A_BATCH, 3, 32, 32))
        images = (colours[labels] + noise).astype(np.uint8)
        contents[name] = {"data": images.reshape(-1, 3 * 32 * 32), "labels": labels.tolist()}
    contents["batches.meta"] = {"label_names": [str(name) for name in DATASETS["cifar10"].classes]}
    md5s = {}
    for name, content in contents.items():
        packed = pickle.dumps(content)
        (root / FOLDER / name).write_bytes(packed)
        md5s[name] = md5(packed)
    archive = folder / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(root / FOLDER, FOLDER)
    files: dict[str, tuple[int | None, str | None]] = {name: (None, md5s[name]) for name in md5s}
    md5s[archive.name] = md5(archive.read_bytes())
    data_set = replace(DATASETS["cifar10"], files=files, download_bytes=archive.stat().st_size)
    return TinyCIFAR(root, archive, data_set, md5s)

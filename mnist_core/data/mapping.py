"""The files of a data set → images, opened once per process.

MNIST's are mapped into memory: what several processes train from at once.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from mnist_core.data.batches import ImageDataset, PixelDataset, Splits
from mnist_core.data.files import data_folder, default_root, expand_home
from mnist_core.data.registry import DataSet

MEGABYTE = 1_000_000
DEFAULT_MAX_MB = 400  # room for CIFAR-10 and two sets like MNIST

_opened: dict[tuple[str, Path], Splits] = {}  # the one used least recently comes first
_opening = threading.Lock()


def max_data_mb() -> float:
    """Return how many megabytes of data sets may be open; the variable MNIST_MAX_DATA_MB says."""
    return float(os.environ.get("MNIST_MAX_DATA_MB") or DEFAULT_MAX_MB)


def map_images(data_set: DataSet, root: Path | None = None) -> Splits:
    """Open the files in `root`, which are whole: `fetch_images` has seen to that.

    None means `default_root()`.

    The sets used least recently are closed where all together would take more than
    `max_data_mb`; whoever trains from one keeps it until the run is over.

    Raises:
        FileNotFoundError: a file is missing.
    """
    key = data_set.key, expand_home(root or default_root()).resolve()
    with _opening:
        if key not in _opened:
            _opened[key] = data_set.read(data_folder(data_set, key[1]))
        _opened[key] = _opened.pop(key)  # the newest of all
        while len(_opened) > 1 and sum(map(count_bytes, _opened.values())) > (
            max_data_mb() * MEGABYTE
        ):
            del _opened[next(iter(_opened))]
        return _opened[key]


def close_images(data_set: DataSet) -> None:
    """Close a data set that will not be wanted again, whatever folder it lies in."""
    with _opening:
        for key in [key for key in _opened if key[0] == data_set.key]:
            del _opened[key]


def count_bytes(splits: Splits) -> int:
    """Return how many bytes the pixels of a data set take."""
    return sum(map(_bytes_of, (splits.train, splits.test)))


def _bytes_of(half: ImageDataset) -> int:
    images = half.pixels if isinstance(half, PixelDataset) else half.images
    return images.nbytes

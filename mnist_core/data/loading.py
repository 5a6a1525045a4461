"""The files of a data set → normalised tensors, once per process."""

from __future__ import annotations

import threading
from pathlib import Path

from mnist_core.data.batches import ImageDataset, Splits
from mnist_core.data.files import damaged_files, data_folder, default_root, expand_home
from mnist_core.data.registry import DataSet
from mnist_core.text import Message

_loaded: dict[tuple[str, Path], Splits] = {}
_loading = threading.Lock()


def load_images(data_set: DataSet, root: Path | None = None) -> Splits:
    """Read a data set from disk, once per process.

    Sets of grey images come as tensors, so that nothing is normalised twice: MNIST's take 220 MB.
    Of coloured ones a pixel stays a byte until its batch is due: CIFAR-10 takes 184 MB in place of
    737.

    Args:
        data_set: an entry of `DATASETS`.
        root: the folder that holds its own, such as `MNIST/raw`; None means `default_root()`.

    Raises:
        FileNotFoundError: a file is missing or damaged; `fetch_images` mends that.
    """
    root = expand_home(root or default_root()).resolve()
    if data_set.is_own:  # of pictures of one's own, which are in memory or may be others next time
        return data_set.read(data_folder(data_set, root))
    key = data_set.key, root
    with _loading:
        if key not in _loaded:
            damaged = damaged_files(data_set, root)
            if damaged:
                raise FileNotFoundError(
                    Message(
                        "data.incomplete",
                        title=data_set.title,
                        root=str(root),
                        files=", ".join(damaged),
                    )
                )
            splits = data_set.read(data_folder(data_set, root))
            is_grey = data_set.shape[0] == 1
            _loaded[key] = (
                Splits(_to_tensors(splits.train), _to_tensors(splits.test)) if is_grey else splits
            )
        return _loaded[key]


def _to_tensors(half: ImageDataset) -> ImageDataset:
    return ImageDataset(half.images, half.labels)


def is_loaded(data_set: DataSet, root: Path) -> bool:
    """Tell whether the images of this folder, given with its full path, are in memory."""
    return (data_set.key, root) in _loaded

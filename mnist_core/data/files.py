"""The files of a data set: where they lie, and whether they are whole."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from mnist_core.data.registry import DataSet


def default_root() -> Path:
    """Return the folder that the variable MNIST_DATA names, else ./data as in the article."""
    return expand_home(Path(os.environ.get("MNIST_DATA") or "data"))


def expand_home(path: Path) -> Path:
    """Replace a leading ~ by the home folder, as a shell does; a home nobody has stays as it is."""
    with suppress(RuntimeError):
        return path.expanduser()
    return path


def data_folder(data_set: DataSet, root: Path) -> Path:
    """Return where torchvision keeps the files of a data set below `root`."""
    return root / data_set.folder


def has_images(data_set: DataSet, root: Path | None = None) -> bool:
    """Tell at a glance, by names and sizes, whether a data set lies unpacked in `root`."""
    folder = data_folder(data_set, default_root() if root is None else root)
    return all(_has_its_size(data_set, folder / name) for name in data_set.files)


def damaged_files(data_set: DataSet, root: Path) -> list[str]:
    """Return the names of the files in `root` that are missing, cut short or altered."""
    folder = data_folder(data_set, root)
    return [name for name in data_set.files if not _is_whole(data_set, folder / name)]


def is_genuine(data_set: DataSet, name: str, content: bytes) -> bool:
    """Tell by size and MD5 whether this is the content of the data set's file of that name."""
    size, md5 = data_set.files[name]
    if size is not None and len(content) != size:
        return False
    # Not a matter of security, so that it also runs where MD5 is forbidden for that.
    return md5 is None or hashlib.md5(content, usedforsecurity=False).hexdigest() == md5


def _has_its_size(data_set: DataSet, file: Path) -> bool:
    size, _ = data_set.files[file.name]
    return file.is_file() and size in (None, file.stat().st_size)


def _is_whole(data_set: DataSet, file: Path) -> bool:
    return _has_its_size(data_set, file) and is_genuine(data_set, file.name, file.read_bytes())

"""The four files of MNIST: where they lie, and whether they are whole."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

FILES = {  # name: (bytes, MD5) of the four files once unpacked
    "train-images-idx3-ubyte": (47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": (60_008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": (7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": (10_008, "27ae3e4e09519cfbb04c329615203637"),
}


def default_root() -> Path:
    """Return the folder that the variable MNIST_DATA names, else ./data as in the article."""
    return expand_home(Path(os.environ.get("MNIST_DATA") or "data"))


def expand_home(path: Path) -> Path:
    """Replace a leading ~ by the home folder, as a shell does; a home nobody has stays as it is."""
    with suppress(RuntimeError):
        return path.expanduser()
    return path


def raw_folder(root: Path) -> Path:
    """Return where torchvision keeps the four files below `root`."""
    return root / "MNIST" / "raw"


def has_mnist(root: Path | None = None) -> bool:
    """Tell at a glance, by names and sizes, whether MNIST lies unpacked in `root`."""
    raw = raw_folder(default_root() if root is None else root)
    return all(_has_its_size(raw / name) for name in FILES)


def damaged_files(root: Path) -> list[str]:
    """Return the names of the MNIST files in `root` that are missing, cut short or altered."""
    return [name for name in FILES if not _is_whole(raw_folder(root) / name)]


def is_genuine(name: str, content: bytes) -> bool:
    """Tell by size and MD5 whether this is the content of the MNIST file of that name."""
    size, md5 = FILES[name]
    # Not a matter of security, so that it also runs where MD5 is forbidden for that.
    return len(content) == size and hashlib.md5(content, usedforsecurity=False).hexdigest() == md5


def _has_its_size(file: Path) -> bool:
    return file.is_file() and file.stat().st_size == FILES[file.name][0]


def _is_whole(file: Path) -> bool:
    return _has_its_size(file) and is_genuine(file.name, file.read_bytes())

"""MNIST on disk → normalised tensors in memory → batches.

Article, step 2. Decoding and normalising every image once, instead of once per epoch, is what
makes our loop several times faster than the article's while computing the very same numbers.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol

import torch
from filelock import FileLock  # a dependency of torch itself
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets

Batch = tuple[Tensor, Tensor]
"""images [batch, 1, 28, 28] in [-1, 1] and labels [batch], int64."""


class BatchLoader(Protocol):
    """What training asks of a DataLoader: how many batches, and those."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Batch]: ...


FILES = {  # name: (bytes, MD5) of the four files once unpacked
    "train-images-idx3-ubyte": (47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": (60_008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": (7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": (10_008, "27ae3e4e09519cfbb04c329615203637"),
}
DOWNLOAD_BYTES = 11_594_722  # the same four files, compressed
UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


class ImageDataset(Dataset[Batch]):
    """Images and labels that already lie in memory as tensors.

    Attributes:
        images: [n, 1, 28, 28], float32 in [-1, 1].
        labels: [n], int64, 0 to 9.
    """

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images = images
        self.labels = labels
        self._copies: dict[str, ImageDataset] = {}  # device type → this, there

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> Batch:
        return self.images[index], self.labels[index]

    def first(self, count: int) -> ImageDataset:
        """Return the first so many images, or all if there are fewer; nothing is copied."""
        return ImageDataset(self.images[:count], self.labels[:count])

    def to(self, device: torch.device) -> ImageDataset:
        """Return it as it lies on a device, copied there once for all who train on it."""
        if device.type == self.images.device.type:
            return self
        if device.type not in self._copies:
            copy = ImageDataset(self.images.to(device), self.labels.to(device))
            self._copies[device.type] = copy
        return self._copies[device.type]

    def __getitems__(self, indices: list[int]) -> Batch:
        """Return a whole batch in one indexing step; DataLoader asks for it when it is there."""
        chosen = send(torch.tensor(indices), self.images.device)
        return self.images[chosen], self.labels[chosen]


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """Return a tensor on a device without waiting for it to arrive; as it is if it is there."""
    if device.type == "cuda" and not tensor.is_cuda:
        tensor = tensor.pin_memory()  # from other memory the GPU would be waited for
    return tensor.to(device, non_blocking=True)


@dataclass(frozen=True)
class MNIST:
    """The two halves of MNIST: 60,000 images to learn from, 10,000 to be tested on."""

    train: ImageDataset
    test: ImageDataset


def normalize(pixels: Tensor) -> Tensor:
    """Do what ToTensor() and Normalize((0.5,), (0.5,)) do, for many images at once.

    Article, step 2.1; equal to it to the last bit.

    Args:
        pixels: [..., 28, 28], uint8, 0 (paper) to 255 (ink).

    Returns:
        [..., 1, 28, 28], float32, -1 (paper) to 1 (ink).
    """
    return pixels.unsqueeze(-3).float().div_(255).sub_(0.5).div_(0.5)


def make_train_loader(dataset: ImageDataset, batch_size: int) -> DataLoader[Batch]:
    """Shuffled batches, drawn in the same order as the article's loader (article, step 2.2)."""
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, collate_fn=_already_a_batch)


def _already_a_batch(batch: Any) -> Any:
    return batch


# --- MNIST in memory ---------------------------------------------------------------------------

_loaded: dict[Path, MNIST] = {}
_loading = threading.Lock()


def default_root() -> Path:
    """Return the folder that the variable MNIST_DATA names, else ./data as in the article."""
    return Path(os.environ.get("MNIST_DATA") or "data")


def load_mnist(root: Path | None = None) -> MNIST:
    """Read MNIST from disk into tensors, once per process: 220 MB that every training shares.

    Args:
        root: the folder that holds `MNIST/raw`; None means `default_root()`.

    Raises:
        FileNotFoundError: a file is missing or damaged; `fetch_mnist` mends that.
    """
    root = (root or default_root()).resolve()
    with _loading:
        if root not in _loaded:
            damaged = damaged_files(root)
            if damaged:
                raise FileNotFoundError(
                    f"MNIST is not complete in {root}: missing or damaged are {', '.join(damaged)}."
                )
            _loaded[root] = MNIST(train=_read_split(root, True), test=_read_split(root, False))
        return _loaded[root]


def _read_split(root: Path, train: bool) -> ImageDataset:
    split = datasets.MNIST(root=str(root), train=train)
    return ImageDataset(normalize(split.data), split.targets)


def damaged_files(root: Path) -> list[str]:
    """Return the names of the MNIST files in `root` that are missing, cut short or altered."""
    return [name for name in FILES if not _is_whole(raw_folder(root) / name)]


def has_mnist(root: Path | None = None) -> bool:
    """Tell at a glance, by names and sizes, whether MNIST lies in `root`."""
    raw = raw_folder(default_root() if root is None else root)
    return all(_has_its_size(raw / name) for name in FILES)


def _has_its_size(file: Path) -> bool:
    return file.is_file() and file.stat().st_size == FILES[file.name][0]


def _is_whole(file: Path) -> bool:
    _, md5 = FILES[file.name]
    if not _has_its_size(file):
        return False
    # Not a matter of security, so that it also runs where MD5 is forbidden for that.
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() == md5


def raw_folder(root: Path) -> Path:
    """Return where torchvision keeps the four files below `root`."""
    return root / "MNIST" / "raw"


# --- MNIST from the network --------------------------------------------------------------------


def fetch_mnist(root: Path | None = None) -> Iterator[float]:
    """Make sure that MNIST lies in `root`: download it if need be, and replace damaged files.

    Yields nothing when all is there already, else the share that has arrived, 0 to 1, several
    times a second. Two that fetch at once, even in two processes, share one download: the second
    waits for the first and sees its progress. A download left unfinished is taken up again.

    Args:
        root: as for `load_mnist`.

    Raises:
        FileNotFoundError: the download failed; the message says how to do without it.
    """
    named = root or default_root()
    root = named.resolve()
    if root in _loaded or not damaged_files(root):
        return
    job: Future[None] = Future()
    # A daemon, not an executor: whoever gives up waiting must not wait for a stalled network.
    threading.Thread(target=_complete, args=(job, root), daemon=True).start()
    while not job.done():
        yield min(_bytes_received(root) / DOWNLOAD_BYTES, 1.0)
        wait([job], timeout=0.2)
    try:
        job.result()
    except (OSError, RuntimeError, HTTPException) as error:
        raise FileNotFoundError(_download_advice(named, error)) from error


def _complete(job: Future[None], root: Path) -> None:
    try:
        _download(root)
    except BaseException as error:
        job.set_exception(error)
    else:
        job.set_result(None)


def _download(root: Path) -> None:
    part = _part_folder(root)
    part.mkdir(parents=True, exist_ok=True)
    with FileLock(part / "lock"):
        damaged = damaged_files(root)
        if not damaged:  # somebody else has just finished
            return
        for name in damaged_files(
            part
        ):  # torchvision keeps what is there, so leave only what is whole
            (raw_folder(part) / name).unlink(missing_ok=True)
        datasets.MNIST(root=str(part), download=True)
        if damaged_files(part):
            raise RuntimeError("What arrived is not MNIST.")
        raw_folder(root).mkdir(parents=True, exist_ok=True)
        for name in damaged:
            (raw_folder(part) / name).replace(raw_folder(root) / name)
        for leftover in raw_folder(part).iterdir():
            leftover.unlink()


def _part_folder(root: Path) -> Path:
    return root / "MNIST" / "part"


def _bytes_received(root: Path) -> int:
    received = 0
    for file in raw_folder(_part_folder(root)).glob("*.gz"):
        with suppress(FileNotFoundError):  # the download has just finished and tidied up
            received += file.stat().st_size
    return received


def _download_advice(root: Path, error: Exception) -> str:
    """Say why there is no MNIST, and what to do.

    Args:
        root: the folder, by the name that it was given.
        error: what stood in the way.
    """
    reason, remedy = "", "Connect to the internet"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        reason, remedy = ", because the disk is full", "Make room"
    elif isinstance(error, OSError) and error.errno in UNWRITABLE:
        reason, remedy = ", because this folder cannot be written to", "Make it writable"
    return (
        f"MNIST is not in {root} and could not be downloaded{reason}. {remedy} and try "
        f"again, or copy these four files (unpacked) into {raw_folder(root)}: {', '.join(FILES)}. "
        "If you have them elsewhere, let the variable MNIST_DATA name the folder that holds "
        "MNIST/raw."
    )

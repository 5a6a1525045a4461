"""Pictures of one's own → a data set like any other, in memory or in files that processes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch

from mnist_core.data import OWN_PICTURES, DataSet, Origin, PixelDataset, Splits
from mnist_core.data.registry import FileFacts
from mnist_core.pictures.reading import PictureHalf, Pictures
from mnist_core.text import Message

HALVES = ("train", "test")


def as_data_set(pictures: Pictures, path: Path) -> DataSet:
    """Return a data set of pictures that stay in memory.

    Args:
        pictures: what has been read.
        path: the folder or the zip file that they have been read from.
    """
    splits = Splits(_as_pixels(pictures.train), _as_pixels(pictures.test))
    return _describe(pictures, path, OWN_PICTURES, partial(_return, splits))


def save_data_set(pictures: Pictures, path: Path, key: str, folder: Path) -> DataSet:
    """Write pictures as arrays, and return a data set that is read from those.

    Args:
        pictures: what has been read.
        path: the folder or the zip file that they have been read from.
        key: of the data set; it begins with `OWN_PICTURES`.
        folder: where the arrays are to lie, with its full path.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, half in zip(HALVES, (pictures.train, pictures.test), strict=True):
        np.save(folder / f"{name}-pixels.npy", half.pixels.numpy())
        np.save(folder / f"{name}-labels.npy", half.labels.numpy())
    files = {file.name: (file.stat().st_size, None) for file in folder.iterdir()}
    return _describe(pictures, path, key, read_saved, folder=str(folder), files=files)


def read_saved(folder: Path) -> Splits:
    """Map the arrays of `save_data_set` into memory, once for all processes that do so.

    Raises:
        FileNotFoundError: they are gone.
    """
    train, test = (_map_half(folder, name) for name in HALVES)
    return Splits(train, test)


def _map_half(folder: Path, name: str) -> PixelDataset:
    # "c": what is written would stay in this process; nothing is, but torch likes it better.
    pixels = np.load(folder / f"{name}-pixels.npy", mmap_mode="c")
    labels = np.load(folder / f"{name}-labels.npy")
    return PixelDataset(torch.from_numpy(pixels), torch.from_numpy(labels))


def _describe(
    pictures: Pictures,
    path: Path,
    key: str,
    read: Callable[[Path], Splits],
    folder: str = "",
    files: Mapping[str, FileFacts] | None = None,
) -> DataSet:
    return DataSet(
        key=key,
        title=Message("dataset.pictures"),
        classes=pictures.classes,
        shape=pictures.shape,
        is_drawable=False,
        source="",
        folder=folder,
        files=files or {},
        archives=(),
        download_bytes=0,
        read=read,
        train_images=len(pictures.train.labels),
        origin=Origin(
            path.name, not path.is_dir(), pictures.layout.start, pictures.layout.is_divided
        ),
    )


def _as_pixels(half: PictureHalf) -> PixelDataset:
    return PixelDataset(half.pixels, half.labels)


def _return(splits: Splits, _: Path) -> Splits:
    return splits

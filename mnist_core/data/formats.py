"""The files of a data set → images, a byte to a pixel.

Article, step 2.1. The article leaves it to torchvision, which knows these formats too; read like
this, several processes share one copy in memory.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import torch

from mnist_core.data.batches import PixelDataset, Splits

IMAGES_HEADER, LABELS_HEADER = 16, 8  # bytes of an IDX file before its pixels or labels
SIDE = 28
CIFAR_BATCHES = 5
CIFAR_SHAPE = (3, 32, 32)


def read_idx(folder: Path) -> Splits:
    """Map the four files of MNIST, or of a set in its form, into memory.

    The 70,000 images take 55 MB, once for all processes that do so; there is nothing to load, and
    nothing to clean up.

    Raises:
        FileNotFoundError: a file is missing.
    """
    return Splits(train=_map_half(folder, "train"), test=_map_half(folder, "t10k"))


def _map_half(folder: Path, half: str) -> PixelDataset:
    # "c": what is written would stay in this process; nothing is, but torch likes it better.
    pixels = np.memmap(folder / f"{half}-images-idx3-ubyte", np.uint8, "c", IMAGES_HEADER)
    labels = np.fromfile(folder / f"{half}-labels-idx1-ubyte", np.uint8, offset=LABELS_HEADER)
    return PixelDataset(
        torch.from_numpy(pixels).view(-1, 1, SIDE, SIDE), torch.from_numpy(labels.astype(np.int64))
    )


def read_cifar(folder: Path) -> Splits:
    """Read the batches of CIFAR-10, 184 MB of pixels.

    They are pickles, so only genuine ones may come here: those that `damaged_files` has passed.

    Raises:
        FileNotFoundError: a file is missing.
    """
    train = [folder / f"data_batch_{number}" for number in range(1, CIFAR_BATCHES + 1)]
    return Splits(train=_read_batches(train), test=_read_batches([folder / "test_batch"]))


def _read_batches(files: list[Path]) -> PixelDataset:
    batches = [pickle.loads(file.read_bytes(), encoding="latin1") for file in files]
    pixels = np.concatenate([batch["data"] for batch in batches]).reshape(-1, *CIFAR_SHAPE)
    labels = np.concatenate([batch["labels"] for batch in batches]).astype(np.int64)
    return PixelDataset(torch.from_numpy(pixels), torch.from_numpy(labels))

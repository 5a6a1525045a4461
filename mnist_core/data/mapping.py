"""The files of MNIST, mapped into memory: what several processes train from at once.

A pixel stays one byte until its batch is due. So the 70,000 images take 55 MB, once for all
processes, where each would need 220 MB of its own for tensors; there is nothing to load, and
nothing to clean up. The batches are the same to the last bit.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mnist_core.data.batches import Batch, ImageDataset, normalize
from mnist_core.data.files import raw_folder
from mnist_core.data.loading import MNIST

IMAGES_HEADER, LABELS_HEADER = 16, 8  # bytes of a file that come before its pixels or labels


class MappedImages(ImageDataset):
    """Images that lie in a file, and their labels, which lie in memory.

    Attributes:
        pixels: [n, 28, 28], uint8, 0 (paper) to 255 (ink).
        labels: [n], int64, 0 to 9.
    """

    def __init__(self, pixels: Tensor, labels: Tensor) -> None:
        self.pixels = pixels
        self.labels = labels
        self._on_gpu: ImageDataset | None = None

    @property
    def images(self) -> Tensor:  # type: ignore[override]  # made anew each time, so not to be set
        """Return all images as the networks read them, [n, 1, 28, 28]."""
        return normalize(self.pixels)

    def __getitem__(self, index: int) -> Batch:
        return normalize(self.pixels[index]), self.labels[index]

    def __getitems__(self, indices: list[int]) -> Batch:
        """Return a whole batch in one indexing step; DataLoader asks for it when it is there."""
        chosen = torch.tensor(indices)
        return normalize(self.pixels[chosen]), self.labels[chosen]

    def first(self, count: int) -> ImageDataset:
        """Return the first so many images, or all if there are fewer; nothing is copied."""
        return MappedImages(self.pixels[:count], self.labels[:count])

    def select(self, indices: Tensor) -> ImageDataset:
        """Return the images at these places, [count], with their labels; their bytes are copied."""
        return MappedImages(self.pixels[indices], self.labels[indices])

    def relabel(self, labels: Tensor) -> ImageDataset:
        """Return the same images, not copied, with other labels, [n]."""
        return MappedImages(self.pixels, labels)

    def to(self, device: torch.device) -> ImageDataset:
        """Return it as it lies on a device; a GPU gets its copy once."""
        if device.type == "cpu":
            return self
        if self._on_gpu is None:
            self._on_gpu = ImageDataset(self.images.to(device), self.labels.to(device))
        return self._on_gpu


@cache
def map_mnist(root: Path) -> MNIST:
    """Map the files in `root`, which are whole: `fetch_mnist` has seen to that.

    Raises:
        FileNotFoundError: a file is missing.
    """
    raw = raw_folder(root)
    return MNIST(train=_map_split(raw, "train"), test=_map_split(raw, "t10k"))


def _map_split(raw: Path, split: str) -> MappedImages:
    # "c": what is written would stay in this process; nothing is, but torch likes it better.
    pixels = np.memmap(raw / f"{split}-images-idx3-ubyte", np.uint8, "c", IMAGES_HEADER)
    labels = np.fromfile(raw / f"{split}-labels-idx1-ubyte", np.uint8, offset=LABELS_HEADER)
    return MappedImages(
        torch.from_numpy(pixels).view(-1, 28, 28), torch.from_numpy(labels.astype(np.int64))
    )

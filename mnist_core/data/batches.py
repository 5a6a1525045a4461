"""Images and labels in memory, and the batches that training takes from them.

Article, steps 2.1 and 2.2. Normalising every image once, instead of once per epoch, is what makes
our loop several times faster than the article's while it computes the very same numbers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

Shape = tuple[int, int, int]
"""Of an image: channels, rows, columns; MNIST's is (1, 28, 28)."""

Batch = tuple[Tensor, Tensor]
"""images [batch, *shape] in [-1, 1] and labels [batch], int64."""


class BatchLoader(Protocol):
    """What training asks of a DataLoader: how many batches, and those."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Batch]: ...


class ImageDataset(Dataset[Batch]):
    """Images and labels that already lie in memory as tensors.

    Attributes:
        images: [n, *shape], float32 in [-1, 1].
        labels: [n], int64, from 0.
    """

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images = images
        self.labels = labels
        self._copies: dict[str, ImageDataset] = {}  # device type → this data set on that device

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> Batch:
        return self.images[index], self.labels[index]

    def __getitems__(self, indices: list[int]) -> Batch:
        """Return a whole batch in one indexing step; a DataLoader calls this where it exists."""
        chosen = send(torch.tensor(indices), self.images.device)
        return self.images[chosen], self.labels[chosen]

    def in_order(self, size: int) -> Iterator[Batch]:
        """Cut it, as it lies, into batches of at most so many images."""
        return zip(torch.split(self.images, size), torch.split(self.labels, size), strict=True)

    def first(self, count: int) -> ImageDataset:
        """Return the first `count` images, or all if there are fewer, without copying them."""
        return ImageDataset(self.images[:count], self.labels[:count])

    def select(self, indices: Tensor) -> ImageDataset:
        """Return the images at these places, [count], with their labels."""
        return ImageDataset(self.images[indices], self.labels[indices])

    def relabel(self, labels: Tensor) -> ImageDataset:
        """Return the same images, not copied, with other labels, [n]."""
        return ImageDataset(self.images, labels)

    def to(self, device: torch.device) -> ImageDataset:
        """Return this data set on a device; it is copied there once for all who train on it."""
        if device.type == self.images.device.type:
            return self
        if device.type not in self._copies:
            copy = ImageDataset(self.images.to(device), self.labels.to(device))
            self._copies[device.type] = copy
        return self._copies[device.type]


class PixelDataset(ImageDataset):
    """Images of which a pixel stays one byte until its batch is due, a quarter of the memory.

    The batches are the same to the last bit.

    Attributes:
        pixels: [n, *shape], uint8, 0 (paper) to 255 (ink).
        labels: [n], int64, from 0.
    """

    def __init__(self, pixels: Tensor, labels: Tensor) -> None:
        self.pixels = pixels
        self.labels = labels
        self._on_gpu: ImageDataset | None = None

    @property
    def images(self) -> Tensor:  # type: ignore[override]  # made anew each time, so not to be set
        """Return all images as the networks read them, [n, *shape]."""
        return scale(self.pixels)

    def __getitem__(self, index: int) -> Batch:
        return scale(self.pixels[index]), self.labels[index]

    def __getitems__(self, indices: list[int]) -> Batch:
        """Return a whole batch in one indexing step; DataLoader asks for it when it is there."""
        chosen = torch.tensor(indices)
        return scale(self.pixels[chosen]), self.labels[chosen]

    def in_order(self, size: int) -> Iterator[Batch]:
        """Cut it, as it lies, into batches of at most so many images, scaled one after another."""
        cut = zip(torch.split(self.pixels, size), torch.split(self.labels, size), strict=True)
        return ((scale(pixels), labels) for pixels, labels in cut)

    def first(self, count: int) -> ImageDataset:
        """Return the first so many images, or all if there are fewer; nothing is copied."""
        return PixelDataset(self.pixels[:count], self.labels[:count])

    def select(self, indices: Tensor) -> ImageDataset:
        """Return the images at these places, [count], with their labels; their bytes are copied."""
        return PixelDataset(self.pixels[indices], self.labels[indices])

    def relabel(self, labels: Tensor) -> ImageDataset:
        """Return the same images, not copied, with other labels, [n]."""
        return PixelDataset(self.pixels, labels)

    def to(self, device: torch.device) -> ImageDataset:
        """Return it as it lies on a device; a GPU gets its copy once."""
        if device.type == "cpu":
            return self
        if self._on_gpu is None:
            self._on_gpu = ImageDataset(self.images.to(device), self.labels.to(device))
        return self._on_gpu


@dataclass(frozen=True)
class Splits:
    """The two halves of a data set: of MNIST 60,000 images to learn from, 10,000 for the test."""

    train: ImageDataset
    test: ImageDataset


def scale(pixels: Tensor) -> Tensor:
    """Bring bytes, 0 to 255, to float32 from -1 to 1, as ToTensor() and Normalize do."""
    return pixels.float().div_(255).sub_(0.5).div_(0.5)


def normalize(pixels: Tensor) -> Tensor:
    """Do what ToTensor() and Normalize((0.5,), (0.5,)) do, for many images at once.

    Article, step 2.1; equal to it to the last bit.

    Args:
        pixels: [..., 28, 28], uint8, 0 (paper) to 255 (ink).

    Returns:
        [..., 1, 28, 28], float32, -1 (paper) to 1 (ink).
    """
    return scale(pixels.unsqueeze(-3))


def make_train_loader(dataset: ImageDataset, batch_size: int) -> DataLoader[Batch]:
    """Shuffled batches, drawn in the same order as the article's loader (article, step 2.2)."""
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, collate_fn=_already_a_batch)


def first_batch(dataset: ImageDataset, count: int, seed: int) -> Batch:
    """Return the first images of the batch that a run with this seed looks at first.

    Article, step 2.2: `next(iter(train_loader))`. How large a batch is does not change its order,
    so a few of a large one cost no more than they are.

    Args:
        dataset: the training images.
        count: how many to return, at most as many as a batch holds.
        seed: of the run.
    """
    with seeded(seed):
        images, labels = next(iter(make_train_loader(dataset, count)))
        return images, labels


_seeding = threading.Lock()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw as a program does that begins with this seed, on the CPU, within a `with` block.

    Whoever else draws is not disturbed: one thread at a time is within such a block, and what the
    generator was before comes back.
    """
    with _seeding, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _already_a_batch(batch: Any) -> Any:
    return batch


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """Return a tensor on a device without waiting until it has arrived there."""
    if device.type == "cuda" and not tensor.is_cuda:
        tensor = tensor.pin_memory()  # from other memory a copy to the GPU has to be waited for
    return tensor.to(device, non_blocking=True)

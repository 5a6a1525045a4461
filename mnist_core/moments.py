"""What a network was at moments of its training, as little as it takes to look back.

Most happens within the first thousand images: so at 0, 64, 128, 256 … images, then after each
epoch. Of each moment is kept which digits were taken for which, pictures of a few neurons' weights,
and the network itself with one byte a weight, a quarter of its size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mnist_core.config import TrainConfig
from mnist_core.data import Shape
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.models import MNIST_SHAPE
from mnist_core.training import EpochRecord, StepRecord, Training

FIRST_IMAGES = 64  # the first moment after the beginning; each next one comes at twice as many
SAMPLE = 500  # test images that are read at moments within the first epoch
MAX_TILES = 32  # neurons or kernels whose weights are kept as pictures
MAX_NETWORKS = 24  # moments of a run that keep weights; where there are more, not every epoch
CONFUSION_BYTES = 400
LEVELS = 127  # of an int8, on each side of zero


@dataclass(frozen=True, eq=False)
class Tiles:
    """The weights of the first layer, as pictures of equal scale.

    Attributes:
        pixels: [tiles, rows, columns], int8.
        top: what 127 stands for.
    """

    pixels: NDArray[np.int8]
    top: float


@dataclass(frozen=True, eq=False)
class SmallNetwork:
    """A network's weights with one byte each, off by less than 1/254 of the largest of their row.

    Attributes:
        rows: of each tensor with rows, its bytes, and the step between two of them in each row.
        others: tensors that are no larger than a row, as they are.
    """

    rows: dict[str, tuple[NDArray[np.int8], NDArray[np.float32]]]
    others: dict[str, NDArray[Any]]

    @property
    def size(self) -> int:
        """Return how many bytes it takes."""
        small = sum(weights.nbytes + steps.nbytes for weights, steps in self.rows.values())
        return small + sum(values.nbytes for values in self.others.values())

    def unpack(self) -> dict[str, Tensor]:
        """Return the weights for `load_state_dict`."""
        weights = {
            name: torch.from_numpy(small * steps.reshape(-1, *[1] * (small.ndim - 1)))
            for name, (small, steps) in self.rows.items()
        }
        return weights | {name: torch.from_numpy(part) for name, part in self.others.items()}


@dataclass(frozen=True, eq=False)
class Moment:
    """A network at a moment of its training.

    Attributes:
        images: how many training images it had been shown.
        batches: in how many batches.
        epoch: which epoch was just over; 0 at the beginning, None within the first.
        test: what it made of test images; after an epoch of all, else of the first `SAMPLE`.
        tiles: some of its weights as pictures; None where they have made room.
        network: all of them; likewise.
    """

    images: int
    batches: int
    epoch: int | None
    test: Evaluation
    tiles: Tiles | None
    network: SmallNetwork | None


class Moments(list[Moment]):
    """The moments of a run, the first one first; those with weights are bounded."""

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self._stride = 1  # the weights of every so many epochs stay, and those of the newest

    def add(self, moment: Moment, *, keeps_network: bool) -> None:
        """Add the next; some epochs' weights make room where there are too many."""
        self.append(moment if keeps_network else replace(moment, network=None))
        self._thin()
        while sum(other.tiles is not None for other in self) > MAX_NETWORKS:
            self._stride *= 2
            self._thin()

    def _thin(self) -> None:
        for i, other in enumerate(self[:-1]):
            if other.epoch and other.epoch % self._stride and other.tiles is not None:
                self[i] = replace(other, tiles=None, network=None)

    def forget_networks(self) -> None:
        """Free the networks; the pictures of their weights stay."""
        self[:] = [replace(moment, network=None) for moment in self]

    @property
    def size(self) -> int:
        """Return how many bytes of memory they take, about."""
        tiles = sum(moment.tiles.pixels.nbytes for moment in self if moment.tiles)
        networks = sum(moment.network.size for moment in self if moment.network)
        return len(self) * CONFUSION_BYTES + tiles + networks


def early_steps(batch_size: int, images: int) -> frozenset[int]:
    """Return after which batches of the first epoch there is a moment.

    Args:
        batch_size: images in a batch.
        images: in an epoch.
    """
    counts = []
    count = FIRST_IMAGES
    while count < images:
        counts.append(count)
        count *= 2
    steps = -(-images // batch_size)
    return frozenset(step for count in counts if (step := -(-count // batch_size)) < steps)


def count_networks(config: TrainConfig) -> int:
    """Return of how many moments a run with these settings keeps the network."""
    early = early_steps(config.batch_size, config.images)
    return min(1 + len(early) + config.epochs, MAX_NETWORKS)


def first_moment(training: Training) -> Moment:
    """Look at a network with random weights, before anything is learned."""
    return _look(training, 0, 0, 0, _test_some(training))


def moment_of(training: Training, record: StepRecord | EpochRecord, batches: int) -> Moment | None:
    """Look at a network where a record has just come from, if that is one of its moments.

    Args:
        training: the run, with `record_at` as `early_steps` returns it.
        record: the latest.
        batches: how many the run has trained in all.
    """
    if isinstance(record, EpochRecord):
        assert training.test is not None  # since an epoch is over
        images = batches * len(training.train_set) // len(training.train_loader)
        return _look(training, images, batches, record.epoch, training.test)
    if record.epoch == 1 and record.step in training.record_at:
        images = batches * training.config.batch_size
        return _look(training, images, batches, None, _test_some(training))
    return None


def _look(
    training: Training, images: int, batches: int, epoch: int | None, test: Evaluation
) -> Moment:
    model = training.model
    return Moment(
        images,
        batches,
        epoch,
        test,
        make_tiles(model, training.config.data_set.shape),
        shrink_network(model),
    )


def _test_some(training: Training) -> Evaluation:
    return evaluate(training.model, training.test_set.first(SAMPLE))


def make_tiles(model: nn.Module, shape: Shape = MNIST_SHAPE) -> Tiles:
    """Make pictures of the weights of the first layer: 28×28 of a neuron, 5×5 of a kernel.

    Args:
        model: a network, on any device.
        shape: of the images that it reads; of several channels the mean is shown.
    """
    weights = next(part for part in model.parameters() if part.dim() > 1)[:MAX_TILES].detach().cpu()
    if weights.dim() == 2:  # a neuron sees the whole image
        weights = weights.view(-1, *shape)
    pictures = weights.mean(dim=1).numpy()  # [tiles, rows, columns]
    top = float(np.abs(pictures).max())
    pixels = (pictures * (LEVELS / top if top else 0)).round().astype(np.int8)
    return Tiles(pixels, top)


def shrink_network(model: nn.Module) -> SmallNetwork:
    """Write a network down with one byte for each weight."""
    rows, others = {}, {}
    for name, tensor in model.state_dict().items():
        values = tensor.detach().cpu().numpy()
        if values.ndim < 2:
            others[name] = values.copy()
            continue
        steps = np.abs(values.reshape(len(values), -1)).max(axis=1) / LEVELS
        steps[steps == 0] = 1.0
        divided = values / steps.reshape(-1, *[1] * (values.ndim - 1))
        rows[name] = divided.round().astype(np.int8), steps.astype(np.float32)
    return SmallNetwork(rows, others)

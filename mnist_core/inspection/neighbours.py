"""The images most alike in the hidden layer, and the neurons that are never on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from mnist_core.data import ImageDataset
from mnist_core.inspection.layers import Floats, Inspection, find_activations
from mnist_core.inspection.recorder import run

BATCH_SIZE = 500  # images at a time: 25 MB of the CNN's feature maps


@dataclass(frozen=True)
class Neighbour:
    """An image that a network finds like another.

    Attributes:
        index: which of the data set, from 0.
        label: what it is, 0 to 9.
        distance: Euclidean, between the values of the last hidden layer.
    """

    index: int
    label: int
    distance: float


@dataclass(frozen=True, eq=False)
class HiddenIndex:
    """What a network makes of a whole data set.

    Attributes:
        values: [images, neurons], float32; of the last hidden layer: 5 MB of 10,000 images.
        labels: [images].
        is_dead: for each ReLU, by its name, which neurons or feature maps were off for every one
            of the images, [units]. Other activations are never off, and not there.
    """

    values: Floats
    labels: NDArray[np.int64]
    is_dead: dict[str, NDArray[np.bool_]]

    def nearest(self, seen: Inspection, count: int = 8) -> tuple[Neighbour, ...]:
        """Find the images that the network finds most alike, the closest first.

        Args:
            seen: what the same network made of an image.
            count: how many to find; fewer come if there are fewer.
        """
        distances = np.linalg.norm(self.values - seen.hidden.values, axis=1)  # [images]
        order = distances.argsort(kind="stable")[:count]
        return tuple(
            Neighbour(int(index), int(self.labels[index]), float(distances[index]))
            for index in order
        )


def index_hidden(model: nn.Module, dataset: ImageDataset) -> HiddenIndex:
    """Let a network look at a whole data set.

    Args:
        model: any of `models.MODELS`, in any mode, which it keeps: it is read as in eval mode.
        dataset: at least one image; the 10,000 test images take half a second with the CNN.
    """
    hidden, is_on = [], dict[str, NDArray[np.bool_]]()
    for images, _ in dataset.in_order(BATCH_SIZE):
        activations = find_activations(run(model, images, differentiable=False))
        for relu in (step for step in activations if step.operation == "relu"):
            by_unit = relu.output.transpose(0, 1).flatten(1)  # [units, images × places]
            on = (by_unit > 0).any(dim=1).cpu().numpy()
            is_on[relu.name] = on | is_on.get(relu.name, False)
        hidden.append(activations[-1].output.cpu().numpy())
    return HiddenIndex(
        values=np.concatenate(hidden),
        labels=dataset.labels.numpy(),
        is_dead={name: ~on for name, on in is_on.items()},
    )

"""The network that is taught: the project's CNN with a last layer for other classes."""

from __future__ import annotations

import copy
import functools

from torch import nn

from mnist_core.checkpoints import SHIPPED_CNN, load_checkpoint
from mnist_core.models import create_model

FEATURES = ("conv1", "norm1", "conv2", "norm2")
"""The layers of the CNN that know strokes, and have no reason to change."""


@functools.cache
def load_base() -> nn.Module:
    """Load the CNN that comes with the project, once; nobody may change it.

    Raises:
        FileNotFoundError, CheckpointError: it is missing or damaged.
    """
    return load_checkpoint(SHIPPED_CNN).model


def build_network(classes: int, base: nn.Module | None = None) -> nn.Module:
    """Build a network whose last layer is new, drawn from torch's global generator.

    Args:
        classes: how many it is to tell apart.
        base: the CNN that has learned to read, which stays as it is. None for the article's
            network, with nothing learned: the next best, where that CNN is not to be had.

    Returns:
        Another network, in eval mode. Of a base's copy the convolutions cannot learn.
    """
    if base is None:
        return create_model("simple_nn", classes=classes).eval()
    network = copy.deepcopy(base)
    for name in FEATURES:
        network.get_submodule(name).requires_grad_(False)
    last = network.get_submodule("fc2")
    assert isinstance(last, nn.Linear)
    network.add_module("fc2", nn.Linear(last.in_features, classes))
    return network.eval()

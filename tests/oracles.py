"""What the networks compute, restated with NumPy in double precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]


def simple_nn_logits(weights: dict[str, Tensor], images: Floats) -> Floats:
    """Images [n, 1, 28, 28] → flatten → fc1 → ReLU → fc2 → logits [n, 10]."""
    numbers = {name: tensor.detach().numpy().astype(np.float64) for name, tensor in weights.items()}
    pixels = images.reshape(len(images), 784)
    hidden = np.maximum(pixels @ numbers["fc1.weight"].T + numbers["fc1.bias"], 0.0)
    logits: Floats = hidden @ numbers["fc2.weight"].T + numbers["fc2.bias"]
    return logits


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def mean_cross_entropy(logits: Floats, labels: NDArray[np.int64]) -> float:
    """Return the mean of -log(the share that the softmax gives to the label), in nats."""
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels]).mean())

"""What the networks compute, restated with NumPy in double precision."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]
NORM = ("running_mean", "running_var", "weight", "bias")  # of batch normalisation, in eval mode


def relu(sums: Floats) -> Floats:
    return np.maximum(sums, 0.0)


FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "relu": relu,
    "tanh": np.tanh,
    "sigmoid": lambda sums: 1 / (1 + np.exp(-sums)),
    "none": lambda sums: sums,
}


def simple_nn_logits(
    weights: dict[str, Tensor], images: Floats, activation: Callable[[Floats], Floats] = relu
) -> Floats:
    """Images [n, 1, 28, 28] → flatten → fc1 → activation → fc2 → logits [n, 10]."""
    numbers = in_double_precision(weights)
    pixels = images.reshape(len(images), 784)
    hidden = activation(pixels @ numbers["fc1.weight"].T + numbers["fc1.bias"])
    logits: Floats = hidden @ numbers["fc2.weight"].T + numbers["fc2.bias"]
    return logits


def deep_nn_logits(
    weights: dict[str, Tensor], images: Floats, activation: Callable[[Floats], Floats] = relu
) -> Floats:
    """Images [n, 1, 28, 28] → flatten → twice: fc, activation → fc3 → logits [n, 10]."""
    numbers = in_double_precision(weights)
    values = images.reshape(len(images), 784)
    for layer in ("fc1", "fc2"):
        values = activation(values @ numbers[f"{layer}.weight"].T + numbers[f"{layer}.bias"])
    logits: Floats = values @ numbers["fc3.weight"].T + numbers["fc3.bias"]
    return logits


def cnn_logits(weights: dict[str, Tensor], images: Floats) -> Floats:
    """Images [n, 1, 28, 28] → twice: conv, norm, ReLU → fc1 → ReLU → fc2 → logits [n, 10]."""
    numbers = in_double_precision(weights)
    values = images
    for layer in ("1", "2"):
        values = convolve(values, numbers[f"conv{layer}.weight"], stride=2)
        norm = {name: numbers[f"norm{layer}.{name}"][:, None, None] for name in NORM}
        spread = np.sqrt(norm["running_var"] + 1e-5)
        values = (values - norm["running_mean"]) / spread * norm["weight"] + norm["bias"]
        values = np.maximum(values, 0.0)
    hidden = values.reshape(len(images), -1) @ numbers["fc1.weight"].T + numbers["fc1.bias"]
    logits: Floats = np.maximum(hidden, 0.0) @ numbers["fc2.weight"].T + numbers["fc2.bias"]
    return logits


def convolve(images: Floats, kernel: Floats, stride: int) -> Floats:
    """Images [n, in, h, w], kernel [out, in, k, k] → [n, out, h / stride, w / stride]."""
    margin = kernel.shape[-1] // 2
    padded = np.pad(images, [(0, 0), (0, 0), (margin, margin), (margin, margin)])
    patches = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[-2:], axis=(2, 3))
    products: Floats = np.einsum("nihwkl,oikl->nohw", patches[:, :, ::stride, ::stride], kernel)
    return products


def in_double_precision(weights: dict[str, Tensor]) -> dict[str, Floats]:
    return {name: tensor.detach().numpy().astype(np.float64) for name, tensor in weights.items()}


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def mean_cross_entropy(logits: Floats, labels: NDArray[np.int64]) -> float:
    """Return the mean of -log(the share that the softmax gives to the label), in nats."""
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels]).mean())

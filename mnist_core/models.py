"""The networks: the article's SimpleNN, what it suggests trying next, and the registry of all.

Article, step 3, and the advice at its end.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.text import Message


class SimpleNN(nn.Module):
    """One hidden layer of 128 neurons between 784 pixels and 10 digits (article, step 3.2)."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images into one score per digit.

        Args:
            images: normalised images, [batch, 1, 28, 28], values in [-1, 1].

        Returns:
            Logits, [batch, 10]. No softmax: CrossEntropyLoss contains it.
        """
        pixels = images.view(-1, 28 * 28)  # [batch, 784]
        hidden = torch.relu(self.fc1(pixels))  # [batch, 128]
        logits: Tensor = self.fc2(hidden)  # [batch, 10]
        return logits


class DropoutNN(nn.Module):
    """SimpleNN that trains with a share of its hidden neurons switched off, others each time."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.dropout = nn.Dropout(dropout)  # has no weights, and does nothing in eval mode
        self.fc2 = nn.Linear(128, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images [batch, 1, 28, 28] into logits [batch, 10]."""
        pixels = images.view(-1, 28 * 28)  # [batch, 784]
        hidden = self.dropout(torch.relu(self.fc1(pixels)))  # [batch, 128]
        logits: Tensor = self.fc2(hidden)  # [batch, 10]
        return logits


class DeepNN(nn.Module):
    """SimpleNN with a second hidden layer."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.fc2 = nn.Linear(128, 64)
        self.dropout = nn.Dropout(dropout)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images [batch, 1, 28, 28] into logits [batch, 10]."""
        pixels = images.view(-1, 28 * 28)  # [batch, 784]
        hidden = torch.relu(self.fc1(pixels))  # [batch, 128]
        hidden = self.dropout(torch.relu(self.fc2(hidden)))  # [batch, 64]
        logits: Tensor = self.fc3(hidden)  # [batch, 10]
        return logits


class CNN(nn.Module):
    """Two convolutions that look for strokes anywhere in the image, then two linear layers.

    Batch normalisation keeps what comes out of each convolution in the same range while its weights
    change, so that large steps can be taken (Ioffe and Szegedy, "Batch normalization", 2015): two
    epochs pass 99 %. It adds an offset of its own; the convolutions need none.
    """

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=5, stride=2, padding=2, bias=False)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=5, stride=2, padding=2, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.fc1 = nn.Linear(32 * 7 * 7, 128)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images [batch, 1, 28, 28] into logits [batch, 10]."""
        features = torch.relu(self.norm1(self.conv1(images)))  # [batch, 16, 14, 14]
        features = torch.relu(self.norm2(self.conv2(features)))  # [batch, 32, 7, 7]
        hidden = torch.relu(self.fc1(features.flatten(1)))  # [batch, 128]
        logits: Tensor = self.fc2(self.dropout(hidden))  # [batch, 10]
        return logits


@dataclass(frozen=True)
class Architecture:
    """One kind of network, as settings and screens know it.

    Attributes:
        network: its class.
        title: its name for people.
        advice: what the article says of it, in our words.
        dropout: the share of neurons that its dropout layer switches off unless told otherwise;
            None if it has no such layer.
    """

    network: type[nn.Module]
    title: Message
    advice: Message
    dropout: float | None = None


MODELS = {
    "simple_nn": Architecture(
        SimpleNN,
        Message("model.simple_nn.title"),
        Message("model.simple_nn.advice"),
    ),
    "dropout_nn": Architecture(
        DropoutNN,
        Message("model.dropout_nn.title"),
        Message("model.dropout_nn.advice"),
        dropout=0.2,
    ),
    "deep_nn": Architecture(
        DeepNN,
        Message("model.deep_nn.title"),
        Message("model.deep_nn.advice"),
        dropout=0.0,
    ),
    "cnn": Architecture(
        CNN,
        Message("model.cnn.title"),
        Message("model.cnn.advice"),
        dropout=0.0,
    ),
}
"""Every network by the name that settings, the command line and checkpoints use."""


def create_model(name: str, dropout: float | None = None) -> nn.Module:
    """Build a network with fresh random weights, drawn from torch's global generator.

    Args:
        name: a key of `MODELS`.
        dropout: share of neurons that its dropout layer switches off, 0 to below 1; None means
            the network's own default.

    Raises:
        ValueError: no network has this name, or it has no dropout layer; the message lists those
            that are possible.
    """
    if name not in MODELS:
        raise ValueError(Message("model.unknown", name=repr(name), choices=", ".join(MODELS)))
    architecture = MODELS[name]
    if architecture.dropout is None:
        if dropout is not None:
            able = [other for other, entry in MODELS.items() if entry.dropout is not None]
            raise ValueError(Message("model.no_dropout", name=name, choices=", ".join(able)))
        return architecture.network()
    return architecture.network(architecture.dropout if dropout is None else dropout)


def create_model_shape(name: str, dropout: float | None = None) -> nn.Module:
    """Build a network without weights, so without drawing from the random generator."""
    with torch.device("meta"):
        return create_model(name, dropout)


def mix_in(model: nn.Module, other: nn.Module, share: float) -> None:
    """Move a network's weights towards those of another, in place.

    Between a network and the one that its training began with lies one that has learned the new and
    forgotten less of the old than the one at the end (Wortsman and others, "Robust fine-tuning of
    zero-shot models", 2022).

    Args:
        model: a network.
        other: the same kind of network, of the same training.
        share: how much of the other's weights is mixed in, 0 to 1.
    """
    others = other.state_dict()
    for name, weights in model.state_dict().items():
        if weights.is_floating_point():  # batch normalisation counts its batches in whole numbers
            weights.lerp_(others[name].to(weights.device), share)


def average(models: Sequence[nn.Module]) -> nn.Module:
    """Return a network whose weights are the mean of those of others, in eval mode.

    Trainings that begin with the same weights and draw other batches end around a place that is
    better than where any of them ends (Wortsman and others, "Model soups", 2022).

    Args:
        models: at least one; the same kind of network, trained from the same weights.
    """
    mean = copy.deepcopy(models[0]).eval()
    for count, model in enumerate(models[1:], start=2):
        mix_in(mean, model, 1 / count)
    return mean


def count_parameters(model: nn.Module) -> int:
    """Return how many numbers the network can learn (101,770 for SimpleNN)."""
    return sum(parameter.numel() for parameter in model.parameters())

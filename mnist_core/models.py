"""The networks: the article's SimpleNN, what it suggests trying next, and the registry of all.

Article, step 3, and the advice at its end.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mnist_core.data import Shape
from mnist_core.text import Message

Function = Callable[[Tensor], Tensor]

WIDTH = 128  # neurons in the article's hidden layer
LEAST_WIDTH, MOST_WIDTH = 8, 512
MNIST_SHAPE: Shape = (1, 28, 28)
SHAPES: tuple[Shape, ...] = (MNIST_SHAPE, (3, 32, 32), (1, 32, 32), (3, 28, 28))
"""Of the images that networks can be built for."""
MNIST_CLASSES = 10
LEAST_CLASSES, MAX_CLASSES = 2, 20  # that a network tells apart: a telephone has room for 20 bars
CNN_FEATURES = 32  # maps of the CNN's second convolution


def leave_as_it_is(sums: Tensor) -> Tensor:
    """Take the place of an activation function: two linear layers in a row are one linear layer."""
    return sums


ACTIVATIONS: dict[str, Function] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "none": leave_as_it_is,
}
"""What may stand behind a hidden layer, by the name that settings use (article, step 3.1)."""


class SimpleNN(nn.Module):
    """One hidden layer of 128 neurons between 784 pixels and 10 digits (article, step 3.2)."""

    def __init__(
        self,
        width: int = 128,
        activation: Function = torch.relu,
        pixels: int = 28 * 28,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.pixels = pixels
        self.fc1 = nn.Linear(pixels, width)
        self.fc2 = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images into one score per class.

        Args:
            images: normalised images, [batch, 1, 28, 28] of MNIST, values in [-1, 1].

        Returns:
            Logits, [batch, 10] of MNIST. No softmax: CrossEntropyLoss contains it.
        """
        pixels = images.view(-1, self.pixels)  # [batch, 784]
        hidden = self.activation(self.fc1(pixels))  # [batch, width]
        logits: Tensor = self.fc2(hidden)  # [batch, 10]
        return logits


class UnflattenedNN(nn.Module):
    """SimpleNN without `view`: a Linear layer takes each row of 28 pixels for an input of its own.

    The article's "dimension mismatch": it can be built, and fails at the first image.
    """

    def __init__(
        self,
        width: int = 128,
        activation: Function = torch.relu,
        pixels: int = 28 * 28,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.pixels = pixels
        self.fc1 = nn.Linear(pixels, width)
        self.fc2 = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Try to turn images [batch, 1, 28, 28] into logits [batch, 10]."""
        hidden = self.activation(self.fc1(images))
        logits: Tensor = self.fc2(hidden)
        return logits


class DropoutNN(nn.Module):
    """SimpleNN that trains with a share of its hidden neurons switched off, others each time."""

    def __init__(
        self,
        dropout: float,
        width: int = 128,
        activation: Function = torch.relu,
        pixels: int = 28 * 28,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.pixels = pixels
        self.fc1 = nn.Linear(pixels, width)
        self.dropout = nn.Dropout(dropout)  # has no weights, and does nothing in eval mode
        self.fc2 = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images [batch, 1, 28, 28] into logits [batch, 10]."""
        pixels = images.view(-1, self.pixels)  # [batch, 784]
        hidden = self.dropout(self.activation(self.fc1(pixels)))  # [batch, width]
        logits: Tensor = self.fc2(hidden)  # [batch, 10]
        return logits


class DeepNN(nn.Module):
    """SimpleNN with a second hidden layer, half as wide as the first."""

    def __init__(
        self,
        dropout: float,
        width: int = 128,
        activation: Function = torch.relu,
        pixels: int = 28 * 28,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.pixels = pixels
        self.fc1 = nn.Linear(pixels, width)
        self.fc2 = nn.Linear(width, width // 2)
        self.dropout = nn.Dropout(dropout)
        self.fc3 = nn.Linear(width // 2, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images [batch, 1, 28, 28] into logits [batch, 10]."""
        pixels = images.view(-1, self.pixels)  # [batch, 784]
        hidden = self.activation(self.fc1(pixels))  # [batch, width]
        hidden = self.dropout(self.activation(self.fc2(hidden)))  # [batch, width // 2]
        logits: Tensor = self.fc3(hidden)  # [batch, 10]
        return logits


class CNN(nn.Module):
    """Two convolutions that look for strokes anywhere in the image, then two linear layers.

    Batch normalisation keeps what comes out of each convolution in the same range while its weights
    change, so that large steps can be taken (Ioffe and Szegedy, "Batch normalization", 2015): two
    epochs pass 99 %. It adds an offset of its own; the convolutions need none.
    """

    def __init__(
        self, dropout: float, channels: int = 1, side: int = 28, classes: int = 10
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 16, kernel_size=5, stride=2, padding=2, bias=False)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=5, stride=2, padding=2, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.fc1 = nn.Linear(32 * (side // 4) * (side // 4), 128)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(128, classes)

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
        is_adjustable: whether the width and the activation of its hidden layers can be chosen.
        unflattened: the same network by somebody who has forgotten to flatten the images, if that
            is to be had.
    """

    network: type[nn.Module]
    title: Message
    advice: Message
    dropout: float | None = None
    is_adjustable: bool = True
    unflattened: type[nn.Module] | None = None


MODELS = {
    "simple_nn": Architecture(
        SimpleNN,
        Message("model.simple_nn.title"),
        Message("model.simple_nn.advice"),
        unflattened=UnflattenedNN,
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
        is_adjustable=False,
    ),
}
"""Every network by the name that settings, the command line and checkpoints use."""


def create_model(
    name: str,
    dropout: float | None = None,
    *,
    width: int = WIDTH,
    activation: str = "relu",
    flatten: bool = True,
    shape: Shape = MNIST_SHAPE,
    classes: int = MNIST_CLASSES,
) -> nn.Module:
    """Build a network with fresh random weights, drawn from torch's global generator.

    Args:
        name: a key of `MODELS`.
        dropout: share of neurons that its dropout layer switches off, 0 to below 1; None means
            the network's own default.
        width: neurons in its first hidden layer; a second one has half as many.
        activation: a key of `ACTIVATIONS`, for all its hidden layers.
        flatten: whether it flattens the images first; without that it cannot read any.
        shape: of the images that it reads; rows and columns are equal, and multiples of 4.
        classes: how many it tells apart.

    Raises:
        ValueError: no network has this name, or it has no such setting; the message lists those
            that are possible.
    """
    network = find_network(name, dropout, width=width, activation=activation, flatten=flatten)
    architecture = MODELS[name]
    own = [] if architecture.dropout is None else [architecture.dropout]
    shares = own if dropout is None else [dropout]
    channels, side, _ = shape
    if architecture.is_adjustable:
        pixels = math.prod(shape)
        return network(*shares, width, ACTIVATIONS[activation], pixels=pixels, classes=classes)
    return network(*shares, channels=channels, side=side, classes=classes)


def find_network(
    name: str,
    dropout: float | None = None,
    *,
    width: int = WIDTH,
    activation: str = "relu",
    flatten: bool = True,
) -> type[nn.Module]:
    """Return the class that `create_model` builds with these settings, without building it.

    Raises:
        ValueError: as for `create_model`.
    """
    if name not in MODELS:
        raise ValueError(Message("model.unknown", name=repr(name), choices=", ".join(MODELS)))
    architecture = MODELS[name]
    if dropout is not None and architecture.dropout is None:
        raise _refusal("model.no_dropout", name, lambda entry: entry.dropout is not None)
    if (width, activation) != (WIDTH, "relu") and not architecture.is_adjustable:
        key = "model.no_width" if width != WIDTH else "model.no_activation"
        raise _refusal(key, name, lambda entry: entry.is_adjustable)
    network = architecture.network if flatten else architecture.unflattened
    if network is None:
        raise _refusal("model.always_flattens", name, lambda entry: entry.unflattened is not None)
    return network


def name_kind(
    model: str,
    width: int = WIDTH,
    activation: str = "relu",
    shape: Shape = MNIST_SHAPE,
    classes: int = MNIST_CLASSES,
) -> str:
    """Name what two networks share if the weights of each fit the other, as options name it."""
    options = [f"--width {width}"] if width != WIDTH else []
    options += [f"--activation {activation}"] if activation != "relu" else []
    if (shape, classes) != (MNIST_SHAPE, MNIST_CLASSES):
        options.append(f"[{', '.join(map(str, shape))}] → [{classes}]")
    return " ".join([model, *options])


def _refusal(key: str, name: str, is_able: Callable[[Architecture], bool]) -> ValueError:
    able = [other for other, entry in MODELS.items() if is_able(entry)]
    return ValueError(Message(key, name=name, choices=", ".join(able)))


def create_model_shape(*arguments: Any, **settings: Any) -> nn.Module:
    """Build a network as `create_model` does, without weights, so without drawing random numbers.

    Raises:
        ValueError: as for `create_model`.
    """
    with torch.device("meta"):
        return create_model(*arguments, **settings)


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

"""A network and an image → what each layer makes of it, and how each score hangs on that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mnist_core.inference import UNCALIBRATED, Calibration, values_of
from mnist_core.inspection.recorder import Step, device_of, gradients_of, in_eval_mode, run
from mnist_core.preprocessing import GrayImage
from mnist_core.text import Message, say

Floats = NDArray[np.float32]

PAPER = -1.0  # the value of a pixel without ink, once normalised (article, step 2.1)
ACTIVATIONS = ("relu", "tanh", "sigmoid")  # what bends
# How people write the operations that a network may have more than once.
TITLES = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}


@dataclass(frozen=True, eq=False)
class Layer:
    """One operation of a network, and what it made of an image.

    Attributes:
        name: as the network calls it ("fc1"); what has no weights has PyTorch's name ("view",
            "relu"), with a number from the second on ("relu_1").
        operation: PyTorch's name: "linear", "conv2d", "batch_norm", "relu", "tanh", "sigmoid",
            "dropout", "view", "flatten"; "input" for the image itself.
        parameters: how many numbers it has learned, by name: {"weight": 100352, "bias": 128}.
        values: what came out, without the batch, such as [784] or [16, 14, 14].
        gradients: [10, *values.shape]; by what each value is multiplied on its way to each score:
            with ReLUs, by how much the score changes with it; behind a tanh or a sigmoid, see the
            map of this package. Empty if nobody asked for them.
        offset: the same shape as `values`; what it would give for zeros, which is its bias.
    """

    name: str
    operation: str
    parameters: Mapping[str, int]
    values: Floats
    gradients: Floats
    offset: Floats

    @property
    def title(self) -> str:
        """How the article writes it."""
        return TITLES.get(self.operation, self.name)

    @property
    def shares(self) -> Floats:
        """The part of each score that comes from each value, [10, *values.shape]."""
        return self.gradients * self.values

    @property
    def bias_shares(self) -> Floats:
        """The part of each score that comes from the bias of this layer, [10]."""
        products = (self.gradients * self.offset).reshape(len(self.gradients), -1)
        shares: Floats = products.sum(axis=1)
        return shares

    @property
    def unit_shares(self) -> Floats:
        """The part of each score from each neuron, or from each feature map, [10, units]."""
        classes, units = self.gradients.shape[:2]
        shares: Floats = self.shares.reshape(classes, units, -1).sum(axis=2)
        return shares

    @property
    def can_be_off(self) -> bool:
        """Whether its neurons can be off: only a ReLU stops what is below zero."""
        return self.operation == "relu"

    @property
    def is_on(self) -> NDArray[np.bool_]:
        """Which neurons, or feature maps, give more than zero anywhere, [units].

        All of them, where none can be off.
        """
        if not self.can_be_off:
            return np.ones(len(self.values), dtype=np.bool_)
        places = self.values.reshape(len(self.values), -1)  # [units, rows × columns]
        on: NDArray[np.bool_] = places.max(axis=1) > 0
        return on


@dataclass(frozen=True, eq=False)
class Inspection:
    """What a network made of an image, layer by layer.

    Printed, it is the way of the shapes: `[1, 28, 28] → view → [784] → fc1 → …`.

    Attributes:
        layers: in their order; the first is the image, [1, 28, 28], the last the scores, [10].
        probabilities: [10], as `inference.predict` finds them.
    """

    layers: tuple[Layer, ...]
    probabilities: Floats

    @property
    def image(self) -> Floats:
        """The pixels, [28, 28], -1 (paper) to 1 (ink)."""
        image: Floats = self.layers[0].values[0]
        return image

    @property
    def scores(self) -> Floats:
        """The logits, [10]."""
        return self.layers[-1].values

    @property
    def digit(self) -> int:
        """The digit that is read."""
        return int(self.scores.argmax())

    def runner_up(self, digit: int) -> int:
        """Return the most probable digit but for this one."""
        others = np.where(
            np.arange(len(self.scores)) == self.check_digit(digit), -np.inf, self.scores
        )
        return int(others.argmax())

    @property
    def activations(self) -> tuple[Layer, ...]:
        """The hidden layers, as their values leave them: see `find_activations`."""
        return find_activations(self.layers)

    @property
    def hidden(self) -> Layer:
        """The last hidden layer, from which the scores are made."""
        return self.activations[-1]

    @property
    def parameters(self) -> int:
        """How many numbers the network has learned, in all."""
        return sum(sum(layer.parameters.values()) for layer in self.layers)

    def layer(self, name: str) -> Layer:
        """Return the layer of this name.

        Raises:
            ValueError: there is none; the message lists those that there are.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = ", ".join(layer.name for layer in self.layers)
        raise ValueError(Message("inspection.no_layer", name=repr(name), names=names))

    def sums_of(self, activations: Layer) -> Layer:
        """Return the layer whose values a hidden layer's activations are made of.

        The one before; the hidden layer itself where there is no activation function.
        """
        if activations.operation not in ACTIVATIONS:
            return activations
        return self.layers[self.layers.index(activations) - 1]

    def biases_behind(self, layer: Layer) -> Floats:
        """Return the part of each score from the biases of all layers behind this one, [10].

        With the layer's own shares it is the whole score.
        """
        behind = self.layers[self.layers.index(layer) + 1 :]
        parts = np.zeros_like(self.scores)
        for later in behind:
            parts += later.bias_shares
        return parts

    def check_digit(self, digit: int) -> int:
        """Return a digit for which there is a score.

        Raises:
            ValueError: there is none for this one.
        """
        if not 0 <= digit < len(self.scores):
            most = len(self.scores) - 1
            raise ValueError(Message("inspection.not_a_digit", most=most, digit=digit))
        return digit

    def __str__(self) -> str:
        """Write the way from the image to the probabilities, with each shape that is new."""
        words, shape = [_brackets(self.layers[0])], _brackets(self.layers[0])
        for layer in self.layers[1:]:
            words.append(layer.title)
            if _brackets(layer) != shape:
                shape = _brackets(layer)
                words.append(shape)
        return " → ".join([*words, "softmax"])


def say_on(layer: Layer, dead: int | None = None) -> str:
    """Say how many neurons of a hidden layer are on, and how many of them never are, if known."""
    on, count = layer.is_on.sum(), layer.is_on.size
    if not layer.can_be_off:
        return say("inspection.never_off", layer=layer.name, all=count)
    key = "inspection.on" if dead is None else "inspection.on_and_dead"
    return say(key, layer=layer.name, on=on, all=count, dead=dead)


def _brackets(layer: Layer) -> str:
    return str(list(layer.values.shape))


LayerOrStep = TypeVar("LayerOrStep", Layer, Step)


def find_activations(layers: Sequence[LayerOrStep]) -> tuple[LayerOrStep, ...]:
    """Return the hidden layers among the layers of a network, in their order.

    Each is the activation function; without any, each layer with weights but for the last one.
    """
    found = tuple(layer for layer in layers if layer.operation in ACTIVATIONS)
    return found or tuple(layer for layer in layers if layer.parameters)[:-1]


def inspect_image(
    model: nn.Module,
    image: GrayImage,
    calibration: Calibration = UNCALIBRATED,
    *,
    with_gradients: bool = True,
) -> Inspection:
    """Look into a network while it reads one image.

    Args:
        model: any of `models.MODELS`, in any mode, which it keeps: it is read as in eval mode.
        image: as `predict` reads it, [28, 28] or [*shape], 0 (paper) to 255 (ink).
        calibration: this network's, as it lies beside its checkpoint.
        with_gradients: as in `inspect_values`.

    Returns:
        Each layer with its values and its gradients. About a millisecond for SimpleNN.
    """
    return inspect_values(model, values_of(image), calibration, with_gradients=with_gradients)


def inspect_values(
    model: nn.Module,
    values: Tensor,
    calibration: Calibration = UNCALIBRATED,
    *,
    with_gradients: bool = True,
) -> Inspection:
    """Look into a network while it reads what is already as the network is given it.

    Args:
        model: any of `models.MODELS`, in any mode, which it keeps: it is read as in eval mode.
        values: [1, 1, 28, 28], -1 (paper) to 1 (ink).
        calibration: this network's, as it lies beside its checkpoint.
        with_gradients: whether to find out how the scores hang on each layer. Without, it takes a
            quarter of the time, `gradients` are empty, and no score can be taken apart.
    """
    if with_gradients:
        with torch.no_grad(), in_eval_mode(model):
            classes = model(values.to(device_of(model))).shape[1]
        # As many copies as there are scores: one pass back tells how each hangs on each layer.
        steps = run(model, values.expand(classes, -1, -1, -1), by_secants=True)
        # [10, 10]: of row k only score k counts.
        gradients = gradients_of(steps[-1].output, torch.eye(classes), steps)
    else:
        steps = run(model, values, differentiable=False)
        gradients = tuple(step.output[:0] for step in steps)
    scores = steps[-1].output
    layers = tuple(
        Layer(step.name, step.operation, step.parameters, _array(step.output[0]), *found)
        for step, *found in zip(
            steps, map(_array, gradients), (_array(step.offset) for step in steps), strict=True
        )
    )
    probabilities = (scores[0] / calibration.temperature).softmax(dim=0)
    return Inspection(layers, _array(probabilities))


def _array(tensor: Tensor) -> Floats:
    array: Floats = tensor.detach().cpu().numpy()
    return array

"""A neuron: its weight image × the pixels + its bias = its activation → its share of each score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from mnist_core.inspection.layers import Floats, Inspection
from mnist_core.inspection.recorder import gradients_of, run
from mnist_core.text import Message


@dataclass(frozen=True, eq=False)
class Neuron:
    """A neuron of a hidden layer, for one image: `(weights * image).sum() + bias == sum`.

    Attributes:
        layer: the name of its hidden layer, which is that of the activation function.
        index: which of that layer, from 0.
        weights: [28, 28]. In the first layer what the neuron has learned. Further back, by what
            each pixel is multiplied on its way to this sum: behind ReLUs that holds as long as the
            same neurons before it are on, behind tanh or sigmoid for this image.
        bias: what is added whatever the pixels are.
        sum: before the activation function.
        activation: behind it; 0 if a ReLU is off.
        shares: [10], what it adds to each score.
    """

    layer: str
    index: int
    weights: Floats
    bias: float
    sum: float
    activation: float
    shares: Floats


def inspect_neurons(
    model: nn.Module, seen: Inspection, layer: str, indices: Sequence[int]
) -> list[Neuron]:
    """Take neurons of one hidden layer apart.

    Args:
        model: the network of which `seen` was made.
        seen: what it made of the image.
        layer: the name of a hidden layer of neurons.
        indices: which of its neurons, at least one.

    Raises:
        ValueError: it has no such neuron.
    """
    activations = seen.layer(layer)
    if activations not in seen.activations or activations.values.ndim != 1:
        raise ValueError(Message("inspection.no_neurons", layer=repr(layer)))
    count = len(activations.values)
    for index in indices:
        if not 0 <= index < count:
            raise ValueError(
                Message("inspection.no_neuron", layer=layer, most=count - 1, index=index)
            )

    image = torch.from_numpy(seen.layers[0].values).unsqueeze(0)  # [1, 1, 28, 28]
    position = seen.layers.index(seen.sums_of(activations))
    steps = run(model, image.expand(len(indices), -1, -1, -1), by_secants=True)[: position + 1]
    chosen = torch.eye(count)[list(indices)]  # [n, neurons]: of row k its own neuron
    gradients = gradients_of(steps[-1].output, chosen, steps)
    # The biases of this layer and of those before it, as far as they get through: [n].
    biases = torch.stack(
        [(g * step.offset).flatten(1).sum(dim=1) for g, step in zip(gradients, steps, strict=True)]
    ).sum(dim=0)
    weights = gradients[0][:, 0].cpu().numpy()  # [n, 28, 28]
    sums = steps[-1].output.detach()[range(len(indices)), list(indices)]  # [n]
    return [
        Neuron(
            layer=layer,
            index=index,
            weights=weights[row],
            bias=float(biases[row]),
            sum=float(sums[row]),
            activation=float(activations.values[index]),
            shares=activations.shares[:, index],
        )
        for row, index in enumerate(indices)
    ]


# --- a score by its neurons ----------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """A neuron, or a feature map, by its index in its layer, and what it adds to a score."""

    index: int
    share: float


@dataclass(frozen=True)
class ScoreByNeurons:
    """A score, or by how much one is above another, as a sum over a layer.

    Attributes:
        layer: the name of the hidden layer.
        supporting: the strongest for it, strongest first; fewer if fewer are for it.
        opposing: the strongest against it, strongest first.
        others: what all others come to.
        bias: what the biases of the layers behind come to.
        score: the network's own number, which the four add up to.
    """

    layer: str
    supporting: tuple[Share, ...]
    opposing: tuple[Share, ...]
    others: float
    bias: float
    score: float

    @property
    def sum(self) -> float:
        """What the parts add up to: `score`, but for the last digits."""
        return (
            sum(part.share for part in (*self.supporting, *self.opposing)) + self.others + self.bias
        )


def split_score(
    seen: Inspection,
    digit: int,
    rather_than: int | None = None,
    *,
    count: int = 4,
    layer: str | None = None,
) -> ScoreByNeurons:
    """Take a score apart into the neurons of a layer.

    Args:
        seen: what the network made of an image.
        digit: whose score it is.
        rather_than: the digit whose score is subtracted; None for none.
        count: how many neurons to name on each side.
        layer: the name of a hidden layer; None for the last one. Of a convolution's, each feature
            map counts as one.

    Raises:
        ValueError: there is no such digit, or no such layer.
    """
    activations = seen.layer(layer) if layer else seen.hidden
    parts = _difference(activations.unit_shares, seen, digit, rather_than)  # [units]
    order = parts.argsort()
    opposing = [int(index) for index in order[:count] if parts[index] < 0]
    supporting = [int(index) for index in order[::-1][:count] if parts[index] > 0]
    named = parts[supporting].sum() + parts[opposing].sum()
    return ScoreByNeurons(
        layer=activations.name,
        supporting=tuple(Share(index, float(parts[index])) for index in supporting),
        opposing=tuple(Share(index, float(parts[index])) for index in opposing),
        others=float(parts.sum() - named),
        bias=float(_difference(seen.biases_behind(activations), seen, digit, rather_than)),
        score=float(_difference(seen.scores, seen, digit, rather_than)),
    )


def _difference(per_score: Floats, seen: Inspection, digit: int, rather_than: int | None) -> Floats:
    """Take what belongs to one score, [10, ...] → [...], less what belongs to another."""
    mine: Floats = per_score[seen.check_digit(digit)]
    return mine if rather_than is None else mine - per_score[seen.check_digit(rather_than)]

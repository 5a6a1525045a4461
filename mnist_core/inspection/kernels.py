"""A pixel of a feature map: the patch that the kernel lies on × the kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import nn

from mnist_core.inspection.layers import Floats, Inspection
from mnist_core.text import Message


@dataclass(frozen=True, eq=False)
class PatchProduct:
    """How one number of a feature map is made: `(patch * kernel).sum() + bias == sum`.

    Attributes:
        top, left: where the patch begins in what the layer is given; negative in the margin.
        patch: [maps before, 5, 5]; zeros in the margin.
        kernel: the same shape, as learned.
        bias: the layer's own, 0 where it has none.
        sum: what the convolution gives.
        normalized: behind batch normalisation; the same as `sum` where there is none.
        activation: behind the ReLU.
    """

    top: int
    left: int
    patch: Floats
    kernel: Floats
    bias: float
    sum: float
    normalized: float
    activation: float


def multiply_patch(
    model: nn.Module, seen: Inspection, layer: str, channel: int, row: int, column: int
) -> PatchProduct:
    """Show the arithmetic of one pixel of a feature map.

    Args:
        model: the network of which `seen` was made.
        seen: what it made of the image.
        layer: the name of a convolution with a ReLU somewhere behind it.
        channel: which of its maps, from 0.
        row: of the pixel in the map, from the top, from 0.
        column: of the pixel in the map, from the left, from 0.

    Raises:
        ValueError: there is no such pixel.
    """
    convolved = seen.layer(layer)
    position = seen.layers.index(convolved)
    convolution = dict(model.named_modules()).get(layer)
    if not isinstance(convolution, nn.Conv2d):
        raise ValueError(Message("inspection.no_convolution", layer=repr(layer)))
    place = (channel, row, column)
    if not all(0 <= at < end for at, end in zip(place, convolved.values.shape, strict=True)):
        shape = list(convolved.values.shape)
        raise ValueError(
            Message("inspection.no_place", layer=layer, shape=shape, place=list(place))
        )

    (height, width), (down, right) = convolution.kernel_size, convolution.stride
    (above, beside) = (int(margin) for margin in convolution.padding)
    before = seen.layers[position - 1].values  # [maps before, rows, columns]
    padded = np.pad(before, [(0, 0), (above, above), (beside, beside)])
    top, left = row * down, column * right
    relu = next(step for step in seen.layers[position:] if step.operation == "relu")
    bias = 0.0 if convolution.bias is None else float(convolution.bias[channel])
    return PatchProduct(
        top=top - above,
        left=left - beside,
        patch=padded[:, top : top + height, left : left + width],
        kernel=convolution.weight[channel].detach().cpu().numpy(),
        bias=bias,
        sum=float(convolved.values[place]),
        normalized=float(seen.layers[seen.layers.index(relu) - 1].values[place]),
        activation=float(relu.values[place]),
    )

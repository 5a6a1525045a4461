"""The shapes layer by layer, and PyTorch's error where they do not fit, read piece by piece.

Article, the advice on "dimension mismatch": the usual first error is that an image was not
flattened, and to print the shape behind each layer is how to find it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from mnist_core.inspection.layers import TITLES
from mnist_core.inspection.recorder import Recorder, in_eval_mode
from mnist_core.text import Message

Shape = tuple[int, ...]

# PyTorch's sentence for two matrices that do not fit, with rows and columns of each.
MISMATCH = re.compile(
    r"(?P<given>mat1) and (?P<weights>mat2) shapes (?P<verdict>cannot be multiplied) "
    r"\((?P<given_shape>(?P<rows>\d+)x(?P<width>\d+)) and "
    r"(?P<weights_shape>(?P<inputs>\d+)x(?P<outputs>\d+))\)"
)


@dataclass(frozen=True)
class Piece:
    """A piece of an error, as PyTorch writes it, and what it means."""

    text: str
    meaning: Message


@dataclass(frozen=True)
class ShapeReport:
    """How far images come through a network.

    Printed, it is the way of the shapes: `[64, 1, 28, 28] → view → [64, 784] → fc1 → …`.

    Attributes:
        steps: the name of each operation and the shape behind it, the batch included; the first is
            "input".
        error: what PyTorch says where they come no further, word for word; "" if they come through.
        failed: the name of the layer that PyTorch says it of; "" if it is not known.
        pieces: that sentence piece by piece; empty if it is another than the usual one.
    """

    steps: tuple[tuple[str, Shape], ...]
    error: str = ""
    failed: str = ""
    pieces: tuple[Piece, ...] = ()

    def __str__(self) -> str:
        """Write the way, with each shape that is new."""
        (_, shape), *others = self.steps
        words = [str(list(shape))]
        for name, next_shape in others:
            words.append(name)
            if next_shape != shape:
                shape = next_shape
                words.append(str(list(shape)))
        if self.error:
            words += [name for name in (self.failed, "RuntimeError") if name]
        return " → ".join(words)


class ShapeMismatchError(RuntimeError):
    """PyTorch has refused the images; the message quotes it and says what was forgotten."""


def follow_shapes(model: nn.Module, images: Tensor) -> ShapeReport:
    """Let a network read a batch, and note the shape behind each operation.

    Args:
        model: any network; nothing about it changes.
        images: [batch, 1, 28, 28].
    """
    error = ""
    with torch.no_grad(), in_eval_mode(model), Recorder(model) as recorder:
        try:
            model(images)
        except RuntimeError as raised:  # PyTorch's own, whatever it is
            error = str(raised)
    steps = [("input", tuple(images.shape))]
    for step in recorder.steps:
        steps.append((TITLES.get(step.operation, step.name), tuple(step.output.shape)))
    if not error:
        return ShapeReport(tuple(steps))
    failed, pieces = _read(error, steps[-1][1], model)
    return ShapeReport(tuple(steps), error, failed, pieces)


def explain_mismatch(error: RuntimeError) -> ShapeMismatchError:
    """Turn PyTorch's error of a network that does not flatten into one that says so."""
    return ShapeMismatchError(Message("shapes.forgotten", error=str(error)))


def _read(error: str, shape: Shape, model: nn.Module) -> tuple[str, tuple[Piece, ...]]:
    """Find out which layer an error is about, and what its numbers are.

    Args:
        error: PyTorch's sentence.
        shape: of what the layer was given.
        model: whose layer it is.
    """
    found = MISMATCH.search(error)
    if found is None:
        return "", ()
    rows, width, inputs, outputs = (
        int(found[name]) for name in ("rows", "width", "inputs", "outputs")
    )
    layer = next(
        (
            name
            for name, module in model.named_modules()
            if isinstance(module, nn.Linear) and module.weight.shape == (outputs, inputs)
        ),
        "",
    )
    factors = " × ".join(map(str, shape[:-1]))
    facts = {"layer": layer, "rows": rows, "width": width, "inputs": inputs, "outputs": outputs}
    meanings = {
        "given": Message("shapes.given", shape=list(shape), **facts),
        "given_shape": Message(
            "shapes.given_shape" if prod(shape[:-1]) == rows else "shapes.given_shape_alone",
            factors=factors,
            **facts,
        ),
        "weights": Message("shapes.weights", **facts),
        "weights_shape": Message("shapes.weights_shape", **facts),
        "verdict": Message("shapes.verdict", **facts),
    }
    return layer, tuple(Piece(found[name], meaning) for name, meaning in meanings.items())

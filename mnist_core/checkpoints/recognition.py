"""Which of our networks has weights of these names and shapes, and what it has learned."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import torch
from torch import Tensor, nn

from mnist_core.data import (
    DATASETS,
    OWN_DRAWINGS,
    OWN_PICTURES,
    DataSet,
    Origin,
    Shape,
    without_images,
)
from mnist_core.models import (
    ACTIVATIONS,
    CNN_FEATURES,
    LEAST_CLASSES,
    LEAST_WIDTH,
    MAX_CLASSES,
    MNIST_CLASSES,
    MNIST_SHAPE,
    MODELS,
    MOST_WIDTH,
    SHAPES,
    WIDTH,
    create_model_shape,
)
from mnist_core.pickle_check import tell_names
from mnist_core.text import Message

LONGEST_NAME = 100  # letters of a class, or of the file that its pictures came from
DEEPEST = 20  # folders, above those of the classes
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


class CheckpointError(ValueError):
    """A file is not a checkpoint of one of our networks; the message says why in one sentence."""


def recognize(
    path: Path,
    weights: dict[str, Tensor],
    metadata: dict[str, Any],
    shape: Shape,
    classes: int,
) -> tuple[str, int]:
    """Return which network has weights of these names and shapes, and how wide it is."""
    width = _find_width(weights)
    expected = {
        name: create_model_shape(
            name,
            width=width if architecture.is_adjustable else WIDTH,
            shape=shape,
            classes=classes,
        ).state_dict()
        for name, architecture in MODELS.items()
    }
    fitting = [name for name in MODELS if _shapes(expected[name]) == _shapes(weights)]
    if not fitting:
        choices, found = ", ".join(MODELS), tell_names(_tell_weights(weights))
        raise CheckpointError(
            Message("checkpoint.fits_none", name=path.name, choices=choices, found=found or "–")
        )
    for name, tensor in expected[fitting[0]].items():
        # Batch normalisation counts its batches, in whole numbers; all else is a float.
        if weights[name].dtype not in (FLOATS if tensor.is_floating_point() else [tensor.dtype]):
            raise CheckpointError(Message("checkpoint.not_floats", name=path.name))
    # SimpleNN with and without dropout have the same weights; only metadata tell them apart.
    config = metadata.get("config")
    told = config.get("model") if isinstance(config, dict) else None
    name = told if told in fitting else fitting[0]
    return name, width if MODELS[name].is_adjustable else WIDTH


def find_form(weights: Mapping[str, Tensor]) -> tuple[Shape, int]:
    """Return the shape of the images that these weights are made for, and the number of classes.

    MNIST's, where the weights are of none of our networks.
    """
    first, hidden = weights.get("conv1.weight"), weights.get("fc1.weight")
    scores = weights.get("fc3.bias", weights.get("fc2.bias"))
    classes = len(scores) if scores is not None and scores.dim() == 1 else MNIST_CLASSES
    classes = classes if LEAST_CLASSES <= classes <= MAX_CLASSES else MNIST_CLASSES
    if hidden is None or hidden.dim() != 2:
        return MNIST_SHAPE, classes
    for shape in SHAPES:
        channels, side, _ = shape
        inputs = math.prod(shape) if first is None else CNN_FEATURES * (side // 4) ** 2
        fits = first is None or (first.dim() == 4 and first.shape[1] == channels)
        if fits and hidden.shape[1] == inputs:
            return shape, classes
    return MNIST_SHAPE, classes


def find_dataset(metadata: Mapping[str, Any], shape: Shape, classes: int) -> str | None:
    """Return what the metadata say that a network has learned; None where they say nothing."""
    config = metadata.get("config")
    if not isinstance(config, dict):
        return None
    told = config.get("dataset", "mnist")  # old versions knew no other, and did not write it
    data_set = DATASETS.get(told) if isinstance(told, str) else None
    if data_set is None or (data_set.shape, len(data_set.classes)) != (shape, classes):
        return None
    return data_set.key


def find_own(metadata: Mapping[str, Any], shape: Shape, classes: int) -> DataSet | None:
    """Return what a network has learned if that was somebody's own pictures or drawings.

    Returns:
        A data set without its images; None if the metadata say anything else, or do not name as
        many classes as there are.
    """
    config, names = metadata.get("config"), metadata.get("classes")
    kind = config.get("dataset") if isinstance(config, dict) else None
    if kind not in (OWN_PICTURES, OWN_DRAWINGS) or not isinstance(names, list):
        return None
    if len(names) != classes or not all(map(_is_name, names)) or len(set(names)) != classes:
        return None
    return without_images(kind, tuple(names), shape, _find_origin(metadata.get("origin")))


def _find_origin(told: object) -> Origin | None:
    """Return where pictures came from; None where nobody says so, or what cannot be true."""
    if not isinstance(told, dict):
        return None
    name, start = told.get("name"), told.get("start")
    is_zip, is_divided = told.get("is_zip"), told.get("is_divided")
    if not _is_name(name) or set(name) & set("/\\") or name in (".", ".."):
        return None
    if not (isinstance(is_zip, bool) and isinstance(is_divided, bool)):
        return None
    if type(start) is not int or not int(is_divided) <= start <= DEEPEST:
        return None
    return Origin(name, is_zip, start, is_divided)


def _is_name(told: object) -> TypeGuard[str]:
    if not isinstance(told, str) or not 0 < len(told) <= LONGEST_NAME:
        return False
    # What is invisible may be part of an emoji, or of a script; the rest is nothing to be shown.
    return all(letter.isprintable() or unicodedata.category(letter) == "Cf" for letter in told)


def _find_width(weights: Mapping[str, Tensor]) -> int:
    """Return how many neurons a first linear layer has; the article's if there is none such."""
    first = weights.get("fc1.weight")
    width = len(first) if first is not None and first.ndim == 2 else WIDTH
    return width if LEAST_WIDTH <= width <= MOST_WIDTH else WIDTH


def find_activation(model_name: str, metadata: dict[str, Any]) -> str | None:
    """Return the activation that the metadata tell of; None if nothing does."""
    if not MODELS[model_name].is_adjustable:
        return "relu"
    config = metadata.get("config")
    if not isinstance(config, dict):
        return None
    told = config.get("activation", "relu")  # old versions knew no other, and did not write it
    return told if isinstance(told, str) and told in ACTIVATIONS else None


def check_numbers(path: Path, model: nn.Module, shape: Shape) -> None:
    """Refuse weights that are no numbers, or overflow on their way to the logits."""
    images = torch.tensor([-1.0, 1.0]).view(2, 1, 1, 1).expand(2, *shape)  # all paper, all ink
    with torch.inference_mode():
        finite = [*model.state_dict().values(), model(images)]
    if not all(bool(tensor.isfinite().all()) for tensor in finite):
        raise CheckpointError(Message("checkpoint.not_finite", name=path.name))


def _tell_weights(weights: Mapping[str, Tensor]) -> Iterator[str]:
    for name, tensor in weights.items():
        yield f"{name} {'×'.join(map(str, tensor.shape))}"


def _shapes(weights: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in weights.items()}

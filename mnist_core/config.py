"""The settings of a run; the defaults are the article's recipe.

Article, steps 1, 2.2, 4 and 5, and the advice at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from torch import nn

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.data import DATASETS, DataSet, find_data_set
from mnist_core.models import (
    ACTIVATIONS,
    LEAST_WIDTH,
    MODELS,
    MOST_WIDTH,
    WIDTH,
    create_model,
    create_model_shape,
    find_network,
    name_kind,
)
from mnist_core.text import Message

SCHEDULES = ("none", "step", "one_cycle")
OPTIMIZERS = ("adam", "sgd")
IMAGES = 60_000  # that there are to learn from
LEAST_IMAGES = 100
MOST_WRONG_LABELS = 0.9  # of ten digits: with that many wrong, a label tells nothing


@dataclass(frozen=True)
class TrainConfig:
    """What a training run can be told; the defaults are the article's recipe.

    Attributes:
        model: a key of `models.MODELS`.
        epochs: passes over the training images (MNIST's are 60,000), 1 to 100.
        batch_size: images per step, 1 to 60,000.
        learning_rate: the optimiser's step size, above 0, at most 100; with "one_cycle" its peak.
        schedule: how the learning rate changes: "none"; "step", halved every two epochs (the
            article's StepLR); "one_cycle", up and down again once (Smith and Topin, "Super-
            convergence", 2018).
        dropout: share of neurons switched off in each step, 0 to 0.9; None means the model's own
            default, and is the only value for a model without a dropout layer.
        augmentation: how training images are changed before each use, from `AUGMENTATIONS`.
        optimizer: "adam", or "sgd" to compare it with (no momentum).
        seed: start of the random generator, 0 to 4,294,967,295.
        width: neurons in the hidden layer, 8 to 512 (a second one has half as many); a CNN's is
            128.
        activation: what stands behind each hidden layer, from `ACTIVATIONS`; a CNN's is "relu".
        images: how many of the training images to learn from, 100 to 60,000, drawn by the seed;
            all, if there are fewer.
        wrong_labels: the share of those whose label is made a wrong one, 0 to 0.9, drawn by the
            seed. Test images keep theirs.
        flatten: whether the network flattens the images. False is the usual first mistake: it can
            be set up, and stops at the first batch.
        dataset: what it learns: a key of `DATASETS`, or of pictures of one's own.

    Raises:
        ValueError: a value has the wrong type or is out of range; the message says the range.
    """

    model: str = "simple_nn"
    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = 0.001
    schedule: str = "none"
    dropout: float | None = None
    augmentation: str = "none"
    optimizer: str = "adam"
    seed: int = 42
    width: int = WIDTH
    activation: str = "relu"
    images: int = IMAGES
    wrong_labels: float = 0.0
    flatten: bool = True
    dataset: str = "mnist"

    def __post_init__(self) -> None:
        _check_choice("model", self.model, MODELS)
        _check_choice("schedule", self.schedule, SCHEDULES)
        _check_choice("augmentation", self.augmentation, AUGMENTATIONS)
        _check_choice("optimizer", self.optimizer, OPTIMIZERS)
        _check_whole_number("epochs", self.epochs, 1, 100)
        _check_whole_number("batch_size", self.batch_size, 1, 60_000)
        _check_whole_number("seed", self.seed, 0, 2**32 - 1)
        _check_choice("activation", self.activation, ACTIVATIONS)
        _check_whole_number("width", self.width, LEAST_WIDTH, MOST_WIDTH)
        _check_whole_number("images", self.images, LEAST_IMAGES, IMAGES)
        _check_share("wrong_labels", self.wrong_labels, MOST_WRONG_LABELS)
        _check_flag("flatten", self.flatten)
        if not isinstance(self.dataset, str) or find_data_set(self.dataset) is None:
            _check_choice("dataset", self.dataset, DATASETS)
        if not _is_number(self.learning_rate) or not 0 < self.learning_rate <= 100:
            raise ValueError(
                Message(
                    "config.not_above_zero",
                    setting=Message("config.learning_rate"),
                    high=100,
                    value=_quote(self.learning_rate),
                )
            )
        if self.dropout is not None:
            _check_share("dropout", self.dropout, 0.9)
        if self.augmentation == "handwriting" and self.dataset != "mnist":
            raise ValueError(Message("config.handwriting"))
        if self.augmentation == "mirror" and self.data_set.is_drawable:
            raise ValueError(Message("config.mirror"))
        find_network(  # says so if the network has no such setting
            self.model,
            self.dropout,
            width=self.width,
            activation=self.activation,
            flatten=self.flatten,
        )

    @property
    def kind(self) -> str:
        """What its network has in common with all that its weights fit, as options name it."""
        learned = self.data_set
        return name_kind(
            self.model, self.width, self.activation, learned.shape, len(learned.classes)
        )

    @property
    def data_set(self) -> DataSet:
        """What it learns, and from which images."""
        return find_data_set(self.dataset) or DATASETS["mnist"]

    def create_model(self) -> nn.Module:
        """Build the network with fresh random weights, drawn from torch's global generator."""
        return create_model(self.model, self.dropout, **self._form())

    def create_model_shape(self) -> nn.Module:
        """Build the network without weights, so without drawing from the random generator."""
        return create_model_shape(self.model, self.dropout, **self._form())

    def _form(self) -> dict[str, Any]:
        return {
            "width": self.width,
            "activation": self.activation,
            "flatten": self.flatten,
            "shape": self.data_set.shape,
            "classes": len(self.data_set.classes),
        }


def _check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            Message(
                "config.not_a_choice",
                setting=Message(f"config.{name}"),
                choices=", ".join(choices),
                value=_quote(value),
            )
        )


def _check_flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError(
            Message(
                "config.not_a_choice",
                setting=Message(f"config.{name}"),
                choices="True, False",
                value=_quote(value),
            )
        )


def _check_whole_number(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(
            Message(
                "config.not_whole",
                setting=Message(f"config.{name}"),
                low=low,
                high=high,
                value=_quote(value),
            )
        )


def _check_share(name: str, value: object, most: float) -> None:
    if not _is_number(value) or not 0 <= value <= most:  # type: ignore[operator]  # a number
        raise ValueError(
            Message(
                "config.not_in_range",
                setting=Message(f"config.{name}"),
                low=0,
                high=most,
                value=_quote(value),
            )
        )


def _quote(value: object) -> str:
    """Repeat what was given; a form gives None where nothing has been typed."""
    return Message("config.empty") if value is None else repr(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

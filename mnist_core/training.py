"""The recipe's settings, the records it streams, and the one training loop.

Article, steps 1, 4 and 5. With the default settings this is the article's recipe bit for bit: the
same seed, the same draws from the random generator in the same order, the same optimiser.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import torch
from torch import Tensor, nn, optim

from mnist_core.data import MNIST, Batch, ImageDataset, make_train_loader
from mnist_core.evaluation import evaluate
from mnist_core.models import MODELS, create_model

SECONDS_BETWEEN_RECORDS = 0.25


@dataclass(frozen=True)
class TrainConfig:
    """What a training run can be told; the defaults are the article's recipe.

    Attributes:
        model: a name from `models.MODELS`.
        epochs: passes over the 60,000 training images, 1 to 100.
        batch_size: images per step, 1 to 60,000.
        learning_rate: Adam's step size, above 0, at most 100.
        seed: start of the random generator, 0 to 4,294,967,295.

    Raises:
        ValueError: a value has the wrong type or is out of range; the message says the range.
    """

    model: str = "simple_nn"
    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = 0.001
    seed: int = 42

    def __post_init__(self) -> None:
        if not isinstance(self.model, str) or self.model not in MODELS:
            raise ValueError(f"model must be one of {', '.join(MODELS)}, not {self.model!r}.")
        _check_whole_number("epochs", self.epochs, 1, 100)
        _check_whole_number("batch_size", self.batch_size, 1, 60_000)
        _check_whole_number("seed", self.seed, 0, 2**32 - 1)
        rate = self.learning_rate
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate <= 100:
            raise ValueError(f"learning_rate must be a number above 0, at most 100, not {rate!r}.")


def _check_whole_number(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low:,} to {high:,}, not {value!r}.")


@dataclass(frozen=True)
class StepRecord:
    """Where a run stands inside an epoch; several of them arrive each second.

    Attributes:
        epoch: the epoch under way, from 1.
        step: batches of this epoch that are done, from 1.
        steps: batches in an epoch (938 for the recipe).
        running_loss: mean loss of this epoch's batches so far, in nats.
    """

    epoch: int
    step: int
    steps: int
    running_loss: float


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch came to.

    Attributes:
        epoch: from 1.
        train_loss: mean of the epoch's batch losses, in nats (article: running_loss / len(loader)).
        test_loss: mean cross-entropy over the 10,000 test images, in nats.
        test_accuracy: share of the 10,000 read right, 0 to 1.
        seconds: time spent training; neither the test nor the consumer's own time counts.
    """

    epoch: int
    train_loss: float
    test_loss: float
    test_accuracy: float
    seconds: float


class BatchLoader(Protocol):
    """What the loop asks of a DataLoader: how many batches, and those."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Batch]: ...


class DivergenceError(ArithmeticError):
    """The loss is no longer a finite number, so nothing more can be learned."""


@dataclass
class Training:
    """A run that is set up and ready: everything that the loop needs, and the model it changes."""

    config: TrainConfig
    device: torch.device
    model: nn.Module
    optimizer: optim.Optimizer
    train_loader: BatchLoader
    test_set: ImageDataset
    images_shape: torch.Size
    labels_shape: torch.Size


def choose_device() -> torch.device:
    """Return the GPU if PyTorch can use one, else the CPU (article, step 3)."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def set_up(config: TrainConfig, data: MNIST, device: torch.device | None = None) -> Training:
    """Prepare a run: seed, batches, shape check, model and optimiser (article, steps 1 to 4).

    Seeds torch's global random generator, as the article does, and draws from it in the article's
    order; two runs that train at the same time in one process would draw from each other.

    Raises:
        ValueError: the images do not have the shape that the networks read.
    """
    device = device or choose_device()
    torch.manual_seed(config.seed)
    train_loader = make_train_loader(data.train, config.batch_size)
    images, labels = next(iter(train_loader))  # article, step 2.2: look at one batch first
    _check_shapes(images, labels)
    model = create_model(config.model).to(device)
    optimizer = optim.Adam(model.parameters(), lr=config.learning_rate)
    return Training(
        config, device, model, optimizer, train_loader, data.test, images.shape, labels.shape
    )


def _check_shapes(images: Tensor, labels: Tensor) -> None:
    if images.shape[1:] != (1, 28, 28) or labels.shape != images.shape[:1]:
        raise ValueError(
            "Images must be [batch, 1, 28, 28] and labels [batch], "
            f"not {list(images.shape)} and {list(labels.shape)}."
        )


def train(training: Training) -> Generator[StepRecord | EpochRecord, None, None]:
    """Train `training.model` in place and report on the way (article, step 5).

    Closing the generator stops the run where it stands; the model keeps what it
    has learned. Nothing is printed, plotted or saved here.

    Yields:
        A StepRecord several times a second, and an EpochRecord at the end of each epoch.

    Raises:
        DivergenceError: a batch's loss is infinite or not a number; a smaller learning rate helps.
    """
    config, model, optimizer = training.config, training.model, training.optimizer
    criterion = nn.CrossEntropyLoss()
    steps = len(training.train_loader)
    model.train()
    for epoch in range(1, config.epochs + 1):
        running_loss = 0.0
        seconds = 0.0
        resumed = perf_counter()
        for step, (images, labels) in enumerate(training.train_loader, start=1):
            images, labels = images.to(training.device), labels.to(training.device)
            optimizer.zero_grad()
            logits = model(images)  # [batch, 10]
            loss = criterion(logits, labels)
            batch_loss = loss.item()
            if not math.isfinite(batch_loss):  # nothing can be learned from it
                raise DivergenceError(_divergence_advice(epoch, step, config.learning_rate))
            loss.backward()
            optimizer.step()

            running_loss += batch_loss
            if perf_counter() - resumed >= SECONDS_BETWEEN_RECORDS:
                seconds += perf_counter() - resumed
                yield StepRecord(epoch, step, steps, running_loss / step)
                resumed = perf_counter()
        seconds += perf_counter() - resumed

        test = evaluate(model, training.test_set)
        yield EpochRecord(epoch, running_loss / steps, test.loss, test.accuracy, seconds)


def _divergence_advice(epoch: int, step: int, learning_rate: float) -> str:
    return (
        f"The loss stopped being a number in epoch {epoch}, batch {step}: with a learning rate of "
        f"{learning_rate:g} the steps are too large and the weights explode. "
        f"Try {learning_rate / 10:g}."
    )

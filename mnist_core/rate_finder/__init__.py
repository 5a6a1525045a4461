"""A learning-rate finder: the rate rises from batch to batch, and the loss says how far it may.

Too small a rate and the loss hardly moves; too large, and it explodes. One short ramp shows both
(Smith, "Cyclical learning rates for training neural networks", 2017, the range test). What was
learned on the way is thrown away.

`plot`  the loss against the rate, as a figure; imported by its name, since it loads matplotlib
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import torch
from torch import nn

from mnist_core.config import TrainConfig
from mnist_core.data import Splits, send
from mnist_core.text import Message
from mnist_core.training import set_up

LEAST_RATE, MOST_RATE = 1e-6, 10.0
BATCHES = 200  # of the whole ramp: each rate is 8 % above the one before
SMOOTHING = 0.9  # share of the mean so far that stays when a loss is added
EXPLODED = 4.0  # times the least smoothed loss: then the ramp ends
PRINTED_EVERY = 10  # batches, where a ramp is printed
MARGIN = 10.0  # the suggestion is so many times below the rate at which the loss is least


@dataclass(frozen=True)
class RatePoint:
    """One batch of the ramp.

    Attributes:
        batch: from 1.
        rate: the learning rate of its step.
        loss: before the step, in nats.
        smoothed: the mean of the losses so far, the latest counting most.
    """

    batch: int
    rate: float
    loss: float
    smoothed: float


@dataclass(frozen=True)
class Suggestion:
    """What a ramp suggests.

    Attributes:
        rate: the learning rate to train with.
        best_rate: the rate at which the smoothed loss was least.
        least_loss: that loss, in nats.
        end_rate: the rate at which the ramp ended.
        has_exploded: whether it ended because the loss exploded.
    """

    rate: float
    best_rate: float
    least_loss: float
    end_rate: float
    has_exploded: bool

    @property
    def reasons(self) -> tuple[Message, Message]:
        """The rule, and what it comes to here, as sentences."""
        key = "rates.exploded" if self.has_exploded else "rates.not_exploded"
        return (
            Message(
                key, best=self.best_rate, loss=self.least_loss, end=self.end_rate, most=MOST_RATE
            ),
            Message("rates.rule", margin=MARGIN, rate=self.rate),
        )


def ramp_rates() -> list[float]:
    """Return the learning rate of each batch, from the least to the most, by equal factors."""
    ratio = MOST_RATE / LEAST_RATE
    return [LEAST_RATE * ratio ** (number / (BATCHES - 1)) for number in range(BATCHES)]


def find_rate(
    config: TrainConfig, data: Splits, device: torch.device | None = None
) -> Iterator[RatePoint]:
    """Train a network of these settings while the learning rate rises, until the loss explodes.

    Draws from torch's global random generator, as `training.set_up` does: network, batches and
    optimiser are those with which a run begins. Schedule and epochs do not count.

    Args:
        config: the settings of the run for which a rate is looked for.
        data: what it would learn from.
        device: where to train; None for a GPU if there is one.

    Yields:
        A point for each batch.

    Raises:
        ValueError: the images do not have the shape that the networks read.
    """
    training = set_up(config, data, device)
    model, optimizer, criterion = training.model, training.optimizer, nn.CrossEntropyLoss()
    model.train()
    batches = chain.from_iterable(repeat(training.train_loader))  # as many epochs as it takes
    mean, least = 0.0, math.inf
    for number, (rate, (images, labels)) in enumerate(zip(ramp_rates(), batches, strict=False), 1):
        for group in optimizer.param_groups:
            group["lr"] = rate
        images, labels = send(images, training.device), send(labels, training.device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()

        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss.item()
        smoothed = mean / (1 - SMOOTHING**number)  # the mean began with zero
        yield RatePoint(number, rate, loss.item(), smoothed)
        least = min(least, smoothed)
        if not smoothed < EXPLODED * least:  # true for NaN as well
            return


def suggest(points: Sequence[RatePoint]) -> Suggestion:
    """Read a ramp: a tenth of the rate at which the smoothed loss is least.

    There the steps are nearly too large already; a tenth leaves room for all that comes later in
    training, when the valley is narrower.

    Args:
        points: of a whole ramp, at least one of them with a loss that is a number.
    """
    best = min((point for point in points if math.isfinite(point.smoothed)), key=_smoothed)
    last = points[-1]
    return Suggestion(
        rate=best.rate / MARGIN,
        best_rate=best.rate,
        least_loss=best.smoothed,
        end_rate=last.rate,
        has_exploded=not last.smoothed < EXPLODED * best.smoothed,
    )


def _smoothed(point: RatePoint) -> float:
    return point.smoothed

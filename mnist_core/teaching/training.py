"""The loop: the article's, on a few drawings, and for so many seconds at most."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn, optim
from torch.nn import functional

from mnist_core.augmentation import affine
from mnist_core.data import Batch, ImageDataset

STEPS = 300  # which take a second and a half of one core
MOST_SECONDS = 4.0  # after which it has to do, on a machine that is slow or busy,
LEAST_STEPS = 100  # but for so many: with fewer it would have learned next to nothing
BATCH_SIZE = 64
LEARNING_RATE = 0.004
REPORT_EVERY = 10  # steps

Seconds = Callable[[], float]
"""Tells the time."""


@dataclass(frozen=True)
class Progress:
    """Where the training stands.

    Attributes:
        share: of it that is over, 0 to 1.
        loss: of the last batch, in nats.
    """

    share: float
    loss: float


def teach(
    network: nn.Module,
    learning: ImageDataset,
    *,
    augment: bool = True,
    clock: Seconds = time.monotonic,
) -> Iterator[Progress]:
    """Train a network on a few drawings, in place.

    Args:
        network: as `build_network` makes it.
        learning: the drawings.
        augment: whether each is turned, shifted, scaled and slanted before each use.
        clock: tells seconds.

    Yields:
        How far it is, every `REPORT_EVERY` steps and at the end.
    """
    return fit(
        network,
        lambda: draw(learning, BATCH_SIZE, augment=augment),
        learning_rate=LEARNING_RATE,
        clock=clock,
    )


def fit(
    network: nn.Module,
    next_batch: Callable[[], Batch],
    *,
    learning_rate: float,
    clock: Seconds = time.monotonic,
) -> Iterator[Progress]:
    """Take `STEPS` steps, or fewer where `MOST_SECONDS` are over; the last ones are the smallest.

    Args:
        network: in eval mode, and left so: batch normalisation goes by what is usual in a large
            data set, not by a few drawings that are much alike.
        next_batch: draws a batch.
        learning_rate: of the first step, above 0.
        clock: tells seconds.
    """
    optimizer = optim.Adam([p for p in network.parameters() if p.requires_grad], learning_rate)
    began, step, share = clock(), 0, 0.0
    while share < 1:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * (1 - share)
        images, labels = next_batch()
        loss = functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not say
        optimizer.step()
        step += 1
        by_time = min((clock() - began) / MOST_SECONDS, step / LEAST_STEPS)
        share = min(max(step / STEPS, by_time), 1.0)
        if step % REPORT_EVERY == 0 or share == 1:
            yield Progress(share, loss.item())


def draw(drawings: ImageDataset, count: int, *, augment: bool) -> Batch:
    """Draw so many of the drawings, any of them several times; an epoch would be over at once.

    All draws come from torch's global generator.
    """
    images, labels = drawings.__getitems__(torch.randint(len(drawings), (count,)).tolist())
    return (affine(images) if augment else images), labels

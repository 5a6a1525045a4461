"""A network of digits goes on with the digits of one hand, and forgets little of all others.

Trained on one hand alone, it would forget how others write. Two things hold that off: half of each
batch is MNIST, and in the end half of what has been learned is taken back (`models.mix_in`).
"""

from __future__ import annotations

import copy
import time
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import nn

from mnist_core.data import Batch, ImageDataset, Splits
from mnist_core.evaluation import evaluate
from mnist_core.models import mix_in
from mnist_core.teaching.lesson import split
from mnist_core.teaching.training import BATCH_SIZE, Progress, Seconds, draw, fit
from mnist_core.text import Message

LEAST_DIGITS = 10  # drawings, of which a quarter is kept for the exam
LEARNING_RATE = 0.0005
TAKEN_BACK = 0.5  # of the way that the weights have gone


@dataclass(frozen=True)
class HandReport:
    """What became of a network that has learned a hand.

    Attributes:
        count: how many drawings were in the exam, which it was not shown.
        right_before, right_after: how many of those it reads right.
        accuracy_before, accuracy_after: on MNIST's test images, 0 to 1; None where those are not
            on this machine, so that nobody can say what was forgotten.
    """

    count: int
    right_before: int
    right_after: int
    accuracy_before: float | None
    accuracy_after: float | None


def learn_hand(
    network: nn.Module, digits: ImageDataset, mnist: Splits | None, clock: Seconds = time.monotonic
) -> Generator[Progress, None, HandReport]:
    """Let a network learn one hand, in place.

    Args:
        network: any network of digits, in eval mode, on the CPU.
        digits: drawings and what they are, the oldest first.
        mnist: what half of each batch is drawn from; None where it is not on this machine.
        clock: tells seconds.

    Yields:
        How far it is.

    Returns:
        The score before and after.

    Raises:
        ValueError: there are too few drawings.
    """
    if len(digits) < LEAST_DIGITS:
        raise ValueError(Message("hand.too_few", least=LEAST_DIGITS, count=len(digits)))
    learning, exam = split(digits)
    former = copy.deepcopy(network)
    yield from fit(
        network, lambda: _next_batch(learning, mnist), learning_rate=LEARNING_RATE, clock=clock
    )
    mix_in(network, former, TAKEN_BACK)
    before, after = (evaluate(one, exam) for one in (former, network))
    accuracies = [
        evaluate(one, mnist.test).accuracy if mnist else None for one in (former, network)
    ]
    return HandReport(
        len(exam), *(round(one.accuracy * len(exam)) for one in (before, after)), *accuracies
    )


def _next_batch(learning: ImageDataset, mnist: Splits | None) -> Batch:
    """Draw half a batch of each; of the drawings alone where there is no MNIST."""
    images, labels = draw(learning, BATCH_SIZE // 2, augment=True)
    if mnist is None:
        return images, labels
    others, their_labels = draw(mnist.train, BATCH_SIZE // 2, augment=False)
    return torch.cat([images, others]), torch.cat([labels, their_labels])

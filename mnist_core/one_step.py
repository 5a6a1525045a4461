"""One pass of the loop by hand: the numbers that its lines compute, one after another.

Article, step 5. The loop does this 938 times an epoch, too fast to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mnist_core.config import TrainConfig
from mnist_core.data import Splits, seeded
from mnist_core.models import count_parameters
from mnist_core.text import Message
from mnist_core.training import set_up

MOST_STEPS = 20  # that are taken anew for each that is shown
MOST_IMAGES = 256  # in a batch, so that none of them takes long


@dataclass(frozen=True)
class Weight:
    """One of the network's weights, before and after a step.

    Attributes:
        name: of its tensor, such as "fc2.weight".
        place: its index in it.
        before, after: the weight.
        left: its gradient of the step before, which `zero_grad` throws away; None if there is none.
        gradient: by how much the loss would grow if the weight grew by 1, were all as near here.
    """

    name: str
    place: tuple[int, ...]
    before: float
    after: float
    left: float | None
    gradient: float


@dataclass(frozen=True)
class OneStep:
    """What one pass of the loop does.

    Attributes:
        number: which pass of the run it is, from 1.
        steps: how many there are in an epoch.
        images, labels: the batch, [batch, *shape] from -1 to 1, and [batch].
        scores: what the network makes of the first image, a number for each class.
        read_right: how many images of the batch it reads right.
        probability: that it gives the first image's own digit, 0 to 1.
        loss: of the batch, in nats: the mean of -ln of such probabilities.
        loss_after: of the same batch, when the weights have moved.
        parameters: how many numbers the step changes.
        weight: the one that is watched: always the same, the one with the steepest gradient of the
            last layer in the first step.
    """

    number: int
    steps: int
    images: Tensor
    labels: Tensor
    scores: tuple[float, ...]
    read_right: int
    probability: float
    loss: float
    loss_after: float
    parameters: int
    weight: Weight


def take_step(config: TrainConfig, data: Splits, number: int = 1) -> OneStep:
    """Take the first steps of a run, and watch the last of them.

    They are those that `training.train` takes, bit for bit.

    Args:
        config: the settings of the run.
        data: what it learns from.
        number: of the step that is watched, from 1 to `MOST_STEPS`, as far as an epoch goes.

    Raises:
        ValueError: there is no such step, or its batch holds more than `MOST_IMAGES`.
    """
    if config.batch_size > MOST_IMAGES:
        raise ValueError(Message("one_step.large_batch", most=MOST_IMAGES, size=config.batch_size))
    with seeded(config.seed):
        training = set_up(config, data, torch.device("cpu"))
        steps = len(training.train_loader)
        if not 1 <= number <= min(steps, MOST_STEPS):
            raise ValueError(Message("one_step.no_such", most=min(steps, MOST_STEPS)))
        model, optimizer = training.model.train(), training.optimizer
        criterion = nn.CrossEntropyLoss()
        name, tensor = [part for part in model.named_parameters() if part[1].dim() > 1][-1]
        place: tuple[int, ...] = ()
        left: float | None = None
        for step, (images, labels) in enumerate(training.train_loader, start=1):
            optimizer.zero_grad()
            logits = model(images)  # [batch, classes]
            loss = criterion(logits, labels)
            loss.backward()
            assert tensor.grad is not None  # since the loss depends on it
            place = place or _steepest(tensor.grad)
            before, gradient = tensor[place].item(), tensor.grad[place].item()
            optimizer.step()
            if training.scheduler:
                training.scheduler.step()
            if step == number:
                break
            left = gradient
    return OneStep(
        number=number,
        steps=steps,
        images=images,
        labels=labels,
        scores=tuple(logits[0].tolist()),
        read_right=int((logits.argmax(dim=1) == labels).sum()),
        probability=logits[0].softmax(dim=0)[labels[0]].item(),
        loss=loss.item(),
        loss_after=_loss_of(model, images, labels),
        parameters=count_parameters(model),
        weight=Weight(name, place, before, tensor[place].item(), left, gradient),
    )


def _steepest(gradient: Tensor) -> tuple[int, ...]:
    index = int(gradient.abs().argmax())
    return tuple(int(part) for part in torch.unravel_index(torch.tensor(index), gradient.shape))


def _loss_of(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    with torch.no_grad():
        return functional.cross_entropy(model.eval()(images), labels).item()

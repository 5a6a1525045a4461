from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.loss_curve import BatchLoss
from mnist_core.one_step import MOST_IMAGES, OneStep, take_step
from mnist_core.training import StepRecord, Training, set_up, train
from tests.in_chinese import in_chinese

VARIED = [
    TrainConfig(),
    TrainConfig(model="cnn", schedule="one_cycle", learning_rate=0.01),
    TrainConfig(model="dropout_nn", augmentation="affine", optimizer="sgd", seed=7),
]


@pytest.fixture
def record_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)


def watched(training: Training, step: OneStep) -> float:
    return training.model.state_dict()[step.weight.name][step.weight.place].item()


@pytest.mark.usefixtures("record_every_step")
@pytest.mark.parametrize("config", VARIED)
def test_the_steps_are_those_of_the_run_to_the_last_bit(
    tiny_mnist: Splits, config: TrainConfig
) -> None:
    steps = [take_step(config, tiny_mnist, number) for number in (1, 2, 3)]
    training = set_up(config, tiny_mnist)
    losses: list[BatchLoss] = []
    training.note_loss = losses.append
    weights = [watched(training, steps[0])]
    for record in train(training):
        assert isinstance(record, StepRecord)
        weights.append(watched(training, steps[0]))
        if record.step == 3:
            break
    assert [step.loss for step in steps] == [batch.loss for batch in losses[:3]]
    for number, step in enumerate(steps):
        assert (step.weight.before, step.weight.after) == (weights[number], weights[number + 1])
        assert (step.weight.name, step.weight.place) == (
            steps[0].weight.name,
            steps[0].weight.place,
        )
    lefts = [step.weight.left for step in steps]
    assert lefts == [None, steps[0].weight.gradient, steps[1].weight.gradient]


def test_the_numbers_belong_together(tiny_mnist: Splits) -> None:
    step = take_step(TrainConfig(optimizer="sgd", learning_rate=0.5), tiny_mnist)
    assert step.images.shape == (64, 1, 28, 28)
    assert (step.number, step.steps, step.parameters) == (1, 5, 101_770)
    assert step.loss == pytest.approx(math.log(10), abs=0.3)
    scores = torch.tensor(step.scores)
    assert step.probability == pytest.approx(scores.softmax(dim=0)[step.labels[0]].item())
    assert 0 <= step.read_right <= 64
    assert step.weight.gradient != 0
    moved = step.weight.before - 0.5 * step.weight.gradient
    assert step.weight.after == pytest.approx(moved, rel=1e-5)
    assert step.loss_after < step.loss


def test_whoever_else_draws_is_not_disturbed(tiny_mnist: Splits) -> None:
    torch.manual_seed(3)
    wanted = torch.rand(4)
    torch.manual_seed(3)
    take_step(TrainConfig(), tiny_mnist, 2)
    assert torch.equal(torch.rand(4), wanted)


@pytest.mark.parametrize("number", [0, -1, 6, 10**6])
def test_there_is_no_step_beyond_those(tiny_mnist: Splits, number: int) -> None:
    with pytest.raises(ValueError, match="steps 1 to 5") as error:
        take_step(TrainConfig(), tiny_mnist, number)
    in_chinese(error.value)


@pytest.mark.parametrize("settings", [{"batch_size": MOST_IMAGES + 1}, {"batch_size": 60_000}])
def test_no_step_takes_long(tiny_mnist: Splits, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"up to 256 images.*holds [\d,]+\.") as error:
        take_step(TrainConfig(**settings), tiny_mnist)
    in_chinese(error.value)

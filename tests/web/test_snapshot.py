from __future__ import annotations

import pickle

import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.loss_curve import BatchLoss, LossCurve
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    StepRecord,
    Training,
    extend,
    set_up,
    train,
)
from mnist_core.web.jobs.snapshot import (
    Snapshot,
    pack_weights,
    restore,
    take_snapshot,
    unpack_model,
)
from mnist_core.web.jobs.worker import Begun, Ended, Failed, Progress

CPU = torch.device("cpu")
VARIED = [
    TrainConfig(epochs=3),
    TrainConfig(epochs=3, schedule="step"),
    TrainConfig(epochs=3, schedule="one_cycle", learning_rate=0.01),
    TrainConfig(epochs=3, model="cnn", dropout=0.3, augmentation="affine"),
    TrainConfig(epochs=3, model="deep_nn", augmentation="handwriting"),
    TrainConfig(epochs=3, optimizer="sgd", learning_rate=0.1),
]


def same(ours: torch.nn.Module, theirs: torch.nn.Module) -> bool:
    return all(map(torch.equal, ours.state_dict().values(), theirs.state_dict().values()))


def train_an_epoch(training: Training) -> EpochRecord:
    return next(record for record in train(training) if isinstance(record, EpochRecord))


def carry_over(training: Training, mnist: Splits) -> Training:
    """Set the same training up elsewhere, and bring it to where this one stands."""
    snapshot = pickle.loads(pickle.dumps(take_snapshot(training)))
    there = set_up(snapshot.config, mnist, CPU)
    restore(snapshot, there)
    return there


@pytest.mark.parametrize("config", VARIED)
def test_a_training_that_has_crossed_twice_ends_as_if_it_had_stayed(
    tiny_mnist: Splits, config: TrainConfig
) -> None:
    stayed = set_up(config, tiny_mnist, CPU)
    list(train(stayed))
    crossed = set_up(config, tiny_mnist, CPU)
    train_an_epoch(crossed)
    crossed = carry_over(crossed, tiny_mnist)
    train_an_epoch(crossed)
    crossed = carry_over(crossed, tiny_mnist)
    assert crossed.epochs_done == 2
    train_an_epoch(crossed)
    assert crossed.epochs_done == 3
    assert same(crossed.model, stayed.model)


@pytest.mark.parametrize("config", VARIED)
def test_within_an_epoch_a_training_crosses_just_as_well(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch, config: TrainConfig
) -> None:
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)
    stayed = set_up(config, tiny_mnist, CPU)
    expected = [record.train_loss for record in train(stayed) if isinstance(record, EpochRecord)]
    crossed, losses = set_up(config, tiny_mnist, CPU), []
    while crossed.epochs_done < config.epochs:  # after every record
        records = train(crossed)
        record = next(records)
        records.close()
        if isinstance(record, EpochRecord):
            losses.append(record.train_loss)
        crossed = carry_over(crossed, tiny_mnist)
    assert losses == expected
    assert same(crossed.model, stayed.model)


def test_a_second_cycle_crosses_too(tiny_mnist: Splits) -> None:
    config = TrainConfig(epochs=2, schedule="one_cycle")
    stayed, here = set_up(config, tiny_mnist, CPU), set_up(config, tiny_mnist, CPU)
    for training in (stayed, here):
        list(train(training))
        extend(training, 2)
    there = carry_over(here, tiny_mnist)
    list(train(stayed))
    list(train(there))
    assert same(there.model, stayed.model)


@pytest.mark.parametrize("config", VARIED)
def test_the_weights_alone_are_enough_to_read_with(tiny_mnist: Splits, config: TrainConfig) -> None:
    training = set_up(config, tiny_mnist, CPU)
    train_an_epoch(training)
    model = unpack_model(config, pack_weights(training.model))
    assert not model.training
    assert all(part.device == CPU for part in model.state_dict().values())
    assert same(model, training.model)
    images = tiny_mnist.test.images
    with torch.no_grad():
        assert torch.equal(model(images), training.model.eval()(images))


def test_all_that_crosses_is_plain_and_comes_out_as_it_went_in() -> None:
    snapshot = Snapshot(TrainConfig(epochs=7, model="cnn", dropout=0.5), 3, b"all")
    step, epoch = StepRecord(4, 5, 6, 0.7), EpochRecord(4, 0.1, 0.2, 0.9, 0.95, 1.5)
    shape, curve = torch.Size([64]), LossCurve()
    curve.add(BatchLoss(1, 1, 2.3))
    for thing in (
        Begun(shape, shape, "cpu"),
        Progress(step, b"weights", LossCurve()),
        Progress(epoch, b"weights", curve, snapshot),
        Ended(snapshot),
        Failed(None, "trace"),
    ):
        assert pickle.loads(pickle.dumps(thing)) == thing
    error = DivergenceError("Too fast.", 0.01)
    arrived = pickle.loads(pickle.dumps(Failed(error))).error
    assert (str(arrived), arrived.retry_rate) == (str(error), error.retry_rate)

from __future__ import annotations

import math
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import torch
from torchvision import datasets

from mnist_core.checkpoints import Checkpoint
from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.inference import Calibration
from mnist_core.loss_curve import LossCurve
from mnist_core.models import create_model
from mnist_core.text import speaking
from mnist_core.training import (
    EXPLODED,
    DivergenceError,
    Training,
    set_up,
    train,
)
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.status import RunStatus
from mnist_core.web.tabs.run_text import say_status
from tests.web.workshop import WORKERS


def statuses_to_the_end(run: Run) -> list[RunStatus]:
    statuses = []
    for _ in run.train(WORKERS):
        statuses.append(run.status)
    return [*statuses, run.status]


def train_until_it_has_learned(run: Run) -> Generator[None, None, None]:
    """Train an epoch; return what trains the rest."""
    steps = run.train(WORKERS)
    while not run.epochs:
        next(steps)
    return steps


def test_a_run_goes_from_waiting_to_finished_and_has_a_network() -> None:
    run = Run(TrainConfig(epochs=2))
    assert run.is_under_way
    assert run.state == "waiting"
    statuses = statuses_to_the_end(run)
    assert not run.is_under_way
    assert [epoch.epoch for epoch in run.epochs] == [1, 2]
    assert statuses[-1].state == "finished"
    assert statuses[-1].epochs_done == 2
    assert statuses[-1].accuracy == run.epochs[-1].test_accuracy
    assert statuses[-1].seconds == pytest.approx(sum(epoch.seconds for epoch in run.epochs))
    assert all(0 <= status.fraction <= 1 for status in statuses)
    assert run.model is not None
    assert not run.model.training


def test_the_lines_are_the_article_s() -> None:
    run = Run(TrainConfig(epochs=1))
    statuses_to_the_end(run)
    assert run.lines == [
        "Image batch shape: torch.Size([64, 1, 28, 28])",
        "Label batch shape: torch.Size([64])",
        "The model is on: cpu",
        "Training starts ...",
        f"Epoch [1/1], Loss: {run.epochs[0].train_loss:.4f}",
        "Training finished!",
        f"Accuracy on the test set: {run.epochs[0].test_accuracy:.2%}",
    ]


def test_the_model_is_replaced_and_never_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)
    run = Run(TrainConfig(epochs=1))
    seen: list[tuple[torch.nn.Module, int, torch.Tensor]] = []
    for _ in run.train(WORKERS):
        if run.model is not None:
            weights = torch.cat([weights.flatten() for weights in run.model.parameters()])
            seen.append((run.model, run.version, weights.detach().clone()))
    assert len({id(model) for model, _, _ in seen}) == len(seen) == 6  # 5 batches and the epoch
    assert [version for _, version, _ in seen] == [1, 2, 3, 4, 5, 6]
    for model, _, weights in seen:
        assert torch.equal(torch.cat([part.flatten() for part in model.parameters()]), weights)
    assert not torch.equal(seen[0][2], seen[-1][2])


def test_time_left_falls_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)
    run = Run(TrainConfig(epochs=3))
    left = [status.left for status in statuses_to_the_end(run)]
    assert left[-1] is None
    known = [seconds for seconds in left if seconds is not None]
    assert known[-1] == 0
    assert min(known) >= 0


def test_closing_stops_and_keeps_the_network() -> None:
    run = Run(TrainConfig(epochs=100))
    train_until_it_has_learned(run).close()
    run.end()
    assert not run.is_under_way
    assert run.state == "stopped"
    assert run.model is not None


def test_a_run_stopped_before_its_turn_trains_nothing() -> None:
    run = Run(TrainConfig())
    run.end()
    assert not run.is_under_way
    assert run.state == "stopped"
    assert "before it learned" in say_status(run.status)
    assert run.model is None
    assert not run.can_train_on


def test_stop_before_the_first_batch_keeps_nothing() -> None:
    run = Run(TrainConfig())
    steps = run.train(WORKERS)
    next(steps)
    run.request_stop()
    assert list(steps) == []
    assert run.state == "stopped"
    assert run.model is None


# --- train on ----------------------------------------------------------------------------------


def weights_of(model: torch.nn.Module | None) -> list[torch.Tensor]:
    assert model is not None
    return [weights.detach().clone() for weights in model.parameters()]


@pytest.mark.parametrize("schedule", ["none", "step"])
def test_training_on_equals_training_at_a_stretch(tiny_mnist: Splits, schedule: str) -> None:
    run = Run(TrainConfig(epochs=2, schedule=schedule))
    statuses_to_the_end(run)
    run.extend(3)
    assert run.state == "waiting"
    statuses_to_the_end(run)
    assert run.state == "finished"
    assert run.config == TrainConfig(epochs=5, schedule=schedule)
    assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3, 4, 5]
    assert run.is_repeatable
    training = set_up(run.config, tiny_mnist, torch.device("cpu"))
    list(train(training))
    assert all(map(torch.equal, weights_of(run.model), weights_of(training.model)))


def test_a_second_cycle_is_not_what_a_new_run_would_do() -> None:
    run = Run(TrainConfig(epochs=2, schedule="one_cycle"))
    statuses_to_the_end(run)
    run.extend(2)
    statuses_to_the_end(run)
    assert run.state == "finished"
    assert not run.is_repeatable


def test_a_run_stopped_within_an_epoch_trains_on_but_cannot_be_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)
    run = Run(TrainConfig(epochs=2))
    steps = train_until_it_has_learned(run)
    next(steps)
    run.request_stop()
    assert list(steps) == []
    assert run.can_train_on
    run.extend(1)
    statuses_to_the_end(run)
    assert run.state == "finished"
    assert [epoch.epoch for epoch in run.epochs] == [1, 2]
    assert not run.is_repeatable


def test_a_run_without_its_optimiser_cannot_train_on() -> None:
    run = Run(TrainConfig(epochs=1))
    statuses_to_the_end(run)
    run.forget_training()
    assert not run.can_train_on
    with pytest.raises(ValueError, match="Start a new one"):
        run.extend(1)


def test_a_run_has_no_more_epochs_than_a_run_may_have() -> None:
    run = Run(TrainConfig(epochs=1))
    statuses_to_the_end(run)
    with pytest.raises(ValueError, match="Epochs must be"):
        run.extend(100)
    assert run.state == "finished"


# --- what goes wrong ---------------------------------------------------------------------------


def test_without_data_the_page_says_so_and_the_log_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tmp_path))
    monkeypatch.setattr(datasets.MNIST, "mirrors", [])
    run = Run(TrainConfig())
    statuses_to_the_end(run)
    assert run.state == "failed"
    assert say_status(run.status).startswith("MNIST could not be downloaded")
    assert str(tmp_path) not in say_status(run.status)  # nobody's business
    (fields,) = [record.fields for record in caplog.records if hasattr(record, "fields")]
    assert "train-images-idx3-ubyte" in fields["reason"]
    assert "MNIST_DATA" in fields["reason"]
    assert not run.is_under_way


@pytest.mark.parametrize(
    ("error", "state", "advice"),
    [
        (DivergenceError("Try a learning rate of 0.0001.", 0.0001), "diverged", "0.0001"),
        (MemoryError(), "failed", "not enough memory"),
        (RuntimeError("secret detail"), "failed", "server's log"),
    ],
)
def test_what_goes_wrong_ends_in_advice(
    monkeypatch: pytest.MonkeyPatch, error: Exception, state: str, advice: str
) -> None:
    def fail(training: Training) -> Any:
        raise error
        yield

    monkeypatch.setattr("mnist_core.web.jobs.worker.train", fail)
    run = Run(TrainConfig())
    statuses_to_the_end(run)
    assert run.state == state
    assert advice in say_status(run.status)
    assert "secret" not in say_status(run.status)
    assert run.model is None
    assert not run.is_under_way


def test_a_run_without_flattening_quotes_pytorch() -> None:
    run = Run(TrainConfig(flatten=False))
    statuses_to_the_end(run)
    assert run.state == "failed"
    assert run.lines[-1] == "Training starts ..."
    assert "(1792x28 and 784x128)" in say_status(run.status)
    with speaking("zh"):
        assert say_status(run.status).startswith("PyTorch 报错：mat1 and mat2")


def test_a_diverging_run_says_which_rate_to_try(
    monkeypatch: pytest.MonkeyPatch, tiny_mnist: Splits
) -> None:
    images = tiny_mnist.train.images.clone().fill_(float("nan"))
    broken = Splits(type(tiny_mnist.train)(images, tiny_mnist.train.labels), tiny_mnist.test)
    monkeypatch.setattr("mnist_core.web.jobs.worker.map_images", lambda *_: broken)
    run = Run(TrainConfig(learning_rate=0.01))
    statuses_to_the_end(run)
    assert run.state == "diverged"
    assert run.retry_rate == pytest.approx(0.001)
    assert "Try 0.001" in say_status(run.status)
    assert not run.can_train_on


def test_a_run_keeps_the_losses_of_its_batches_and_where_its_epochs_ended() -> None:
    run = Run(TrainConfig(epochs=2))
    steps = train_until_it_has_learned(run)
    steps.close()  # a pause
    assert (run.curve.batches, run.epoch_ends) == (5, [5])
    statuses_to_the_end(run)
    assert (run.curve.batches, run.epoch_ends) == (10, [5, 10])
    assert sum(run.curve.means[:5]) / 5 == pytest.approx(run.epochs[0].train_loss)
    with_losses, size = run.size, run.curve.size
    run.curve = LossCurve()
    assert with_losses - run.size == size > 0  # they count, as the records do
    run.forget_network()
    assert run.curve.batches == 0


def test_a_run_that_diverges_keeps_its_losses_to_the_last() -> None:
    run = Run(TrainConfig(learning_rate=1.0))
    statuses_to_the_end(run)
    assert run.state == "diverged"
    assert run.curve.first == pytest.approx(math.log(10), abs=0.3)
    assert run.curve.last is not None
    assert not run.curve.last < EXPLODED


def test_an_uploaded_network_is_an_ended_run() -> None:
    model = create_model("simple_nn").eval()
    checkpoint = Checkpoint(model, "simple_nn", {}, Calibration(2.0, 0.7))
    run = Run.from_checkpoint(checkpoint, TrainConfig(), [], "Upload 1", accuracy=0.97)
    assert run.accuracy == 0.97  # as measured
    assert run.status.epochs == run.status.epochs_done == 0  # nobody knows how many there were
    assert not run.is_under_way
    assert not run.can_train_on
    assert run.model is model
    assert run.calibration == Calibration(2.0, 0.7)


def test_a_run_that_waits_changes_when_the_words_for_it_do() -> None:
    run = Run(TrainConfig())
    run.queue_up(3, 31.0)
    changes = run.changes
    for seconds in (30.6, 29.0, 28.0):
        run.queue_up(3, seconds)
    assert run.changes == changes
    run.queue_up(3, 27.0)
    assert (run.changes, run.status.seconds_to_wait) == (changes + 1, 25)
    run.queue_up(2, 27.0)
    assert run.changes == changes + 2

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from mnist_core.data import MNIST
from mnist_core.training import DivergenceError, TrainConfig, Training
from mnist_core.web import run as run_module
from mnist_core.web.run import Run


@pytest.fixture(autouse=True)
def tiny_data(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run here train on the tiny data set."""
    monkeypatch.setenv("MNIST_DATA", str(tiny_root))


def follow_to_the_end(run: Run) -> list[dict[str, Any]]:
    return [dict(run.status) for _ in run.follow()] + [dict(run.status)]


def test_a_run_goes_from_waiting_to_finished_and_has_a_network() -> None:
    run = Run(TrainConfig(epochs=2))
    assert run.is_under_way
    assert run.status["state"] == "waiting"
    statuses = follow_to_the_end(run)
    assert not run.is_under_way
    assert [epoch.epoch for epoch in run.epochs] == [1, 2]
    assert statuses[-1]["state"] == "finished"
    assert statuses[-1]["epochs_done"] == 2
    assert statuses[-1]["accuracy"] == run.epochs[-1].test_accuracy
    assert statuses[-1]["seconds"] == pytest.approx(sum(epoch.seconds for epoch in run.epochs))
    assert all(0 <= status["share"] <= 1 for status in statuses)
    assert run.model is not None
    assert not run.model.training


def test_the_lines_are_the_article_s() -> None:
    run = Run(TrainConfig(epochs=1))
    follow_to_the_end(run)
    assert run.lines == [
        "Image batch shape: torch.Size([64, 1, 28, 28])",
        "Label batch shape: torch.Size([64])",
        "The model is on: cpu",
        "Training starts ...",
        f"Epoch [1/1], Loss: {run.epochs[0].train_loss:.4f}",
        "Training finished!",
        f"Accuracy on the test set: {run.epochs[0].test_accuracy:.2%}",
    ]


def follow_until_it_has_learned(run: Run) -> Any:
    changes = run.follow()
    while not run.epochs:
        next(changes)
    return changes


def test_stop_ends_a_run_that_is_followed_on_another_thread_and_keeps_the_network() -> None:
    run = Run(TrainConfig(epochs=100))
    changes = follow_until_it_has_learned(run)
    follower = threading.Thread(target=lambda: list(changes))
    follower.start()
    run.stop()
    follower.join(timeout=30)
    assert not follower.is_alive()
    assert run.status["state"] == "stopped"
    assert len(run.epochs) < 100
    assert run.model is not None


def test_closing_stops_and_keeps_the_network() -> None:
    run = Run(TrainConfig(epochs=100))
    changes = follow_until_it_has_learned(run)
    changes.close()
    assert not run.is_under_way
    assert run.status["state"] == "stopped"
    assert run.model is not None


def test_a_run_stopped_before_its_turn_trains_nothing() -> None:
    run = Run(TrainConfig())
    run.stop()
    assert not run.is_under_way
    assert run.status["state"] == "stopped"
    assert run.model is None


def test_stop_before_the_first_batch_keeps_nothing() -> None:
    run = Run(TrainConfig())
    changes = run.follow()
    next(changes)
    changes.close()
    assert run.status["state"] == "stopped"
    assert "before it learned" in run.status["message"]
    assert run.model is None


def test_without_data_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_network(root: Path) -> None:
        raise OSError("no network")

    monkeypatch.setenv("MNIST_DATA", str(tmp_path))
    monkeypatch.setattr("mnist_core.data._download", no_network)
    run = Run(TrainConfig())
    follow_to_the_end(run)
    assert run.status["state"] == "failed"
    assert "train-images-idx3-ubyte" in run.status["message"]
    assert "MNIST_DATA" in run.status["message"]
    assert not run.is_under_way


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (DivergenceError("Try a learning rate of 0.0001.", 0.0001), "0.0001"),
        (MemoryError(), "not enough memory"),
        (RuntimeError("secret detail"), "server's log"),
    ],
)
def test_what_goes_wrong_ends_in_advice(
    monkeypatch: pytest.MonkeyPatch, error: Exception, advice: str
) -> None:
    def fail(training: Training) -> Any:
        raise error
        yield

    monkeypatch.setattr(run_module, "train", fail)
    run = Run(TrainConfig())
    follow_to_the_end(run)
    assert run.status["state"] == "failed"
    assert advice in run.status["message"]
    assert "secret" not in run.status["message"]
    assert run.model is None
    assert not run.is_under_way


def test_a_diverging_run_says_which_rate_to_try(
    monkeypatch: pytest.MonkeyPatch, tiny_mnist: MNIST
) -> None:
    images = tiny_mnist.train.images.clone().fill_(float("nan"))
    broken = MNIST(type(tiny_mnist.train)(images, tiny_mnist.train.labels), tiny_mnist.test)
    monkeypatch.setattr(run_module, "load_mnist", lambda: broken)
    run = Run(TrainConfig(learning_rate=0.01))
    follow_to_the_end(run)
    assert run.status["state"] == "failed"
    assert "Try 0.001" in run.status["message"]

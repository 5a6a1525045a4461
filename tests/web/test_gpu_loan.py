from __future__ import annotations

import itertools
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.training import (
    DivergenceError,
    set_up,
    train,
)
from mnist_core.web.jobs import gpu_loan
from mnist_core.web.jobs.gpu_loan import (
    MAX_LOAN_SECONDS,
    is_worth_it,
    seconds_needed,
    train_there,
)
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.snapshot import Snapshot
from mnist_core.web.jobs.worker import Begun, Progress, Task
from mnist_core.web.tabs.run_text import ERRORS, NO_GPU, say_status
from tests.real_mnist import REPOSITORY
from tests.web.workshop import WORKERS, eventually

CPU = torch.device("cpu")
LONG = TrainConfig(epochs=100, model="cnn")
VARIED = [
    TrainConfig(epochs=3, schedule="step"),
    TrainConfig(epochs=3, schedule="one_cycle", learning_rate=0.01),
    TrainConfig(epochs=3, model="cnn", dropout=0.3, augmentation="affine"),
]


def weights_of(model: torch.nn.Module | None) -> list[torch.Tensor]:
    assert model is not None
    return [weights.detach().clone() for weights in model.parameters()]


def same(ours: torch.nn.Module | None, theirs: torch.nn.Module | None) -> bool:
    return all(map(torch.equal, weights_of(ours), weights_of(theirs)))


# --- what crosses ------------------------------------------------------------------------------


@pytest.fixture
def cpu_as_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the CPU be taken for a GPU that is lent, by a name that a real one would not have."""
    monkeypatch.setattr(gpu_loan, "choose_device", lambda: torch.device("cpu", 0))


@pytest.mark.usefixtures("cpu_as_gpu")
@pytest.mark.parametrize("config", VARIED)
def test_no_tensor_crosses(tiny_root: Path, config: TrainConfig) -> None:
    first, *others = train_there(Task(config, tiny_root))
    assert isinstance(first, Begun)
    assert first.device == "cpu:0"
    assert len(others) >= 3
    for other in others:
        assert isinstance(other, Progress)
        assert other.snapshot is not None
        assert type(other.weights) is type(other.snapshot.content) is bytes
        crossed = pickle.loads(pickle.dumps(other))
        assert len(crossed.moments) == len(other.moments)
        assert replace(crossed, moments=[]) == replace(other, moments=[])


def task(epochs_done: int = 0, **settings: Any) -> Task:
    config = TrainConfig(**settings)
    return Task(config, Path(), snapshot=Snapshot(config, epochs_done, b""))


def test_more_time_is_asked_for_more_work_and_never_too_much() -> None:
    def seconds(**settings: Any) -> int:
        return seconds_needed(task(**settings))

    assert seconds(epochs=1) < seconds(epochs=5) < seconds(epochs=10)
    assert seconds(epochs=5, epochs_done=3) == seconds(epochs=2)
    assert seconds(batch_size=256) < seconds(batch_size=64)
    assert seconds(augmentation="none") < seconds(augmentation="affine")
    assert seconds(epochs=3, augmentation="affine") < seconds(epochs=3, augmentation="handwriting")
    assert seconds(epochs=100) == seconds(batch_size=1) == MAX_LOAN_SECONDS


@pytest.mark.parametrize(
    ("settings", "is_worth"),
    [
        ({}, False),
        ({"epochs": 20}, False),
        ({"augmentation": "handwriting"}, False),  # the CPU augments in any case
        ({"model": "cnn", "epochs": 1}, False),
        ({"model": "cnn", "epochs": 5}, True),
        ({"model": "cnn", "epochs": 100}, True),
        ({"model": "cnn", "epochs": 100, "epochs_done": 99}, False),
    ],
)
def test_a_gpu_is_asked_for_only_where_it_gains_more_than_the_wait(
    settings: dict[str, Any], is_worth: bool
) -> None:
    assert is_worth_it(task(**settings)) == is_worth


# --- a run, without the package ----------------------------------------------------------------

Reports = Generator[Begun | Progress | DivergenceError, None, None]


@pytest.fixture
def lend(
    monkeypatch: pytest.MonkeyPatch, cpu_as_gpu: None
) -> Callable[[Callable[[Task], Reports]], None]:
    """Return a function that puts another one in the place of what `spaces` has wrapped.

    Every training is then worth a GPU.
    """
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)

    def put(there: Callable[[Task], Reports]) -> None:
        monkeypatch.setattr(gpu_loan, "ON_ZERO_GPU", True)
        monkeypatch.setattr(gpu_loan, "is_worth_it", lambda task: True)
        monkeypatch.setattr(gpu_loan, "train_there", there)

    return put


def finish(run: Run) -> list[str]:
    messages = []
    for _ in run.train(WORKERS):
        messages.append(say_status(run.status))
    return messages


def train_alone(run: Run, mnist: Splits) -> torch.nn.Module:
    training = set_up(run.config, mnist, CPU)
    list(train(training))
    return training.model


def error(title: str) -> gr.Error:
    return gr.Error("<b>Subscribe</b>", title=title, print_exception=False)


@pytest.mark.parametrize(
    ("failure", "remark"),
    [
        (error("ZeroGPU quota exceeded"), NO_GPU["quota_spent"]),
        (error("ZeroGPU pending credits exceeded"), NO_GPU["quota_spent"]),
        (error("ZeroGPU queue timeout"), NO_GPU["none_free"]),
        (error("ZeroGPU client error"), NO_GPU["none_free"]),
        (RuntimeError("secret detail"), NO_GPU["none_free"]),
        (ConnectionRefusedError(), NO_GPU["none_free"]),
        (AssertionError(), NO_GPU["none_free"]),
    ],
)
def test_without_a_gpu_the_cpu_trains_and_says_why(
    tiny_mnist: Splits,
    lend: Callable[..., None],
    failure: Exception,
    remark: str,
) -> None:
    def refuse(task: Task) -> Reports:
        raise failure
        yield

    lend(refuse)
    run = Run(TrainConfig(epochs=2))
    messages = finish(run)
    assert run.state == "finished"
    assert say_status(run.status).endswith(remark)
    assert "Subscribe" not in say_status(run.status)
    assert any(message.startswith("Epoch 1") and message.endswith(remark) for message in messages)
    assert run.is_repeatable
    assert run.can_train_on
    assert same(run.model, train_alone(run, tiny_mnist))


def test_who_is_lent_a_gpu_and_finds_none_gives_it_back_at_once(
    tiny_mnist: Splits, lend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_loan, "choose_device", lambda: CPU)
    lend(train_there)
    run = Run(TrainConfig(epochs=2))
    finish(run)
    assert say_status(run.status).endswith(NO_GPU["none_free"])
    assert run.is_repeatable
    assert same(run.model, train_alone(run, tiny_mnist))


@pytest.mark.parametrize("records", range(1, 14))
def test_whenever_the_gpu_is_lost_the_cpu_goes_on_after_the_last_record(
    tiny_mnist: Splits, lend: Callable[..., None], records: int
) -> None:
    def break_off(task: Task) -> Reports:
        reports = train_there(task)
        for _ in range(records):
            yield next(reports)
        raise error("ZeroGPU worker error")

    lend(break_off)
    run = Run(TrainConfig(epochs=3, model="cnn", dropout=0.2, schedule="one_cycle"))
    finish(run)
    assert run.state == "finished"
    assert say_status(run.status).endswith(NO_GPU["taken_back"])
    assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
    assert same(run.model, train_alone(run, tiny_mnist))


def test_a_run_that_went_from_one_device_to_another_would_not_come_out_the_same_again(
    lend: Callable[..., None],
) -> None:
    def break_off(task: Task) -> Reports:
        first, *others = train_there(task)
        assert isinstance(first, Begun)
        yield replace(first, device="cuda")
        yield from others[:7]
        raise error("ZeroGPU worker error")

    lend(break_off)
    run = Run(TrainConfig(epochs=2))
    finish(run)
    assert run.lines[2:6:3] == ["The model is on: cuda", "The model is on: cpu"]
    assert not run.is_repeatable


def test_who_keeps_silent_is_not_waited_for_for_ever(
    tiny_mnist: Splits, lend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()  # a clock that goes on with each look at it
    monkeypatch.setattr(
        gpu_loan, "monotonic", lambda: gpu_loan.ANSWER_TIMEOUT_SECONDS / 10 * next(looks)
    )
    monkeypatch.setattr(gpu_loan, "LOOK_SECONDS", 0.01)
    asked, may_go = gpu_loan.Event(), gpu_loan.Event()

    def hang(task: Task) -> Reports:
        asked.set()
        may_go.wait()
        raise error("ZeroGPU queue timeout")
        yield

    lend(hang)
    run = Run(TrainConfig(epochs=1))
    messages = finish(run)
    assert asked.wait(30)
    may_go.set()
    assert messages.count("Waiting for a GPU.") > 1  # meanwhile the trainer could do other things
    assert say_status(run.status).endswith(NO_GPU["no_answer"])
    assert same(run.model, train_alone(run, tiny_mnist))


def test_a_divergence_on_the_gpu_ends_the_run_with_advice(lend: Callable[..., None]) -> None:
    lend(train_there)
    run = Run(TrainConfig(learning_rate=10.0))
    finish(run)
    assert run.state == "diverged"
    assert run.retry_rate == 1.0


def test_a_stop_gives_the_gpu_back_and_a_pause_too(lend: Callable[..., None]) -> None:
    given_back: list[str] = []

    def there(task: Task) -> Reports:
        try:
            yield from train_there(task)
        finally:
            given_back.append("once")

    lend(there)
    run = Run(TrainConfig(epochs=100))
    steps = run.train(WORKERS)
    while not run.epochs:
        next(steps)
    run.request_stop()
    assert list(steps) == []
    assert run.state == "stopped"
    run.extend(50)
    steps = run.train(WORKERS)
    while len(run.epochs) < 2:
        next(steps)
    steps.close()
    run.pause()
    assert run.state == "waiting"
    eventually(lambda: given_back == ["once"] * 2)
    finish(run)
    assert run.state == "finished"
    assert say_status(run.status).endswith(NO_GPU["given_back"])
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, 52))


def test_off_a_zero_gpu_space_nobody_asks_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(task: Task) -> Reports:
        raise AssertionError("It was asked.")
        yield

    assert not gpu_loan.ON_ZERO_GPU
    monkeypatch.setattr(gpu_loan, "train_there", refuse)
    run = Run(TrainConfig(epochs=1))
    finish(run)
    assert say_status(run.status) == "Finished. Your network can read in the Draw tab."


def test_a_run_that_is_done_sooner_on_the_cpu_asks_for_no_gpu(
    lend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(task: Task) -> Reports:
        raise AssertionError("It was asked.")
        yield

    lend(refuse)
    monkeypatch.setattr(gpu_loan, "is_worth_it", is_worth_it)
    run = Run(TrainConfig())
    messages = finish(run)
    assert "Waiting for a GPU." not in messages
    assert say_status(run.status) == "Finished. Your network can read in the Draw tab."
    assert run.lines[2] == "The model is on: cpu"


# --- a run, with the package -------------------------------------------------------------------


def test_off_a_zero_gpu_space_the_package_changes_nothing() -> None:
    spaces = pytest.importorskip("spaces")
    assert spaces.GPU(train_there, duration=seconds_needed) is train_there


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Play a ZeroGPU Space once; return what became of its trainings."""
    pytest.importorskip("spaces")
    folder = tmp_path_factory.mktemp("space")
    cgroup = folder / "cgroup"
    cgroup.write_text("0::/space\n")
    environment = {
        **os.environ,
        "SPACES_ZERO_GPU": "1",
        "ZEROGPU_PROC_SELF_CGROUP_PATH": str(cgroup),
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.zero_gpu_space", str(folder)],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_the_process_of_the_app_does_not_believe_that_it_has_a_gpu(space: dict[str, Any]) -> None:
    assert space["device_here"] == "cpu"


def test_a_gpu_is_lent_at_the_cost_of_who_has_pressed_the_button(space: dict[str, Any]) -> None:
    lent = space["lent"]
    assert lent["reported"] == 1  # at its start, that there is a function for the GPU
    (asked,) = lent["asked"]
    assert asked["token"] == "header.e30.signature"
    assert int(asked["durationSeconds"]) == 19
    assert len(lent["pids"]) == 1
    assert lent["pids"] != [space["pid"]]  # it has forked
    assert lent["released"] == [{"allowToken": "granted", "fail": "false"}]
    assert lent["message"] == "Finished. Your network can read in the Draw tab."
    assert lent["lines"][2] == "The model is on: cpu:0"
    assert "The model is on: cpu" not in lent["lines"]
    assert lent["as_on_the_cpu"]


def test_on_a_space_the_app_reads_drawings(space: dict[str, Any]) -> None:
    assert space["lent"]["read"]["digit"] == 7


@pytest.mark.parametrize(
    ("scenario", "remark"),
    [
        ("quota_spent", NO_GPU["quota_spent"]),
        ("none_free", NO_GPU["none_free"]),
        ("not_allowed", NO_GPU["none_free"]),
        ("not_found", NO_GPU["none_free"]),
        ("broken", NO_GPU["none_free"]),
        ("silent", NO_GPU["no_answer"]),
        ("taken_back", NO_GPU["taken_back"]),
        ("paused", NO_GPU["given_back"]),
    ],
)
def test_on_a_space_the_cpu_takes_over_whatever_goes_wrong(
    space: dict[str, Any], scenario: str, remark: str
) -> None:
    told = space[scenario]
    assert told["state"] == "finished"
    assert told["message"].endswith(remark)
    assert told["epochs"] == [1, 2, 3]
    assert told["as_on_the_cpu"]
    assert len(told["asked"]) == 1
    was_lent = scenario in ("taken_back", "paused")
    assert ("The model is on: cpu:0" in told["lines"]) == was_lent
    assert told["is_repeatable"] != was_lent


def test_on_a_space_the_process_of_the_app_never_trains(space: dict[str, Any]) -> None:
    assert space["trained_here"] == 0


def test_on_a_space_a_gpu_that_is_not_found_is_given_back(space: dict[str, Any]) -> None:
    assert [given["fail"] for given in space["not_found"]["released"]] == ["true"]


def test_on_a_space_the_cpu_can_be_stopped_and_what_kills_it_says_so(
    space: dict[str, Any],
) -> None:
    stopped, trained_on = space["stopped_on_the_cpu"].values()
    assert stopped["state"] == "stopped"
    assert stopped["message"].endswith(NO_GPU["quota_spent"])
    assert trained_on["state"] == "finished"
    assert "The model is on: cpu:0" in trained_on["lines"]  # a GPU is found all the same
    assert space["killed_on_the_cpu"]["state"] == "failed"
    assert space["killed_on_the_cpu"]["message"] == ERRORS["worker_lost"]


def test_on_a_space_a_run_that_is_done_sooner_on_the_cpu_costs_no_quota(
    space: dict[str, Any],
) -> None:
    told = space["not_worth_it"]
    assert told["state"] == "finished"
    assert told["asked"] == []
    assert told["lines"][2] == "The model is on: cpu"
    assert told["as_on_the_cpu"]


def test_on_a_space_a_stop_or_a_pause_gives_the_gpu_back(space: dict[str, Any]) -> None:
    stopped, trained_on = space["stopped_and_trained_on"].values()
    assert stopped["state"] == space["ended_while_paused"]["state"] == "stopped"
    for told in (stopped, trained_on, space["paused"], space["ended_while_paused"]):
        assert len(told["pids"]) == len(told["released"]) == 1
    assert trained_on["state"] == "finished"
    assert trained_on["epochs"] == list(range(1, 12))


def test_on_a_space_a_divergence_ends_the_run_with_advice(space: dict[str, Any]) -> None:
    assert space["diverged"]["state"] == "diverged"
    assert space["diverged"]["retry_rate"] == 1.0

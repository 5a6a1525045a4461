from __future__ import annotations

import itertools
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Generator
from typing import Any

import gradio as gr
import pytest
import torch

from mnist_core.data import MNIST
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    TrainConfig,
    Training,
    extend,
    set_up,
    train,
)
from mnist_core.web import run as run_module
from mnist_core.web import zero_gpu
from mnist_core.web.run import Run
from mnist_core.web.zero_gpu import (
    GIVEN_BACK,
    MOST_SECONDS,
    NO_ANSWER,
    NONE_FREE,
    QUOTA_SPENT,
    TAKEN_BACK,
    Dispatch,
    TrainingState,
    pack,
    seconds_needed,
    train_there,
    unpack,
)
from tests.real_mnist import REPOSITORY
from tests.web.workshop import eventually

CPU = torch.device("cpu")
VARIED = [
    TrainConfig(epochs=3),
    TrainConfig(epochs=3, schedule="step"),
    TrainConfig(epochs=3, schedule="one_cycle", learning_rate=0.01),
    TrainConfig(epochs=3, model="cnn", dropout=0.3, augmentation="affine"),
    TrainConfig(epochs=3, model="deep_nn", augmentation="hands"),
    TrainConfig(epochs=3, optimizer="sgd", learning_rate=0.1),
]


def weights_of(model: torch.nn.Module | None) -> list[torch.Tensor]:
    assert model is not None
    return [weights.detach().clone() for weights in model.parameters()]


def same(ours: torch.nn.Module | None, theirs: torch.nn.Module | None) -> bool:
    return all(map(torch.equal, weights_of(ours), weights_of(theirs)))


def train_an_epoch(training: Training) -> EpochRecord:
    return next(record for record in train(training) if isinstance(record, EpochRecord))


# --- what crosses ------------------------------------------------------------------------------


@pytest.mark.parametrize("config", VARIED)
def test_a_training_that_has_crossed_twice_ends_as_if_it_had_stayed(
    tiny_mnist: MNIST, config: TrainConfig
) -> None:
    stayed = set_up(config, tiny_mnist, CPU)
    list(train(stayed))
    here = set_up(config, tiny_mnist, CPU)
    train_an_epoch(here)
    there = set_up(config, tiny_mnist, CPU)
    unpack(pickle.loads(pickle.dumps(pack(here))), there)
    train_an_epoch(there)
    unpack(pickle.loads(pickle.dumps(pack(there))), here)
    assert here.epochs_done == 2
    train_an_epoch(here)
    assert here.epochs_done == 3
    assert same(here.model, stayed.model)


def test_a_second_cycle_crosses_too(tiny_mnist: MNIST) -> None:
    config = TrainConfig(epochs=2, schedule="one_cycle")
    stayed, here = set_up(config, tiny_mnist, CPU), set_up(config, tiny_mnist, CPU)
    for training in (stayed, here):
        list(train(training))
        extend(training, 2)
    there = set_up(here.config, tiny_mnist, CPU)
    unpack(pack(here), there)
    list(train(stayed))
    list(train(there))
    assert same(there.model, stayed.model)


def test_all_that_crosses_is_plain_and_comes_out_as_it_went_in() -> None:
    state = TrainingState(TrainConfig(epochs=7, model="cnn", dropout=0.5), 3, b"weights")
    record = EpochRecord(4, 0.1, 0.2, 0.9, 0.95, 1.5)
    error = DivergenceError("Too fast.", 0.01)
    for thing in (state, state.config, record, Dispatch(record, state)):
        assert pickle.loads(pickle.dumps(thing)) == thing
    arrived = pickle.loads(pickle.dumps(error))
    assert (str(arrived), arrived.retry_rate) == (str(error), error.retry_rate)


@pytest.mark.parametrize("config", VARIED)
def test_no_tensor_crosses(tiny_mnist: MNIST, config: TrainConfig) -> None:
    first, *others = train_there(pack(set_up(config, tiny_mnist, CPU)))
    assert first == "cpu"
    assert len(others) >= 3
    for other in others:
        assert isinstance(other, Dispatch)
        assert type(other.state.content) is bytes
        assert other == pickle.loads(pickle.dumps(other))


def test_more_time_is_asked_for_more_work_and_never_too_much() -> None:
    def seconds(**settings: Any) -> int:
        epochs_done = settings.pop("epochs_done", 0)
        return seconds_needed(TrainingState(TrainConfig(**settings), epochs_done, b""))

    assert seconds(epochs=1) < seconds(epochs=5) < seconds(epochs=10)
    assert seconds(epochs=5, epochs_done=3) == seconds(epochs=2)
    assert seconds(batch_size=256) < seconds(batch_size=64)
    assert seconds(augmentation="none") < seconds(augmentation="affine")
    assert seconds(epochs=3, augmentation="affine") < seconds(epochs=3, augmentation="hands")
    assert seconds(epochs=100) == seconds(batch_size=1) == MOST_SECONDS


# --- a run, without the package ----------------------------------------------------------------

Arrivals = Generator[str | Dispatch | DivergenceError, None, None]


@pytest.fixture
def lend(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[TrainingState], Arrivals]], None]:
    """Return a function that puts another one in the place of what `spaces` has wrapped."""
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)

    def put(there: Callable[[TrainingState], Arrivals]) -> None:
        monkeypatch.setattr(run_module, "ON_ZERO_GPU", True)
        monkeypatch.setattr(zero_gpu, "train_there", there)

    return put


def finish(run: Run) -> list[str]:
    messages = []
    while run.advance():
        messages.append(run.status["message"])
    return messages


def train_alone(run: Run, mnist: MNIST) -> torch.nn.Module:
    training = set_up(run.config, mnist, CPU)
    list(train(training))
    return training.model


def error(title: str) -> gr.Error:
    return gr.Error("<b>Subscribe</b>", title=title, print_exception=False)


@pytest.mark.parametrize(
    ("failure", "remark"),
    [
        (error("ZeroGPU quota exceeded"), QUOTA_SPENT),
        (error("ZeroGPU pending credits exceeded"), QUOTA_SPENT),
        (error("ZeroGPU queue timeout"), NONE_FREE),
        (error("ZeroGPU client error"), NONE_FREE),
        (RuntimeError("secret detail"), NONE_FREE),
        (ConnectionRefusedError(), NONE_FREE),
        (AssertionError(), NONE_FREE),
    ],
)
def test_without_a_gpu_the_cpu_trains_and_says_why(
    tiny_mnist: MNIST, lend: Callable[..., None], failure: Exception, remark: str
) -> None:
    def refuse(state: TrainingState) -> Arrivals:
        raise failure
        yield

    lend(refuse)
    run = Run(TrainConfig(epochs=2))
    messages = finish(run)
    assert run.state == "finished"
    assert run.status["message"].endswith(remark)
    assert "Subscribe" not in run.status["message"]
    assert any(message.startswith("Epoch 1") and message.endswith(remark) for message in messages)
    assert run.is_repeatable
    assert run.can_train_on
    assert same(run.model, train_alone(run, tiny_mnist))


@pytest.mark.parametrize("records", range(1, 14))
def test_whenever_the_gpu_is_lost_the_cpu_goes_on_after_the_last_whole_epoch(
    tiny_mnist: MNIST, lend: Callable[..., None], records: int
) -> None:
    def break_off(state: TrainingState) -> Arrivals:
        arrivals = train_there(state)
        for _ in range(records):
            yield next(arrivals)
        raise error("ZeroGPU worker error")

    lend(break_off)
    run = Run(TrainConfig(epochs=3, model="cnn", dropout=0.2, schedule="one_cycle"))
    finish(run)
    assert run.state == "finished"
    assert run.status["message"].endswith(TAKEN_BACK)
    assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
    assert same(run.model, train_alone(run, tiny_mnist))


def test_a_run_that_went_from_one_device_to_another_would_not_come_out_the_same_again(
    lend: Callable[..., None],
) -> None:
    def break_off(state: TrainingState) -> Arrivals:
        arrivals = train_there(state)
        assert next(arrivals) == "cpu"
        yield "cuda"
        for _ in range(7):
            yield next(arrivals)
        raise error("ZeroGPU worker error")

    lend(break_off)
    run = Run(TrainConfig(epochs=2))
    finish(run)
    assert run.lines[2:6:3] == ["The model is on: cuda", "The model is on: cpu"]
    assert not run.is_repeatable


def test_who_keeps_silent_is_not_waited_for_for_ever(
    tiny_mnist: MNIST, lend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()  # a clock that goes on with each look at it
    monkeypatch.setattr(zero_gpu, "monotonic", lambda: zero_gpu.PATIENCE / 10 * next(looks))
    monkeypatch.setattr(zero_gpu, "BEAT", 0.01)
    asked, may_go = zero_gpu.Event(), zero_gpu.Event()

    def hang(state: TrainingState) -> Arrivals:
        asked.set()
        may_go.wait()
        yield "cuda"

    lend(hang)
    run = Run(TrainConfig(epochs=1))
    messages = finish(run)
    assert asked.wait(30)
    may_go.set()
    assert messages.count("Waiting for a GPU.") > 1  # meanwhile the trainer could do other things
    assert run.status["message"].endswith(NO_ANSWER)
    assert same(run.model, train_alone(run, tiny_mnist))


def test_a_divergence_on_the_gpu_ends_the_run_with_advice(lend: Callable[..., None]) -> None:
    lend(train_there)
    run = Run(TrainConfig(learning_rate=10.0))
    finish(run)
    assert run.state == "diverged"
    assert run.retry_rate == 1.0


def test_a_stop_gives_the_gpu_back_and_a_pause_too(lend: Callable[..., None]) -> None:
    given_back: list[str] = []

    def there(state: TrainingState) -> Arrivals:
        try:
            yield from train_there(state)
        finally:
            given_back.append("once")

    lend(there)
    run = Run(TrainConfig(epochs=100))
    while not run.epochs:
        assert run.advance()
    run.request_stop()
    assert not run.advance()
    assert run.state == "stopped"
    run.extend(50)
    while len(run.epochs) < 2:
        assert run.advance()
    run.expect_turn("Paused.")
    assert run.state == "waiting"
    finish(run)
    assert run.state == "finished"
    assert run.status["message"].endswith(GIVEN_BACK)
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, 52))
    eventually(lambda: given_back == ["once"] * 2)


def test_off_a_zero_gpu_space_nobody_asks_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(state: TrainingState) -> Arrivals:
        raise AssertionError("It was asked.")
        yield

    assert not zero_gpu.ON_ZERO_GPU
    monkeypatch.setattr(zero_gpu, "train_there", refuse)
    run = Run(TrainConfig(epochs=1))
    finish(run)
    assert run.status["message"] == "Finished. Your network can read in the Draw tab."


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
        timeout=300,
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
        ("quota_spent", QUOTA_SPENT),
        ("none_free", NONE_FREE),
        ("not_allowed", NONE_FREE),
        ("broken", NONE_FREE),
        ("silent", NO_ANSWER),
        ("taken_back", TAKEN_BACK),
        ("paused", GIVEN_BACK),
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


def test_on_a_space_a_stop_or_a_pause_gives_the_gpu_back(space: dict[str, Any]) -> None:
    stopped, trained_on = space["stopped_and_trained_on"].values()
    assert stopped["state"] == space["ended_while_paused"]["state"] == "stopped"
    for told in (stopped, trained_on, space["paused"], space["ended_while_paused"]):
        assert len(told["pids"]) == len(told["released"]) == 1
    assert trained_on["state"] == "finished"
    assert trained_on["epochs"] == [1, 2, 3]


def test_on_a_space_a_divergence_ends_the_run_with_advice(space: dict[str, Any]) -> None:
    assert space["diverged"]["state"] == "diverged"
    assert space["diverged"]["retry_rate"] == 1.0

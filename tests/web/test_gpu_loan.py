from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NoReturn

import gradio as gr
import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import MNIST
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    Training,
    extend,
    set_up,
    train,
)
from mnist_core.web.jobs import gpu_loan
from mnist_core.web.jobs import run as run_module
from mnist_core.web.jobs.gpu_loan import (
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
    train_in_a_fork,
    train_there,
    unpack,
)
from mnist_core.web.jobs.run import NO_MEMORY, UNEXPECTED, Run
from tests.real_mnist import REPOSITORY
from tests.web.workshop import PATIENCE, eventually

CPU = torch.device("cpu")
LONG = TrainConfig(epochs=100)
VARIED = [
    TrainConfig(epochs=3),
    TrainConfig(epochs=3, schedule="step"),
    TrainConfig(epochs=3, schedule="one_cycle", learning_rate=0.01),
    TrainConfig(epochs=3, model="cnn", dropout=0.3, augmentation="affine"),
    TrainConfig(epochs=3, model="deep_nn", augmentation="handwriting"),
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


@pytest.fixture
def cpu_as_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the CPU be taken for a GPU that is lent, by a name that a real one would not have."""
    monkeypatch.setattr(gpu_loan, "choose_device", lambda: torch.device("cpu", 0))


@pytest.mark.usefixtures("cpu_as_gpu")
@pytest.mark.parametrize("config", VARIED)
def test_no_tensor_crosses(tiny_mnist: MNIST, config: TrainConfig) -> None:
    first, *others = train_there(pack(set_up(config, tiny_mnist, CPU)))
    assert first == "cpu:0"
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
    assert seconds(epochs=3, augmentation="affine") < seconds(epochs=3, augmentation="handwriting")
    assert seconds(epochs=100) == seconds(batch_size=1) == MOST_SECONDS


# --- a run, without the package ----------------------------------------------------------------

Arrivals = Generator[str | Dispatch | DivergenceError, None, None]


@pytest.fixture
def lend(
    monkeypatch: pytest.MonkeyPatch, cpu_as_gpu: None
) -> Callable[[Callable[[TrainingState], Arrivals]], None]:
    """Return a function that puts another one in the place of what `spaces` has wrapped."""
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)

    def put(there: Callable[[TrainingState], Arrivals]) -> None:
        monkeypatch.setattr(run_module, "ON_ZERO_GPU", True)
        monkeypatch.setattr(gpu_loan, "train_there", there)

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


@pytest.fixture
def backwards(monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """Return the losses that this process has followed back; a forked one has a list of its own."""
    followed: list[torch.Tensor] = []
    backward = torch.Tensor.backward

    def follow(loss: torch.Tensor, *arguments: Any, **settings: Any) -> None:
        followed.append(loss.detach())
        backward(loss, *arguments, **settings)

    monkeypatch.setattr(torch.Tensor, "backward", follow)
    return followed


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
    tiny_mnist: MNIST,
    lend: Callable[..., None],
    backwards: list[torch.Tensor],
    failure: Exception,
    remark: str,
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
    assert not backwards
    assert same(run.model, train_alone(run, tiny_mnist))
    assert backwards  # which would not have been overlooked


def test_who_is_lent_a_gpu_and_finds_none_gives_it_back_at_once(
    tiny_mnist: MNIST, lend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_loan, "choose_device", lambda: CPU)
    lend(train_there)
    run = Run(TrainConfig(epochs=2))
    finish(run)
    assert run.status["message"].endswith(NONE_FREE)
    assert run.is_repeatable
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
        assert next(arrivals) == "cpu:0"
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
    monkeypatch.setattr(gpu_loan, "monotonic", lambda: gpu_loan.PATIENCE / 10 * next(looks))
    monkeypatch.setattr(gpu_loan, "BEAT", 0.01)
    asked, may_go = gpu_loan.Event(), gpu_loan.Event()

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
    eventually(lambda: given_back == ["once"] * 2)  # before a process forks from this one
    finish(run)
    assert run.state == "finished"
    assert run.status["message"].endswith(GIVEN_BACK)
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, 52))


def test_off_a_zero_gpu_space_nobody_asks_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(state: TrainingState) -> Arrivals:
        raise AssertionError("It was asked.")
        yield

    assert not gpu_loan.ON_ZERO_GPU
    monkeypatch.setattr(gpu_loan, "train_there", refuse)
    run = Run(TrainConfig(epochs=1))
    finish(run)
    assert run.status["message"] == "Finished. Your network can read in the Draw tab."


# --- a run on the CPU of a ZeroGPU Space -------------------------------------------------------


@pytest.fixture
def refuse(lend: Callable[..., None]) -> None:
    """Let nobody have a GPU."""

    def refuse(state: TrainingState) -> Arrivals:
        raise error("ZeroGPU quota exceeded")
        yield

    lend(refuse)


def the_process() -> BaseProcess:
    (process,) = multiprocessing.active_children()
    return process


@pytest.mark.usefixtures("refuse")
def test_after_a_pause_the_cpu_goes_on_where_it_stood(tiny_mnist: MNIST) -> None:
    run = Run(TrainConfig(epochs=3, model="cnn", dropout=0.2, schedule="one_cycle"))
    run.rest = lambda: pytest.fail("It waits for a lock of the server's.")
    while not run.epochs:
        assert run.advance()
    process = the_process()
    run.expect_turn("Paused.")
    assert the_process() is process
    finish(run)
    assert run.state == "finished"
    assert run.is_repeatable
    assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
    assert same(run.model, train_alone(run, tiny_mnist))
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("refuse")
def test_a_stop_ends_the_process_that_trains_and_another_trains_on(
    backwards: list[torch.Tensor],
) -> None:
    run = Run(LONG)
    while not run.epochs:
        assert run.advance()
    run.request_stop()
    assert not run.advance()
    assert run.state == "stopped"
    assert not multiprocessing.active_children()
    run.extend(2)
    finish(run)
    assert run.state == "finished"
    assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
    assert not backwards


@pytest.mark.usefixtures("refuse")
def test_training_on_on_the_cpu_equals_training_at_a_stretch(tiny_mnist: MNIST) -> None:
    run = Run(TrainConfig(epochs=2, schedule="step", optimizer="sgd"))
    finish(run)
    run.extend(2)
    finish(run)
    assert same(run.model, train_alone(run, tiny_mnist))


@pytest.mark.usefixtures("refuse")
def test_a_run_that_ends_in_a_pause_leaves_no_process() -> None:
    run = Run(LONG)
    while not run.epochs:
        assert run.advance()
    run.expect_turn("Paused.")
    run.end()
    assert run.state == "stopped"
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("refuse")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_killed_process_ends_the_run_and_tidies_nothing_of_the_server_s(
    tmp_path: Path, kill: signal.Signals
) -> None:
    tidied = tmp_path / "tidied"
    if kill != signal.SIGKILL:
        before = signal.signal(kill, lambda *_: tidied.touch())
    try:
        run = Run(LONG)
        while not run.epochs:
            assert run.advance()
        pid = the_process().pid
        assert pid
        os.kill(pid, kill)
        finish(run)
    finally:
        if kill != signal.SIGKILL:
            signal.signal(kill, before)
    assert run.state == "failed"
    assert run.status["message"] == UNEXPECTED
    assert not tidied.exists()
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("refuse")
@pytest.mark.parametrize(
    ("failure", "state", "message"),
    [
        (DivergenceError("Try 0.0001.", 0.0001), "diverged", "Try 0.0001."),
        (MemoryError(), "failed", NO_MEMORY),
        (RuntimeError("secret detail"), "failed", UNEXPECTED),
        (RuntimeError(lambda: "cannot cross"), "failed", UNEXPECTED),
    ],
)
def test_what_goes_wrong_in_the_process_ends_in_advice(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, state: str, message: str
) -> None:
    def fail(training: Training) -> Any:
        raise failure
        yield

    monkeypatch.setattr(gpu_loan, "train", fail)
    run = Run(TrainConfig())
    finish(run)
    assert (run.state, run.status["message"]) == (state, message)
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("refuse")
def test_a_process_that_hangs_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(training: Training) -> NoReturn:
        while True:
            signal.pause()

    monkeypatch.setattr(gpu_loan, "train", hang)
    monkeypatch.setattr(gpu_loan, "BEAT", 0.01)
    monkeypatch.setattr(gpu_loan, "MOST_BEATS", 5)
    run = Run(TrainConfig())
    finish(run)
    assert (run.state, run.status["message"]) == ("failed", UNEXPECTED)
    assert not multiprocessing.active_children()


def test_a_connection_that_the_server_closes_is_closed(tiny_mnist: MNIST) -> None:
    ours, theirs = socket.socketpair()
    records = train_in_a_fork(set_up(LONG, tiny_mnist, CPU))
    while next(records) is None:
        pass
    ours.close()
    theirs.settimeout(PATIENCE)
    assert theirs.recv(1) == b""
    assert the_process().is_alive()
    records.close()


def test_the_process_ends_with_the_server(tiny_mnist: MNIST) -> None:
    fork = multiprocessing.get_context("fork")
    seen, held = fork.Pipe(duplex=False)

    def serve() -> None:
        os.dup2(held.fileno(), 1)  # of what it inherits, the process that trains keeps only this
        records = train_in_a_fork(set_up(LONG, tiny_mnist, CPU))
        while next(records) is None:
            pass
        os._exit(0)  # as the app does, without a word to anybody

    server = fork.Process(target=serve)
    server.start()
    held.close()
    server.join()
    assert server.exitcode == 0
    assert seen.poll(PATIENCE)
    with pytest.raises(EOFError):
        seen.recv()


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
        ("quota_spent", QUOTA_SPENT),
        ("none_free", NONE_FREE),
        ("not_allowed", NONE_FREE),
        ("not_found", NONE_FREE),
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


def test_on_a_space_the_process_of_the_app_never_trains(space: dict[str, Any]) -> None:
    assert space["trained_here"] == 0


def test_on_a_space_a_gpu_that_is_not_found_is_given_back(space: dict[str, Any]) -> None:
    assert [given["fail"] for given in space["not_found"]["released"]] == ["true"]


def test_on_a_space_the_cpu_can_be_stopped_and_what_kills_it_says_so(
    space: dict[str, Any],
) -> None:
    stopped, trained_on = space["stopped_on_the_cpu"].values()
    assert stopped["state"] == "stopped"
    assert stopped["message"].endswith(QUOTA_SPENT)
    assert trained_on["state"] == "finished"
    assert "The model is on: cpu:0" in trained_on["lines"]  # a GPU is found all the same
    assert space["killed_on_the_cpu"]["state"] == "failed"
    assert space["killed_on_the_cpu"]["message"] == UNEXPECTED


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

"""Workers as they are: processes of their own, which train, stop, are killed and go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.teaching import prepare, sit
from mnist_core.training import set_up, train
from mnist_core.web.jobs import worker_process
from mnist_core.web.jobs.queue import RECONNECT_GRACE_SECONDS, JobQueue
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.short_task import TeachTask
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.jobs.worker_process import Worker
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.run_text import ERRORS, say_status
from tests.own_symbols import draw_symbols
from tests.real_mnist import REPOSITORY
from tests.web.workshop import WORKERS, HandClock, eventually

pytestmark = pytest.mark.slow

START = worker_process.start_worker  # before a fixture puts threads in their place
CONFIG = TrainConfig(epochs=3, model="cnn", dropout=0.2, augmentation="affine", schedule="step")
LONG = TrainConfig(epochs=100)
SLOW = TrainConfig(epochs=100, model="cnn", batch_size=1)  # so long that another worker can start

needs_processes = pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="Processes are looked up in /proc."
)


class RealPool(WorkerPool):
    """A pool that remembers whom it has started."""

    def __init__(self) -> None:
        self.started: list[Worker] = []
        super().__init__(self._start_and_remember)

    def _start_and_remember(self) -> Worker:
        self.started.append(START())
        return self.started[-1]

    @property
    def pids(self) -> list[int]:
        return [worker.process.pid for worker in self.started if worker.process]

    def close(self) -> None:
        for worker in self.started:
            worker.close()


@pytest.fixture
def pool() -> Iterator[RealPool]:
    """Return a pool of real workers, which are gone after the test."""
    opened = RealPool()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_pool() -> Iterator[RealPool]:
    """Return a pool for tests that leave their workers as they were: to start one takes seconds."""
    opened = RealPool()
    yield opened
    opened.close()


def train_alone(config: TrainConfig, mnist: Splits) -> torch.nn.Module:
    training = set_up(config, mnist, torch.device("cpu"))
    list(train(training))
    return training.model


def assert_as_alone(run: Run, mnist: Splits) -> None:
    assert run.state == "finished"
    assert run.model is not None
    alone = train_alone(run.config, mnist)
    for name, part in run.model.state_dict().items():
        assert torch.equal(alone.state_dict()[name], part), name


def train_to_the_end(run: Run, pool: WorkerPool) -> None:
    for _ in run.train(pool):
        pass


def train_an_epoch(run: Run, pool: WorkerPool) -> Generator[None, None, None]:
    steps = run.train(pool)
    while not run.epochs:
        next(steps)
    return steps


def test_a_worker_comes_to_the_same_weights_and_is_kept_for_the_next_training(
    shared_pool: RealPool, tiny_mnist: Splits
) -> None:
    for config in (CONFIG, TrainConfig(epochs=2, seed=7)):
        run = Run(config)
        train_to_the_end(run, shared_pool)
        assert_as_alone(run, tiny_mnist)
        assert [epoch.epoch for epoch in run.epochs] == list(range(1, config.epochs + 1))
        assert run.lines[2] == "The model is on: cpu"
    assert len(shared_pool.started) == 1


def test_a_paused_run_goes_on_in_another_worker_bit_for_bit(
    pool: RealPool, tiny_mnist: Splits
) -> None:
    run = Run(CONFIG)
    train_an_epoch(run, pool).close()
    assert run.is_under_way
    pool.close()
    train_to_the_end(run, pool)
    assert_as_alone(run, tiny_mnist)
    assert len(pool.started) == 2


def test_a_stopped_run_trains_on_in_another_worker(pool: RealPool, tiny_mnist: Splits) -> None:
    run = Run(TrainConfig(epochs=2, optimizer="sgd", schedule="step"))
    train_to_the_end(run, pool)
    pool.close()
    run.extend(3)
    train_to_the_end(run, pool)
    assert run.config.epochs == 5
    assert run.is_repeatable
    assert_as_alone(run, tiny_mnist)


def test_stop_ends_a_run_with_its_next_record_and_the_worker_is_free(shared_pool: RealPool) -> None:
    run = Run(LONG)
    steps = train_an_epoch(run, shared_pool)
    run.request_stop()
    assert list(steps) == []
    assert run.state == "stopped"
    assert run.can_train_on
    with shared_pool.lend() as worker:
        assert worker in shared_pool.started


@needs_processes
def test_a_killed_worker_ends_its_run_with_a_sentence_and_the_next_has_a_fresh_one(
    pool: RealPool, tiny_mnist: Splits
) -> None:
    run = Run(LONG)
    steps = train_an_epoch(run, pool)
    os.kill(pool.pids[0], signal.SIGKILL)
    for _ in steps:
        pass
    assert run.state == "failed"
    assert say_status(run.status) == ERRORS["worker_lost"]
    assert run.model is None
    other = Run(TrainConfig(epochs=1))
    train_to_the_end(other, pool)
    assert_as_alone(other, tiny_mnist)
    assert len(pool.started) == 2


@needs_processes
def test_a_worker_killed_in_a_pause_or_while_idle_is_replaced(
    pool: RealPool, tiny_mnist: Splits
) -> None:
    run = Run(TrainConfig(epochs=2))
    train_an_epoch(run, pool).close()
    os.kill(pool.pids[0], signal.SIGKILL)
    eventually(lambda: not pool.started[0].is_alive)
    train_to_the_end(run, pool)
    assert_as_alone(run, tiny_mnist)


def test_two_train_at_once_and_do_not_disturb_each_other(
    shared_pool: RealPool, tiny_mnist: Splits
) -> None:
    queue = JobQueue(HandClock(), shared_pool, slots=2)
    sessions = [Session(queue) for _ in range(3)]
    with sessions[0].connected(), sessions[1].connected(), sessions[2].connected():
        first, second = (session.start(SLOW) for session in sessions[:2])
        eventually(lambda: first.state == second.state == "training" and second.epochs)
        third = sessions[2].start(TrainConfig(epochs=2, seed=3))
        assert say_status(third.status).startswith("1st in the queue")
        for session, run in zip(sessions[:2], (first, second), strict=True):
            session.stop(run)
        runs = [session.start(TrainConfig(epochs=4, seed=5)) for session in sessions[:2]]
        eventually(lambda: not any(session.is_under_way for session in sessions))
    assert len(shared_pool.started) <= 2
    for run in (third, *runs):
        assert_as_alone(run, tiny_mnist)


def test_a_page_that_leaves_pauses_its_training_and_the_slot_goes_to_the_next(
    shared_pool: RealPool, tiny_mnist: Splits
) -> None:
    clock = HandClock()
    queue = JobQueue(clock, shared_pool, slots=1)
    first, second = Session(queue), Session(queue)
    with second.connected():
        with first.connected():
            run = first.start(TrainConfig(epochs=20, batch_size=2))
            eventually(lambda: run.epochs)
            other = second.start(TrainConfig(epochs=1))
        eventually(lambda: clock.waiting)
        clock.put_forward(RECONNECT_GRACE_SECONDS)
        eventually(lambda: not other.is_under_way)
        assert run.state == "waiting"
        with first.connected():
            eventually(lambda: not run.is_under_way)
    assert_as_alone(run, tiny_mnist)


@needs_processes
def test_a_worker_is_of_the_lowest_priority_and_loads_neither_gradio_nor_the_app(
    shared_pool: RealPool,
) -> None:
    run = Run(LONG)
    steps = train_an_epoch(run, shared_pool)
    pid = shared_pool.pids[0]
    assert os.getpriority(os.PRIO_PROCESS, pid) == worker_process.LOWEST_PRIORITY
    mapped = Path(f"/proc/{pid}/maps").read_text()
    assert "train-images-idx3-ubyte" in mapped
    code = "import sys, mnist_core.web.jobs.worker; print('gradio' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
    steps.close()


SERVER = """
import sys
from mnist_core.config import TrainConfig
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.short_task import TeachTask
from mnist_core.web.jobs.worker_pool import WorkerPool
from tests.tiny_mnist import make_tiny_mnist
from pathlib import Path

make_tiny_mnist(Path(sys.argv[1])).replace_mnist()
pool = WorkerPool()
steps = Run(TrainConfig(epochs=100)).train(pool)
for _ in range(4):
    next(steps)
with pool.lend() as idle:
    print(idle.process.pid, flush=True)
    for _ in steps:
        pass
    sys.stdin.read()
"""


@needs_processes
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_is_left_behind_when_the_server_is_killed(
    tmp_path: Path, kill: signal.Signals
) -> None:
    environment = {**os.environ, "MNIST_DATA": str(tmp_path / "root")}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().strip().isdigit()
        workers = children_of(server.pid)
        assert len(workers) == 2  # one that trains, and one that has nothing to do
        server.send_signal(kill)
        server.wait()
    eventually(lambda: not any(is_running(pid) for pid in workers))


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def is_running(pid: int) -> bool:
    """Tell whether a process is there and not merely waits for somebody to note its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_running_out_of_memory_ends_the_run_and_not_the_worker(
    monkeypatch: pytest.MonkeyPatch, tiny_mnist: Splits
) -> None:
    def fail(*_: Any) -> Any:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr("mnist_core.web.jobs.worker.set_up", fail)
        run = Run(TrainConfig(epochs=1))
        train_to_the_end(run, WORKERS)
    assert (run.state, say_status(run.status)) == ("failed", ERRORS["no_memory"])
    other = Run(TrainConfig(epochs=1))
    train_to_the_end(other, WORKERS)
    assert_as_alone(other, tiny_mnist)


# --- trainings of seconds ----------------------------------------------------------------------


def test_a_worker_teaches_between_two_trainings(shared_pool: RealPool, tiny_mnist: Splits) -> None:
    lesson = prepare(draw_symbols(8))
    with shared_pool.lend():
        started = len(shared_pool.started)  # with the one that is warm now
    with shared_pool.lend() as worker:
        steps = worker.perform(TeachTask(lesson))
        while True:
            try:
                assert 0 < next(steps).share <= 1
            except StopIteration as end:
                taught = end.value
                break
    assert taught.exam.count == 6
    assert sit(taught.network, lesson) == taught.exam
    run = Run(CONFIG)
    train_to_the_end(run, shared_pool)
    assert_as_alone(run, tiny_mnist)
    assert len(shared_pool.started) == started

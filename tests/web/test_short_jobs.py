"""Trainings of seconds: bounded, in turns, and never in anybody's way."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mnist_core.checkpoints import CheckpointError
from mnist_core.teaching import Progress, prepare, training
from mnist_core.web.jobs import short_task
from mnist_core.web.jobs.short_jobs import ShortJob, ShortJobs
from mnist_core.web.jobs.short_task import Taught, TeachTask
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.jobs.worker_process import WorkerLostError
from tests.own_symbols import draw_symbols
from tests.web.conftest import SetLimits
from tests.web.workshop import WORKERS, eventually


@dataclass
class SlowWorker:
    """A worker that reports once, and ends when it is let."""

    gate: threading.Event
    error: Exception | None = None
    is_free: bool = True
    is_alive: bool = True

    def perform(self, task: Any) -> Generator[Progress, None, str]:
        self.is_free = False
        yield Progress(0.5, 1.0)
        self.gate.wait(60)
        if self.error:
            raise self.error
        self.is_free = True
        return "learned"

    def close(self) -> None:
        self.is_alive = False


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    opened = threading.Event()
    yield opened
    opened.set()


def jobs_with(gate: threading.Event, error: Exception | None = None) -> ShortJobs:
    return ShortJobs(WorkerPool(lambda: SlowWorker(gate, error)))  # type: ignore[arg-type, return-value]


def job(results: list[Any], client: str = "") -> ShortJob:
    task: Any = None
    return ShortJob(task, results.append, lambda: None, client)


def test_as_many_as_networks_may_train_are_done_at_once_and_the_others_wait(
    gate: threading.Event, limit: SetLimits
) -> None:
    limit(trainings=1)
    jobs, results = jobs_with(gate), []
    first, second = job(results), job(results)
    for one in (first, second):
        jobs.start(one)
    eventually(lambda: first.share == 0.5)
    assert second.share is None
    gate.set()
    eventually(lambda: second.is_over)
    assert results == ["learned", "learned"]


def test_who_asks_for_too_many_is_refused(gate: threading.Event, limit: SetLimits) -> None:
    limit(trainings=1, waiting=4)
    jobs, results = jobs_with(gate), []
    for _ in range(3):
        jobs.start(job(results, "one"))
    with pytest.raises(ValueError, match="Too many networks wait"):
        jobs.start(job(results, "one"))
    jobs.start(job(results, "another"))
    with pytest.raises(ValueError, match="Too many networks wait"):
        jobs.start(job(results, "a third"))
    gate.set()
    eventually(lambda: len(results) == 4)


def test_what_nobody_wants_any_more_ends_without_a_result(gate: threading.Event) -> None:
    jobs, results = jobs_with(gate), []
    unwanted = job(results)
    jobs.start(unwanted)
    eventually(lambda: unwanted.share == 0.5)
    unwanted.is_unwanted = True
    gate.set()
    eventually(lambda: unwanted.is_over)


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (WorkerLostError(), "has ended"),
        (MemoryError(), "no memory"),
        (OSError(), "no memory"),
        (RuntimeError("secret"), "Something went wrong"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_the_next_one_is_done(
    gate: threading.Event, error: Exception, part: str
) -> None:
    gate.set()
    jobs, results = jobs_with(gate, error), []
    failing = job(results)
    jobs.start(failing)
    eventually(lambda: failing.is_over)
    assert failing.problem is not None
    assert part in failing.problem
    assert results == []


def test_without_the_network_of_the_project_one_is_taught_from_the_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> None:
        raise CheckpointError("damaged")

    monkeypatch.setattr(short_task, "load_base", missing)
    monkeypatch.setattr(training, "MOST_SECONDS", 600.0)
    results: list[Taught] = []
    taught = ShortJob(
        TeachTask(prepare(draw_symbols(8))),
        results.append,  # type: ignore[arg-type]
        lambda: None,
    )
    ShortJobs(WORKERS).start(taught)
    eventually(lambda: taught.is_over)
    assert taught.problem is None
    assert results[0].exam.right == results[0].exam.count

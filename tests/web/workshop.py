"""What tests of runs need: a clock that they set, and batches that they hand out one by one."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from typing import Any, TypeVar

import gradio as gr
import pytest

from mnist_core.config import TrainConfig
from mnist_core.data import Batch, ImageDataset, Splits
from mnist_core.web.jobs.presence import Clock
from mnist_core.web.jobs.queue import JobQueue
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.worker import work
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.jobs.worker_process import Worker
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.page_stream import Tab, follow_session
from tests.web import event_loop

SHORT = TrainConfig(epochs=1)
PATIENCE = 30.0  # seconds after which a test gives up; a busy machine needs a few


def eventually(happened: Callable[[], object]) -> None:
    """Wait until something has happened in another thread."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        time.sleep(0.001)  # between two looks, not instead of one


class HandClock(Clock):
    """A clock that stands still until a test puts it forward.

    Attributes:
        waiting: how many threads wait for the time to pass.
        waits: how often one has begun to.
    """

    def __init__(self) -> None:
        self.time = 1000.0
        self.waiting = self.waits = 0
        self.conditions: set[Condition] = set()

    def now(self) -> float:
        return self.time

    def wait(self, condition: Condition, seconds: float | None) -> None:
        assert seconds is None or seconds >= 0
        self.conditions.add(condition)
        self.waiting += 1
        self.waits += 1
        condition.wait(PATIENCE)
        self.waiting -= 1

    def put_forward(self, seconds: float) -> None:
        self.time += seconds
        for condition in list(self.conditions):
            with condition:
                condition.notify_all()


class Gate:
    """Lets training batches pass only as a test allows it.

    Attributes:
        passed: how many batches have passed.
    """

    def __init__(self) -> None:
        self.passed = 0
        self._allowed = 0
        self._waiting = 0
        self._changed = Condition()

    def pass_one(self) -> None:
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self.passed < self._allowed, PATIENCE)
            self._waiting -= 1
            self.passed += 1

    def let_pass(self, batches: int) -> None:
        """Let so many more pass, and wait until the next one stands at the gate."""
        with self._changed:
            self._allowed = self.passed + batches
            self._changed.notify_all()
            goal = self._allowed
            assert self._changed.wait_for(lambda: self.passed == goal and self._waiting, PATIENCE)

    def allow(self, batches: int = 10**6) -> None:
        """Let so many more pass, and wait for nothing."""
        with self._changed:
            self._allowed = self.passed + batches
            self._changed.notify_all()


class GatedSet(ImageDataset):
    """Training images behind a gate."""

    gate: Gate

    def __getitems__(self, indices: list[int]) -> Batch:
        self.gate.pass_one()
        return super().__getitems__(indices)


def worker_in_a_thread() -> Worker:
    """Start a worker in this process, where a test can put its own batches in its way."""
    orders, give = os.pipe()
    take, reports = os.pipe()

    def main() -> None:
        with (
            os.fdopen(orders, "rb") as incoming,
            os.fdopen(reports, "wb") as outgoing,
            suppress(OSError, ValueError),  # nobody listens any more
        ):
            work(incoming, outgoing)

    Thread(target=main, name="worker", daemon=True).start()
    return Worker(os.fdopen(give, "wb"), os.fdopen(take, "rb"))


WORKERS = WorkerPool(worker_in_a_thread)
"""For tests that train a run themselves, without a queue."""


class Workshop:
    """A queue of its own with a clock to set, a worker with a gate to open, and visitors."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.queue = JobQueue(self.clock, WorkerPool(worker_in_a_thread), slots=1)
        self.gate = Gate()

    def session(self) -> Session:
        """Return a session without a page."""
        return Session(self.queue)


@contextmanager
def open_workshop(mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """Let runs train on the given images, behind the gate, with a record for each batch."""
    workshop = Workshop()
    gated = GatedSet(mnist.train.images, mnist.train.labels)
    gated.gate = workshop.gate
    data = Splits(gated, mnist.test)
    monkeypatch.setattr("mnist_core.web.jobs.worker.map_images", lambda *_: data)
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)
    yield workshop
    workshop.gate.allow()


def trained(session: Session, config: TrainConfig = SHORT) -> Run:
    """Train a network to its end, with a page of the visitor open; so has the gate to be."""
    with session.connected():
        run = session.start(config)
        eventually(lambda: not run.is_under_way)
    return run


AnyTab = TypeVar("AnyTab", bound=Tab)


def build(tab: Callable[[SessionLink], AnyTab]) -> AnyTab:
    """Lay a tab out on a page of its own."""
    with gr.Blocks():
        return tab(SessionLink())


def sent(**data: Any) -> gr.EventData:
    """Return an event as the page sends it."""
    return gr.EventData(None, data)


def follow(session: Session, tab: Tab, page: str = "page") -> AsyncGenerator[dict[Any, Any], None]:
    """Follow a session as a page does that has this tab alone."""
    return follow_session(session, page, [tab])


def screens_of(
    session: Session, tab: Tab, once_seen: Callable[[], object] = lambda: None
) -> list[dict[Any, Any]]:
    """Follow to the end.

    Args:
        session: which session.
        tab: what is seen of it.
        once_seen: is called after each change.

    Returns:
        What was seen after each change: the values of all components.
    """
    screens: list[dict[Any, Any]] = []

    async def look() -> None:
        async for updates in follow(session, tab):
            if updates:
                screens.append({**(screens[-1] if screens else {}), **updates})
                once_seen()

    event_loop.run(look())
    return screens

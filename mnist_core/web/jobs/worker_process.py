"""A worker as the server sees it: a process of its own, of the lowest priority.

A fresh interpreter on every system, started as a program: `multiprocessing` would first run the
app's own file in it, Gradio and all, which takes seconds and a hundred megabytes. When the server
ends, in whatever way, its end of the pipe closes and the worker goes.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from mnist_core import teaching
from mnist_core.web.jobs.short_task import ShortTask
from mnist_core.web.jobs.worker import Begun, Done, Ended, Failed, Order, Progress, Report, Task

LOWEST_PRIORITY = 19  # of `nice`: the kernel lets the readings go first
END_TIMEOUT_SECONDS = 5.0
PROGRAM = """
import os, sys
if hasattr(os, "nice"):
    os.nice(int(sys.argv[2]))
sys.path.insert(0, sys.argv[1])
from mnist_core.web.jobs.worker import main
main()
"""
HOUSE = Path(__file__).parents[3]  # where the package lies


class WorkerLostError(Exception):
    """The worker's process has ended in the middle of a task."""


class WorkerError(Exception):
    """Something went wrong in a task that nobody had thought of; the message is its trace."""


class Worker:
    """One end of a worker's pipes.

    Attributes:
        is_free: whether it has nothing to do.
    """

    def __init__(
        self,
        orders: IO[bytes],
        reports: IO[bytes],
        process: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self._orders = orders
        self._reports = reports
        self.process = process
        self.is_free = True

    @property
    def is_alive(self) -> bool:
        """Tell whether its process is still there."""
        return self.process is None or self.process.poll() is None

    def begin(self, task: Task) -> None:
        """Hand a free worker a task."""
        self.is_free = False
        self._send(task)

    def order(self, order: Order) -> None:
        """Tell it what to do after a report."""
        self._send(order)

    def receive(self) -> Begun | Progress | Ended:
        """Wait for the next report.

        Raises:
            WorkerLostError: its process has ended.
            DivergenceError, FileNotFoundError, MemoryError: as in `worker.work`.
            WorkerError: anything else that went wrong there.
        """
        report = self._read()
        assert isinstance(report, Begun | Progress | Ended)  # what comes of a `Task`
        return report

    def perform(self, task: ShortTask) -> Generator[teaching.Progress, None, Any]:
        """Hand a free worker a training of seconds; yield how far it is, return what came of it.

        Raises:
            WorkerLostError, MemoryError, WorkerError: as in `receive`.
        """
        self.is_free = False
        self._send(task)
        while isinstance(report := self._read(), teaching.Progress):
            yield report
        assert isinstance(report, Done)
        return report.result

    def _read(self) -> Report:
        try:
            report: Report = pickle.load(self._reports)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise WorkerLostError from error
        self.is_free = isinstance(report, Ended | Failed | Done)
        if isinstance(report, Failed):
            raise report.error or WorkerError(report.trace)
        return report

    def stop(self) -> Ended:
        """Have it stop after the report that it has just made.

        Raises:
            WorkerLostError: its process has ended.
        """
        self._send(Order.STOP)
        while not isinstance(report := self.receive(), Ended):
            pass
        return report

    def close(self) -> None:
        """End it, whatever it does."""
        with suppress(OSError):
            self._orders.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait(END_TIMEOUT_SECONDS)
        with suppress(OSError):
            self._reports.close()

    def _send(self, what: Task | ShortTask | Order) -> None:
        try:
            pickle.dump(what, self._orders)
            self._orders.flush()
        except (OSError, ValueError) as error:
            raise WorkerLostError from error


def start_worker() -> Worker:
    """Start a worker; it takes a second or two until it listens, which nobody waits for here.

    Raises:
        OSError: no process can be started.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(HOUSE), str(LOWEST_PRIORITY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        creationflags=getattr(subprocess, "IDLE_PRIORITY_CLASS", 0),  # of Windows
    )
    assert process.stdin is not None
    assert process.stdout is not None
    return Worker(process.stdin, process.stdout, process)

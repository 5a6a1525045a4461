"""The workers that there are: lent for a training, and kept warm for the next."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mnist_core.web.jobs import worker_process
from mnist_core.web.jobs.worker_process import Worker

log = logging.getLogger(__name__)


class WorkerPool:
    """Workers with nothing to do; those at work are with who has borrowed them."""

    def __init__(self, start: Callable[[], Worker] | None = None) -> None:
        """Make an empty pool.

        Args:
            start: starts a worker; by default a process.
        """
        self._start = start
        self._idle: list[Worker] = []
        self._has_started = False
        self._lock = threading.Lock()

    @contextmanager
    def lend(self) -> Iterator[Worker]:
        """Lend a worker, for as long as the block takes.

        One that has not come to the end of its task by then is ended, and never lent again.

        Raises:
            OSError: no process can be started.
        """
        worker = self._take() or self._start_one()
        try:
            yield worker
        finally:
            if worker.is_free and worker.is_alive:
                self._put(worker)
            else:
                worker.close()

    def warm_up(self) -> None:
        """Start a first worker if there has been none; it gets ready by itself."""
        with self._lock:
            if self._has_started:
                return
            self._has_started = True
        try:
            self._put(self._start_one())
        except OSError:
            log.exception("no worker can be started")

    def _start_one(self) -> Worker:
        self._has_started = True
        return (self._start or worker_process.start_worker)()

    def _take(self) -> Worker | None:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive:
                    return worker
                worker.close()
        return None

    def _put(self, worker: Worker) -> None:
        with self._lock:
            self._idle.append(worker)

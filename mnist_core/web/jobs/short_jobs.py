"""Trainings of seconds, beside the queue: who teaches a class waits for nobody's hundred epochs.

As many at once as networks may train, each in a worker of the lowest priority, first come, first
served. One takes four seconds at most, so a place is soon free.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mnist_core.text import Message
from mnist_core.web.jobs.queue import SHARE_OF_A_CLIENT
from mnist_core.web.jobs.short_task import HandLearned, ShortTask, Taught
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.jobs.worker_process import WorkerError, WorkerLostError
from mnist_core.web.limits import the_limits

log = logging.getLogger(__name__)


class ShortJob:
    """One of them, as its visitor sees it; usable on any thread.

    Attributes:
        client: whose it is, as far as shares are concerned; empty if nobody knows.
        share: how much of it is over, 0 to 1; None while it waits for its turn.
        problem: why nothing came of it, if so.
        is_over: whether it has ended, well or not.
        is_unwanted: whether nobody wants to know any more.
    """

    def __init__(
        self,
        task: ShortTask,
        finish: Callable[[Taught | HandLearned], object],
        changed: Callable[[], object],
        client: str = "",
    ) -> None:
        """Describe a job.

        Args:
            task: what is to be done.
            finish: is given what came of it.
            changed: is called after each change.
            client: as the attribute.
        """
        self.client = client
        self.share: float | None = None
        self.problem: Message | None = None
        self.is_over = False
        self.is_unwanted = False
        self._task = task
        self._finish = finish
        self._changed = changed

    def perform(self, workers: WorkerPool) -> None:
        """Have it done by a worker, and end."""
        try:
            if not self.is_unwanted:
                self._perform(workers)
        except WorkerLostError:
            self.problem = Message("jobs.short_lost")
        except (MemoryError, OSError):
            self.problem = Message("jobs.short_no_room")
        except WorkerError as error:
            log.error("a short training failed", extra={"fields": {"trace": str(error)}})
            self.problem = Message("jobs.short_failed")
        except Exception:
            log.exception("a short training failed")
            self.problem = Message("jobs.short_failed")
        finally:
            self.is_over = True
            self._changed()

    def _perform(self, workers: WorkerPool) -> None:
        self.share = 0.0
        self._changed()
        with workers.lend() as worker:
            steps = worker.perform(self._task)
            while True:
                try:
                    progress = next(steps)
                except StopIteration as end:
                    self._finish(end.value)
                    return
                if self.is_unwanted:
                    return  # the worker, which is in the middle of it, is not lent again
                self.share = progress.share
                self._changed()


class ShortJobs:
    """Has them done, in threads that it starts with the first."""

    def __init__(self, workers: WorkerPool) -> None:
        self._workers = workers
        self._under_way: list[ShortJob] = []
        self._threads: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def start(self, job: ShortJob) -> None:
        """Have a job done when it is its turn.

        Raises:
            ValueError: too many wait, of all visitors or of this one's client.
        """
        limits = the_limits()
        with self._lock:
            own = sum(other.client == job.client != "" for other in self._under_way)
            most = limits.waiting
            if len(self._under_way) >= most or own >= SHARE_OF_A_CLIENT * most:
                raise ValueError(Message("jobs.full"))
            self._under_way.append(job)
            if self._threads is None:
                self._threads = ThreadPoolExecutor(limits.trainings, "short-trainings")
            self._threads.submit(self._perform, job)

    def _perform(self, job: ShortJob) -> None:
        try:
            job.perform(self._workers)
        finally:
            with self._lock:
                self._under_way.remove(job)

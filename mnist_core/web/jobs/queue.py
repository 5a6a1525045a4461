"""The queue of runs that wait for their training, and the threads that have them trained.

As many train at once as there are slots, each in a worker of its own; more would only slow each
other down. Whoever comes first is trained first; of the runs of one visitor only one is ahead of
the next visitor's. A run trains while a page of its visitor is connected: when the last one closes
it pauses with its next record, soon gives up its slot, and queues again when the visitor is back,
going on where it stood.
"""

from __future__ import annotations

import heapq
import logging
import threading
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any, Literal

from mnist_core.config import TrainConfig
from mnist_core.text import Message
from mnist_core.web.jobs.pace import Slowness
from mnist_core.web.jobs.presence import Clock, Presence
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.limits import the_limits

log = logging.getLogger(__name__)

RECONNECT_GRACE_SECONDS = 1.2  # for which a slot or a place is kept for a page that reloads
UNATTENDED_TIMEOUT_SECONDS = 15 * 60.0  # without a page, after which a run ends
RUNS_AT_ONCE = 4  # of an experiment, which begins whole or not at all
SHARE_OF_A_CLIENT = 0.75  # of the places: in a classroom thirty people train at once


@dataclass(eq=False)
class Job:
    """A run in the queue, and whose it is.

    Attributes:
        number: of this training among all of this server, which the log calls it by.
        entered_at: when it was queued.
        seconds: for how long it has been trained, on the clock.
        has_begun: whether it has been trained at all.
    """

    run: Run
    presence: Presence
    number: int
    entered_at: float
    seconds: float = 0.0
    has_begun: bool = False

    @property
    def is_present(self) -> bool:
        """Tell whether a page of the visitor is connected."""
        return self.presence.absent_for is None

    def is_absent_for(self, seconds: float) -> bool:
        """Tell whether no page has been connected for that long."""
        absent_for = self.presence.absent_for
        return absent_for is not None and absent_for >= seconds


class JobQueue:
    """Trains the runs that are handed to it, in threads that it starts with the first."""

    def __init__(
        self,
        clock: Clock | None = None,
        workers: WorkerPool | None = None,
        slots: int | None = None,
    ) -> None:
        """Make an empty queue.

        Args:
            clock: tells the time.
            workers: those that train.
            slots: how many networks train at once; by default what the limits say.
        """
        self.clock = clock or Clock()
        self.changed = threading.Condition()  # guards all that follows
        self._workers = workers or WorkerPool()
        self._slots = slots
        self._waiting: list[Job] = []
        self._paused: list[Job] = []  # their visitors have left
        self._running: list[Job] = []
        self._slowness = Slowness()
        self._threads: list[threading.Thread] = []
        self._numbers = count(1)

    def enter(self, run: Run, presence: Presence) -> None:
        """Put a run at the end of the queue.

        Raises:
            ValueError: the queue is full.
        """
        with self.changed:
            self.check_room(presence)
            self._waiting.append(Job(run, presence, next(self._numbers), self.clock.now()))
            self._show_places()
            self._wake()

    def check_room(self, presence: Presence, runs: int = 1) -> None:
        """Make sure that so many more runs can come in; true as long as `changed` is held.

        Args:
            presence: of their visitor.
            runs: how many.

        Raises:
            ValueError: the queue is full, or the share of the visitor's client is used up.
        """
        most, client = the_limits().waiting, presence.client
        share = max(SHARE_OF_A_CLIENT * most, RUNS_AT_ONCE)
        own = sum(job.presence.client == client for job in self._present()) if client else 0
        if self.waiting + runs > most or (client and own + runs > share):
            raise ValueError(Message("jobs.full"))

    @property
    def is_full(self) -> bool:
        """Tell whether no more runs can come in."""
        return self.waiting >= the_limits().waiting

    def stop(self, run: Run) -> None:
        """End a run: at once if it waits or is paused, with its next record if it trains."""
        with self.changed:
            run.request_stop()
            for jobs in (self._waiting, self._paused):
                for job in [job for job in jobs if job.run is run]:
                    jobs.remove(job)
                    self._end(job)
            self._show_places()
            self.changed.notify_all()

    def warm_up(self) -> None:
        """Get a worker ready in the background, so that the first training need not wait for it."""
        self._workers.warm_up()

    def seconds_until_over(
        self, runs: Collection[Run], new: Sequence[TrainConfig] = ()
    ) -> float | None:
        """Return about how many seconds it takes until runs are over, and new ones after them.

        Args:
            runs: any that are under way; those that are paused do not count.
            new: the settings of runs that would come in now.

        Returns:
            None if there is nothing to wait for.
        """
        with self.changed:
            turns = self._turns()
            ends = [end for job, _, end in turns if job.run in runs]
            free_in = sorted([0.0] * self.slots + [end for _, _, end in turns])[-self.slots :]
        for config in new:
            start = heapq.heappop(free_in)
            ends.append(start + self._slowness.expect(config) * config.epochs)
            heapq.heappush(free_in, ends[-1])
        return max(ends, default=None)

    @property
    def slots(self) -> int:
        """Return how many networks train at once."""
        return self._slots or the_limits().trainings

    # --- the queue, with `changed` held --------------------------------------------------------

    def _wake(self) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        while len(self._threads) < self.slots:
            name = f"trainings {len(self._threads) + 1}"
            self._threads.append(threading.Thread(target=self._work, name=name, daemon=True))
            self._threads[-1].start()
        self.changed.notify_all()

    def _tidy(self) -> None:
        """Let those go who have left, and come in who are back."""
        for job in [job for job in self._waiting if job.is_absent_for(RECONNECT_GRACE_SECONDS)]:
            self._waiting.remove(job)
            self._paused.append(job)
        for job in list(self._paused):
            if job.is_present:
                self._paused.remove(job)
                self._waiting.append(job)
                job.run.expect_turn()
            elif job.is_absent_for(UNATTENDED_TIMEOUT_SECONDS):
                self._paused.remove(job)
                self._end(job)
        self._show_places()

    def _order(self) -> list[Job]:
        """Tell in which order turns will come: who has fewer runs ahead comes first."""
        ahead = Counter(job.presence for job in self._running)
        places = []
        for job in self._waiting:
            if job.is_present:
                places.append((ahead[job.presence], job))
                ahead[job.presence] += 1
        return [job for _, job in sorted(places, key=lambda place: place[0])]

    def _show_places(self) -> None:
        free = self.slots - len(self._running)
        for place, (job, start, _) in enumerate(self._turns()[len(self._running) :], start=1):
            if place > free:
                job.run.queue_up(place, start)

    def _turns(self) -> list[tuple[Job, float, float]]:
        """Tell in about how many seconds each job begins and ends, first those that train."""
        turns = [(job, 0.0, self._seconds_left(job.run)) for job in self._running]
        free_in = [0.0] * (self.slots - len(turns)) + [end for _, _, end in turns]
        heapq.heapify(free_in)
        for job in self._order():
            start = heapq.heappop(free_in)
            turns.append((job, start, start + self._seconds_left(job.run)))
            heapq.heappush(free_in, turns[-1][2])
        return turns

    def _seconds_left(self, run: Run) -> float:
        pace = run.seconds_per_epoch
        if pace is None:
            pace = self._slowness.expect(run.config)
        return pace * run.epochs_left

    def _end(self, job: Job) -> None:
        job.run.end()
        self._log_end(job)

    # --- a thread ------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self.changed:
                while (job := self._choose()) is None:
                    self.clock.wait(self.changed, self._until_somebody_has_to_go())
            self._train(job)
            del job  # else a run that is forgotten would stay until the next one comes

    def _choose(self) -> Job | None:
        """Take the job whose turn it is, if there is one."""
        self._tidy()
        order = self._order()
        if not order:
            return None
        job = order[0]
        self._waiting.remove(job)
        self._running.append(job)
        self._show_places()
        return job

    def _until_somebody_has_to_go(self) -> float | None:
        waits = [
            seconds - (job.presence.absent_for or 0.0)
            for jobs, seconds in (
                (self._waiting, RECONNECT_GRACE_SECONDS),
                (self._paused, UNATTENDED_TIMEOUT_SECONDS),
            )
            for job in jobs
        ]
        return max(min(waits), 0.0) if waits else None

    def _train(self, job: Job) -> None:
        """Train a job until it ends, or until its visitor has left."""
        run, began = job.run, self.clock.now()
        self._log_turn(job)
        with closing(run.train(self._workers)) as steps:
            for _ in steps:
                if not self._may_go_on(job):
                    break
        with self.changed:
            job.seconds += self.clock.now() - began
            self._running.remove(job)
            if run.is_under_way and not run.is_stopping:
                run.pause()
                log.info("training pauses", extra={"fields": {"training": job.number}})
                self._paused.append(job)
            else:
                self._end(job)
            if run.seconds_per_epoch is not None:
                self._slowness.note(run.config, run.seconds_per_epoch)
            # The others of its visitor step back behind everybody else's.
            self._waiting.sort(key=lambda other: other.presence is job.presence)
            self._show_places()
            self.changed.notify_all()

    def _may_go_on(self, job: Job) -> bool:
        """Wait for a visitor who has just left; tell whether the slot is kept."""
        with self.changed:
            self._tidy()
            while not job.is_present and not job.run.is_stopping:
                absent_for = job.presence.absent_for or 0.0
                if absent_for >= RECONNECT_GRACE_SECONDS:
                    return False
                self.clock.wait(self.changed, RECONNECT_GRACE_SECONDS - absent_for)
        return True

    # --- for the operator ----------------------------------------------------------------------

    @property
    def state(self) -> Literal["ready", "training", "dead"]:
        """Tell what the threads do; they are ready as well if nobody has needed them yet."""
        if not all(thread.is_alive() for thread in self._threads):
            return "dead"
        return "training" if self._running else "ready"

    @property
    def waiting(self) -> int:
        """Return how many runs wait for their turn, those of absent visitors left out."""
        return len(self._present())

    def _present(self) -> list[Job]:
        """Return the jobs that wait, but for those whose visitors have left."""
        waiting = list(self._waiting)
        return [job for job in waiting if not job.is_absent_for(RECONNECT_GRACE_SECONDS)]

    def _log_turn(self, job: Job) -> None:
        fields: dict[str, Any] = {
            "training": job.number,
            "waited": self._seconds_waited(job),
        }
        if not job.has_begun:
            job.has_begun = True
            config = job.run.config
            fields |= {"waiting": self.waiting, **asdict(config), "dataset": config.data_set.name}
            log.info("training starts", extra={"fields": fields})
        else:
            log.info("training goes on", extra={"fields": fields})

    def _log_end(self, job: Job) -> None:
        run = job.run
        fields: dict[str, Any] = {
            "training": job.number,
            "outcome": run.state,
            "model": run.config.model,
            "epochs_done": len(run.epochs),
            "accuracy": run.epochs[-1].test_accuracy if run.epochs else None,
            "seconds": round(job.seconds, 2),
            "waited": self._seconds_waited(job),
        }
        log.info("training ends", extra={"fields": fields})

    def _seconds_waited(self, job: Job) -> float:
        return round(self.clock.now() - job.entered_at - job.seconds, 2)

"""A session: the runs of one visitor, the own test set, and what the tabs show."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from mnist_core.config import TrainConfig
from mnist_core.data import add_own, forget_own, has_images
from mnist_core.drawings import LabelledDrawing
from mnist_core.text import Message
from mnist_core.web.jobs.presence import Presence
from mnist_core.web.jobs.queue import JobQueue
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.short_jobs import ShortJob, ShortJobs
from mnist_core.web.jobs.short_task import HandLearned, ShortTask, Taught
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.limits import MEGABYTE, the_limits
from mnist_core.web.sessions.drawn_curves import DrawnCurves
from mnist_core.web.sessions.own_classes import OwnClasses
from mnist_core.web.sessions.own_networks import OwnHand
from mnist_core.web.sessions.own_pictures import OwnPictures, read_own_pictures
from mnist_core.web.sessions.own_test_set import OwnTestSet
from mnist_core.web.sessions.run_files import RunFiles, measure_accuracy, read_upload
from mnist_core.web.sessions.tab_state import (
    DrawState,
    ExperimentsState,
    MistakesState,
    TrainState,
)
from mnist_core.web.sessions.uploads import clear_uploads

MAX_OPTIMIZERS = 3  # runs of a session that can train on: Adam's state is twice a model's size

WORKERS = WorkerPool()
JOB_QUEUE = JobQueue(workers=WORKERS)
SHORT_JOBS = ShortJobs(WORKERS)
NOT_OPEN = Message("session.not_open")
ENDED = Message("session.ended")


class Session:
    """What is kept of one visitor; usable on any thread.

    Attributes:
        visit: names it to the browser, which can do nothing by that; "" if nothing can be kept.
        presence: whether a page of it is connected.
        test_set: the digits that the visitor has labelled.
        own_classes: the classes that the visitor has named, and their drawings.
        own_hand: the network that has learned the visitor's hand, if one has.
        short_job: the training of seconds that is under way, or was last.
        own_pictures: the pictures that the visitor has brought last, if any.
        draw, train, mistakes, experiments: what these tabs show.
        curves: which runs' curves the Runs tab draws.
        has_lost: whether it takes the place of one whose runs or drawings are gone, and whose
            visitor has not been told yet.
        evicted: the names of the runs whose networks were given up since one was last added.
        keeping: a context for adding whatever is kept, set by the registry; entering it raises
            ValueError where there is no room for it.
    """

    def __init__(self, queue: JobQueue = JOB_QUEUE) -> None:
        self.visit = secrets.token_hex(8)
        self.presence = Presence(queue.changed, queue.clock)
        self.test_set = OwnTestSet()
        self.own_classes = OwnClasses()
        self.own_hand: OwnHand | None = None
        self.short_job: ShortJob | None = None
        self.own_pictures: OwnPictures | None = None
        self.draw = DrawState()
        self.train = TrainState()
        self.mistakes = MistakesState()
        self.experiments = ExperimentsState()
        self.curves = DrawnCurves()
        self.has_lost = False
        self.evicted: list[str] = []
        self.keeping: Callable[[], AbstractContextManager[None]] = nullcontext
        self._queue = queue
        self._runs: list[Run] = []
        self._past: list[Run] = []  # evicted: their results without their networks
        self._files = RunFiles()
        self._names_given = 0
        self._own_keys: list[str] = []  # of data sets, which settings may name
        self._has_ended = False
        self._used_at = queue.clock.now()
        self._changes = 0
        self._lock = threading.RLock()

    # --- the runs ------------------------------------------------------------------------------

    @property
    def runs(self) -> list[Run]:
        """Return the runs that have their networks, oldest first."""
        return list(self._runs)

    @property
    def results(self) -> list[Run]:
        """Return the evicted runs and the others, oldest first."""
        return self._past + self._runs

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to lose: no run, labelled drawing, class or picture."""
        has_own = not self.own_classes.is_empty or self.own_hand or self.own_pictures
        return not (self._runs or self._past or len(self.test_set) or has_own)

    @property
    def is_under_way(self) -> bool:
        """Tell whether any run waits or trains."""
        return any(run.is_under_way for run in self.runs)

    @property
    def is_busy(self) -> bool:
        """Tell whether anything is learned: by a run, or in seconds."""
        return self.is_under_way or (self.short_job is not None and not self.short_job.is_over)

    @property
    def current(self) -> Run | None:
        """Return the run that trains, else the first one that waits, else the newest one."""
        runs = self.runs
        training = [run for run in runs if run.state == "training"]
        waiting = [run for run in runs if run.is_under_way]
        return next(iter(training + waiting + runs[-1:]), None)

    def find_run(self, run_id: str) -> Run | None:
        """Return the run with this id."""
        return next((run for run in self.runs if run.id == run_id), None)

    def find_result(self, config: TrainConfig) -> Run | None:
        """Return the newest finished run that a new one with these settings would repeat."""
        for run in reversed(self.results):
            if run.config == config and run.state == "finished" and run.is_repeatable:
                return run
        return None

    def start(self, config: TrainConfig) -> Run:
        """Start a run; for the errors see `start_all`."""
        return self.start_all([config])[0]

    def start_all(self, configs: Sequence[TrainConfig]) -> list[Run]:
        """Put new runs into the queue: all of them or, if there is an error, none.

        Args:
            configs: the settings of each.

        Raises:
            ValueError: a run would be too large, too many of this session's or of all sessions'
                would be under way, or there is no room for this session.
        """
        for config in configs:
            the_limits().check(config)
            if config.data_set.is_own and config.dataset not in self._own_keys:
                raise ValueError(Message("pictures.gone"))
        with self.keeping(), self._lock, self._queue.changed:
            self._check_room(len(configs))
            runs = [Run(config, Message("run.name", number=self._count())) for config in configs]
            for run in runs:
                self._enter(run)
            self._add(runs)
        return runs

    def train_on(self, run: Run, epochs: int) -> None:
        """Let an ended run of this session train for some more epochs.

        Raises:
            ValueError: its optimiser is gone, it would have too many epochs, or as `start_all`.
        """
        the_limits().check(replace(run.config, epochs=len(run.epochs) + epochs))
        if run.config.data_set.is_own and not has_images(run.config.data_set):
            raise ValueError(Message("pictures.gone"))
        with self._lock, self._queue.changed:
            if run not in self._runs:  # deleted or evicted in this very moment
                raise ValueError(Message("session.run_gone"))
            self._check_room(1)  # before anything has changed
            run.extend(epochs)
            self._enter(run)

    def stop(self, run: Run) -> None:
        """Ask a run to end, keeping what it has learned."""
        self._queue.stop(run)

    def delete(self, run: Run) -> None:
        """Forget a run; one that is under way is stopped first."""
        with self._lock:
            self._queue.stop(run)
            self._remove(run)

    @property
    def size(self) -> int:
        """Return how many bytes of memory it keeps: runs, results, drawings, classes; about."""
        own = self.test_set.size + self.own_classes.size
        hand = self.own_hand.size if self.own_hand else 0
        return sum(run.size for run in self.results) + own + hand

    @property
    def file_size(self) -> int:
        """Return how many bytes of the disk its files take."""
        return self._files.size

    def shrink(self, most: int) -> None:
        """Give up what was used least recently until `size` is no more than so many.

        First what networks were, then optimisers, then networks, at last results. The network that
        reads the visitor's drawings goes last of its kind; runs under way and drawings stay.
        """
        with self._lock:
            ended = [run for run in self._runs if not run.is_under_way]
            ended.sort(key=lambda run: run.id == self.draw.classifier)
            for give_up in (Run.forget_past_networks, Run.forget_training, self.evict):
                for run in ended:
                    if self.size > most:
                        give_up(run)
            while self._past and self.size > most:
                del self._past[0]

    def remove_files(self) -> None:
        """Remove its files; they are written anew when somebody asks for them."""
        with self._lock:
            self._files.clear()

    def evict(self, run: Run) -> None:
        """Give up the network of a run that has ended; its result is kept."""
        with self._lock:
            if run not in self._runs or run.is_under_way:
                return
            self._remove(run)
            run.forget_network()
            self.evicted.append(run.name)
            self._past.append(run)
            del self._past[: max(len(self._past) - the_limits().results, 0)]

    def upload(self, path: Path, metadata: Path | None = None) -> Run:
        """Make a run of a checkpoint, whose files are gone then if they were uploaded.

        Args:
            path: the `.pth` file.
            metadata: the `.json` that was downloaded with it, if there is one.

        Raises:
            CheckpointError: the file holds none of our networks.
            ValueError: there is no room for it, or for this session.
        """
        self._check_open()
        with self.keeping():
            brought = self.own_pictures.data_set if self.own_pictures else None
            checkpoint, config, epochs = read_upload(path, metadata, brought)
            accuracy = (
                measure_accuracy(checkpoint.model, config.data_set)
                if checkpoint.is_dataset_known and not epochs
                else None
            )
            with self._lock:
                if config.data_set.is_own and config.dataset not in self._own_keys:
                    self._own_keys.append(config.dataset)
                try:
                    self._check_open()
                    name = Message("run.upload_name", number=self._count())
                    run = Run.from_checkpoint(checkpoint, config, epochs, name, accuracy)
                    self._add([run])
                finally:
                    self._forget_unnamed()
        return run

    def tell_dataset(self, run: Run, dataset: str) -> None:
        """Note what an upload has learned, where its files do not say; else nothing changes.

        Raises:
            ValueError: there is no such data set, or the network does not fit it.
        """
        if run.is_dataset_known or run.model is None:
            return
        config = replace(run.config, dataset=dataset)
        if config.kind != run.config.kind:
            raise ValueError(Message("session.dataset_misfit", title=config.data_set.title))
        run.tell_dataset(config, measure_accuracy(run.model, config.data_set))
        self.note_change()

    def seconds_until_over(
        self, runs: Collection[Run], new: Sequence[TrainConfig] = ()
    ) -> float | None:
        """Return about how many seconds it takes until runs, and new ones after them, are over."""
        return self._queue.seconds_until_over(runs, new)

    def files(self, run: Run) -> tuple[Path, Path] | None:
        """Write a run's network to the disk, its metadata beside it, until the session ends.

        Returns:
            Weights and metadata; None if the run has learned nothing.

        Raises:
            ValueError: they cannot be written; the network can be used all the same.
        """
        with self.keeping(), self._lock:
            return self._files.write(run) if run in self._runs else None

    def files_of_taught(self) -> tuple[Path, Path] | None:
        """Write the network that was taught, as `files` does; None if none has been."""
        with self.keeping(), self._lock:
            taught = self.own_classes.taught
            if taught is None:
                return None
            names = self.own_classes.names_of(taught)
            metadata = taught.describe(names)
            # Under other names it is another network to whoever opens it.
            version = hash((taught.number, names))
            stem = "your_network_drawings"
            return self._files.write_network("taught", version, stem, taught.network, metadata)

    def files_of_hand(self) -> tuple[Path, Path] | None:
        """Write the network that has learned the hand, as `files` does; None if none has."""
        with self.keeping(), self._lock:
            hand = self.own_hand
            if hand is None:
                return None
            stem, metadata = "your_hand_mnist", hand.describe()
            return self._files.write_network("hand", hand.number, stem, hand.network, metadata)

    def label(self, drawings: Iterable[LabelledDrawing]) -> int:
        """Add drawings to the own test set.

        Returns:
            How many of the oldest drawings had to make room for them.

        Raises:
            ValueError: there is no room for this session.
        """
        with self.keeping(), self._lock:
            self._check_open()
            return sum(map(self.test_set.add, drawings))

    @contextmanager
    def keeping_classes(self) -> Iterator[OwnClasses]:
        """Let something be added to the visitor's own classes within a `with` block.

        Raises:
            ValueError: there is no room for this session.
        """
        with self.keeping(), self._lock:
            self._check_open()
            yield self.own_classes
            self._changes += 1

    def learn(self, task: ShortTask, finish: Callable[[Taught | HandLearned], object]) -> None:
        """Have something learned in seconds.

        Args:
            task: what.
            finish: is given what has come of it, on another thread; not if the session has ended.

        Raises:
            ValueError: something is being learned already, too many wait, or there is no room.
        """
        with self.keeping(), self._lock:
            self._check_open()
            if self.short_job is not None and not self.short_job.is_over:
                raise ValueError(Message("teach.still"))

            def keep(result: Taught | HandLearned) -> None:
                with self._lock:
                    if not self._has_ended:
                        finish(result)

            def tell() -> None:
                if job.problem is not None:
                    self.draw.teach_note = job.problem
                self.note_change()

            job = ShortJob(task, keep, tell, self.presence.client)
            SHORT_JOBS.start(job)
            self.short_job = job
            self._changes += 1

    def bring_pictures(self, path: str) -> None:
        """Read the pictures of an uploaded zip file; they take the place of earlier ones.

        Args:
            path: of the upload, as the page was told it.

        Raises:
            ValueError: they cannot be read, a run is under way, or there is no room.
        """
        with self.keeping():
            self._check_no_run()
            brought = read_own_pictures(path)
            with self._lock:
                try:
                    self._check_open()
                    self._check_no_run()  # which may have begun meanwhile
                except ValueError:
                    brought.remove_files()
                    raise
                self.forget_pictures()
                self.own_pictures = brought
                add_own(brought.data_set)
                self._own_keys.append(brought.data_set.key)
                self._changes += 1

    def _check_no_run(self) -> None:
        if self.is_under_way:
            raise ValueError(Message("pictures.under_way"))

    @property
    def pictures_size(self) -> int:
        """Return how many bytes of the disk its pictures take."""
        return self.own_pictures.size if self.own_pictures else 0

    def forget_pictures(self) -> None:
        """Remove the pictures; what networks have learned of them stays."""
        with self._lock:
            if self.own_pictures is not None:
                self.own_pictures.remove_files()
            self.own_pictures = None
            self._forget_unnamed()

    def end(self) -> None:
        """Stop and forget everything, files included; nothing can be kept any more."""
        with self._lock:
            self._has_ended = True
            for run in self.runs:
                self.delete(run)
            if self.short_job is not None:
                self.short_job.is_unwanted = True
            self.test_set.clear()
            self.own_classes.clear()
            self.own_hand = None
            self._past.clear()
            self.forget_pictures()
            self._files.clear()
            self.draw.keep_picture(None)
        clear_uploads()

    # --- with the lock held --------------------------------------------------------------------

    def _forget_unnamed(self) -> None:
        """Let go of data sets of the visitor's own that nothing here is about any more."""
        named = {run.config.dataset for run in self.results}
        if self.own_pictures is not None:
            named.add(self.own_pictures.data_set.key)
        for key in [key for key in self._own_keys if key not in named]:
            forget_own(key)
            self._own_keys.remove(key)

    def _check_open(self) -> None:
        if self._has_ended:
            raise ValueError(ENDED)

    def _check_room(self, runs: int) -> None:
        """Make sure that so many more runs can be under way, here and in the queue."""
        self._check_open()
        most, under_way = the_limits().under_way, sum(run.is_under_way for run in self._runs)
        if under_way + runs > most:
            raise ValueError(Message("session.too_many", most=most, under_way=under_way))
        self._queue.check_room(self.presence, runs)

    def _enter(self, run: Run) -> None:
        self.presence.expect()
        self._queue.enter(run, self.presence)

    def _add(self, runs: list[Run]) -> None:
        """Add runs; the oldest that have ended make room, and keep no optimiser."""
        self.evicted = []
        ended = [run for run in self._runs if not run.is_under_way]
        surplus = len(self._runs) + len(runs) - the_limits().runs
        for run in ended[: max(surplus, 0)]:
            self.evict(run)
        for run in [*self._runs, *runs[:-1]]:  # of one run at a time, else they are too many
            run.forget_past_networks()
        self._runs += runs
        for run in [run for run in self._runs if run.can_train_on][:-MAX_OPTIMIZERS]:
            run.forget_training()
        self.shrink(the_limits().session_mb * MEGABYTE)
        self._changes += 1

    def _remove(self, run: Run) -> None:
        self.draw.offered.discard(run.id)
        if run in self._runs:
            self._runs.remove(run)
        self._files.remove(run)
        self._changes += 1

    def _count(self) -> int:
        self._names_given += 1
        return self._names_given

    # --- the page ------------------------------------------------------------------------------

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Count a page as connected, for as long as the block takes."""
        with self.presence.connected():
            yield

    def note_use(self) -> None:
        """Note that the visitor does something."""
        self._used_at = self.presence.clock.now()

    @property
    def unused_for(self) -> float:
        """Return the seconds since the visitor last did something; 0 while anything is learned."""
        return 0.0 if self.is_busy else self.presence.clock.now() - self._used_at

    def note_change(self) -> None:
        """Let the pages that watch know that what they show has changed."""
        self._changes += 1

    @property
    def changes(self) -> tuple[int, ...]:
        """Return numbers that are others whenever any run has changed, come or gone."""
        return (self._changes, *(run.changes for run in self.runs))


def unknown_session() -> Session:
    """Return a session for a page that has not found its own: nothing can be kept in it."""
    session = Session()
    session.keeping = _refuse
    session.visit = ""
    return session


def _refuse() -> NoReturn:
    raise ValueError(NOT_OPEN)

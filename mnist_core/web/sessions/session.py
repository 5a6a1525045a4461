"""What the server remembers of one visitor: the runs, and who reads the drawings."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mnist_core.config import TrainConfig
from mnist_core.drawings import LabelledDrawing
from mnist_core.experiments import EXPERIMENTS
from mnist_core.preprocessing import GrayImage
from mnist_core.web.jobs.presence import Presence
from mnist_core.web.jobs.queue import JobQueue
from mnist_core.web.jobs.run import Run
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.drawn_curves import DrawnCurves
from mnist_core.web.sessions.own_test_set import OwnTestSet
from mnist_core.web.sessions.run_files import RunFiles, read_upload
from mnist_core.web.sessions.shelf import Shelf
from mnist_core.web.sessions.uploads import clear_uploads

MOST_WATCHES = 12  # of one session at once: those of three pages
MOST_OPTIMIZERS = 3  # runs that can train on: a model's optimiser is twice as large as the model
BEAT = 1.0  # seconds without news after which `watch` yields all the same
GLANCE = 0.05  # seconds between two looks for something new
SIGN_OF_LIFE = 5.0  # seconds after which a stream without news sends something, or it is not closed

JOB_QUEUE = JobQueue()
THE_SHELF = Shelf()
NOT_OPEN = "This page has not found its session yet: try again in a moment, or reload it."
ENDED = "This session has ended: reload the page to begin a new one."


class Session:
    """One visitor's runs. Nobody else can reach them.

    Attributes:
        classifier: the key of what reads the drawings: "cnn" or "simple_nn" for the networks that
            come with the project, or the id of a run.
        drawing: the visitor's drawing as the network sees it, or None if there is none.
        introduced: the ids of the runs that have been offered as classifiers.
        settings: those of the run that was last begun in the Train tab, or None.
        score: the drawings that the visitor has labelled.
        dropped: the names of the runs that had to make room since the last one was begun.
        register: asks the registry for a place, before anything is kept; raises ValueError where
            there is none.
        experiment: the experiment that the page shows, by its name.
        overlay: which runs the page draws over each other, and in which colours.
    """

    def __init__(self, queue: JobQueue = JOB_QUEUE, shelf: Shelf = THE_SHELF) -> None:
        self.classifier = "cnn"
        self.drawing: GrayImage | None = None
        self.introduced: set[str] = set()
        self.settings: TrainConfig | None = None
        self.test_set = OwnTestSet()
        self.dropped: list[str] = []
        self.register: Callable[[], None] = lambda: None
        self.experiment = next(iter(EXPERIMENTS))
        self.overlay = DrawnCurves()
        self.presence = Presence(queue.changed, queue.clock)
        self._used_at = queue.clock.now()
        self._queue = queue
        self._shelf = shelf
        self._runs: list[Run] = []
        self._past: list[Run] = []
        self._names_given = 0
        self._changes = 0
        self._arriving = 0  # things on their way to be kept
        self._has_ended = False
        self._watches: list[object] = []  # on the event loop alone
        self._files = RunFiles()
        self._lock = threading.RLock()

    def __deepcopy__(self, memo: dict[int, Any]) -> Session:
        """Begin a session: Gradio copies the first value of a `gr.State` for each page.

        In this one nothing can be kept: `Registry.enter` puts another in its place.
        """
        session = Session(self._queue, self._shelf)
        session.register = _refuse_to_register
        return session

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is kept here: no run, no result, no labelled drawing."""
        return not (self._arriving or self._runs or self._past or len(self.test_set))

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Have the session registered, and not be empty, while something comes to be kept.

        Raises:
            ValueError: there is no room for another session that keeps something.
        """
        with self._lock:
            self._arriving += 1
        try:
            self.register()  # without the lock: another session may have to end
            yield
        finally:
            with self._lock:
                self._arriving -= 1

    # --- the runs ------------------------------------------------------------------------------

    @property
    def runs(self) -> list[Run]:
        """Return the runs that keep their networks, oldest first."""
        return list(self._runs)

    @property
    def results(self) -> list[Run]:
        """Return the runs, and before them those that had to make room: they have no network."""
        return self._past + self._runs

    @property
    def is_under_way(self) -> bool:
        """Tell whether any run waits or trains."""
        return any(run.is_under_way for run in self.runs)

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

    def find(self, config: TrainConfig) -> Run | None:
        """Return a finished run with just these settings, whose result a new one would repeat."""
        for run in reversed(self.results):
            if run.config == config and run.state == "finished" and run.is_repeatable:
                return run
        return None

    def start(self, config: TrainConfig, name: str = "") -> Run:
        """Begin a run, which takes its place in the line.

        Args:
            config: its settings.
            name: for people; by default "Run 1" and so on.

        Raises:
            ValueError: the run would be too large, too many wait already, of this visitor or of
                all, or nothing can be trained in this session.
        """
        the_limits().check(config)
        with self._keeping(), self._lock:
            self.check_room()
            run = Run(config, name or self._next_name())
            self._enter(run)
            self._add(run)
        self._shelf.make_room()
        return run

    def check_room(self, runs: int = 1) -> None:
        """Make sure that so many runs can begin just now.

        Raises:
            ValueError: too many are under way, of this visitor or of all, or nothing can be
                trained in this session.
        """
        self._check_open()
        most, under_way = the_limits().under_way, sum(run.is_under_way for run in self.runs)
        if under_way + runs > most:
            raise ValueError(
                f"At most {most} of your networks can be under way at once, and {under_way} are: "
                "let some end first."
            )
        self._queue.check_room(runs)

    def train_on(self, run: Run, epochs: int) -> None:
        """Let an ended run of this session train some more.

        Raises:
            ValueError: its optimiser is gone, it would have too many epochs, or too many runs wait.
        """
        the_limits().check(replace(run.config, epochs=len(run.epochs) + epochs))
        with self._lock, self._queue.changed:
            if run not in self._runs:  # deleted, or gone to make room, in this very moment
                raise ValueError("This run is gone.")
            self.check_room()  # before anything has changed
            run.extend(epochs)
            self._enter(run)
            self._shelf.add(run, self)  # from which it may just have been taken to make room

    def stop(self, run: Run) -> None:
        """Ask a run to end, keeping what it has learned."""
        self._queue.stop(run)

    def delete(self, run: Run) -> None:
        """Forget a run; one that is under way is stopped first."""
        with self._lock:
            self._queue.stop(run)
            self._forget(run)

    def upload(self, path: Path, metadata: Path | None = None) -> Run:
        """Take in a checkpoint as a run that has ended.

        Args:
            path: the `.pth` file.
            metadata: the `.json` that was downloaded with it, if there is one.

        Raises:
            CheckpointError: the file holds none of our networks.
            ValueError: nothing can be uploaded in this session, or the server has no room for it.
        """
        self._check_open()
        with self._keeping():
            checkpoint, config, epochs = read_upload(path, metadata)
            with self._lock:
                self._check_open()
                run = Run.from_checkpoint(checkpoint, config, epochs, self._next_name("Upload"))
                self._add(run)
        self._shelf.make_room()
        return run

    def label(self, drawings: Iterable[LabelledDrawing]) -> int:
        """Take drawings into the own test set.

        Returns:
            How many of the oldest drawings had to make room for them.

        Raises:
            ValueError: nothing can be kept in this session.
        """
        with self._keeping(), self._lock:
            self._check_open()
            return sum(map(self.test_set.add, drawings))

    def files(self, run: Run) -> tuple[Path, Path] | None:
        """Write a run's network to disk, its metadata beside it.

        The files lie in a folder that only this session knows, until it ends.

        Returns:
            Weights and metadata; None if the run has learned nothing.

        Raises:
            ValueError: they cannot be written; the network can be used all the same.
        """
        with self._lock:
            return self._files.write(run) if run in self._runs else None

    def end(self) -> None:
        """Stop and forget everything, files included; nothing can be begun any more."""
        with self._lock:
            self._has_ended = True
            for run in self.runs:
                self.delete(run)
            self.test_set.clear()
            self._past.clear()
            self._files.clear()
        clear_uploads()

    def _check_open(self) -> None:
        if self._has_ended:
            raise ValueError(ENDED)

    def _enter(self, run: Run) -> None:
        self.presence.expect()
        self._queue.enter(run, self.presence)

    def _add(self, run: Run) -> None:
        ended = [other for other in self._runs if not other.is_under_way]
        self.dropped = []
        if len(self._runs) >= the_limits().runs:
            self.make_way(ended[0])
        self._runs.append(run)
        self._shelf.add(run, self)
        for other in [other for other in self._runs if other.can_train_on][:-MOST_OPTIMIZERS]:
            other.forget_training()
        self._changes += 1

    def make_way(self, run: Run) -> None:
        """Give up the network of a run that has ended; what it came to is still known."""
        with self._lock:
            if run not in self._runs or run.is_under_way:
                return
            self.dropped.append(run.name)
            self._forget(run)
            run.forget_network()
            self._past.append(run)
            del self._past[: max(len(self._past) - the_limits().results, 0)]

    def _forget(self, run: Run) -> None:
        self._shelf.remove(run)
        self.introduced.discard(run.id)
        if run in self._runs:
            self._runs.remove(run)
        self._files.remove(run)
        self._changes += 1

    def _next_name(self, kind: str = "Run") -> str:
        self._names_given += 1
        return f"{kind} {self._names_given}"

    # --- the page ------------------------------------------------------------------------------

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Count a page as connected, for as long as the block takes."""
        with self.presence.present():
            yield

    def note_use(self) -> None:
        """Note that the visitor does something."""
        self._used_at = self.presence.clock.now()

    @property
    def unused_for(self) -> float:
        """Return the seconds since the visitor last did something; 0 while a run is under way."""
        return 0.0 if self.is_under_way else self.presence.clock.now() - self._used_at

    def note_change(self) -> None:
        """Let the pages that watch know that what they show has changed."""
        self._changes += 1

    @property
    def changes(self) -> tuple[int, ...]:
        """Return numbers that are others whenever any run has changed, come or gone."""
        return (self._changes, *(run.changes for run in self.runs))

    async def watch(self) -> AsyncGenerator[None, None]:
        """Yield whenever something has changed, and at every beat, until no run is under way.

        The session is connected meanwhile; who sends something to the page notes that it is there
        when it asks for more. An async generator, so that a hundred visitors who wait take no
        thread from those who draw. Where a session is watched too often at once, the longest ends.
        """
        watch = object()
        with self.connected():
            self.note_use()  # whatever changes runs ends in a new stream
            self._watches = [*self._watches, watch][-MOST_WATCHES:]
            try:
                while watch in self._watches:
                    seen, is_over = self.changes, not self.is_under_way
                    yield
                    if is_over:
                        return
                    for _ in range(round(BEAT / GLANCE)):
                        if self.changes != seen:
                            break
                        await asyncio.sleep(GLANCE)
            finally:
                self._watches = [other for other in self._watches if other is not watch]


def _refuse_to_register() -> None:
    raise ValueError(NOT_OPEN)

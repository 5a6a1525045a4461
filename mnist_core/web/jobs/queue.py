"""The one thread that trains, and the line of those who wait for it.

One network trains at a time, because two would only slow each other down. Whoever comes first gets
the turn first; of the runs of one visitor only one is ahead of the next visitor's. A run trains
while a page of its visitor is connected: when the last one closes it pauses at once, soon gives up
its turn, and takes a place in the line again when the visitor is back, going on where it stood.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from typing import Any, Literal, TypeVar

from mnist_core.web.jobs.presence import Clock, Presence
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.throttle import rest_while_somebody_draws
from mnist_core.web.limits import the_limits

log = logging.getLogger(__name__)

GRACE = 1.2  # seconds that a turn or a place is kept for a page that reloads
PATIENCE = 15 * 60.0  # seconds until an unattended run ends
SECONDS_PER_EPOCH = 2.0  # what an epoch is thought to take as long as none has been seen

T = TypeVar("T")


@dataclass
class Place:
    """A run in the line, and whose it is.

    Attributes:
        number: of this training among all of this server, which the log calls it by.
        entered_at: when it took its place.
        seconds: for how long it has had the turn, on the clock.
        has_begun: whether it has had the turn at all.
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
    """Trains the runs that are handed to it, in a thread that it starts with the first."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.changed = threading.Condition()  # guards all that follows
        self._line: list[Place] = []
        self._away: list[Place] = []  # paused, as their visitors have left
        self._turn: Place | None = None
        self._errands: list[Callable[[], None]] = []
        self._seconds_per_epoch: dict[str, float] = {}  # of the latest run of each model
        self._thread: threading.Thread | None = None
        self._numbers = count(1)

    def enter(self, run: Run, presence: Presence) -> None:
        """Put a run at the end of the line.

        Raises:
            ValueError: the line is full.
        """
        with self.changed:
            self.check_room()
            place = Place(run, presence, next(self._numbers), self.clock.now())
            run.rest = partial(self._rest, place)
            self._line.append(place)
            self._show_places()
            self._wake()

    def check_room(self, runs: int = 1) -> None:
        """Make sure that so many more runs can come in; true as long as `changed` is held.

        Raises:
            ValueError: the line is full.
        """
        if self.waiting + runs > the_limits().waiting:
            raise ValueError("Too many networks wait for their training. Try again later.")

    def do(self, errand: Callable[[], T]) -> Future[T]:
        """Let the thread do something else between two records of a training.

        For whatever draws from torch's random generator: a training has put its own numbers aside
        then, and nothing that is drawn disturbs it.
        """
        result: Future[T] = Future()
        with self.changed:
            self._errands.append(partial(_fulfil, result, errand))
            self._wake()
        return result

    def stop(self, run: Run) -> None:
        """End a run: at once if it waits or is paused, with its next record if it trains."""
        with self.changed:
            run.request_stop()
            for places in (self._line, self._away):
                for place in [place for place in places if place.run is run]:
                    places.remove(place)
                    run.end()
                    self._log_end(place)
            self._show_places()
            self.changed.notify_all()

    # --- the line, with `changed` held ---------------------------------------------------------

    def _wake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)
            self._thread.start()
        self.changed.notify_all()

    def _tidy(self) -> None:
        """Let those go who have left, and come in who are back."""
        for place in [place for place in self._line if place.is_absent_for(GRACE)]:
            self._line.remove(place)
            self._away.append(place)
        for place in list(self._away):
            if place.is_present:
                self._away.remove(place)
                self._line.append(place)
                place.run.expect_turn()
            elif place.is_absent_for(PATIENCE):
                self._away.remove(place)
                place.run.end()
                self._log_end(place)
        self._show_places()

    def _order(self) -> list[Place]:
        """Tell in which order turns will come: after a turn its visitor's others step back."""
        line = [place for place in self._line if place.is_present]
        if self._turn:
            line = _stepped_back(line, self._turn)
        order = []
        while line:
            order.append(line[0])
            line = _stepped_back(line[1:], line[0])
        return order

    def _show_places(self) -> None:
        seconds = self._seconds_left(self._turn.run) if self._turn else 0.0
        for number, place in enumerate(self._order(), start=1):
            if number > 1 or self._turn:
                place.run.queue_up(number, seconds)
            seconds += self._seconds_left(place.run)

    def _seconds_left(self, run: Run) -> float:
        pace = run.seconds_per_epoch
        if pace is None:
            pace = self._seconds_per_epoch.get(run.config.model, SECONDS_PER_EPOCH)
        return pace * run.epochs_left

    # --- the thread ----------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self.changed:
                while not self._choose() and not self._errands:
                    self.clock.wait(self.changed, self._until_somebody_has_to_go())
            self._do_errands()
            if self._turn:
                self._give_turn(self._turn)

    def _do_errands(self) -> None:
        with self.changed:
            errands, self._errands = self._errands, []
        for errand in errands:
            errand()

    def _choose(self) -> bool:
        self._tidy()
        order = self._order()
        if order:
            self._turn = order[0]
            self._line.remove(self._turn)
            self._show_places()
        return self._turn is not None

    def _until_somebody_has_to_go(self) -> float | None:
        waits = [GRACE - (place.presence.absent_for or 0.0) for place in self._line]
        waits += [PATIENCE - (place.presence.absent_for or 0.0) for place in self._away]
        return max(min(waits), 0.0) if waits else None

    def _give_turn(self, place: Place) -> None:
        run, turn_began = place.run, self.clock.now()
        self._log_turn(place)
        while run.advance():
            self._do_errands()
            with self.changed:
                self._tidy()
                if place.is_absent_for(GRACE) and not run.is_stopping:
                    run.pause()
                    place.seconds += self.clock.now() - turn_began
                    log.info("training pauses", extra={"fields": {"training": place.number}})
                    self._away.append(place)
                    break
        else:
            place.seconds += self.clock.now() - turn_began
            self._log_end(place)
        with self.changed:
            if run.seconds_per_epoch is not None:
                self._seconds_per_epoch[run.config.model] = run.seconds_per_epoch
            self._line = _stepped_back(self._line, place)
            self._turn = None
            self._show_places()
            self.changed.notify_all()

    # --- for the operator ----------------------------------------------------------------------

    @property
    def state(self) -> Literal["ready", "training", "dead"]:
        """Tell what the thread does; it is ready as well if nobody has needed it yet."""
        if self._thread is not None and not self._thread.is_alive():
            return "dead"
        return "training" if self._turn else "ready"

    @property
    def waiting(self) -> int:
        """Return how many runs wait for their turn, those of absent visitors included."""
        return len(self._line) + len(self._away)

    def _log_turn(self, place: Place) -> None:
        fields = {"training": place.number, "waited": self._seconds_waited(place)}
        if not place.has_begun:
            place.has_begun = True
            fields |= {"waiting": self.waiting, **asdict(place.run.config)}
            log.info("training starts", extra={"fields": fields})
        else:
            log.info("training goes on", extra={"fields": fields})

    def _log_end(self, place: Place) -> None:
        run = place.run
        fields: dict[str, Any] = {
            "training": place.number,
            "outcome": run.state,
            "model": run.config.model,
            "epochs_done": len(run.epochs),
            "accuracy": run.epochs[-1].test_accuracy if run.epochs else None,
            "seconds": round(place.seconds, 2),
            "waited": self._seconds_waited(place),
        }
        log.info("training ends", extra={"fields": fields})

    def _seconds_waited(self, place: Place) -> float:
        return round(self.clock.now() - place.entered_at - place.seconds, 2)

    # --- within a turn -------------------------------------------------------------------------

    def _rest(self, place: Place) -> None:
        """Between two batches: make way for readings, and wait for a visitor who has just left."""
        rest_while_somebody_draws()
        with self.changed:
            while not place.is_present and not place.run.is_stopping:
                absent_for = place.presence.absent_for or 0.0
                if absent_for >= GRACE:
                    return
                self.clock.wait(self.changed, GRACE - absent_for)


def _fulfil(result: Future[T], errand: Callable[[], T]) -> None:
    try:
        result.set_result(errand())
    except BaseException as error:
        result.set_exception(error)


def _stepped_back(line: list[Place], turn: Place) -> list[Place]:
    """Return the line with the other runs of whoever had the turn behind everybody else's."""
    others = [place for place in line if place.presence is not turn.presence]
    return others + [place for place in line if place.presence is turn.presence]

"""How fast a run trains, by a clock that the test sets."""

from __future__ import annotations

import pytest

from mnist_core.web.jobs import pace as pace_module
from mnist_core.web.jobs.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace_module, "time", clock)
    return clock


def work(pace: Pace, clock: Clock, seconds: float, epochs_done: float) -> None:
    with pace.working():
        clock.now += seconds
        pace.epochs_done = epochs_done


def test_only_work_counts(clock: Clock) -> None:
    pace = Pace()
    work(pace, clock, 3.0, epochs_done=0.5)
    clock.now += 1000.0  # others train
    work(pace, clock, 5.0, epochs_done=1.0)
    assert pace.seconds_per_epoch == 8.0


def test_nothing_is_told_too_early(clock: Clock) -> None:
    pace = Pace()
    assert pace.seconds_per_epoch is None
    work(pace, clock, 3.0, epochs_done=0.01)
    assert pace.seconds_per_epoch is None


def test_a_stretch_knows_nothing_of_the_one_before(clock: Clock) -> None:
    pace = Pace()
    work(pace, clock, 50.0, epochs_done=2.0)
    pace.begin_stretch(2)
    assert pace.seconds_per_epoch is None
    assert pace.epochs_done == 2
    work(pace, clock, 1.0, epochs_done=2.5)
    assert pace.seconds_per_epoch == 2.0


def test_a_stretch_may_begin_while_it_works(clock: Clock) -> None:
    """Loading the images is no training: the first stretch begins when they are there."""
    pace = Pace()
    with pace.working():
        clock.now += 60.0
        pace.begin_stretch(0)
        clock.now += 4.0
        pace.epochs_done = 1.0
    assert pace.seconds_per_epoch == 4.0

"""How fast a run trains, by a clock that the test sets."""

from __future__ import annotations

import pytest

from mnist_core.config import TrainConfig
from mnist_core.web.jobs import pace as pace_module
from mnist_core.web.jobs.pace import Pace, Slowness, usual_seconds_per_epoch


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


def test_what_an_epoch_will_take_is_told_by_those_that_were_seen() -> None:
    simple, large, cnn = TrainConfig(), TrainConfig(batch_size=256), TrainConfig(model="cnn")
    slowness = Slowness()
    assert slowness.expect(simple) == usual_seconds_per_epoch(simple)
    assert slowness.expect(large) < slowness.expect(simple) < slowness.expect(cnn)

    slowness.note(simple, 3 * usual_seconds_per_epoch(simple))  # a slow machine
    assert slowness.expect(large) == pytest.approx(3 * usual_seconds_per_epoch(large))
    assert slowness.expect(cnn) == pytest.approx(3 * usual_seconds_per_epoch(cnn))

    slowness.note(cnn, usual_seconds_per_epoch(cnn))  # which is quick with a CNN
    assert slowness.expect(cnn) == pytest.approx(usual_seconds_per_epoch(cnn))
    assert slowness.expect(simple) == pytest.approx(3 * usual_seconds_per_epoch(simple))

from __future__ import annotations

import math
import pickle
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.loss_curve import BYTES, MAX_POINTS, BatchLoss, LossCurve


def curve_of(losses: list[float]) -> LossCurve:
    curve = LossCurve()
    for number, loss in enumerate(losses, start=1):
        curve.add(BatchLoss(1, number, loss))
    return curve


def test_a_short_run_keeps_every_loss() -> None:
    losses = [2.3, 1.5, 0.7]
    curve = curve_of(losses)
    assert curve.means == losses
    assert (list(curve.low), list(curve.high)) == (losses, losses)
    assert (curve.batches, curve.stride, curve.first, curve.last) == (3, 1, 2.3, 0.7)


def test_there_is_nothing_before_the_first() -> None:
    curve = LossCurve()
    assert (curve.first, curve.last, curve.means) == (None, None, [])


@given(st.integers(1, 5_000), st.randoms(use_true_random=False))
def test_each_point_stands_for_its_own_batches(count: int, random: object) -> None:
    losses = [random.uniform(0, 3) for _ in range(count)]  # type: ignore[attr-defined]
    curve = curve_of(losses)
    groups = [losses[start : start + curve.stride] for start in range(0, count, curve.stride)]
    assert len(groups) <= MAX_POINTS
    assert count <= MAX_POINTS or len(groups) > MAX_POINTS // 2
    assert curve.means == pytest.approx(list(map(statistics.fmean, groups)))
    assert list(curve.low) == list(map(min, groups))
    assert list(curve.high) == list(map(max, groups))
    assert (curve.first, curve.last) == (losses[0], losses[-1])


def test_however_many_there_are_they_take_no_more_room() -> None:
    """Half a million losses; a run has twelve times as many at most."""
    curve, batch = LossCurve(), BatchLoss(1, 1, 0.5)
    largest = 0
    for _ in range(500):
        for _ in range(1_000):
            curve.add(batch)
        largest = max(largest, len(pickle.dumps(curve)), curve.size)
    assert largest <= BYTES + 1_000
    assert MAX_POINTS // 2 < len(curve.means) <= MAX_POINTS
    assert set(curve.means) == {0.5}


def test_what_is_no_number_has_no_height() -> None:
    curve = curve_of([2.0, 90.0, math.inf, math.nan])
    assert curve.means[:2] == [2.0, 90.0]
    assert all(map(math.isnan, curve.means[2:]))
    assert curve.last is not None
    assert math.isnan(curve.last)


def test_a_copy_stays_as_it_is() -> None:
    curve = curve_of([2.0])
    copy = curve.copy()
    curve.add(BatchLoss(1, 2, 1.0))
    assert copy == curve_of([2.0])
    assert pickle.loads(pickle.dumps(curve)) == curve

from __future__ import annotations

import pytest

from mnist_core.web.jobs import throttle
from mnist_core.web.jobs.throttle import note_reading, somebody_draws


@pytest.mark.parametrize(("seconds_ago", "draws"), [(0.0, True), (10.0, False)])
def test_somebody_draws_who_has_just_been_answered(
    monkeypatch: pytest.MonkeyPatch, seconds_ago: float, draws: bool
) -> None:
    class Clock:
        now = 100.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(throttle, "time", clock)
    monkeypatch.setattr(throttle, "_last_reading", float("-inf"))
    assert not somebody_draws()
    note_reading()
    clock.now += seconds_ago
    assert somebody_draws() == draws

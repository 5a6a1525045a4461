from __future__ import annotations

import pytest
import torch

from mnist_core.data import MNIST, make_train_loader
from mnist_core.web.jobs import throttle
from mnist_core.web.jobs.throttle import RestingLoader, note_reading


def test_the_batches_are_the_same_in_the_same_order(tiny_mnist: MNIST) -> None:
    def labels(resting: bool) -> list[list[int]]:
        torch.manual_seed(42)
        loader = make_train_loader(tiny_mnist.train, 64)
        batches = RestingLoader(loader) if resting else loader
        assert len(batches) == len(loader)
        return [batch.tolist() for _, batch in batches]

    assert labels(resting=True) == labels(resting=False)


@pytest.mark.parametrize(("seconds_ago", "rests"), [(0.0, True), (10.0, False)])
def test_it_rests_only_while_somebody_draws(
    tiny_mnist: MNIST, monkeypatch: pytest.MonkeyPatch, seconds_ago: float, rests: bool
) -> None:
    class Clock:
        now, rests = 100.0, 0

        def monotonic(self) -> float:
            return self.now

        def sleep(self, seconds: float) -> None:
            self.rests += 1

    clock = Clock()
    monkeypatch.setattr(throttle, "time", clock)
    monkeypatch.setattr(throttle, "_last_reading", float("-inf"))
    note_reading()
    clock.now += seconds_ago
    loader = RestingLoader(make_train_loader(tiny_mnist.train, 64))
    assert len(list(loader)) == len(loader)
    assert clock.rests == (len(loader) if rests else 0)

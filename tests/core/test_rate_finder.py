from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch.nn import functional

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.rate_finder import (
    BATCHES,
    EXPLODED,
    LEAST_RATE,
    MOST_RATE,
    RatePoint,
    find_rate,
    ramp_rates,
    suggest,
)
from mnist_core.rate_finder.plot import rate_figure
from mnist_core.text import LANGUAGES, speaking, translate
from mnist_core.training import set_up
from tests.each import each


def test_the_rates_rise_by_equal_factors() -> None:
    rates = ramp_rates()
    assert len(rates) == BATCHES
    assert (rates[0], rates[-1]) == (LEAST_RATE, pytest.approx(MOST_RATE))
    factors = [later / earlier for earlier, later in pairwise(rates)]
    assert factors == pytest.approx([factors[0]] * (BATCHES - 1))


def test_each_batch_is_a_step_with_its_rate(tiny_mnist: Splits) -> None:
    """The same by hand, with plain gradient descent, of which each step can be computed."""
    config = TrainConfig(optimizer="sgd")
    points = list(find_rate(config, tiny_mnist, torch.device("cpu")))
    training = set_up(config, tiny_mnist, torch.device("cpu"))
    batches = [batch for _ in range(3) for batch in training.train_loader][:12]
    mean = 0.0
    for number, (images, labels) in enumerate(batches, 1):
        loss = functional.cross_entropy(training.model(images), labels)
        point = points[number - 1]
        mean = 0.9 * mean + 0.1 * loss.item()
        assert point.batch == number
        assert point.loss == pytest.approx(loss.item(), rel=1e-5)
        assert point.smoothed == pytest.approx(mean / (1 - 0.9**number), rel=1e-5)
        training.model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for weights in training.model.parameters():
                weights -= point.rate * weights.grad


def test_it_ends_when_the_loss_explodes(mnist: Splits) -> None:
    points = list(find_rate(TrainConfig(), mnist))
    assert len(points) < BATCHES
    least = min(point.smoothed for point in points)
    assert not points[-1].smoothed < EXPLODED * least
    assert all(point.smoothed < EXPLODED * least for point in points[:-1] if point.batch > 50)
    found = suggest(points)
    assert found.has_exploded
    assert found.least_loss == least
    assert found.rate == pytest.approx(found.best_rate / 10)
    assert found.end_rate == points[-1].rate
    assert 1e-5 < found.rate < 0.1


def test_it_is_repeatable_and_hangs_on_the_seed(tiny_mnist: Splits) -> None:
    some = list(find_rate(TrainConfig(), tiny_mnist))
    assert list(find_rate(TrainConfig(), tiny_mnist)) == some
    assert list(find_rate(TrainConfig(seed=1), tiny_mnist)) != some


def test_a_suggestion_is_read_off_the_smoothed_losses() -> None:
    points = [
        RatePoint(1, 1e-4, 2.3, 2.3),
        RatePoint(2, 1e-3, 0.1, 1.5),
        RatePoint(3, 1e-2, 1.0, 1.2),
        RatePoint(4, 1e-1, 9.0, math.nan),
    ]
    found = suggest(points)
    assert (found.rate, found.best_rate, found.least_loss) == (pytest.approx(1e-3), 1e-2, 1.2)
    assert found.has_exploded
    calm = suggest(points[:3])
    assert not calm.has_exploded
    assert "has not exploded" in calm.reasons[0]
    for language in each(LANGUAGES):
        with speaking(language):
            assert "0.01" in translate(found.reasons[0])
            assert "0.001" in translate(found.reasons[1])


def test_the_figure_has_the_rates_on_a_log_axis_and_the_suggestion(tiny_mnist: Splits) -> None:
    points = list(find_rate(TrainConfig(), tiny_mnist))
    found = suggest(points)
    (axes,) = rate_figure(points, found).axes
    assert axes.get_xscale() == "log"
    raw, smoothed, suggested, best = axes.lines
    assert list(raw.get_xdata()) == list(smoothed.get_xdata()) == [p.rate for p in points]
    assert list(smoothed.get_ydata()) == [point.smoothed for point in points]
    assert set(suggested.get_xdata()) == {found.rate}
    assert list(best.get_xdata()) == [found.best_rate]

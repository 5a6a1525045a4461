from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mnist_core.config import TrainConfig
from mnist_core.experiments import EXPERIMENTS, MOST_SEEDS, Experiment
from mnist_core.web.limits import LIMITS
from mnist_core.web.trial import Trial
from mnist_core.web.visit import Visit
from tests.web.conftest import SetLimits
from tests.web.workshop import Workshop, eventually

RUNS = LIMITS["runs"].laptop
UNDER_WAY = LIMITS["under_way"].laptop

SHORT = TrainConfig(epochs=1)
EXPERIMENT = Experiment("Larger batches", "", "", SHORT, replace(SHORT, batch_size=128))
OTHER = Experiment("A smaller rate", "", "", SHORT, replace(SHORT, learning_rate=0.0001))
EXPLODING = Experiment("Far too high", "", "", SHORT, replace(SHORT, learning_rate=100.0))


def after(visit: Visit, experiment: Experiment, action: Callable[[Trial], None]) -> Trial:
    """Do something with a trial, wait for all that it began, and look at it again."""
    with visit.attended():
        action(Trial(visit, experiment))
        eventually(lambda: not visit.is_under_way)
    return Trial(visit, experiment)


def test_a_first_try_trains_baseline_and_variant_with_the_same_seed(visit: Visit) -> None:
    assert Trial(visit, EXPERIMENT).pairs == []
    trial = after(visit, EXPERIMENT, Trial.try_it)
    assert [run.config for run in visit.runs] == [EXPERIMENT.baseline, EXPERIMENT.variant]
    (pair,) = trial.complete
    assert pair.seed == 42
    assert trial.reused == []
    assert trial.known_baseline is pair.baseline
    assert "points" in trial.verdict
    assert pair.baseline is not None
    assert pair.variant is not None
    gain = pair.variant.epochs[-1].test_accuracy - pair.baseline.epochs[-1].test_accuracy
    assert trial.difference == pytest.approx(100 * gain)


def test_the_baseline_of_another_experiment_is_reused_and_named(visit: Visit) -> None:
    after(visit, EXPERIMENT, Trial.try_it)
    trial = after(visit, OTHER, Trial.try_it)
    assert len(visit.runs) == 3
    assert trial.baselines() == visit.runs[:1]
    assert trial.reused == ["Run 1"]


def test_a_second_press_starts_nothing(visit: Visit) -> None:
    after(visit, EXPERIMENT, Trial.try_it)
    after(visit, EXPERIMENT, Trial.try_it)
    assert len(visit.runs) == 2


def test_a_press_while_it_runs_starts_nothing(workshop: Workshop) -> None:
    visit = workshop.visit()
    with visit.attended():
        Trial(visit, EXPERIMENT).try_it()
        Trial(visit, EXPERIMENT).try_it()
        assert len(visit.runs) == 2
        assert Trial(visit, EXPERIMENT).is_under_way
        Trial(visit, EXPERIMENT).stop()
        workshop.gate.allow()
        eventually(lambda: not visit.is_under_way)
    assert {run.state for run in visit.runs} == {"stopped"}
    assert Trial(visit, EXPERIMENT).verdict == ""


def test_what_was_stopped_is_tried_anew(workshop: Workshop) -> None:
    visit = workshop.visit()
    with visit.attended():
        Trial(visit, EXPERIMENT).try_it()
        Trial(visit, EXPERIMENT).stop()
        workshop.gate.allow()
        eventually(lambda: not visit.is_under_way)
    trial = after(visit, EXPERIMENT, Trial.try_it)
    assert len(visit.runs) == 4
    assert trial.complete


def test_more_seeds_come_two_at_a_time_and_end(visit: Visit) -> None:
    trial = after(visit, EXPERIMENT, Trial.try_more_seeds)
    assert visit.runs == []  # not before the first has a result
    trial = after(visit, EXPERIMENT, Trial.try_it)
    assert trial.more_seeds == [43, 44]
    while trial.more_seeds:
        trial = after(visit, EXPERIMENT, Trial.try_more_seeds)
        assert f"{len(trial.complete)} seeds" in trial.verdict
    assert [pair.seed for pair in trial.complete] == list(range(42, 42 + MOST_SEEDS))
    # More than a visit keeps; what the older ones came to is known all the same.
    assert len(visit.runs) == RUNS < 2 * MOST_SEEDS
    assert all(run.model is None for run in visit.results[:-RUNS])


def test_seeds_of_the_baseline_alone_are_not_shown(visit: Visit) -> None:
    after(visit, EXPERIMENT, Trial.try_it)
    after(visit, EXPERIMENT, Trial.try_more_seeds)
    trial = after(visit, OTHER, Trial.try_it)
    assert [pair.seed for pair in trial.pairs] == [42]


def test_a_variant_that_diverges_is_retried_with_a_tenth_of_the_rate(visit: Visit) -> None:
    trial = after(visit, EXPLODING, Trial.try_it)
    assert trial.diverged is not None
    assert trial.verdict == ""
    assert trial.difference is None
    assert trial.more_seeds == []
    rates = [100.0]
    while trial.diverged is not None:
        trial = after(visit, EXPLODING, Trial.retry)
        rates.append(trial.variant.learning_rate)
    assert rates == [100.0 / 10**number for number in range(len(rates))]
    assert trial.complete
    assert len(trial.baselines()) == 1


def test_a_retry_without_a_divergence_does_nothing(visit: Visit) -> None:
    after(visit, EXPERIMENT, Trial.try_it)
    after(visit, EXPERIMENT, Trial.retry)
    assert len(visit.runs) == 2


def test_no_run_starts_if_not_all_can(workshop: Workshop) -> None:
    visit = workshop.visit()
    for _ in range(UNDER_WAY - 1):
        visit.start(replace(SHORT, epochs=2))
    with pytest.raises(ValueError, match=f"At most {UNDER_WAY} .* {UNDER_WAY - 1} are"):
        Trial(visit, EXPERIMENT).try_it()
    assert len(visit.runs) == UNDER_WAY - 1
    visit.end()


def test_no_run_starts_if_the_server_has_no_place_for_all(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(waiting=4)
    others, visit = workshop.visit(), workshop.visit()
    for _ in range(3):
        others.start(SHORT)  # nobody attends them
    with pytest.raises(ValueError, match="Too many networks wait"):
        Trial(visit, EXPERIMENT).try_it()
    assert visit.runs == []
    others.end()


def test_a_run_that_trained_on_is_no_longer_the_result(visit: Visit) -> None:
    trial = after(visit, EXPERIMENT, Trial.try_it)
    variant = trial.variants()[0]
    after(visit, EXPERIMENT, lambda trial: visit.train_on(variant, 1))
    assert Trial(visit, EXPERIMENT).pairs == []


def test_a_deleted_run_takes_its_result_with_it(visit: Visit) -> None:
    trial = after(visit, EXPERIMENT, Trial.try_it)
    visit.delete(trial.variants()[0])
    trial = Trial(visit, EXPERIMENT)
    assert trial.pairs == []
    assert trial.known_baseline is not None


def test_an_uploaded_file_that_claims_the_settings_is_no_result(visit: Visit) -> None:
    trial = after(visit, EXPERIMENT, Trial.try_it)
    for run in visit.runs:
        files = visit.files(run)
        assert files is not None
        visit.upload(*files)
        visit.delete(run)
    assert len(visit.runs) == 2
    trial = Trial(visit, EXPERIMENT)
    assert trial.pairs == []
    assert trial.known_baseline is None


def test_the_runs_of_an_experiment_leave_the_reading_to_whoever_reads(visit: Visit) -> None:
    after(visit, EXPERIMENT, Trial.try_it)
    assert {run.id for run in visit.runs} <= visit.introduced


def test_every_experiment_of_the_article_can_be_tried(visit: Visit) -> None:
    """On the tiny data set none but the one with the huge rate may diverge."""
    for name, experiment in EXPERIMENTS.items():
        quick = replace(
            experiment,
            baseline=replace(experiment.baseline, epochs=1),
            variant=replace(experiment.variant, epochs=1),
        )
        trial = after(visit, quick, Trial.try_it)
        assert trial.pairs, name
        assert trial.complete or trial.diverged, name

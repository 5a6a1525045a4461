from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from mnist_core.config import TrainConfig
from mnist_core.experiments import EXPERIMENTS, MAX_SEEDS, Experiment
from mnist_core.web.limits import LIMITS
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.experiment_results import ExperimentResults
from tests.web.conftest import SetLimits
from tests.web.workshop import Workshop, eventually

RUNS = LIMITS["runs"].laptop
UNDER_WAY = LIMITS["under_way"].laptop

SHORT = TrainConfig(epochs=1)
EXPERIMENT = Experiment("Larger batches", "", "", SHORT, replace(SHORT, batch_size=128))
OTHER = Experiment("A smaller rate", "", "", SHORT, replace(SHORT, learning_rate=0.0001))
EXPLODING = Experiment("Far too high", "", "", SHORT, replace(SHORT, learning_rate=100.0))


def after(
    session: Session, experiment: Experiment, action: Callable[[ExperimentResults], None]
) -> ExperimentResults:
    """Do something with an experiment, wait for all that it began, and look at it again."""
    with session.connected():
        action(ExperimentResults(session, experiment))
        eventually(lambda: not session.is_under_way)
    return ExperimentResults(session, experiment)


def test_a_first_try_trains_baseline_and_variant_with_the_same_seed(session: Session) -> None:
    assert ExperimentResults(session, EXPERIMENT).pairs == []
    results = after(session, EXPERIMENT, ExperimentResults.try_it)
    assert [run.config for run in session.runs] == [EXPERIMENT.baseline, EXPERIMENT.variant]
    (pair,) = results.complete
    assert pair.seed == 42
    assert results.reused == []
    assert results.known_baseline is pair.baseline
    assert "points" in results.verdict
    assert pair.baseline is not None
    assert pair.variant is not None
    gain = pair.variant.epochs[-1].test_accuracy - pair.baseline.epochs[-1].test_accuracy
    assert results.difference == pytest.approx(100 * gain)


def test_the_baseline_of_another_experiment_is_reused_and_named(session: Session) -> None:
    after(session, EXPERIMENT, ExperimentResults.try_it)
    results = after(session, OTHER, ExperimentResults.try_it)
    assert len(session.runs) == 3
    assert results.baselines() == session.runs[:1]
    assert results.reused == ["Run 1"]


def test_a_second_press_starts_nothing(session: Session) -> None:
    after(session, EXPERIMENT, ExperimentResults.try_it)
    after(session, EXPERIMENT, ExperimentResults.try_it)
    assert len(session.runs) == 2


def test_a_press_while_it_runs_starts_nothing(workshop: Workshop) -> None:
    session = workshop.session()
    with session.connected():
        ExperimentResults(session, EXPERIMENT).try_it()
        ExperimentResults(session, EXPERIMENT).try_it()
        assert len(session.runs) == 2
        assert ExperimentResults(session, EXPERIMENT).is_under_way
        ExperimentResults(session, EXPERIMENT).stop()
        workshop.gate.allow()
        eventually(lambda: not session.is_under_way)
    assert {run.state for run in session.runs} == {"stopped"}
    assert ExperimentResults(session, EXPERIMENT).verdict == ""


def test_what_was_stopped_is_tried_anew(workshop: Workshop) -> None:
    session = workshop.session()
    with session.connected():
        ExperimentResults(session, EXPERIMENT).try_it()
        ExperimentResults(session, EXPERIMENT).stop()
        workshop.gate.allow()
        eventually(lambda: not session.is_under_way)
    results = after(session, EXPERIMENT, ExperimentResults.try_it)
    assert len(session.runs) == 4
    assert results.complete


def test_more_seeds_come_two_at_a_time_and_end(session: Session) -> None:
    results = after(session, EXPERIMENT, ExperimentResults.try_more_seeds)
    assert session.runs == []  # not before the first has a result
    results = after(session, EXPERIMENT, ExperimentResults.try_it)
    assert results.more_seeds == [43, 44]
    while results.more_seeds:
        results = after(session, EXPERIMENT, ExperimentResults.try_more_seeds)
        assert f"{len(results.complete)} seeds" in results.verdict
    assert [pair.seed for pair in results.complete] == list(range(42, 42 + MAX_SEEDS))
    # More than a session keeps; what the older ones came to is known all the same.
    assert len(session.runs) == RUNS < 2 * MAX_SEEDS
    assert all(run.model is None for run in session.results[:-RUNS])


def test_seeds_of_the_baseline_alone_are_not_shown(session: Session) -> None:
    after(session, EXPERIMENT, ExperimentResults.try_it)
    after(session, EXPERIMENT, ExperimentResults.try_more_seeds)
    results = after(session, OTHER, ExperimentResults.try_it)
    assert [pair.seed for pair in results.pairs] == [42]


def test_a_variant_that_diverges_is_retried_with_a_tenth_of_the_rate(session: Session) -> None:
    results = after(session, EXPLODING, ExperimentResults.try_it)
    assert results.diverged is not None
    assert results.verdict == ""
    assert results.difference is None
    assert results.more_seeds == []
    rates = [100.0]
    while results.diverged is not None:
        results = after(session, EXPLODING, ExperimentResults.retry)
        rates.append(results.variant.learning_rate)
    assert rates == [100.0 / 10**number for number in range(len(rates))]
    assert results.complete
    assert len(results.baselines()) == 1


def test_a_retry_without_a_divergence_does_nothing(session: Session) -> None:
    after(session, EXPERIMENT, ExperimentResults.try_it)
    after(session, EXPERIMENT, ExperimentResults.retry)
    assert len(session.runs) == 2


def test_no_run_starts_if_not_all_can(workshop: Workshop) -> None:
    session = workshop.session()
    for _ in range(UNDER_WAY - 1):
        session.start(replace(SHORT, epochs=2))
    with pytest.raises(ValueError, match=f"At most {UNDER_WAY} .* {UNDER_WAY - 1} are"):
        ExperimentResults(session, EXPERIMENT).try_it()
    assert len(session.runs) == UNDER_WAY - 1
    session.end()


def test_no_run_starts_if_the_server_has_no_place_for_all(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(waiting=4)
    others, session = workshop.session(), workshop.session()
    for _ in range(3):
        others.start(SHORT)  # nobody attends them
    with pytest.raises(ValueError, match="Too many networks wait"):
        ExperimentResults(session, EXPERIMENT).try_it()
    assert session.runs == []
    others.end()


def test_of_two_who_start_for_the_last_places_at_once_one_gets_all_and_the_other_none(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(waiting=5)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that threads take turns within a start
    try:
        for _ in range(20):
            sessions = [workshop.session(), workshop.session()]
            barrier = threading.Barrier(2)

            def start(session: Session, barrier: threading.Barrier = barrier) -> None:
                barrier.wait()
                with suppress(ValueError):
                    session.start_all([replace(SHORT, seed=seed) for seed in range(4)])

            threads = [threading.Thread(target=start, args=[session]) for session in sessions]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(len(session.runs) for session in sessions) == [0, 4]
            assert workshop.queue.waiting == 4
            for session in sessions:
                session.end()
    finally:
        sys.setswitchinterval(interval)


def test_a_run_that_trained_on_is_no_longer_the_result(session: Session) -> None:
    results = after(session, EXPERIMENT, ExperimentResults.try_it)
    variant = results.variants()[0]
    after(session, EXPERIMENT, lambda results: session.train_on(variant, 1))
    assert ExperimentResults(session, EXPERIMENT).pairs == []


def test_a_deleted_run_takes_its_result_with_it(session: Session) -> None:
    results = after(session, EXPERIMENT, ExperimentResults.try_it)
    session.delete(results.variants()[0])
    results = ExperimentResults(session, EXPERIMENT)
    assert results.pairs == []
    assert results.known_baseline is not None


def test_an_uploaded_file_that_claims_the_settings_is_no_result(session: Session) -> None:
    results = after(session, EXPERIMENT, ExperimentResults.try_it)
    for run in session.runs:
        files = session.files(run)
        assert files is not None
        session.upload(*files)
        session.delete(run)
    assert len(session.runs) == 2
    results = ExperimentResults(session, EXPERIMENT)
    assert results.pairs == []
    assert results.known_baseline is None


def test_the_runs_of_an_experiment_leave_the_reading_to_whoever_reads(session: Session) -> None:
    after(session, EXPERIMENT, ExperimentResults.try_it)
    assert {run.id for run in session.runs} <= session.draw.offered


def test_every_experiment_of_the_article_can_be_tried(session: Session) -> None:
    """On the tiny data set none but the one with the huge rate may diverge."""
    for name, experiment in EXPERIMENTS.items():
        quick = replace(
            experiment,
            baseline=replace(experiment.baseline, epochs=1),
            variant=replace(experiment.variant, epochs=1),
        )
        results = after(session, quick, ExperimentResults.try_it)
        assert results.pairs, name
        assert results.complete or results.diverged, name

"""One experiment as a session has tried it: which of its runs belong to it, and what they came to.

Nothing of this is stored: the runs of the session tell it all, so whatever started them, and
whatever became of the page meanwhile, an experiment finds its results by its settings.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from mnist_core.config import TrainConfig
from mnist_core.experiments import MAX_SEEDS, Experiment, give_verdict
from mnist_core.training import EpochRecord
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.session import Session

SEEDS_A_TIME = 2


@dataclass(frozen=True)
class Pair:
    """Baseline and variant of one seed; None where there is no run yet."""

    seed: int
    baseline: Run | None
    variant: Run | None

    @property
    def is_complete(self) -> bool:
        """Tell whether both have a result."""
        return has_result(self.baseline) and has_result(self.variant)


class ExperimentResults:
    """What the runs of a session say of an experiment at this moment.

    Attributes:
        experiment: the experiment.
        variant: the settings that are compared with the baseline: the experiment's own, or, where
            those diverged and were tried again, the same with a smaller learning rate.
        pairs: one for each seed that has been tried, the experiment's own seed first.
    """

    def __init__(self, session: Session, experiment: Experiment) -> None:
        self.experiment = experiment
        self._session = session
        self._results: dict[TrainConfig, list[Run]] = {}
        for run in session.results:
            if run.state != "uploaded":  # what a stranger's file says of itself is no result
                self._results.setdefault(run.config, []).append(run)
        self.variant = self._after_retries(experiment.variant)
        every = [self._pair(experiment.baseline.seed + more) for more in range(MAX_SEEDS)]
        self.pairs = [pair for pair in every if pair.variant is not None]
        self._every = every

    def _after_retries(self, config: TrainConfig) -> TrainConfig:
        run = self._find(config)
        while run is not None and run.retry_rate is not None:
            retry = replace(config, learning_rate=run.retry_rate)
            run = self._find(retry)
            if run is not None:
                config = retry
        return config

    def _pair(self, seed: int) -> Pair:
        baseline = self._find(replace(self.experiment.baseline, seed=seed))
        return Pair(seed, baseline, self._find(replace(self.variant, seed=seed)))

    def _find(self, config: TrainConfig) -> Run | None:
        """Find the run with these settings that says most."""
        runs = self._results.get(config, [])
        under_way = [run for run in runs if run.is_under_way]
        return self._session.find_result(config) or next(reversed(runs + under_way), None)

    # --- what came of it -----------------------------------------------------------------------

    @property
    def is_under_way(self) -> bool:
        """Tell whether any of its runs waits or trains."""
        return any(run.is_under_way for run in self._runs())

    @property
    def diverged(self) -> Run | None:
        """Return the run that diverged, as long as nothing smaller has been tried."""
        runs = [pair.variant for pair in self.pairs]
        return next((run for run in runs if run and run.state == "diverged"), None)

    @property
    def complete(self) -> list[Pair]:
        """Return the pairs that can be compared."""
        return [pair for pair in self.pairs if pair.is_complete and not self.diverged]

    @property
    def verdict(self) -> str:
        """Say what the difference is worth, once there is one."""
        baseline, variant = {}, {}
        for pair in self.complete:
            assert pair.baseline is not None
            assert pair.variant is not None
            baseline[pair.seed] = pair.baseline.epochs[-1].test_accuracy
            variant[pair.seed] = pair.variant.epochs[-1].test_accuracy
        return give_verdict(baseline, variant, self.experiment.noise)

    @property
    def difference(self) -> float | None:
        """Return by how many points the variant reads better, on average; None if unknown."""
        differences = [
            100 * (pair.variant.epochs[-1].test_accuracy - pair.baseline.epochs[-1].test_accuracy)
            for pair in self.complete
            if pair.baseline and pair.variant
        ]
        return statistics.fmean(differences) if differences else None

    @property
    def reused(self) -> list[str]:
        """Name the runs that were there before their variant was tried."""
        place = {run.id: number for number, run in enumerate(self._session.results)}
        return [
            pair.baseline.name
            for pair in self.pairs
            if pair.baseline and pair.variant
            if place.get(pair.variant.id, 0) - place.get(pair.baseline.id, 0) != 1
        ]

    def baselines(self) -> list[Run]:
        """Return the baseline's runs, one for each seed."""
        return [pair.baseline for pair in self.pairs if pair.baseline]

    def variants(self) -> list[Run]:
        """Return the variant's runs, one for each seed."""
        return [pair.variant for pair in self.pairs if pair.variant]

    def _runs(self) -> list[Run]:
        return self.baselines() + self.variants()

    # --- what can be done ----------------------------------------------------------------------

    @property
    def known_baseline(self) -> Run | None:
        """Return the baseline of the experiment's own seed if its result is there."""
        run = self._every[0].baseline
        return run if has_result(run) else None

    @property
    def more_seeds(self) -> list[int]:
        """Return the seeds that come next, none if all have been run or there is no result yet."""
        if not self.complete:
            return []
        return [pair.seed for pair in self._every if not pair.is_complete][:SEEDS_A_TIME]

    @property
    def seconds_to_try(self) -> float | None:
        """Return about how many seconds `try_it` would take, the queue included."""
        return self._session.seconds_until_over((), self._not_there(self._every[:1]))

    @property
    def seconds_for_more_seeds(self) -> float | None:
        """Return about how many seconds `try_more_seeds` would take; None if there are none."""
        return self._session.seconds_until_over((), self._not_there(self._next_pairs()))

    @property
    def seconds_left(self) -> float | None:
        """Return about how many seconds it takes until all its runs are over; None if they are."""
        return self._session.seconds_until_over(self._runs())

    def try_it(self) -> None:
        """Begin the runs of the experiment's own seed that are not there.

        Raises:
            ValueError: a run would be too large, or too many are under way.
        """
        self._start(self._not_there(self._every[:1]))

    def try_more_seeds(self) -> None:
        """Begin the runs of the next seeds.

        Raises:
            ValueError: a run would be too large, or too many are under way.
        """
        self._start(self._not_there(self._next_pairs()))

    def retry(self) -> None:
        """Begin the variant anew with a tenth of the learning rate, if it diverged.

        Raises:
            ValueError: a run would be too large, or too many are under way.
        """
        if self.diverged and self.diverged.retry_rate and not self.is_under_way:
            self._start([replace(self.diverged.config, learning_rate=self.diverged.retry_rate)])

    def stop(self) -> None:
        """Stop all its runs, the waiting ones first so that none of them takes the turn."""
        for run in reversed(self._runs()):
            if run.is_under_way:
                self._session.stop(run)

    def _next_pairs(self) -> list[Pair]:
        seeds = self.more_seeds
        return [pair for pair in self._every if pair.seed in seeds]

    def _not_there(self, pairs: Iterable[Pair]) -> list[TrainConfig]:
        configs = []
        for pair in pairs:
            sides = (
                (pair.baseline, self.experiment.baseline),
                (pair.variant, self.variant),
            )
            for run, config in sides:
                if not has_result(run) and not (run and run.is_under_way):
                    configs.append(replace(config, seed=pair.seed))
        return configs

    def _start(self, configs: list[TrainConfig]) -> None:
        runs = self._session.start_all(configs)
        self._session.draw.offered |= {run.id for run in runs}  # another network stays selected


def has_result(run: Run | None) -> bool:
    """Tell whether a run came to what any other with its settings would come to."""
    if run is None:
        return False
    return run.state == "diverged" or (run.state == "finished" and run.is_repeatable)


def average(runs: Iterable[Run], value: Callable[[EpochRecord], float | None]) -> float | None:
    """Average a figure of the last epoch of each run; None if no run has come so far."""
    last = [value(run.epochs[-1]) for run in runs if run.epochs]
    known = [figure for figure in last if figure is not None]
    return statistics.fmean(known) if known else None

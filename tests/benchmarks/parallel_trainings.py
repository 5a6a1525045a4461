"""Do two networks that train at once learn more in an hour than one? On two cores or more:

    python -m tests.benchmarks.parallel_trainings [--networks N] [--seconds S] [--rounds R]

The server's own queue trains the recipe in its workers, on the real MNIST: one network alone, then
several at once, by turns, so that a machine that is faster at one moment than at another favours
neither. What counts is the ratio of the epochs that are trained in a second. It exits with 1 if two
networks come to less than 1.6 times the epochs of one.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import ExitStack

from mnist_core.config import TrainConfig
from mnist_core.models import MODELS
from mnist_core.web.jobs.queue import JobQueue
from mnist_core.web.sessions.session import Session
from tests.real_mnist import ADVICE, find_mnist

LEAST_RATIO = 1.6  # for two networks
EPOCHS = 100  # of each run, which is stopped long before


def train_for(queue: JobQueue, networks: int, seconds: float, model: str) -> float:
    """Train so many networks at once for a while; return the epochs of all in a second."""
    sessions = [Session(queue) for _ in range(networks)]
    with ExitStack() as pages:
        for session in sessions:
            pages.enter_context(session.connected())
        runs = [session.start(TrainConfig(epochs=EPOCHS, model=model)) for session in sessions]
        while any(run.status.loss is None for run in runs):
            time.sleep(0.01)  # between two looks
        before, began = sum(run.epochs_left for run in runs), time.monotonic()
        time.sleep(seconds)
        done, took = before - sum(run.epochs_left for run in runs), time.monotonic() - began
        for session, run in zip(sessions, runs, strict=True):
            session.stop(run)
        while any(run.is_under_way for run in runs):
            time.sleep(0.01)
        assert {run.state for run in runs} == {"stopped"}, [run.status for run in runs]
    return done / took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=30.0, help="that each measurement takes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", choices=MODELS, default="simple_nn")
    options = parser.parse_args()
    root = find_mnist()
    if root is None:
        sys.exit(ADVICE)
    os.environ["MNIST_DATA"] = str(root)
    queue = JobQueue(slots=options.networks)
    train_for(queue, options.networks, 0.0, options.model)  # every worker is warm from now on
    alone, together = [], []
    for _ in range(options.rounds):
        alone.append(train_for(queue, 1, options.seconds, options.model))
        together.append(train_for(queue, options.networks, options.seconds, options.model))

    ratio = sum(together) / sum(alone)
    print(f"{options.rounds} times {options.seconds:g} s each, {os.cpu_count()} cores:")
    print(f"one network      {3600 * sum(alone) / options.rounds:8,.0f} epochs an hour")
    print(f"{options.networks} at once        {3600 * sum(together) / options.rounds:8,.0f}")
    print(f"ratio            {ratio:8.2f}   (for two at least {LEAST_RATIO:g})")
    return 0 if options.networks != 2 or ratio >= LEAST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())

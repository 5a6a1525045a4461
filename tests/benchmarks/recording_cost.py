"""What does it cost a training to keep its losses and what its network was? Run it from anywhere:

    python tests/benchmarks/recording_cost.py [--model NAME] [--epochs N] [--rounds N]

Runs on the real MNIST with and without are trained by turns, in one process with one thread, and
the median of each is compared. Exits with 1 if keeping takes 3 % of the time or more.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import replace
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout

import torch

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, Splits, load_images
from mnist_core.loss_curve import LossCurve
from mnist_core.models import MODELS
from mnist_core.moments import Moments, early_steps, first_moment, moment_of
from mnist_core.training import set_up, train
from tests.real_mnist import ADVICE, find_mnist

MOST = 0.03


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=MODELS, default="simple_nn")
    parser.add_argument("--rounds", type=int, default=5, help="runs with, and as many without")
    parser.add_argument("--epochs", type=int, default=5, help="of each")
    options = parser.parse_args()
    torch.set_num_threads(1)
    root = find_mnist()
    if root is None:
        sys.exit(ADVICE)

    data = load_images(DATASETS["mnist"], root)
    config = TrainConfig(epochs=options.epochs, model=options.model)
    seconds_of(replace(config, epochs=1), data, keeps=True)  # warms up
    with_it, without = [], []
    for _ in range(options.rounds):
        without.append(seconds_of(config, data, keeps=False))
        with_it.append(seconds_of(config, data, keeps=True))
    cost = statistics.median(with_it) / statistics.median(without) - 1
    print(
        f"{options.model}, {options.epochs} epochs, median of {options.rounds}, seconds of a core:"
    )
    print(f"nothing kept {statistics.median(without):7.3f} s")
    print(f"all kept     {statistics.median(with_it):7.3f} s")
    print(f"cost         {cost:7.2%}   (less than {MOST:.0%})")
    return 0 if cost < MOST else 1


def seconds_of(config: TrainConfig, data: Splits, *, keeps: bool) -> float:
    """Train, and return the processor's time that it took."""
    training, curve, moments = set_up(config, data), LossCurve(), Moments()
    began = process_time()
    if keeps:
        training.note_loss = curve.add
        training.record_at = early_steps(config.batch_size, len(data.train))
        moments.add(first_moment(training), keeps_network=True)
    for record in train(training):
        if keeps and (moment := moment_of(training, record, curve.batches)):
            moments.add(moment, keeps_network=True)
    return process_time() - began


if __name__ == "__main__":
    sys.exit(main())

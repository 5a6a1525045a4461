"""How many times as fast as the article's own loop is ours? Run it from anywhere:

    python tests/benchmarks/recipe_speed.py [--threads N] [--rounds N]

Both train the same epochs of the real MNIST by turns, in one process with the same number of
threads, and each is judged by its fastest. Exits with 1 if ours is less than 4 times as fast.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout

import torch

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, load_images
from mnist_core.training import EpochRecord, set_up, train
from tests.article import Article
from tests.real_mnist import ADVICE, find_mnist

LEAST_RATIO = 4.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="epochs that each trains")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    root = find_mnist()
    if root is None:
        sys.exit(ADVICE)

    theirs = Article(root)
    ours = train(set_up(TrainConfig(epochs=options.rounds), load_images(DATASETS["mnist"], root)))
    their_seconds, our_seconds = [], []
    for _ in range(options.rounds):
        started = perf_counter()
        theirs.train_epoch()
        their_seconds.append(perf_counter() - started)
        our_seconds.append(next(r.seconds for r in ours if isinstance(r, EpochRecord)))
    ratio = min(their_seconds) / min(our_seconds)
    print(f"{options.threads} thread(s), one epoch of 60,000 images, best of {options.rounds}:")
    print(f"the article's loop {min(their_seconds):6.2f} s")
    print(f"ours               {min(our_seconds):6.2f} s")
    print(f"ratio              {ratio:6.2f}   (at least {LEAST_RATIO:g})")
    return 0 if ratio >= LEAST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())

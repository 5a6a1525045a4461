"""How long is an epoch of each network, with one CPU thread and with two, or on a GPU?

    python tests/benchmarks/epoch_seconds.py [--rounds N] [--batch-size B] [--augmentation A]
        [--data-set NAME_OR_PATH]

All train by turns on the same real images, in one process, and each is judged by its fastest epoch;
the last but one column is how many times as long it takes as the article's network, which is the
figure that two machines have in common. Tests between the epochs do not count. The last column is
what each reads right after them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout

import torch

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.commands.options import name_data_set
from mnist_core.config import TrainConfig
from mnist_core.data import load_images
from mnist_core.models import MODELS, count_parameters
from mnist_core.training import (
    EpochRecord,
    choose_device,
    set_up,
    train,
)
from tests.real_mnist import ADVICE, find_mnist


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2, help="epochs that each trains")
    parser.add_argument("--batch-size", type=int, default=TrainConfig().batch_size)
    parser.add_argument("--augmentation", choices=AUGMENTATIONS, default="none")
    parser.add_argument("--data-set", default="mnist", help="its name, or a folder or zip file")
    options = parser.parse_args()
    root = find_mnist()
    if root is None:
        sys.exit(ADVICE)
    dataset = name_data_set(options.data_set)
    recipe = TrainConfig(dataset=dataset)
    data = load_images(recipe.data_set, root)

    device = choose_device()
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "the CPU"
    print(f"on {name}, batches of {options.batch_size}, augmentation {options.augmentation}")
    print("model       parameters  threads  seconds an epoch  times SimpleNN  read right")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        runs = {
            name: train(
                set_up(
                    replace(
                        recipe,
                        model=name,
                        epochs=options.rounds,
                        batch_size=options.batch_size,
                        augmentation=options.augmentation,
                    ),
                    data,
                )
            )
            for name in MODELS
        }
        best, right = dict.fromkeys(MODELS, float("inf")), dict.fromkeys(MODELS, 0.0)
        for _ in range(options.rounds):
            for name, records in runs.items():
                epoch = next(record for record in records if isinstance(record, EpochRecord))
                best[name], right[name] = min(best[name], epoch.seconds), epoch.test_accuracy
        for name, seconds in best.items():
            parameters = count_parameters(replace(recipe, model=name).create_model_shape())
            figures = (
                f"{seconds:>16.2f}  {seconds / best['simple_nn']:>14.2f}  {right[name]:>10.2%}"
            )
            print(f"{name:<10}  {parameters:>10,}  {threads:>7}  {figures}")


if __name__ == "__main__":
    main()

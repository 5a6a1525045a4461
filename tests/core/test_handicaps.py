from __future__ import annotations

from pathlib import Path

import torch

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, Splits, draw_images, handicap, map_images, mislabel
from mnist_core.training import EpochRecord, set_up, train
from tests.each import each


def test_the_seed_decides_which_images_are_drawn() -> None:
    some = draw_images(100, 60_000, seed=1)
    assert len(set(some.tolist())) == 100
    assert torch.equal(some, draw_images(100, 60_000, seed=1))
    assert not torch.equal(some, draw_images(100, 60_000, seed=2))
    assert torch.equal(some[:50], draw_images(50, 60_000, seed=1))
    assert sorted(draw_images(100, 7, seed=1).tolist()) == list(range(7))


def test_so_many_labels_become_wrong_ones_and_each_of_the_nine_alike() -> None:
    labels = torch.arange(20_000) % 10
    taught = mislabel(labels, 0.2, seed=3)
    assert torch.equal(labels, torch.arange(20_000) % 10)  # as they were
    wrong = taught != labels
    assert wrong.sum() == 4_000
    assert set(taught.tolist()) == set(range(10))
    steps = torch.bincount((taught - labels)[wrong] % 10, minlength=10)
    assert steps[0] == 0
    assert steps[1:].min() > 350  # of 444 each, were there no chance
    assert torch.equal(taught, mislabel(labels, 0.2, seed=3))
    assert not torch.equal(taught, mislabel(labels, 0.2, seed=4))
    for share in each([0.0, 1.0]):
        assert (mislabel(labels, share, seed=3) != labels).float().mean() == share


def test_neither_draws_from_the_global_random_generator() -> None:
    before = torch.get_rng_state()
    draw_images(10, 100, seed=1)
    mislabel(torch.zeros(10, dtype=torch.int64), 0.5, seed=1)
    assert torch.equal(torch.get_rng_state(), before)


def test_mapped_or_loaded_the_images_and_labels_are_the_same(
    tiny_root: Path, tiny_mnist: Splits
) -> None:
    loaded = handicap(tiny_mnist.train, 150, 0.3, seed=5)
    mapped = handicap(map_images(DATASETS["mnist"], tiny_root).train, 150, 0.3, seed=5)
    assert len(loaded) == len(mapped) == 150
    assert torch.equal(loaded.images, mapped.images)
    assert torch.equal(loaded.labels, mapped.labels)
    chosen = draw_images(150, len(tiny_mnist.train), seed=5)
    assert torch.equal(loaded.images, tiny_mnist.train.images[chosen])
    assert (loaded.labels != tiny_mnist.train.labels[chosen]).sum() == 45


def test_without_them_the_data_are_not_touched(tiny_mnist: Splits) -> None:
    assert handicap(tiny_mnist.train, 60_000, 0.0, seed=5) is tiny_mnist.train


def test_a_run_learns_from_them_and_is_tested_on_the_truth(tiny_mnist: Splits) -> None:
    config = TrainConfig(images=120, wrong_labels=0.5, epochs=1)
    training = set_up(config, tiny_mnist)
    assert len(training.train_loader) == 2
    assert len(training.train_sample) == 120
    chosen = draw_images(120, len(tiny_mnist.train), seed=42)
    assert torch.equal(training.train_sample.images, tiny_mnist.train.images[chosen])
    truth = tiny_mnist.train.labels[chosen]
    assert torch.equal(training.train_sample.labels, mislabel(truth, 0.5, seed=42))
    assert torch.equal(training.test_set.labels, tiny_mnist.test.labels)


def test_wrong_labels_are_learned_by_heart_at_last(tiny_mnist: Splits) -> None:
    """Beyond what the truth could explain: four of five labels are right."""
    config = TrainConfig(wrong_labels=0.2, epochs=80, learning_rate=0.003)
    epochs = [r for r in train(set_up(config, tiny_mnist)) if isinstance(r, EpochRecord)]
    assert epochs[0].train_accuracy is not None
    assert epochs[0].train_accuracy <= 0.8  # so many are right: it reads the truth
    assert epochs[-1].train_accuracy is not None
    assert epochs[-1].train_accuracy > 0.95

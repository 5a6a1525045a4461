"""The whole of it on the real MNIST: our training is the article's, to the last bit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from torchvision import datasets

from mnist_core.config import TrainConfig
from mnist_core.data import Splits, load_images
from mnist_core.training import (
    EpochRecord,
    Training,
    set_up,
    train,
)
from tests import article
from tests.article import Article

# Each epoch of the article's own loop takes seconds; RECIPE_EPOCHS=5 compares its whole run.
EPOCHS = int(os.environ.get("RECIPE_EPOCHS", "2"))


@pytest.fixture(scope="module")
def articles(mnist_root: Path) -> tuple[Article, list[float]]:
    """Train as the article does; return its state at the end, and its losses."""
    program = Article(mnist_root)
    return program, [program.train_epoch() for _ in range(EPOCHS)]


@pytest.fixture(scope="module")
def ours(mnist: Splits) -> tuple[Training, list[EpochRecord]]:
    """Train with our loop; return its state at the end, and its records of epochs."""
    training = set_up(TrainConfig(epochs=EPOCHS), mnist)
    return training, [record for record in train(training) if isinstance(record, EpochRecord)]


def test_the_defaults_are_the_recipe() -> None:
    config = TrainConfig()
    assert config.model == "simple_nn"
    assert config.epochs == article.EPOCHS
    assert config.batch_size == article.BATCH_SIZE
    assert config.learning_rate == article.LEARNING_RATE
    assert config.seed == article.SEED


def test_before_training_the_batch_and_the_weights_are_the_articles(
    mnist_root: Path, mnist: Splits
) -> None:
    theirs = Article(mnist_root)
    ours = set_up(TrainConfig(), mnist)
    assert ours.images_shape == theirs.images.shape == (64, 1, 28, 28)
    assert ours.labels_shape == theirs.labels.shape == (64,)
    assert_same_weights(ours.model, theirs.model)


def test_losses_equal_the_articles_to_the_last_bit(
    articles: tuple[Article, list[float]], ours: tuple[Training, list[EpochRecord]]
) -> None:
    assert [record.train_loss for record in ours[1]] == articles[1]


def test_final_weights_equal_the_articles_to_the_last_bit(
    articles: tuple[Article, list[float]], ours: tuple[Training, list[EpochRecord]]
) -> None:
    assert_same_weights(ours[0].model, articles[0].model)


def test_accuracy_on_all_test_images_equals_the_articles(
    articles: tuple[Article, list[float]], ours: tuple[Training, list[EpochRecord]]
) -> None:
    accuracy = ours[1][-1].test_accuracy
    assert accuracy == articles[0].accuracy()
    assert accuracy > 0.93  # what one epoch already reaches, on any machine


def assert_same_weights(ours: torch.nn.Module, theirs: torch.nn.Module) -> None:
    expected = theirs.state_dict()
    weights = ours.state_dict()
    assert weights.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(weights[name], tensor), name


def test_on_fashion_mnist_the_articles_loop_computes_the_same_numbers(fashion_root: Path) -> None:
    """The article's code with one word changed, datasets.FashionMNIST."""
    theirs = Article(fashion_root, datasets.FashionMNIST)
    losses = [theirs.train_epoch()]
    config = TrainConfig(dataset="fashion_mnist", epochs=1)
    training = set_up(config, load_images(config.data_set, fashion_root), theirs.device)
    ends = [record for record in train(training) if isinstance(record, EpochRecord)]
    assert [end.train_loss for end in ends] == losses
    assert_same_weights(training.model, theirs.model)
    assert ends[-1].test_accuracy == theirs.accuracy()
    assert ends[-1].test_accuracy > 0.8

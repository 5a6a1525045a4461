from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mnist_core.data import ImageDataset
from mnist_core.evaluation import BATCH_SIZE, evaluate
from mnist_core.models import SimpleNN
from tests.each import each
from tests.oracles import mean_cross_entropy, simple_nn_logits


def random_images(count: int) -> ImageDataset:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(count, 1, 28, 28, generator=generator) * 2 - 1
    return ImageDataset(images, torch.randint(10, (count,), generator=generator))


class Parrot(nn.Module):
    """Reads the digit that is written in an image's first pixel, and is sure of it."""

    def __init__(self) -> None:
        super().__init__()
        self.sureness = nn.Parameter(torch.tensor(100.0))

    def forward(self, images: Tensor) -> Tensor:
        digits = images[:, 0, 0, 0].long()
        return self.sureness * nn.functional.one_hot(digits, 10).float()


def written(digits: list[int], labels: list[int]) -> ImageDataset:
    images = torch.zeros(len(digits), 1, 28, 28)
    images[:, 0, 0, 0] = torch.tensor(digits)
    return ImageDataset(images, torch.tensor(labels))


def test_loss_accuracy_and_confusion_are_what_numpy_finds() -> None:
    for count in each([1, 63, 64, 65, 200]):
        torch.manual_seed(0)
        model, dataset = SimpleNN(), random_images(count)
        result = evaluate(model, dataset)

        labels = dataset.labels.numpy()
        logits = simple_nn_logits(model.state_dict(), dataset.images.numpy().astype(np.float64))
        predicted = logits.argmax(axis=1)
        assert result.loss == pytest.approx(mean_cross_entropy(logits, labels), rel=1e-5)
        assert result.accuracy == (predicted == labels).mean()
        confusion = [
            [int(((labels == true) & (predicted == read)).sum()) for read in range(10)]
            for true in range(10)
        ]
        assert [list(row) for row in result.confusion] == confusion


def test_the_rows_of_the_confusion_matrix_are_the_true_digits() -> None:
    result = evaluate(Parrot(), written(digits=[7, 7, 2, 9], labels=[1, 7, 2, 9]))
    assert result.confusion[1][7] == 1
    assert result.confusion[7][1] == 0
    assert sum(map(sum, result.confusion)) == 4
    assert result.accuracy == 3 / 4
    assert result.loss == pytest.approx(100 / 4)  # sure, and once mistaken


def test_the_accuracy_of_each_digit_is_a_share_of_its_own_images() -> None:
    result = evaluate(Parrot(), written(digits=[7, 7, 2, 1], labels=[1, 7, 2, 1]))
    expected = [None, 1 / 2, 1.0, None, None, None, None, 1.0, None, None]
    assert list(result.accuracy_per_class) == expected


def test_the_result_is_plain_numbers() -> None:
    result = evaluate(SimpleNN(), random_images(3))
    assert type(result.loss) is float
    assert type(result.accuracy) is float
    assert {type(count) for row in result.confusion for count in row} == {int}


def test_the_model_is_left_in_the_mode_it_was_in() -> None:
    for training in each([True, False]):
        model = SimpleNN().train(training)
        evaluate(model, random_images(3))
        assert model.training is training


def test_dropout_is_off_during_evaluation() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.9), nn.Linear(784, 10)).train()
    dataset = random_images(70)
    assert evaluate(model, dataset) == evaluate(model, dataset)


def test_nothing_is_drawn_from_the_global_random_generator() -> None:
    model, dataset = SimpleNN(), random_images(130)
    before = torch.get_rng_state()
    evaluate(model, dataset)
    assert torch.equal(torch.get_rng_state(), before)


def test_nothing_is_learned() -> None:
    model = SimpleNN()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    evaluate(model, random_images(10))
    assert torch.is_grad_enabled()
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_batches_are_the_data_in_their_order() -> None:
    dataset = random_images(2 * BATCH_SIZE + 1)
    cut = list(dataset.in_order(BATCH_SIZE))
    assert [len(labels) for _, labels in cut] == [BATCH_SIZE, BATCH_SIZE, 1]
    assert torch.equal(torch.cat([images for images, _ in cut]), dataset.images)
    assert torch.equal(torch.cat([labels for _, labels in cut]), dataset.labels)

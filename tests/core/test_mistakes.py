"""Which images are misread, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mnist_core.calibration import compute_logits, expected_calibration_error
from mnist_core.data import ImageDataset, Splits
from mnist_core.evaluation import evaluate
from mnist_core.inference import Calibration
from mnist_core.mistakes import Readings, read_all
from mnist_core.mistakes.reliability import calibration_error, reliability
from mnist_core.mistakes.sheet import mistakes_sheet
from mnist_core.models import MODELS, create_model
from mnist_core.plots import to_svg


def readings(*triples: tuple[int, int, float]) -> Readings:
    labels, digits, confidences = zip(*triples, strict=True)
    return Readings(
        np.array(labels, np.uint8), np.array(digits, np.uint8), np.array(confidences, np.float32)
    )


SOME = readings((3, 3, 0.9), (3, 8, 0.6), (3, 8, 0.99), (8, 3, 0.7), (5, 8, 0.8))


def test_the_surest_mistakes_come_first() -> None:
    assert SOME.mistakes().tolist() == [2, 4, 3, 1]
    assert SOME.mistakes(label=3).tolist() == [2, 1]
    assert SOME.mistakes(digit=8).tolist() == [2, 4, 1]
    assert SOME.mistakes(3, 8).tolist() == [2, 1]
    assert SOME.mistakes(3, 3).tolist() == SOME.mistakes(0).tolist() == []
    assert SOME.accuracy == pytest.approx(1 / 5)


def test_the_confusion_counts_each_image_once() -> None:
    counts = SOME.confusion
    assert counts.sum() == 5
    assert (counts[3, 3], counts[3, 8], counts[8, 3], counts[5, 8]) == (1, 2, 1, 1)


def test_what_another_network_reads_right() -> None:
    other = readings((3, 3, 0.9), (3, 3, 0.5), (3, 8, 0.9), (8, 8, 0.9), (5, 5, 0.4))
    assert SOME.corrected_by(other).tolist() == [4, 3, 1]
    assert other.corrected_by(SOME).tolist() == []


@pytest.mark.parametrize("name", MODELS)
def test_it_counts_as_the_evaluation_does(name: str, tiny_mnist: Splits) -> None:
    model = create_model(name).train()
    found = read_all(model, tiny_mnist.test)
    assert model.training
    evaluation = evaluate(model, tiny_mnist.test)
    assert found.accuracy == pytest.approx(evaluation.accuracy)
    assert found.confusion.tolist() == [list(row) for row in evaluation.confusion]


class Told(nn.Module):
    """Says of each image what its first pixel tells: a digit, with a logit of 2."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, images: Tensor) -> Tensor:
        digits = images[:, 0, 0, 0].round().long()
        return nn.functional.one_hot(digits, 10).float() * self.scale


def test_a_confidence_is_the_calibrated_probability() -> None:
    images = torch.zeros(3, 1, 28, 28)
    images[:, 0, 0, 0] = torch.tensor([1.0, 2.0, 3.0])
    found = read_all(Told(), ImageDataset(images, torch.tensor([1, 2, 4])), Calibration(4.0))
    assert found.digits.tolist() == [1, 2, 3]
    expected = np.exp(0.5) / (np.exp(0.5) + 9)
    assert found.confidences == pytest.approx([expected] * 3, abs=1e-6)


def test_the_sheet_can_be_drawn_with_and_without_mistakes(tiny_mnist: Splits) -> None:
    labels = tiny_mnist.test.labels.numpy().astype(np.uint8)
    for digits in (labels, (labels + 1) % 10):
        found = Readings(labels, digits, np.linspace(0, 1, len(labels), dtype=np.float32))
        figure = mistakes_sheet(found, tiny_mnist.test)
        assert to_svg(figure).startswith(b"<?xml")
        assert str(len(found.mistakes())) in figure.get_suptitle()


def test_reliability_compares_confidence_and_accuracy_in_each_bin() -> None:
    found = reliability(
        readings((3, 3, 0.9), (3, 8, 1.0), (4, 4, 0.95), (5, 5, 0.25), (5, 6, 0.3)), bins=4
    )
    assert [part.count for part in found] == [1, 1, 0, 3]  # 0.25 lies on an upper edge
    assert (found[0].confidence, found[0].accuracy) == (0.25, 1.0)
    assert (found[2].confidence, found[2].accuracy) == (0, 0)
    assert found[3].confidence == pytest.approx((0.9 + 1.0 + 0.95) / 3)
    assert found[3].accuracy == pytest.approx(2 / 3)
    expected = (0.75 + 0.3 + 3 * abs(0.95 - 2 / 3)) / 5
    assert calibration_error(found) == pytest.approx(expected, abs=1e-6)


def test_the_calibration_error_is_that_of_the_probabilities(tiny_mnist: Splits) -> None:
    torch.manual_seed(0)
    model = create_model("simple_nn").eval()
    probabilities = compute_logits(model, tiny_mnist.test).softmax(dim=1)
    expected = expected_calibration_error(probabilities, tiny_mnist.test.labels)
    found = calibration_error(reliability(read_all(model, tiny_mnist.test)))
    assert found == pytest.approx(expected, abs=1e-4)


def test_what_is_read_right_comes_surest_first() -> None:
    found = readings((3, 3, 0.4), (3, 8, 0.6), (3, 3, 0.99), (8, 8, 0.7))
    assert found.right(3).tolist() == [2, 0]
    assert found.right(5).tolist() == []

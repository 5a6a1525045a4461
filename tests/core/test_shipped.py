"""What is said of the two shipped networks is true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mnist_core.calibration import compute_logits, expected_calibration_error
from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN, Checkpoint, load_checkpoint
from mnist_core.data import MNIST
from mnist_core.drawings import LabelledDrawing, images_of
from mnist_core.evaluation import evaluate
from mnist_core.inference import UNCALIBRATED, predict
from mnist_core.preprocessing import image_from_strokes
from tests.non_digits import MADE_UP, Drawing, side_by_side

both = pytest.mark.parametrize("path", [SHIPPED, SHIPPED_CNN], ids=lambda path: path.stem)


def share_unsure(checkpoint: Checkpoint, drawings: list[Drawing]) -> float:
    """Read drawings one by one, as the app does."""
    images = [image for drawing in drawings if (image := image_from_strokes(drawing)) is not None]
    read = [predict(checkpoint.model, image, checkpoint.calibration) for image in images]
    return sum(not prediction.sure for prediction in read) / len(read)


@both
def test_it_is_calibrated_and_its_metadata_belong_to_its_weights(path: Path) -> None:
    checkpoint = load_checkpoint(path)
    assert checkpoint.calibration != UNCALIBRATED
    assert checkpoint.metadata["config"]["model"] == checkpoint.model_name
    assert path.stem == f"{checkpoint.model_name}_mnist"


def test_the_cnn_reads_995_of_1000_test_images(mnist: MNIST) -> None:
    checkpoint = load_checkpoint(SHIPPED_CNN)
    result = evaluate(checkpoint.model, mnist.test)
    assert result.accuracy >= 0.995
    assert result.accuracy == pytest.approx(checkpoint.metadata["test_accuracy"], abs=2e-4)


@both
def test_its_confidence_is_near_its_accuracy_on_real_pen_digits(
    path: Path, pen_digits: list[LabelledDrawing]
) -> None:
    checkpoint, digits = load_checkpoint(path), images_of(pen_digits[::5])
    logits = compute_logits(checkpoint.model, digits)
    probabilities = (logits / checkpoint.calibration.temperature).softmax(dim=1)
    assert expected_calibration_error(probabilities, digits.labels) < 0.05
    right = (probabilities.argmax(dim=1) == digits.labels).double().mean().item()
    assert right >= (0.975 if checkpoint.model_name == "cnn" else 0.9)


def test_the_cnn_is_sure_of_nearly_all_real_pen_digits(pen_digits: list[LabelledDrawing]) -> None:
    checkpoint = load_checkpoint(SHIPPED_CNN)
    assert share_unsure(checkpoint, [drawing.strokes for drawing in pen_digits[::20]]) < 0.05


def test_the_cnn_is_unsure_of_two_real_pen_digits_at_once(
    pen_digits: list[LabelledDrawing],
) -> None:
    pairs = side_by_side([drawing.strokes for drawing in pen_digits[::10]], 200, seed=0)
    assert share_unsure(load_checkpoint(SHIPPED_CNN), pairs) >= 0.7


@pytest.mark.parametrize("kind", MADE_UP)
def test_the_cnn_is_unsure_of_most_drawings_that_are_no_digit(kind: str) -> None:
    drawings = MADE_UP[kind](100, 0)
    assert share_unsure(load_checkpoint(SHIPPED_CNN), drawings) >= 0.7


@pytest.mark.parametrize("kind", MADE_UP)
def test_a_seed_decides_the_drawings(kind: str) -> None:
    first, again, other = (
        np.concatenate([stroke for drawing in MADE_UP[kind](5, seed) for stroke in drawing])
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)

"""What is said of the two shipped networks is true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mnist_core.calibration import compute_logits, expected_calibration_error
from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN, Checkpoint, load_checkpoint
from mnist_core.data import Splits
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


def test_the_cnn_reads_995_of_1000_test_images(mnist: Splits) -> None:
    checkpoint = load_checkpoint(SHIPPED_CNN)
    result = evaluate(checkpoint.model, mnist.test)
    assert result.accuracy >= 0.995
    assert result.accuracy == pytest.approx(checkpoint.metadata["test_accuracy"], abs=2e-4)


def test_a_checkpoint_is_small() -> None:
    assert SHIPPED.stat().st_size < SHIPPED_CNN.stat().st_size < 1_000_000


def judge(path: Path, drawings: list[LabelledDrawing]) -> tuple[float, float, float]:
    """Return what is read right, the expected calibration error, and what is called unsure."""
    checkpoint, digits = load_checkpoint(path), images_of(drawings)
    logits = compute_logits(checkpoint.model, digits)
    probabilities = (logits / checkpoint.calibration.temperature).softmax(dim=1)
    confidence, read = probabilities.max(dim=1)
    right = (read == digits.labels).double().mean().item()
    unsure = (confidence < checkpoint.calibration.sure_from).double().mean().item()
    return right, expected_calibration_error(probabilities, digits.labels), unsure


def test_the_cnn_reads_pen_digits_and_knows_what_it_knows(
    pen_digits: list[LabelledDrawing],
) -> None:
    right, error, unsure = judge(SHIPPED_CNN, pen_digits)
    assert right >= 0.987
    assert error <= 0.02
    assert unsure < 0.04


def test_the_cnn_reads_the_digits_of_others_and_knows_what_it_knows(
    other_pen_digits: list[LabelledDrawing],
) -> None:
    right, error, unsure = judge(SHIPPED_CNN, other_pen_digits)
    assert right >= 0.978
    assert error <= 0.02
    assert unsure < 0.05


def test_simple_nn_reads_most_pen_digits(
    pen_digits: list[LabelledDrawing], other_pen_digits: list[LabelledDrawing]
) -> None:
    for drawings, least in ((pen_digits[::2], 0.925), (other_pen_digits[::2], 0.885)):
        right, error, _ = judge(SHIPPED, drawings)
        assert right >= least
        assert error < 0.05


def test_the_cnn_is_unsure_of_letters(real_letters: list[Drawing]) -> None:
    assert share_unsure(load_checkpoint(SHIPPED_CNN), real_letters) >= 0.88


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

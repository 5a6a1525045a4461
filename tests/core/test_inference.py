from __future__ import annotations

import numpy as np
import pytest
import torch

from mnist_core.checkpoints import SHIPPED, load_checkpoint
from mnist_core.data import Splits
from mnist_core.inference import UNCALIBRATED, Calibration, predict
from mnist_core.models import SimpleNN
from mnist_core.preprocessing import GrayImage, image_from_strokes, parse_strokes
from tests.each import each
from tests.oracles import simple_nn_logits, softmax


def random_image(seed: int) -> GrayImage:
    return np.random.default_rng(seed).integers(0, 256, (28, 28)).astype(np.uint8)


def test_probabilities_are_the_softmax_that_numpy_computes() -> None:
    for seed in each(range(5)):
        torch.manual_seed(seed)
        model, image = SimpleNN().eval(), random_image(seed)
        prediction = predict(model, image)
        normalized = (image.astype(np.float64) / 255 - 0.5) / 0.5
        expected = softmax(simple_nn_logits(model.state_dict(), normalized[None, None]))[0]
        np.testing.assert_allclose(prediction.probabilities, expected, rtol=1e-4)
        assert prediction.digit == expected.argmax()


def test_probabilities_are_ten_plain_shares_of_one() -> None:
    prediction = predict(SimpleNN().eval(), random_image(0))
    assert len(prediction.probabilities) == 10
    assert {type(share) for share in prediction.probabilities} == {float}
    assert type(prediction.digit) is int
    assert all(0 <= share <= 1 for share in prediction.probabilities)
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_a_network_that_knows_nothing_finds_all_digits_alike() -> None:
    model = SimpleNN().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    assert predict(model, random_image(0)).probabilities == pytest.approx([0.1] * 10)


# --- calibrated --------------------------------------------------------------------------------


def test_the_temperature_divides_the_logits_and_leaves_the_digit() -> None:
    for temperature in each([0.25, 1.0, 3.0]):
        torch.manual_seed(0)
        model, image = SimpleNN().eval(), random_image(0)
        prediction = predict(model, image, Calibration(temperature, 0.5))
        normalized = (image.astype(np.float64) / 255 - 0.5) / 0.5
        logits = simple_nn_logits(model.state_dict(), normalized[None, None])
        expected = softmax(logits / temperature)[0]
        np.testing.assert_allclose(prediction.probabilities, expected, rtol=1e-3)
        assert prediction.digit == predict(model, image).digit


def test_a_network_is_sure_from_the_probability_that_its_calibration_names() -> None:
    model, image = SimpleNN().eval(), random_image(1)
    highest = max(predict(model, image).probabilities)
    assert predict(model, image, Calibration(1.0, highest)).sure
    assert predict(model, image, Calibration(1.0, 0.0)).sure
    assert not predict(model, image, Calibration(1.0, highest + 1e-6)).sure
    assert predict(model, image) == predict(model, image, UNCALIBRATED)


def test_a_network_whose_weights_are_no_numbers_is_not_sure() -> None:
    model = SimpleNN().eval()
    with torch.no_grad():
        model.fc2.bias.fill_(torch.nan)
    assert not predict(model, random_image(0)).sure


def test_a_calibration_that_makes_no_sense_is_refused() -> None:
    for temperature, sure_from in each(
        [
            (0, 0.5),
            (-1, 0.5),
            (101, 0.5),
            (float("nan"), 0.5),
            (float("inf"), 0.5),
            ("1", 0.5),
            (True, 0.5),
            (None, 0.5),
            (1, -0.1),
            (1, 1.1),
            (1, float("nan")),
            (1, "sure"),
            (1, False),
            (1, [0.5]),
        ]
    ):
        with pytest.raises(ValueError, match=r"must be a number .*, not "):
            Calibration(temperature, sure_from)  # type: ignore[arg-type]


# --- extremes ----------------------------------------------------------------------------------


def test_scores_of_any_size_stay_numbers() -> None:
    model = SimpleNN().eval()
    with torch.no_grad():
        model.fc2.bias.copy_(torch.linspace(-1e30, 1e30, 10))
    prediction = predict(model, random_image(0))
    assert prediction.digit == 9
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_reading_changes_nothing() -> None:
    model, image = SimpleNN().eval(), random_image(0)
    before, random_state = image.copy(), torch.get_rng_state()
    assert predict(model, image) == predict(model, image)
    assert np.array_equal(image, before)
    assert torch.equal(torch.get_rng_state(), random_state)
    assert torch.is_grad_enabled()


def test_test_images_are_read_as_evaluation_reads_them(mnist: Splits) -> None:
    model = load_checkpoint(SHIPPED).model
    images, labels = mnist.test.images[:200], mnist.test.labels[:200]
    with torch.no_grad():
        expected = model(images).argmax(dim=1).tolist()
    pixels = ((images[:, 0] + 1) * 127.5).round().to(torch.uint8).numpy()
    read = [predict(model, image).digit for image in pixels]
    assert read == expected
    assert np.mean(np.array(read) == labels.numpy()) > 0.9


PEN = {  # as a person would draw them: x,y on a paper of 1000 × 1000, a slash lifts the pen
    0: "500,150 350,250 300,500 350,750 500,850 650,750 700,500 650,250 500,150",
    1: "500,150 500,850",
    2: "300,300 400,170 560,150 680,250 670,400 300,850 720,840",
    3: "310,200 500,150 650,270 600,420 450,480 620,540 680,700 550,840 320,800",
    4: "400,150 310,520 680,520 / 600,200 600,860",
    7: "300,200 700,200 450,850",
}


def test_the_shipped_network_reads_what_a_person_draws() -> None:
    for digit in each(PEN):
        strokes = [
            [[int(number) for number in point.split(",")] for point in stroke.split()]
            for stroke in PEN[digit].split("/")
        ]
        image = image_from_strokes(parse_strokes(strokes))
        assert image is not None
        assert predict(load_checkpoint(SHIPPED).model, image).digit == digit

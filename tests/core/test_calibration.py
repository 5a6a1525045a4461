from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core.calibration import (
    calibrate,
    compute_logits,
    expected_calibration_error,
    fit_temperature,
    halve,
)
from mnist_core.data import ImageDataset, Splits
from mnist_core.models import SimpleNN
from tests.each import each
from tests.oracles import mean_cross_entropy, simple_nn_logits, softmax


def drawn_from(logits: Tensor, seed: int = 0) -> Tensor:
    """Draw a label for each row as often as its softmax says: the row is calibrated by nature."""
    generator = torch.Generator().manual_seed(1_000 + seed)
    return torch.multinomial(logits.softmax(dim=1), 1, generator=generator)[:, 0]


def random_logits(count: int, spread: float = 3.0, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return spread * torch.randn(count, 10, generator=generator, dtype=torch.float64)


# --- the expected calibration error ------------------------------------------------------------


def numpy_ece(probabilities: Tensor, labels: Tensor, bins: int) -> float:
    """Restate the definition one bin after the other."""
    shares = probabilities.numpy()
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == labels.numpy()
    error = 0.0
    for low in np.arange(bins) / bins:
        inside = (confidence > low) & (confidence <= low + 1 / bins)
        if inside.any():
            gap = abs(confidence[inside].mean() - right[inside].mean())
            error += inside.mean() * gap
    return error


@given(seed=st.integers(0, 1000), count=st.integers(1, 300), bins=st.integers(1, 20))
def test_the_error_is_what_numpy_finds_bin_by_bin(seed: int, count: int, bins: int) -> None:
    probabilities = random_logits(count, seed=seed).softmax(dim=1)
    labels = torch.randint(0, 10, (count,), generator=torch.Generator().manual_seed(seed))
    ours = expected_calibration_error(probabilities, labels, bins)
    assert ours == pytest.approx(numpy_ece(probabilities, labels, bins), abs=1e-9)
    assert 0 <= ours <= 1


def test_who_is_certain_and_right_makes_no_error_and_who_is_wrong_the_greatest() -> None:
    certain = torch.eye(10)
    labels = torch.arange(10)
    assert expected_calibration_error(certain, labels) == 0
    assert expected_calibration_error(certain, labels.roll(1)) == 1


def test_who_is_right_as_often_as_it_says_makes_none() -> None:
    shares = torch.tensor([[0.8, 0.2] + [0.0] * 8] * 10, dtype=torch.float64)
    labels = torch.tensor([0] * 8 + [1] * 2)
    assert expected_calibration_error(shares, labels) == pytest.approx(0)
    assert expected_calibration_error(shares, torch.zeros(10).long()) == pytest.approx(0.2)


# --- the temperature ---------------------------------------------------------------------------


def test_the_temperature_that_spoilt_the_logits_is_found() -> None:
    for temperature in each([0.2, 1.0, 1.7, 12.0]):
        logits = random_logits(20_000)
        found = fit_temperature(logits * temperature, drawn_from(logits))
        assert found == pytest.approx(temperature, rel=0.05)


def test_no_temperature_on_a_grid_is_better() -> None:
    for seed in each(range(3)):
        logits, labels = random_logits(200, seed=seed), torch.arange(200) % 10
        found = fit_temperature(logits, labels)
        best = mean_cross_entropy(logits.numpy() / found, labels.numpy())
        for other in np.geomspace(0.05, 100, 300):
            assert best <= mean_cross_entropy(logits.numpy() / other, labels.numpy()) + 1e-9


def test_it_stays_within_bounds_where_there_is_no_minimum() -> None:
    logits = random_logits(50)
    read = logits.argmax(dim=1)
    assert fit_temperature(logits, read) == pytest.approx(0.01, rel=1e-3)  # nothing read wrongly
    assert fit_temperature(logits, logits.argmin(dim=1)) == pytest.approx(100, rel=1e-3)


# --- a network ---------------------------------------------------------------------------------


class Overconfident(nn.Module):
    """Ten of the pixels are its logits, five times as large as they should be."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(5.0))

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.factor * images[:, 0, 0, :10]
        return logits


def overconfident_data(count: int, seed: int = 0) -> ImageDataset:
    images = torch.zeros(count, 1, 28, 28)
    images[:, 0, 0, :10] = random_logits(count, seed=seed).float()
    return ImageDataset(images, drawn_from(images[:, 0, 0, :10].double(), seed))


def test_calibrating_an_overconfident_network_makes_it_honest() -> None:
    model = Overconfident().eval()
    calibration = calibrate(model, overconfident_data(10_000))
    assert calibration.temperature == pytest.approx(5, rel=0.05)
    others = overconfident_data(10_000, seed=1)
    logits = compute_logits(model, others)
    before = expected_calibration_error(logits.softmax(dim=1), others.labels)
    probabilities = (logits / calibration.temperature).softmax(dim=1)
    after = expected_calibration_error(probabilities, others.labels)
    assert after < 0.02 < 0.1 < before


def test_about_two_of_a_hundred_held_out_digits_are_called_unsure() -> None:
    model, held_out = Overconfident().eval(), overconfident_data(5_000)
    calibration = calibrate(model, held_out)
    probabilities = (compute_logits(model, held_out) / calibration.temperature).softmax(dim=1)
    unsure = (probabilities.amax(dim=1) < calibration.sure_from).double().mean().item()
    assert unsure == pytest.approx(0.02, abs=0.001)


def test_calibrating_neither_changes_the_network_nor_draws_random_numbers() -> None:
    torch.manual_seed(0)
    model = SimpleNN().eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    held_out = ImageDataset(torch.rand(100, 1, 28, 28), torch.arange(100) % 10)
    random_state = torch.get_rng_state()
    assert calibrate(model, held_out) == calibrate(model, held_out)
    assert torch.equal(torch.get_rng_state(), random_state)
    assert all(torch.equal(model.state_dict()[name], before[name]) for name in before)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_logits_are_those_that_numpy_computes_in_the_order_of_the_images() -> None:
    torch.manual_seed(0)
    model, images = SimpleNN().eval(), torch.rand(130, 1, 28, 28) * 2 - 1
    logits = compute_logits(model, ImageDataset(images, torch.zeros(130).long()))
    expected = simple_nn_logits(model.state_dict(), images.numpy().astype(np.float64))
    assert logits.dtype == torch.float64
    np.testing.assert_allclose(softmax(logits.numpy()), softmax(expected), atol=1e-5)


def test_the_halves_share_no_image_and_lose_none(tiny_mnist: Splits) -> None:
    first, second = halve(tiny_mnist.test)
    assert len(first) + len(second) == len(tiny_mnist.test)
    assert torch.equal(first.images, tiny_mnist.test.images[0::2])
    assert torch.equal(second.labels, tiny_mnist.test.labels[1::2])

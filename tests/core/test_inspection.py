from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import InputXGradient, IntegratedGradients, Occlusion
from numpy.typing import NDArray
from torch import Tensor, nn

from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN, load_checkpoint
from mnist_core.data import ImageDataset, Splits, normalize
from mnist_core.inference import Calibration, predict
from mnist_core.inspection import (
    Inspection,
    explain_score,
    index_hidden,
    inspect_image,
    inspect_neurons,
    inspect_values,
    integrate_gradients,
    multiply_patch,
    occlude,
    project,
    split_score,
)
from mnist_core.inspection.sheet import inspection_sheet
from mnist_core.models import MODELS, count_parameters, create_model
from mnist_core.preprocessing import GrayImage
from tests.each import each
from tests.oracles import (
    FUNCTIONS,
    Floats,
    cnn_logits,
    convolve,
    deep_nn_logits,
    in_double_precision,
    simple_nn_logits,
)

VARIANTS: dict[str, dict[str, Any]] = {
    **{model: {"name": model} for model in MODELS},
    "narrow": {"name": "simple_nn", "width": 9},
    "tanh": {"name": "dropout_nn", "activation": "tanh", "width": 40},
    "deep tanh": {"name": "deep_nn", "activation": "tanh"},
    "sigmoid": {"name": "simple_nn", "activation": "sigmoid"},
    "deep sigmoid": {"name": "deep_nn", "activation": "sigmoid", "width": 21},
    "linear": {"name": "simple_nn", "activation": "none"},
    "deep linear": {"name": "deep_nn", "activation": "none", "width": 16},
}
CURVED = [variant for variant in VARIANTS if variant.split()[-1] in ("tanh", "sigmoid")]
LINEAR = ("linear", "deep linear")
ORACLES: dict[str, Callable[..., Floats]] = {
    "simple_nn": simple_nn_logits,
    "dropout_nn": simple_nn_logits,
    "deep_nn": deep_nn_logits,
}
EXACT = {"atol": 1e-4, "rtol": 0}  # what is promised of every sum


def some_image(seed: int = 0) -> GrayImage:
    """Draw a blot with grey edges on paper, so that there is ink and paper."""
    image = np.zeros((28, 28), np.uint8)
    noise = np.random.default_rng(seed).integers(0, 256, (16, 12))
    image[6:22, 8:20] = noise
    return image


def values_of(image: GrayImage) -> Tensor:
    return normalize(torch.from_numpy(image).unsqueeze(0))


def new_model(variant: str) -> nn.Module:
    return create_model(**VARIANTS[variant])


def function_of(variant: str) -> Callable[[Floats], Floats]:
    return FUNCTIONS[VARIANTS[variant].get("activation", "relu")]


def expected_logits(variant: str, model: nn.Module, images: Floats) -> Floats:
    if variant == "cnn":
        return cnn_logits(model.state_dict(), images)
    oracle = ORACLES[VARIANTS[variant]["name"]]
    return oracle(model.state_dict(), images, function_of(variant))


def some_model(name: str, seed: int = 0) -> nn.Module:
    """Make a network that has seen images, so that its batch normalisation does something."""
    torch.manual_seed(seed)
    model = new_model(name)
    with torch.no_grad():
        model.train()(torch.rand(64, 1, 28, 28) * 2 - 1)
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return model.eval()


@pytest.fixture(params=VARIANTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- against NumPy -------------------------------------------------------------------------------


def test_scores_are_those_that_numpy_computes(name: str) -> None:
    for seed in each(range(3)):
        model, image = some_model(name, seed), some_image(seed)
        seen = inspect_image(model, image)
        normalized = (image.astype(np.float64) / 255 - 0.5) / 0.5
        expected = expected_logits(name, model, normalized[None, None])[0]
        np.testing.assert_allclose(seen.scores, expected, **EXACT)
        np.testing.assert_allclose(seen.image, normalized, atol=1e-6)
        assert seen.digit == expected.argmax()


def test_every_value_of_the_articles_network_is_what_numpy_computes_by_hand() -> None:
    model, image = some_model("simple_nn"), some_image()
    seen = inspect_image(model, image)
    numbers = in_double_precision(model.state_dict())
    pixels = ((image.astype(np.float64) / 255 - 0.5) / 0.5).ravel()
    sums = numbers["fc1.weight"] @ pixels + numbers["fc1.bias"]
    hidden = sums.clip(0)
    np.testing.assert_allclose(seen.layer("view").values, pixels, atol=1e-6)
    np.testing.assert_allclose(seen.layer("fc1").values, sums, **EXACT)
    np.testing.assert_allclose(seen.layer("relu").values, hidden, **EXACT)
    assert seen.hidden is seen.layer("relu")
    assert seen.hidden.is_on.tolist() == (sums > 0).tolist()
    # the share of each neuron is its activation × its outgoing weight
    shares = hidden * numbers["fc2.weight"]
    np.testing.assert_allclose(seen.hidden.shares, shares, **EXACT)
    np.testing.assert_allclose(seen.biases_behind(seen.hidden), numbers["fc2.bias"], **EXACT)
    # and that of a pixel, its value × the weights on all ways through neurons that are on
    through = numbers["fc2.weight"] @ (numbers["fc1.weight"] * (sums > 0)[:, None])
    np.testing.assert_allclose(seen.layer("view").gradients, through, **EXACT)


def test_feature_maps_are_those_that_numpy_computes() -> None:
    model, image = some_model("cnn"), some_image()
    seen = inspect_image(model, image)
    numbers = in_double_precision(model.state_dict())
    expected = convolve(seen.layer("input").values[None], numbers["conv1.weight"], 2)[0]
    np.testing.assert_allclose(seen.layer("conv1").values, expected, **EXACT)
    np.testing.assert_array_equal(seen.layer("relu").values, seen.layer("norm1").values.clip(0))
    assert seen.layer("relu").is_on.shape == (16,)


def test_probabilities_are_those_of_a_prediction(name: str) -> None:
    for temperature in each([1.0, 3.0]):
        model, image, calibration = some_model(name), some_image(), Calibration(temperature, 0.5)
        seen = inspect_image(model, image, calibration)
        expected = predict(model, image, calibration)
        np.testing.assert_allclose(seen.probabilities, expected.probabilities, atol=1e-6)
        assert seen.digit == expected.digit
        assert seen.runner_up(seen.digit) == np.argsort(expected.probabilities)[-2]


# --- shapes --------------------------------------------------------------------------------------


def test_the_way_of_the_shapes_is_the_articles() -> None:
    texts = {name: str(inspect_image(new_model(name), some_image())) for name in VARIANTS}
    article = "[1, 28, 28] → view → [784] → fc1 → [128] → ReLU → fc2 → [10] → softmax"
    assert texts["simple_nn"] == article
    assert texts["dropout_nn"] == article.replace("ReLU", "ReLU → dropout")
    assert texts["sigmoid"] == article.replace("ReLU", "sigmoid")
    assert texts["deep tanh"] == texts["deep_nn"].replace("ReLU", "tanh")
    assert texts["linear"] == article.replace("ReLU → ", "")
    assert texts["narrow"] == article.replace("[128]", "[9]")
    assert texts["deep_nn"] == (
        "[1, 28, 28] → view → [784] → fc1 → [128] → ReLU → fc2 → [64] → ReLU → dropout → fc3 → "
        "[10] → softmax"
    )
    assert texts["cnn"] == (
        "[1, 28, 28] → conv1 → [16, 14, 14] → norm1 → ReLU → conv2 → [32, 7, 7] → norm2 → ReLU → "
        "flatten → [1568] → fc1 → [128] → ReLU → dropout → fc2 → [10] → softmax"
    )


def test_parameters_add_up(name: str) -> None:
    model = new_model(name)
    seen = inspect_image(model, some_image())
    assert seen.parameters == count_parameters(model)
    told = {layer.name: layer.parameters for layer in seen.layers if layer.parameters}
    if name == "simple_nn":
        assert told == {
            "fc1": {"weight": 100_352, "bias": 128},
            "fc2": {"weight": 1_280, "bias": 10},
        }
    assert list(told) == [n for n, m in model.named_modules() if list(m.parameters(recurse=False))]


def test_layers_have_names_of_their_own(name: str) -> None:
    seen = inspect_image(new_model(name), some_image())
    names = [layer.name for layer in seen.layers]
    assert len(set(names)) == len(names)
    assert all(seen.layer(layer.name) is layer for layer in seen.layers)
    for layer in seen.layers:
        assert layer.gradients.shape == (10, *layer.values.shape)
        assert layer.offset.shape == layer.values.shape
        assert layer.values.dtype == np.float32
    with pytest.raises(ValueError, match="Choose one of: input, "):
        seen.layer("fc9")


def test_without_gradients_the_values_are_the_same(name: str) -> None:
    model, image = some_model(name), some_image()
    seen, fast = inspect_image(model, image), inspect_image(model, image, with_gradients=False)
    assert str(fast) == str(seen)
    np.testing.assert_allclose(fast.probabilities, seen.probabilities, atol=1e-6)
    for layer, same in zip(seen.layers, fast.layers, strict=True):
        np.testing.assert_allclose(same.values, layer.values, **EXACT)
        np.testing.assert_allclose(same.offset, layer.offset, **EXACT)
        assert same.parameters == layer.parameters
        assert same.gradients.shape == (0, *layer.values.shape)


# --- everything adds up --------------------------------------------------------------------------


@pytest.mark.parametrize("in_training", [False, True])
def test_at_every_layer_shares_and_biases_add_up_to_the_scores(
    name: str, in_training: bool
) -> None:
    for seed in each(range(3)):
        seen = inspect_image(some_model(name, seed).train(in_training), some_image(seed))
        for layer in seen.layers:
            total = layer.shares.reshape(10, -1).sum(axis=1) + seen.biases_behind(layer)
            np.testing.assert_allclose(total, seen.scores, **EXACT, err_msg=layer.name)
            np.testing.assert_allclose(
                layer.unit_shares.sum(axis=1), layer.shares.reshape(10, -1).sum(axis=1), **EXACT
            )


@pytest.mark.parametrize("in_training", [False, True])
def test_ink_paper_and_biases_add_up(name: str, in_training: bool) -> None:
    seen = inspect_image(some_model(name).train(in_training), some_image())
    for digit, rather_than in each(product(range(10), [None, *range(10)])):
        evidence = explain_score(seen, digit, rather_than)
        other = 0.0 if rather_than is None else seen.scores[rather_than]
        assert evidence.score == pytest.approx(seen.scores[digit] - other, abs=1e-5)
        assert evidence.sum == pytest.approx(evidence.score, abs=1e-4)
        assert not evidence.ink[some_image() == 0].any()  # nothing where nothing is drawn


@pytest.mark.parametrize("path", [SHIPPED, SHIPPED_CNN])
def test_evidence_of_real_digits_adds_up(mnist: Splits, path: object) -> None:
    checkpoint = load_checkpoint(path)  # type: ignore[arg-type]
    for number in each(range(0, 200, 10)):
        seen = inspect_values(checkpoint.model, mnist.test.images[number : number + 1])
        evidence = explain_score(seen, seen.digit, seen.runner_up(seen.digit))
        assert evidence.sum == pytest.approx(evidence.score, abs=1e-4)
        assert evidence.score > 0
        parts = split_score(seen, seen.digit)
        assert parts.sum == pytest.approx(parts.score, abs=1e-4)


def test_of_what_bends_each_neuron_is_shared_out_as_numpy_shares_it() -> None:
    """Of tanh and sigmoid: in proportion to what each pixel adds to the neuron's sum."""
    for name, at_zero in each([("tanh", 0.0), ("sigmoid", 0.5)]):
        model = some_model(name)
        seen = inspect_image(model, some_image())
        numbers = in_double_precision(model.state_dict())
        pixels = seen.image.astype(np.float64).ravel()
        sums = numbers["fc1.weight"] @ pixels + numbers["fc1.bias"]
        slopes = (function_of(name)(sums) - at_zero) / sums
        through = numbers["fc2.weight"] @ (numbers["fc1.weight"] * slopes[:, None])  # [10, 784]
        np.testing.assert_allclose(seen.layers[0].shares.reshape(10, -1), through * pixels, **EXACT)
        biases = numbers["fc2.weight"] @ (numbers["fc1.bias"] * slopes + at_zero)
        expected = biases + numbers["fc2.bias"]
        np.testing.assert_allclose(seen.biases_behind(seen.layers[0]), expected, **EXACT)


def test_without_an_activation_the_evidence_is_the_same_weights_for_every_image() -> None:
    for name in each(LINEAR):
        model = some_model(name)
        some, other = (inspect_image(model, some_image(seed)) for seed in (1, 2))
        np.testing.assert_allclose(some.layers[0].gradients, other.layers[0].gradients, **EXACT)
        assert [layer.name for layer in some.activations] == ["fc1", "fc2"][: len(name.split())]


def test_a_sum_of_zero_is_no_number_that_is_missing() -> None:
    for name in each(CURVED):
        model = some_model(name)
        with torch.no_grad():
            model.fc1.weight[4] = 0
            model.fc1.bias[4] = 0
        seen = inspect_image(model, some_image())
        assert explain_score(seen, 3).sum == pytest.approx(seen.scores[3], abs=1e-4)
        (neuron,) = inspect_neurons(model, seen, seen.activations[0].name, [4])
        assert neuron.sum == 0
        assert not neuron.weights.any()


def test_only_a_relu_can_be_off(name: str) -> None:
    seen = inspect_image(some_model(name), some_image())
    for layer in seen.activations:
        assert layer.can_be_off == (name not in CURVED and name not in LINEAR)
        assert layer.can_be_off or layer.is_on.all()


def test_paper_and_biases_do_not_hang_on_how_a_part_is_named() -> None:
    """Paper is what the network would say of an empty sheet, as long as the same neurons are on."""
    seen = inspect_image(some_model("simple_nn"), np.zeros((28, 28), np.uint8))
    evidence = explain_score(seen, 3)
    assert not evidence.ink.any()
    assert evidence.paper + evidence.biases == pytest.approx(seen.scores[3], abs=1e-4)


def test_a_score_is_the_sum_of_its_neurons(name: str) -> None:
    seen = inspect_image(some_model(name), some_image())
    layers = [None, *(layer.name for layer in seen.activations)]
    for layer, rather_than, count in each(product(layers, [None, 1], [0, 3, 1000])):
        parts = split_score(seen, 7, rather_than, count=count, layer=layer)
        assert parts.sum == pytest.approx(parts.score, abs=1e-4)
        assert parts.layer == (layer or seen.hidden.name)
        assert all(part.share > 0 for part in parts.supporting)
        assert all(part.share < 0 for part in parts.opposing)
        sizes = [abs(part.share) for part in parts.supporting]
        assert sizes == sorted(sizes, reverse=True)
        assert len(parts.supporting) <= count
        if count == 1000:
            assert parts.others == pytest.approx(0, abs=1e-4)


def test_the_strongest_neurons_are_named() -> None:
    seen = inspect_image(some_model("simple_nn"), some_image())
    shares = seen.hidden.shares[7] - seen.hidden.shares[1]
    parts = split_score(seen, 7, 1, count=2)
    assert [part.index for part in parts.supporting] == np.argsort(-shares)[:2].tolist()
    assert [part.index for part in parts.opposing] == np.argsort(shares)[:2].tolist()
    assert parts.supporting[0].share == pytest.approx(shares.max())


# --- neurons -------------------------------------------------------------------------------------


def test_a_neuron_is_its_weight_image_times_the_pixels(name: str) -> None:
    model = some_model(name)
    seen = inspect_image(model, some_image())
    for layer in each(layer for layer in seen.activations if layer.values.ndim == 1):
        indices = range(0, len(layer.values), 7)
        before = seen.sums_of(layer)
        assert before.operation in ("linear", "conv2d")
        function = function_of(name)
        for index, neuron in zip(
            indices, inspect_neurons(model, seen, layer.name, indices), strict=True
        ):
            total = (neuron.weights * seen.image).sum() + neuron.bias
            assert total == pytest.approx(neuron.sum, abs=1e-4)
            assert neuron.sum == pytest.approx(float(before.values[index]), abs=1e-5)
            assert neuron.activation == pytest.approx(function(np.float64(neuron.sum)), abs=1e-5)
            np.testing.assert_array_equal(neuron.shares, layer.shares[:, index])


def test_in_the_first_layer_a_weight_image_is_what_was_learned() -> None:
    model = some_model("deep_nn")
    seen = inspect_image(model, some_image())
    (neuron,) = inspect_neurons(model, seen, "relu", [5])
    state = model.state_dict()
    np.testing.assert_allclose(neuron.weights.ravel(), state["fc1.weight"][5], atol=1e-6)
    assert neuron.bias == pytest.approx(state["fc1.bias"][5].item(), abs=1e-6)


def test_a_neuron_that_is_not_there_is_refused() -> None:
    model = some_model("cnn")
    seen = inspect_image(model, some_image())
    for layer, index, part in each(
        [
            ("relu_2", 128, "from 0 to 127, not 128"),
            ("relu_2", -1, "from 0 to 127, not -1"),
            ("relu", 0, "no layer of neurons"),
            ("fc1", 0, "no layer of neurons"),
            ("fc9", 0, "Choose one of"),
        ]
    ):
        with pytest.raises(ValueError, match=part):
            inspect_neurons(model, seen, layer, [index])


# --- kernels -------------------------------------------------------------------------------------


def test_a_pixel_of_a_feature_map_is_the_patch_times_the_kernel() -> None:
    model = some_model("cnn")
    seen = inspect_image(model, some_image())
    for layer, relu, side in each([("conv1", "relu", 14), ("conv2", "relu_1", 7)]):
        for channel, row, column in product([0, 5], [0, 3, side - 1], [0, 4, side - 1]):
            found = multiply_patch(model, seen, layer, channel, row, column)
            place = (channel, row, column)
            assert found.patch.shape == found.kernel.shape == ({14: 1, 7: 16}[side], 5, 5)
            assert (found.patch * found.kernel).sum() + found.bias == pytest.approx(
                found.sum, abs=1e-4
            )
            assert found.sum == seen.layer(layer).values[place]
            assert found.activation == seen.layer(relu).values[place]
            assert found.activation == max(found.normalized, 0)
            assert (found.top, found.left) == (2 * row - 2, 2 * column - 2)


def test_a_pixel_that_is_not_there_is_refused() -> None:
    model = some_model("cnn")
    seen = inspect_image(model, some_image())
    for layer, place, part in each(
        [
            ("conv1", (16, 0, 0), r"gives \[16, 14, 14\]"),
            ("conv1", (0, -1, 0), r"gives \[16, 14, 14\]"),
            ("conv2", (0, 0, 7), r"gives \[32, 7, 7\]"),
            ("fc1", (0, 0, 0), "no convolution"),
        ]
    ):
        with pytest.raises(ValueError, match=part):
            multiply_patch(model, seen, layer, *place)


# --- against captum ------------------------------------------------------------------------------


class Rather(nn.Module):
    """One score less another, as captum wants it: [n, 1, 28, 28] → [n]."""

    def __init__(self, model: nn.Module, digit: int, rather_than: int) -> None:
        super().__init__()
        self.model, self.digit, self.rather_than = model, digit, rather_than

    def forward(self, images: Tensor) -> Tensor:
        scores = self.model(images)
        return scores[:, self.digit] - scores[:, self.rather_than]


@pytest.mark.parametrize("name", VARIANTS.keys() - set(CURVED))
def test_gradient_times_input_is_captums(name: str) -> None:
    model, values = some_model(name), values_of(some_image()).requires_grad_()
    seen = inspect_image(model, some_image())
    expected = InputXGradient(Rather(model, 7, 1)).attribute(values).detach().numpy()[0]
    shares = seen.layers[0].shares
    np.testing.assert_allclose(shares[7] - shares[1], expected, **EXACT)


@pytest.mark.parametrize("steps", [2, 32, 100])
def test_integrated_gradients_are_captums(name: str, steps: int) -> None:
    model, values = some_model(name), values_of(some_image())
    seen = inspect_image(model, some_image())
    found = integrate_gradients(model, seen, 7, 1, steps=steps)
    expected, error = IntegratedGradients(Rather(model, 7, 1)).attribute(
        values,
        baselines=-1.0,
        n_steps=steps,
        method="riemann_middle",
        return_convergence_delta=True,
    )
    np.testing.assert_allclose(found.ink, expected[0, 0].detach(), **EXACT)
    assert found.ink.sum() - found.change == pytest.approx(error.item(), abs=1e-4)


def test_integrated_gradients_come_to_the_change_of_the_score(name: str) -> None:
    model = some_model(name)
    seen = inspect_image(model, some_image())
    found = integrate_gradients(model, seen, 7, 1, steps=2000)
    assert found.ink.sum() == pytest.approx(found.change, rel=2e-2, abs=2e-3)
    with pytest.raises(ValueError, match="at least one step"):
        integrate_gradients(model, seen, 7, 1, steps=0)


def test_occlusion_is_captums(name: str) -> None:
    model, values = some_model(name), values_of(some_image())
    seen = inspect_image(model, some_image())
    attributed = Occlusion(Rather(model, 7, 1)).attribute(
        values, sliding_window_shapes=(1, 7, 7), strides=(1, 7, 7), baselines=-1.0
    )
    found = occlude(model, seen, 7, 1, window=7, stride=7)
    np.testing.assert_allclose(found, attributed[0, 0, ::7, ::7], **EXACT)
    assert occlude(model, seen, 7).shape == (12, 12)
    for window, stride in each([(0, 1), (29, 1), (6, 0)]):
        with pytest.raises(ValueError, match="window must be from 1 to 28"):
            occlude(model, seen, 7, window=window, stride=stride)


def test_a_digit_that_is_not_there_is_refused() -> None:
    model = some_model("simple_nn")
    seen = inspect_image(model, some_image())
    for digit, rather_than in each([(10, None), (-1, None), (3, 10), (3, -1)]):
        for explain in (explain_score, split_score):
            with pytest.raises(ValueError, match="from 0 to 9, not "):
                explain(seen, digit, rather_than)
        for attribute in (integrate_gradients, occlude, inspection_sheet):
            with pytest.raises(ValueError, match="from 0 to 9, not "):
                attribute(model, seen, digit, rather_than)  # type: ignore[operator]


# --- a whole data set ----------------------------------------------------------------------------


def data_set(images: NDArray[np.uint8]) -> ImageDataset:
    return ImageDataset(normalize(torch.from_numpy(images)), torch.arange(len(images)) % 10)


def test_the_nearest_are_found_as_numpy_finds_them() -> None:
    model = some_model("simple_nn")
    images = np.random.default_rng(1).integers(0, 256, (1_200, 28, 28)).astype(np.uint8)
    index = index_hidden(model, data_set(images))
    numbers = in_double_precision(model.state_dict())
    pixels = (images.reshape(1_200, 784) / 255 - 0.5) / 0.5
    hidden = (pixels @ numbers["fc1.weight"].T + numbers["fc1.bias"]).clip(0)
    np.testing.assert_allclose(index.values, hidden, **EXACT)
    found = index.nearest(inspect_image(model, images[900]), 8)
    distances = np.linalg.norm(hidden - hidden[900], axis=1)
    assert [one.index for one in found] == distances.argsort()[:8].tolist()
    assert (found[0].index, found[0].label) == (900, 0)
    assert found[0].distance == pytest.approx(0, abs=1e-3)
    assert [one.distance for one in found[1:]] == pytest.approx(np.sort(distances)[1:8], abs=1e-3)


def test_dead_is_who_is_off_for_every_image(name: str) -> None:
    model = some_model(name)
    images = np.random.default_rng(2).integers(0, 256, (600, 28, 28)).astype(np.uint8)
    with torch.no_grad():
        layer = model.norm1 if name == "cnn" else model.fc1
        layer.bias[3] = -1e4
    index = index_hidden(model, data_set(images))
    if name in CURVED or name in LINEAR:
        assert index.is_dead == {}  # nothing is ever off
        return
    on = {layer: ~dead for layer, dead in index.is_dead.items()}
    seen = [inspect_image(model, image) for image in images[::20]]
    assert list(on) == [layer.name for layer in seen[0].activations]
    assert not on["relu"][3]
    assert on["relu"].sum() > 3
    for layer, one in product(on, seen):
        assert not (one.layer(layer).is_on & ~on[layer]).any()


def test_with_fewer_images_fewer_are_alike() -> None:
    model = some_model("cnn")
    index = index_hidden(model, data_set(np.stack([some_image(seed) for seed in range(3)])))
    found = index.nearest(inspect_image(model, some_image(2)))
    assert found[0].index == 2
    assert len(found) == 3


def test_the_index_of_the_test_images_is_small(mnist: Splits) -> None:
    checkpoint = load_checkpoint(SHIPPED)
    index = index_hidden(checkpoint.model, mnist.test)
    assert index.values.nbytes == 10_000 * 128 * 4
    seen = inspect_values(checkpoint.model, mnist.test.images[5:6])
    assert index.nearest(seen)[0].index == 5
    labels = [one.label for one in index.nearest(seen)]
    assert labels.count(int(mnist.test.labels[5])) >= 6


# --- nothing changes -----------------------------------------------------------------------------


@pytest.fixture
def watched(name: str) -> Iterator[nn.Module]:
    """Give a network that trains, with gradients; afterwards, find it as it was."""
    model = some_model(name).train()
    if name == "cnn":
        model.norm2.eval()  # as somebody might have frozen it
    model(values_of(some_image())).sum().backward()
    state = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    gradients = [p.grad.clone() if p.grad is not None else None for p in model.parameters()]
    modes = [module.training for module in model.modules()]
    random_state = torch.get_rng_state()
    yield model
    assert torch.equal(torch.get_rng_state(), random_state)
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(tensor, state[key]) for key, tensor in model.state_dict().items())
    for parameter, before in zip(model.parameters(), gradients, strict=True):
        assert (parameter.grad is None) == (before is None)
        assert before is None or torch.equal(parameter.grad, before)
        assert parameter.requires_grad
    assert torch.is_grad_enabled()


def look_at_everything(model: nn.Module) -> Inspection:
    image = some_image()
    seen = inspect_image(model, image)
    inspect_neurons(model, seen, seen.hidden.name, [0, 1])
    integrate_gradients(model, seen, 7, 1)
    occlude(model, seen, 7, 1)
    index_hidden(model, data_set(image[None])).nearest(seen)
    inspection_sheet(model, seen)
    return seen


def test_looking_changes_nothing(watched: nn.Module) -> None:
    before = some_image().copy()
    look_at_everything(watched)
    assert np.array_equal(before, some_image())


def test_a_network_that_trains_is_read_as_in_eval_mode(watched: nn.Module) -> None:
    seen = inspect_image(watched, some_image())
    again = inspect_image(watched, some_image())
    np.testing.assert_array_equal(seen.scores, again.scores)  # no dropout


def test_the_mode_is_kept_even_if_the_network_cannot_read(watched: nn.Module) -> None:
    with pytest.raises(RuntimeError):
        inspect_values(watched, torch.zeros(1, 1, 5, 5))


def test_it_works_where_gradients_are_off() -> None:
    model = some_model("simple_nn")
    expected = look_at_everything(model).scores
    with torch.no_grad():
        np.testing.assert_array_equal(look_at_everything(model).scores, expected)
    with torch.inference_mode():
        np.testing.assert_array_equal(look_at_everything(model).scores, expected)


def test_other_threads_are_not_watched() -> None:
    """A server reads for many at once: what one looks at must not be in another's way."""
    import threading

    model, found = some_model("cnn"), []
    expected = str(inspect_image(model, some_image()))

    def look() -> None:
        found.extend(str(inspect_image(model, some_image())) for _ in range(20))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 80


# --- bounds --------------------------------------------------------------------------------------


def test_an_inspection_is_small(name: str) -> None:
    seen = inspect_image(new_model(name), some_image())
    size = sum(
        array.nbytes
        for layer in seen.layers
        for array in (layer.values, layer.gradients, layer.offset)
    )
    assert size < (1_500_000 if name == "cnn" else 120_000)


def test_large_scores_stay_numbers() -> None:
    model = some_model("simple_nn")
    with torch.no_grad():
        model.fc2.bias.copy_(torch.linspace(-1e30, 1e30, 10))
    seen = inspect_image(model, some_image())
    assert seen.probabilities.sum() == pytest.approx(1)
    assert np.isfinite(explain_score(seen, 9, 0).sum)


# --- the sheet -----------------------------------------------------------------------------------


def test_a_sheet_shows_everything_on_symmetric_scales(name: str) -> None:
    model = some_model(name)
    seen = inspect_image(model, some_image())
    dataset = data_set(np.stack([some_image(seed) for seed in range(12)]))
    alike = [(dataset.images[one.index], one) for one in index_hidden(model, dataset).nearest(seen)]
    figure = inspection_sheet(model, seen, 7, 1, alike=alike)
    figure.draw_without_rendering()
    pictures = [picture for axes in figure.axes for picture in axes.images]
    signed = [picture for picture in pictures if picture.get_cmap().name == "RdBu"]
    assert len(signed) >= 3
    assert all(low == -high for low, high in (picture.get_clim() for picture in signed))
    maps = sum(len(layer.values) for layer in seen.activations if layer.values.ndim == 3)
    neurons = [layer for layer in seen.activations if layer.values.ndim == 1]
    strongest = split_score(seen, 7, 1)
    named = len(strongest.supporting) + len(strongest.opposing)
    assert len(pictures) == 1 + maps + len(neurons) + named + 3 + len(alike)
    texts = [text.get_text() for axes in figure.axes for text in [*axes.texts, axes.title]]
    evidence = explain_score(seen, 7, 1)
    assert any(f"= {evidence.score:.2f}" in text for text in texts)


# --- the map -----------------------------------------------------------------------------------


def test_the_map_shows_as_much_variance_as_two_lines_can() -> None:
    generator = np.random.default_rng(0)
    values = (generator.normal(size=(500, 6)) * [5, 0.1, 3, 1, 0.5, 0.2] + 7).astype(np.float32)
    found = project(values)
    assert found.axes @ found.axes.T == pytest.approx(np.eye(2), abs=1e-5)
    placed = found.place(values)
    total = values.var(axis=0).sum()
    assert found.shares == pytest.approx(placed.var(axis=0) / total, rel=1e-3)
    assert found.shares == pytest.approx([25 / 35.3, 9 / 35.3], abs=0.05)
    assert placed.mean(axis=0) == pytest.approx([0, 0], abs=1e-3)
    # A new image has its place without moving any other, and the same values give the same map.
    assert found.place(values[7]) == pytest.approx(placed[7], abs=1e-5)
    assert (project(values.copy()).axes == found.axes).all()
    assert all(axis[np.abs(axis).argmax()] > 0 for axis in found.axes)


def test_a_layer_that_is_off_has_a_map_too() -> None:
    found = project(np.zeros((10, 4), np.float32))
    assert found.shares == (0, 0)
    assert (found.place(np.zeros(4, np.float32)) == 0).all()

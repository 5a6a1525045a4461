from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from mnist_core.models import (
    ACTIVATIONS,
    MODELS,
    SimpleNN,
    average,
    count_parameters,
    create_model,
    create_model_shape,
)
from tests import article
from tests.each import each
from tests.oracles import FUNCTIONS, Floats, cnn_logits, deep_nn_logits, simple_nn_logits

ORACLES: dict[str, Callable[..., Floats]] = {
    "simple_nn": simple_nn_logits,
    "dropout_nn": simple_nn_logits,  # in eval mode it is SimpleNN
    "deep_nn": deep_nn_logits,
    "cnn": cnn_logits,
}


def test_every_model_computes_what_numpy_computes() -> None:
    for name in each(MODELS):
        torch.manual_seed(0)
        model = create_model(name)
        images = torch.rand(5, 1, 28, 28) * 2 - 1
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        functional.cross_entropy(model(images), torch.arange(5)).backward()
        optimizer.step()  # so that batch normalisation is no longer at its start
        model.eval()
        expected = ORACLES[name](model.state_dict(), images.numpy().astype(np.float64))
        np.testing.assert_allclose(model(images).detach().numpy(), expected, atol=1e-5)


OTHERS = list(product(["simple_nn", "dropout_nn", "deep_nn"], [8, 33, 512], ACTIVATIONS))


def test_of_every_width_and_activation_a_model_computes_what_numpy_computes() -> None:
    for name, width, activation in each(OTHERS):
        torch.manual_seed(0)
        model = create_model(name, width=width, activation=activation).eval()
        images = torch.rand(5, 1, 28, 28) * 2 - 1
        weights = model.state_dict()
        assert weights["fc1.weight"].shape == (width, 784)
        if name == "deep_nn":
            assert weights["fc2.weight"].shape == (width // 2, width)
        values = images.numpy().astype(np.float64)
        expected = ORACLES[name](weights, values, FUNCTIONS[activation])
        np.testing.assert_allclose(model(images).detach().numpy(), expected, atol=1e-5)


def test_without_an_activation_it_is_one_linear_layer() -> None:
    model = create_model("deep_nn", activation="none").eval()
    some, other = torch.rand(2, 5, 1, 28, 28)
    middle = model((some + other) / 2)
    torch.testing.assert_close(middle, (model(some) + model(other)) / 2)
    bent = create_model("deep_nn").eval()
    assert not torch.allclose(bent((some + other) / 2), (bent(some) + bent(other)) / 2)


def test_a_cnn_says_where_width_activation_and_flattening_can_be_chosen() -> None:
    with pytest.raises(ValueError, match=r"The width of cnn .*128.*simple_nn, dropout_nn, deep_nn"):
        create_model("cnn", width=64)
    with pytest.raises(ValueError, match=r"The activation of cnn .*ReLU.*deep_nn"):
        create_model("cnn", activation="tanh")
    for name in each(["cnn", "deep_nn", "dropout_nn"]):
        with pytest.raises(ValueError, match=rf"{name} cannot be had .*: simple_nn\."):
            create_model(name, flatten=False)


def test_without_flattening_pytorch_itself_refuses_the_images() -> None:
    model = create_model("simple_nn", flatten=False)
    assert count_parameters(model) == 101_770
    with pytest.raises(RuntimeError, match=r"1792x28 and 784x128"):
        model(torch.rand(64, 1, 28, 28))


def test_simple_nn_has_the_articles_weights() -> None:
    shapes = {name: tuple(tensor.shape) for name, tensor in SimpleNN().state_dict().items()}
    assert shapes == {
        "fc1.weight": (128, 784),
        "fc1.bias": (128,),
        "fc2.weight": (10, 128),
        "fc2.bias": (10,),
    }
    assert count_parameters(SimpleNN()) == 784 * 128 + 128 + 128 * 10 + 10 == 101_770


def test_a_seed_gives_the_articles_first_weights() -> None:
    torch.manual_seed(3)
    ours = create_model("simple_nn").state_dict()
    torch.manual_seed(3)
    theirs = article.SimpleNN().state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_every_model_gives_each_image_ten_logits() -> None:
    for name in each(MODELS):
        for count in each([1, 2, 64]):
            model = create_model(name).eval()
            logits = model(torch.rand(count, 1, 28, 28) * 2 - 1)
            assert logits.shape == (count, 10)
            assert logits.isfinite().all()


def test_every_model_reads_an_image_alike_alone_and_in_a_batch() -> None:
    for name in each(MODELS):
        model = create_model(name).eval()
        images = torch.rand(3, 1, 28, 28)
        alone = torch.cat([model(image.unsqueeze(0)) for image in images])
        torch.testing.assert_close(model(images), alone)


def test_gradients_reach_every_weight() -> None:
    for name in each(MODELS):
        model = create_model(name)
        model(torch.randn(64, 1, 28, 28)).square().sum().backward()
        for parameter in model.parameters():
            assert parameter.grad is not None
            assert parameter.grad.abs().sum() > 0


def test_an_unknown_model_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"'resnet'.*simple_nn"):
        create_model("resnet")


# --- dropout -----------------------------------------------------------------------------------

ABLE = [name for name, architecture in MODELS.items() if architecture.dropout is not None]


def test_dropout_takes_the_share_it_is_told_or_the_models_own() -> None:
    for name in each(ABLE):

        def share(model: nn.Module) -> float:
            (layer,) = [module for module in model.modules() if isinstance(module, nn.Dropout)]
            return layer.p

        assert share(create_model(name)) == MODELS[name].dropout
        assert share(create_model(name, 0.7)) == 0.7
        assert share(create_model(name, 0.0)) == 0.0


def test_dropout_changes_what_is_learned_from_but_not_what_is_read() -> None:
    for name in each(ABLE):
        model = create_model(name, 0.5)
        images = torch.rand(64, 1, 28, 28)
        assert not torch.equal(model(images), model(images))
        model.eval()
        assert torch.equal(model(images), model(images))


def test_a_model_without_a_dropout_layer_says_which_have_one() -> None:
    for share in each([0.0, 0.5]):
        with pytest.raises(ValueError, match=r"simple_nn has no dropout layer.*dropout_nn"):
            create_model("simple_nn", share)


def test_with_dropout_a_seed_gives_simple_nns_first_weights() -> None:
    torch.manual_seed(3)
    plain = create_model("simple_nn").state_dict()
    torch.manual_seed(3)
    with_dropout = create_model("dropout_nn").state_dict()
    assert all(torch.equal(plain[name], with_dropout[name]) for name in plain)


def test_every_model_says_what_it_is_and_is_small_enough_for_a_laptop() -> None:
    for name, architecture in MODELS.items():
        assert architecture.title
        assert architecture.advice.endswith((".", "?"))
        assert 100_000 <= count_parameters(create_model(name)) <= 500_000


def test_a_shape_has_no_weights_and_draws_no_random_numbers() -> None:
    state = torch.get_rng_state()
    shape = create_model_shape("cnn", 0.5)
    assert all(parameter.is_meta for parameter in shape.parameters())
    assert torch.equal(torch.get_rng_state(), state)


def test_a_mean_is_of_all_weights_and_leaves_those_of_its_parts() -> None:
    parts = [create_model("cnn") for _ in range(3)]
    before = [{name: w.clone() for name, w in part.state_dict().items()} for part in parts]
    mean = average(parts)
    assert not mean.training
    for name, weights in mean.state_dict().items():
        each_ones = [part[name] for part in before]
        if weights.is_floating_point():
            torch.testing.assert_close(weights, torch.stack(each_ones).mean(dim=0))
        for part, was in zip(parts, each_ones, strict=True):
            assert torch.equal(part.state_dict()[name], was)


def test_the_mean_of_one_network_is_that_network() -> None:
    part = create_model("simple_nn")
    for name, weights in average([part]).state_dict().items():
        assert torch.equal(weights, part.state_dict()[name])

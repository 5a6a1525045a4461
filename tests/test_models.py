from __future__ import annotations

import numpy as np
import pytest
import torch

from mnist_core.models import MODELS, SimpleNN, count_parameters, create_model
from tests import article
from tests.oracles import simple_nn_logits


def test_simple_nn_computes_what_numpy_computes() -> None:
    torch.manual_seed(0)
    model = SimpleNN()
    images = torch.rand(5, 1, 28, 28) * 2 - 1
    expected = simple_nn_logits(model.state_dict(), images.numpy().astype(np.float64))
    np.testing.assert_allclose(model(images).detach().numpy(), expected, atol=1e-5)


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


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("count", [1, 2, 64])
def test_every_model_gives_each_image_ten_logits(name: str, count: int) -> None:
    model = create_model(name).eval()
    logits = model(torch.rand(count, 1, 28, 28) * 2 - 1)
    assert logits.shape == (count, 10)
    assert logits.isfinite().all()


@pytest.mark.parametrize("name", MODELS)
def test_every_model_reads_an_image_alike_alone_and_in_a_batch(name: str) -> None:
    model = create_model(name).eval()
    images = torch.rand(3, 1, 28, 28)
    alone = torch.cat([model(image.unsqueeze(0)) for image in images])
    torch.testing.assert_close(model(images), alone)


@pytest.mark.parametrize("name", MODELS)
def test_gradients_reach_every_weight(name: str) -> None:
    model = create_model(name)
    model(torch.randn(64, 1, 28, 28)).square().sum().backward()
    for parameter in model.parameters():
        assert parameter.grad is not None
        assert parameter.grad.abs().sum() > 0


def test_an_unknown_model_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"'resnet'.*simple_nn"):
        create_model("resnet")

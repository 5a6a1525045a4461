from __future__ import annotations

import json
import threading
from base64 import b64decode
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import Splits, first_batch, make_train_loader
from mnist_core.training import set_up
from mnist_core.web.components.first_batch import FirstBatch
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import first_batch as room
from mnist_core.web.tabs.first_batch import show_first_batch

MOST_BYTES = 80_000


def sent(
    batch_size: object = 64, seed: object = 42, images: object = 60_000, wrong: object = 0
) -> Any:
    """Return what the page is sent, unpacked as its script does it."""
    view = show_first_batch("mnist", batch_size, seed, images, wrong, Session())
    text = FirstBatch(render=False).postprocess(view)
    assert len(text) < MOST_BYTES
    return json.loads(text)


@pytest.mark.parametrize("seed", [42, 7])
def test_it_is_the_batch_that_the_article_looks_at(tiny_mnist: Splits, seed: int) -> None:
    torch.manual_seed(seed)
    images, labels = next(iter(make_train_loader(tiny_mnist.train, 64)))
    view = sent(seed=seed)
    assert (view["size"], view["of"], view["seed"]) == (64, 320, seed)
    assert [int(image["label"]) for image in view["images"]] == labels.tolist()
    for shown, image in zip(view["images"], images, strict=True):
        pixels = np.frombuffer(b64decode(shown["pixels"]), np.uint8).reshape(28, 28)
        assert np.allclose(pixels / 127.5 - 1, image[0], atol=1e-6)


@pytest.mark.parametrize(("batch_size", "shown"), [(1, 1), (128, 64), (320, 64), (60_000, 64)])
def test_of_a_large_batch_some_are_shown_and_of_a_small_one_all(
    batch_size: int, shown: int
) -> None:
    view = sent(batch_size=float(batch_size))  # as a browser may send it
    assert view["size"] == min(batch_size, 320)  # there are no more
    assert len(view["images"]) == shown
    assert view["images"] == sent()["images"][:shown]


@pytest.mark.parametrize("change", [{"batch_size": None}, {"batch_size": 0}, {"seed": -1}])
def test_wrong_settings_leave_on_show_what_there_is(change: dict[str, object]) -> None:
    settings = {"batch_size": 64, "seed": 42, "images": 60_000, "wrong_labels": 0, **change}
    assert show_first_batch("mnist", *settings.values(), Session()) == gr.skip()


def test_little_data_and_wrong_labels_are_shown_as_they_will_be_learned(
    tiny_mnist: Splits,
) -> None:
    config = TrainConfig(images=100, wrong_labels=0.5)
    training = set_up(config, tiny_mnist)
    torch.manual_seed(config.seed)
    _, labels = next(iter(make_train_loader(training.train_set, 64)))
    view = sent(images=100.0, wrong=0.5)
    assert view["of"] == 100
    assert [int(image["label"]) for image in view["images"]] == labels.tolist()
    assert labels.tolist() != [int(image["label"]) for image in sent(images=100)["images"]]


def test_without_mnist_there_is_none_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "has_images", lambda _: False)
    about = {"title": "MNIST", "classes": None, "shape": [1, 28, 28]}
    assert sent() == {**about, "size": 0, "of": 0, "seed": 0, "images": []}


def test_whoever_else_draws_is_not_disturbed(tiny_mnist: Splits) -> None:
    torch.manual_seed(3)
    wanted = torch.rand(4)
    torch.manual_seed(3)
    first_batch(tiny_mnist.train, 64, seed=1)
    assert torch.equal(torch.rand(4), wanted)


def test_many_at_once_each_have_their_own(tiny_mnist: Splits) -> None:
    wanted = [first_batch(tiny_mnist.train, 64, seed)[1] for seed in range(8)]
    found: dict[int, torch.Tensor] = {}

    def draw(seed: int) -> None:
        found[seed] = first_batch(tiny_mnist.train, 64, seed)[1]

    threads = [threading.Thread(target=draw, args=[seed]) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(found[seed], labels) for seed, labels in enumerate(wanted))


def test_the_settings_of_a_run_are_those_that_it_follows() -> None:
    config = TrainConfig()
    assert sent(config.batch_size, config.seed) == sent()

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.models import MODELS, create_model
from mnist_core.moments import (
    CONFUSION_BYTES,
    LEVELS,
    MAX_TILES,
    Moment,
    Moments,
    early_steps,
    first_moment,
    make_tiles,
    moment_of,
    shrink_network,
)
from mnist_core.training import EpochRecord, StepRecord, Training, set_up, train

STEPS = 5  # 320 images in batches of 64


def watch(training: Training) -> list[Moment]:
    """Train to the end, and return what there was to see."""
    config = training.config
    training.record_at = early_steps(config.batch_size, len(training.train_set))
    moments, batches = [first_moment(training)], 0
    for record in train(training):
        batches = STEPS * (record.epoch - 1) + (
            record.step if isinstance(record, StepRecord) else STEPS
        )
        moment = moment_of(training, record, batches)
        moments += [moment] if moment else []
    return moments


def test_the_moments_come_at_twice_as_many_images_and_then_each_epoch() -> None:
    assert sorted(early_steps(64, 60_000)) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert sorted(early_steps(256, 60_000)) == [1, 2, 4, 8, 16, 32, 64, 128]
    assert sorted(early_steps(1, 60_000))[:3] == [64, 128, 256]
    assert early_steps(60_000, 60_000) == early_steps(64, 50) == frozenset()


def test_a_run_has_its_moments_where_they_belong(tiny_mnist: Splits) -> None:
    moments = watch(set_up(TrainConfig(epochs=2), tiny_mnist))
    assert [moment.images for moment in moments] == [0, 64, 128, 256, 320, 640]
    assert [moment.batches for moment in moments] == [0, 1, 2, 4, 5, 10]
    assert [moment.epoch for moment in moments] == [0, None, None, None, 1, 2]


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(epochs=2),
        TrainConfig(epochs=2, model="cnn", schedule="one_cycle"),
        TrainConfig(epochs=2, model="dropout_nn", augmentation="affine"),
    ],
)
def test_looking_changes_no_bit_of_a_run(tiny_mnist: Splits, config: TrainConfig) -> None:
    alone, seen = set_up(config, tiny_mnist), set_up(config, tiny_mnist)
    records = [record for record in train(alone) if isinstance(record, EpochRecord)]
    moments = watch(seen)
    ours, theirs = seen.model.state_dict(), alone.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    accuracies = [moment.test.accuracy for moment in moments if moment.epoch]
    assert accuracies == [record.test_accuracy for record in records]


@pytest.mark.parametrize("model", ["simple_nn", "cnn"])
def test_an_epoch_looked_back_at_is_a_run_of_so_many_epochs(tiny_mnist: Splits, model: str) -> None:
    long = watch(set_up(TrainConfig(epochs=3, model=model), tiny_mnist))
    for epochs in (1, 2):
        short = set_up(TrainConfig(epochs=epochs, model=model), tiny_mnist)
        list(train(short))
        (moment,) = [moment for moment in long if moment.epoch == epochs]
        assert moment.test == evaluate(short.model, tiny_mnist.test)
        tiles = make_tiles(short.model)
        assert moment.tiles is not None
        assert np.array_equal(moment.tiles.pixels, tiles.pixels)
        assert moment.tiles.top == tiles.top
        assert moment.network is not None
        ours, theirs = moment.network.unpack(), shrink_network(short.model).unpack()
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize("model", MODELS)
def test_a_network_with_a_byte_a_weight_is_nearly_the_same(model: str) -> None:
    torch.manual_seed(1)
    network = create_model(model).eval()
    small = shrink_network(network)
    weights = network.state_dict()
    whole = sum(tensor.numel() * tensor.element_size() for tensor in weights.values())
    assert small.size < 0.3 * whole
    unpacked = pickle.loads(pickle.dumps(small)).unpack()
    for name, tensor in weights.items():
        assert unpacked[name].shape == tensor.shape
        if tensor.dim() > 1:
            highest = tensor.flatten(1).abs().amax(dim=1).view(-1, *[1] * (tensor.dim() - 1))
            assert ((unpacked[name] - tensor).abs() <= highest / LEVELS / 2 * 1.001).all()
        else:
            assert torch.equal(unpacked[name], tensor)
    images = torch.rand(20, 1, 28, 28) * 2 - 1
    again = create_model(model).eval()
    again.load_state_dict(unpacked)
    with torch.no_grad():
        difference = again(images).softmax(dim=1) - network(images).softmax(dim=1)
    assert difference.abs().max() < 0.01


def test_weights_of_nothing_but_zeros_are_zeros() -> None:
    network = create_model("simple_nn")
    with torch.no_grad():
        for part in network.parameters():
            part.zero_()
    assert not make_tiles(network).pixels.any()
    assert not any(part.any() for part in shrink_network(network).unpack().values())


@pytest.mark.parametrize("model", MODELS)
def test_the_pictures_are_the_weights_of_the_first_layer(model: str) -> None:
    network = create_model(model)
    first = next(part for part in network.parameters() if part.dim() > 1)
    tiles = make_tiles(network)
    count, rows, columns = tiles.pixels.shape
    assert count == min(len(first), MAX_TILES)
    assert rows == columns
    shown = tiles.pixels * (tiles.top / LEVELS)
    wanted = first[:count].detach().numpy().reshape(shown.shape)
    assert np.allclose(shown, wanted, atol=tiles.top / LEVELS)


# --- a hundred epochs ----------------------------------------------------------------------------


def hundred_epochs(model: str, **settings: Any) -> Moments:
    network = create_model(model)
    test = Evaluation(2.3, 0.1, ((1_000,) * 10,) * 10)
    moments = Moments()
    tiles, small = make_tiles(network), shrink_network(network)
    for number in range(11):
        moments.add(Moment(number, number, None if number else 0, test, tiles, small), **settings)
    for epoch in range(1, 101):
        moments.add(Moment(60_000 * epoch, epoch, epoch, test, tiles, small), **settings)
    return moments


@pytest.mark.parametrize(("model", "megabytes"), [("simple_nn", 3.5), ("cnn", 5.5)])
def test_the_longest_run_keeps_every_count_and_a_bounded_number_of_weights(
    model: str, megabytes: float
) -> None:
    moments = hundred_epochs(model, keeps_network=True)
    assert len(moments) == 111
    weighed = [moment for moment in moments if moment.network]
    assert [moment.epoch for moment in weighed[11:]] == [*range(8, 101, 8), 100]
    assert weighed[:11] == moments[:11]
    assert weighed[-1] is moments[-1]
    assert moments.size < megabytes * 1e6
    moments.forget_networks()
    assert not any(moment.network for moment in moments)
    assert sum(moment.tiles is not None for moment in moments) == len(weighed)
    assert moments.size < 0.8e6


def test_of_other_runs_no_network_is_kept() -> None:
    moments = hundred_epochs("cnn", keeps_network=False)
    assert moments.size < 111 * CONFUSION_BYTES + 50_000

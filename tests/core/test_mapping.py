from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, Splits, make_train_loader, map_images
from mnist_core.training import EpochRecord, set_up, train


def test_mapped_images_are_the_loaded_ones_to_the_last_bit(
    tiny_root: Path, tiny_mnist: Splits
) -> None:
    mapped = map_images(DATASETS["mnist"], tiny_root)
    for ours, theirs in ((mapped.train, tiny_mnist.train), (mapped.test, tiny_mnist.test)):
        assert len(ours) == len(theirs)
        assert torch.equal(ours.images, theirs.images)
        assert torch.equal(ours.labels, theirs.labels)
        assert torch.equal(ours[7][0], theirs[7][0])
        assert torch.equal(ours.first(9).images, theirs.first(9).images)
        assert len(ours.first(10**6)) == len(theirs)


def test_a_pixel_stays_a_byte_in_the_file_until_its_batch_is_due(tiny_root: Path) -> None:
    mapped = map_images(DATASETS["mnist"], tiny_root)
    assert mapped.train.pixels.dtype == torch.uint8  # type: ignore[attr-defined]
    images, labels = next(iter(make_train_loader(mapped.train, 64)))
    assert (images.dtype, images.shape) == (torch.float32, (64, 1, 28, 28))
    assert (labels.dtype, labels.shape) == (torch.int64, (64,))


def test_a_network_learns_from_them_just_the_same(tiny_root: Path, tiny_mnist: Splits) -> None:
    losses = []
    for data in (tiny_mnist, map_images(DATASETS["mnist"], tiny_root)):
        records = train(set_up(TrainConfig(epochs=2, augmentation="affine"), data))
        ends = [record for record in records if isinstance(record, EpochRecord)]
        losses.append([(end.train_loss, end.test_loss, end.train_accuracy) for end in ends])
    assert losses[0] == losses[1]


def test_what_is_not_there_cannot_be_mapped(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        map_images(DATASETS["mnist"], tmp_path)


def test_cut_in_order_they_are_the_loaded_ones_and_never_all_scaled_at_once(
    tiny_root: Path, tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped = map_images(DATASETS["mnist"], tiny_root).test
    pairs = zip(mapped.in_order(32), tiny_mnist.test.in_order(32), strict=True)
    monkeypatch.setattr(type(mapped), "images", property(lambda _: pytest.fail("all at once")))
    for (ours, our_labels), (theirs, their_labels) in pairs:
        assert torch.equal(ours, theirs)
        assert torch.equal(our_labels, their_labels)
        assert len(ours) <= 32

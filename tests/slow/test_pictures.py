"""A CNN learns real cats and dogs: what mirrored pictures bring, as the experiment's card says."""

from __future__ import annotations

from pathlib import Path

from mnist_core.data import add_own, forget_own, load_images
from mnist_core.experiments import experiments_with_pictures
from mnist_core.pictures import as_data_set, read_pictures
from mnist_core.training import EpochRecord, set_up, train


def test_mirrored_pictures_are_learned_and_not_by_heart(cats_and_dogs: Path) -> None:
    data_set = as_data_set(read_pictures(cats_and_dogs), cats_and_dogs)
    add_own(data_set)
    config = experiments_with_pictures(data_set.key)["mirrored_pictures"].variant
    records = train(set_up(config, load_images(data_set)))
    *_, last = [record for record in records if isinstance(record, EpochRecord)]
    forget_own(data_set.key)
    assert last.test_accuracy > 0.75
    assert last.train_accuracy is not None
    assert last.train_accuracy - last.test_accuracy < 0.06

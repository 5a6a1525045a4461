"""How settings are written in an address: by what differs from the recipe."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from mnist_core.config import TrainConfig
from mnist_core.experiments import RECIPE

SETTINGS = {
    "data": "dataset",
    "model": "model",
    "epochs": "epochs",
    "batch": "batch_size",
    "lr": "learning_rate",
    "schedule": "schedule",
    "dropout": "dropout",
    "augmentation": "augmentation",
    "optimizer": "optimizer",
    "seed": "seed",
    "width": "width",
    "activation": "activation",
    "images": "images",
    "wrong": "wrong_labels",
    "flatten": "flatten",
}
"""The settings by their names in the address; the network first, since dropout depends on it."""


def write_settings(config: TrainConfig) -> str:
    """Write settings as part of a query, such as `model=cnn&epochs=3`."""
    recipe, own = asdict(RECIPE), asdict(config)
    own["dataset"] = config.data_set.name  # "pictures" are those of whoever follows the address
    return urlencode({name: own[key] for name, key in SETTINGS.items() if own[key] != recipe[key]})


def link_to_settings(config: TrainConfig) -> str:
    """Write the query of an address that opens the Train tab with these settings."""
    return f"tab=train&{write_settings(config)}".rstrip("&")

"""What is worth keeping about a run: its metadata, written and read again.

Whatever a file says is checked before it is believed.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timezone
from typing import Any

import torch
from torch import nn

from mnist_core.config import TrainConfig
from mnist_core.data import OWN_DRAWINGS
from mnist_core.inference import UNCALIBRATED, Calibration
from mnist_core.models import ACTIVATIONS, WIDTH, count_parameters
from mnist_core.text import Message
from mnist_core.training import EpochRecord

MAX_LOSS_OR_SECONDS = 1e6  # what a file says of an epoch beyond this is not believed
NOT_IN_OLD_FILES = ("train_accuracy",)  # fields of an epoch that old versions did not write
SETTINGS_OF_OLD = ("model", "epochs", "batch_size", "learning_rate", "seed")  # all wrote these


def describe_run(config: TrainConfig, epochs: list[EpochRecord]) -> dict[str, Any]:
    """Collect the metadata worth keeping about a run.

    Args:
        config: its settings.
        epochs: what each epoch came to; fewer than `config.epochs` if it was stopped.
    """
    origin = config.data_set.origin
    return {
        "parameters": count_parameters(config.create_model_shape()),
        "config": {**asdict(config), "dataset": config.data_set.name},
        "classes": [str(name) for name in config.data_set.classes],
        **({"origin": asdict(origin)} if origin else {}),
        "epochs": [asdict(epoch) for epoch in epochs],
        "test_accuracy": epochs[-1].test_accuracy if epochs else None,
        "threads": torch.get_num_threads(),
        **_describe_today(),
    }


def describe_taught(
    network: nn.Module, classes: Sequence[str], *, dataset: str = OWN_DRAWINGS, **results: Any
) -> dict[str, Any]:
    """Collect the metadata of a network that has learned from somebody's drawings, in seconds.

    Its settings are those of its form alone: it was no run, and has no epochs.

    Args:
        network: any of ours.
        classes: the names of what it tells apart, in the order of its scores.
        dataset: "mnist" where these are its digits.
        results: what else is worth keeping, such as how its exam went.
    """
    function = getattr(network, "activation", torch.relu)
    activation = next(name for name, one in ACTIVATIONS.items() if one is function)
    return {
        "parameters": count_parameters(network),
        "config": {"activation": activation, "dataset": dataset},
        "classes": [str(name) for name in classes],
        **results,
        **_describe_today(),
    }


def _describe_today() -> dict[str, str]:
    return {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "date": datetime.now(timezone.utc).date().isoformat(),
    }


def describe_average(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Collect the metadata of a mean of networks whose trainings began with the same weights.

    Args:
        parts: the metadata of each, at least one.

    Returns:
        Those of the first, for all of them, and what tells each from the others.
    """
    own = ("config", "test_accuracy", "average_of", "sha256")
    average_of = [{name: part[name] for name in own if name in part} for part in parts]
    shared = {name: value for name, value in parts[0].items() if name != "calibration"}
    return {**shared, "average_of": average_of}


def read_run(
    metadata: Mapping[str, Any],
    model_name: str,
    width: int = WIDTH,
    activation: str = "relu",
    dataset: str | None = "mnist",
) -> tuple[TrainConfig, list[EpochRecord]]:
    """Read what `describe_run` of this version, an older or a newer one wrote.

    Fields that this version does not know are left out, and those that an older version did not
    write yet take their defaults. Nothing is believed of a file that lacks what every version
    writes, or says what cannot be true.

    Args:
        metadata: what lies beside a checkpoint, from anybody.
        model_name: the network that the weights were recognised as.
        width: of it, as in `Checkpoint`.
        activation: of it.
        dataset: what it has learned; None is taken for MNIST.

    Returns:
        The settings of the run, and what each of its epochs came to. Where the metadata are not
        believed, the default settings with this network, and no epoch.
    """
    network = TrainConfig(
        model=model_name, width=width, activation=activation, dataset=dataset or "mnist"
    )
    try:
        config = _read_config(metadata["config"])
        epochs = [_read_epoch(number, told) for number, told in enumerate(metadata["epochs"], 1)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return network, []
    is_it = config.kind == network.kind and config.dataset == network.dataset
    if not is_it or not config.flatten or len(epochs) > config.epochs:  # unflattened, none learns
        return network, []
    return config, epochs


def _read_config(told: Mapping[str, Any]) -> TrainConfig:
    known = {field.name: told[field.name] for field in fields(TrainConfig) if field.name in told}
    missing = [name for name in SETTINGS_OF_OLD if name not in known]
    if missing:
        raise ValueError(Message("checkpoint.settings_lack", names=", ".join(missing)))
    return TrainConfig(**known)


def _read_epoch(number: int, told: Mapping[str, Any]) -> EpochRecord:
    values: dict[str, Any] = {field.name: told.get(field.name) for field in fields(EpochRecord)}
    for name, value in values.items():
        if value is None and name in NOT_IN_OLD_FILES:
            continue
        most = 1 if name.endswith("accuracy") else MAX_LOSS_OR_SECONDS
        if type(value) not in (int, float) or not 0 <= value <= most:
            raise ValueError(Message("checkpoint.not_a_figure", name=name, most=most))
    return EpochRecord(**{**values, "epoch": number})


def in_our_words(metadata: dict[str, Any]) -> dict[str, Any]:
    """Bring old names of settings up to date, so that old metadata stay readable."""
    config = metadata.get("config")
    if isinstance(config, dict) and config.get("augmentation") == "hands":
        return {**metadata, "config": {**config, "augmentation": "handwriting"}}
    return metadata


def find_calibration(metadata: dict[str, Any]) -> Calibration:
    """Return the calibration that the metadata tell; `UNCALIBRATED` where they tell none."""
    found = metadata.get("calibration")
    if not isinstance(found, dict):
        return UNCALIBRATED
    try:
        return Calibration(found["temperature"], found["sure_from"])
    except (KeyError, ValueError):
        return UNCALIBRATED

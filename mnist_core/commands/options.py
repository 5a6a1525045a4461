"""The options that several commands share, and what is made of them before they run."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.checkpoints import SAFETENSORS, Checkpoint, load_checkpoint
from mnist_core.config import OPTIMIZERS, SCHEDULES, TrainConfig
from mnist_core.data import DATASETS, DataSet, Splits, fetch_images, load_images
from mnist_core.models import ACTIVATIONS, MODELS
from mnist_core.preprocessing import GrayImage, image_from_picture, open_picture
from mnist_core.text import Message, say

SHEETS = (".png", ".svg", ".pdf")


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add an option for every setting of a run."""
    recipe = TrainConfig()
    choices = {
        "model": MODELS,
        "schedule": SCHEDULES,
        "augmentation": AUGMENTATIONS,
        "optimizer": OPTIMIZERS,
        "activation": ACTIVATIONS,
        "dataset": DATASETS,
    }
    names = {"dataset": "data-set"}
    numbers = {"learning_rate", "dropout", "wrong_labels"}
    for field in fields(TrainConfig):
        default = getattr(recipe, field.name)
        name = names.get(field.name, field.name.replace("_", "-"))
        if isinstance(default, bool):
            command.add_argument(
                f"--no-{name}", dest=field.name, action="store_false", help=say("cli.no_flatten")
            )
            continue
        command.add_argument(
            f"--{name}",
            dest=field.name,
            choices=choices.get(field.name),
            type=float if field.name in numbers else type(default),
            default=default,
            help=say(
                "cli.default",
                value=Message("cli.models_own") if default is None else default,
            ),
        )


def config_from(options: argparse.Namespace) -> TrainConfig:
    """Build the settings that `add_settings` asked for.

    Raises:
        ValueError: one is out of range; the message says the range.
    """
    return TrainConfig(
        **{field.name: getattr(options, field.name) for field in fields(TrainConfig)}
    )


def add_data_and_json(command: argparse.ArgumentParser) -> None:
    """Add the two options that several commands share."""
    command.add_argument(
        "--data",
        type=Path,
        help=say("cli.data"),
    )
    command.add_argument("--json", action="store_true", help=say("cli.json"))


def add_data_set(command: argparse.ArgumentParser) -> None:
    """Add the option for what a saved network is tested on, where its metadata do not say it."""
    command.add_argument(
        "--data-set", dest="dataset", choices=DATASETS, help=say("cli.data_set_of_network")
    )


def check_out(path: Path) -> None:
    """Find out before minutes of training, not after, that the result cannot be saved.

    Raises:
        ValueError: `path` is a folder, or its folder cannot be written to.
    """
    if path.is_dir() or path.suffix not in (".pth", SAFETENSORS):
        raise ValueError(Message("cli.out_name", path=str(path)))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path.parent, os.W_OK):
        raise ValueError(Message("cli.out_folder", path=str(path.parent)))


def check_sheet(out: Path | None) -> None:
    """Make sure that a sheet can be drawn into this file, before anything is computed.

    Raises:
        ValueError: its name has another ending.
    """
    if out and out.suffix not in SHEETS:
        raise ValueError(Message("cli.sheet_name", endings=", ".join(SHEETS), path=str(out)))


def open_network(path: Path) -> Checkpoint:
    """Load a saved network; say on stderr what nothing in its files tells.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a checkpoint of one of our networks.
    """
    checkpoint = load_checkpoint(path)
    if not checkpoint.is_activation_known:
        print(say("cli.activation_unknown", path=str(path)), file=sys.stderr)
    return checkpoint


def get_images(data_set: DataSet, root: Path | None) -> Splits:
    """Load a data set, downloading it first if it is not there (torchvision shows the bar)."""
    for _ in fetch_images(data_set, root):
        pass
    return load_images(data_set, root)


def classes_of(checkpoint: Checkpoint) -> Sequence[str]:
    """Return the names of what a saved network tells apart; numbers where nothing names them."""
    if checkpoint.dataset:
        return DATASETS[checkpoint.dataset].classes
    return [str(number) for number in range(checkpoint.classes)]


def data_set_of(checkpoint: Checkpoint, options: argparse.Namespace) -> DataSet:
    """Return what a saved network is to be tested on; say on stderr where it is not known.

    Raises:
        ValueError: its images do not have the shape, or their classes not the number, that the
            network reads.
    """
    dataset = options.dataset or checkpoint.dataset
    if dataset is None:
        dataset = "mnist"
        if checkpoint.is_activation_known:  # else it has been said already
            print(say("cli.data_set_unknown"), file=sys.stderr)
    data_set = DATASETS[dataset]
    found, wanted = (checkpoint.shape, checkpoint.classes), (data_set.shape, len(data_set.classes))
    if found != wanted:
        raise ValueError(
            Message(
                "cli.other_images",
                title=data_set.title,
                found=f"{list(found[0])} → [{found[1]}]",
                wanted=f"{list(wanted[0])} → [{wanted[1]}]",
            )
        )
    return data_set


def open_digit(path: Path) -> GrayImage:
    """Open an image file and find the digit in it.

    Raises:
        ValueError: it cannot be read, or it is blank.
        FileNotFoundError: there is no such file.
    """
    image = image_from_picture(open_picture(path))
    if image is None:
        raise ValueError(Message("cli.blank", path=str(path)))
    return image

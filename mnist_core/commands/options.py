"""The options that several commands share, and what is made of them before they run."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import torch
from torch import Tensor

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.checkpoints import SAFETENSORS, Checkpoint, load_checkpoint
from mnist_core.config import OPTIMIZERS, SCHEDULES, TrainConfig
from mnist_core.data import (
    DATASETS,
    OWN_DRAWINGS,
    OWN_PICTURES,
    DataSet,
    Splits,
    add_own,
    fetch_images,
    find_data_set,
    load_images,
    normalize,
    scale,
)
from mnist_core.models import ACTIVATIONS, MNIST_SHAPE, MODELS
from mnist_core.pictures import Pictures, as_data_set, read_picture, read_pictures
from mnist_core.preprocessing import GrayImage, image_from_picture, open_picture
from mnist_core.text import Message, say, translate

SHEETS = (".png", ".svg", ".pdf")
DATA_SET = f"{{{','.join(DATASETS)}}}|PATH"  # of pictures of one's own


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add an option for every setting of a run."""
    recipe = TrainConfig()
    choices = {
        "model": MODELS,
        "schedule": SCHEDULES,
        "augmentation": AUGMENTATIONS,
        "optimizer": OPTIMIZERS,
        "activation": ACTIVATIONS,
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
            metavar=DATA_SET if field.name == "dataset" else None,
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
    given = {field.name: getattr(options, field.name) for field in fields(TrainConfig)}
    return TrainConfig(**{**given, "dataset": name_data_set(options.dataset)})


def name_data_set(given: str) -> str:
    """Return the key of a data set; of a folder or a zip file, once the pictures have been read.

    Args:
        given: a key of `DATASETS`, or the path of pictures.

    Raises:
        ValueError: it is neither, or there are no pictures to learn from.
    """
    path = Path(given)
    is_path = path.exists() or path.suffix or path.name != given
    if given in DATASETS or not is_path:
        return given  # whoever takes it for a key says which there are
    pictures = read_pictures(path)
    for line in describe_pictures(pictures):
        print(line, file=sys.stderr)
    add_own(as_data_set(pictures, path))
    return OWN_PICTURES


def describe_pictures(pictures: Pictures) -> list[str]:
    """Say what has been found, and what has been left out."""
    lines = [
        say(
            "cli.pictures",
            classes=", ".join(pictures.classes),
            train=len(pictures.train.labels),
            test=len(pictures.test.labels),
        )
    ]
    if pictures.skipped.count:
        lines.append(say("cli.pictures_skipped", count=pictures.skipped.count))
        lines += [f"  {name}: {translate(reason)}" for name, reason in pictures.skipped.first]
    return lines


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
        "--data-set", dest="dataset", metavar=DATA_SET, help=say("cli.data_set_of_network")
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
    return named_classes(checkpoint) or [str(number) for number in range(checkpoint.classes)]


def named_classes(checkpoint: Checkpoint) -> list[str]:
    """Return the names that the metadata give the classes; none if they give none that fit."""
    told = checkpoint.metadata.get("classes")
    fits = isinstance(told, list) and len(told) == checkpoint.classes
    return list(map(str, told)) if fits and isinstance(told, list) else []


def data_set_of(checkpoint: Checkpoint, options: argparse.Namespace) -> DataSet:
    """Return what a saved network is to be tested on; say on stderr where it is not known.

    Raises:
        ValueError: its images do not have the shape, or their classes not the number, that the
            network reads.
    """
    dataset = name_data_set(options.dataset) if options.dataset else checkpoint.dataset
    if dataset is None and has_learned_pictures(checkpoint):
        raise ValueError(Message("cli.own_pictures"))
    if has_learned(checkpoint, OWN_DRAWINGS):
        taught = ", ".join(named_classes(checkpoint))
        raise ValueError(Message("cli.own_drawings", classes=taught))
    if dataset is None:
        dataset = "mnist"
        if checkpoint.is_activation_known:  # else it has been said already
            print(say("cli.data_set_unknown"), file=sys.stderr)
    data_set = find_data_set(dataset)
    if data_set is None:
        choices = ", ".join(DATASETS)
        raise ValueError(Message("cli.no_data_set", name=dataset, choices=choices))
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
    names, told = list(map(str, data_set.classes)), named_classes(checkpoint)
    if data_set.origin and told and told != names:
        raise ValueError(
            Message("cli.other_classes", found=", ".join(told), wanted=", ".join(names))
        )
    return data_set


def has_learned_pictures(checkpoint: Checkpoint) -> bool:
    """Tell whether the metadata say that a network has learned pictures of somebody's own."""
    return has_learned(checkpoint, OWN_PICTURES)


def has_learned(checkpoint: Checkpoint, dataset: str) -> bool:
    """Tell whether the metadata say that a network has learned this."""
    config = checkpoint.metadata.get("config")
    return isinstance(config, dict) and config.get("dataset") == dataset


def open_image(path: Path, checkpoint: Checkpoint) -> Tensor:
    """Open an image file as a network has learned to read such files.

    Returns:
        [1, *shape], -1 to 1: the digit in it, or for a network of colours or of pictures of
        somebody's own a square that is scaled as those were.

    Raises:
        ValueError: it cannot be read, or there is no digit in it.
        FileNotFoundError: there is no such file.
    """
    if checkpoint.shape == MNIST_SHAPE and not has_learned_pictures(checkpoint):
        return normalize(torch.from_numpy(open_digit(path)).unsqueeze(0))
    return scale(read_picture(path, checkpoint.shape).unsqueeze(0))


def open_gray(path: Path, checkpoint: Checkpoint) -> GrayImage:
    """Open an image file as `open_image` does, for a network of grey images alone.

    Returns:
        [28, 28], 0 to 255.

    Raises:
        ValueError: it cannot be read, there is no digit in it, or the network reads colours.
        FileNotFoundError: there is no such file.
    """
    if checkpoint.shape != MNIST_SHAPE:
        raise ValueError(Message("cli.colours"))
    if not has_learned_pictures(checkpoint):
        return open_digit(path)
    gray: GrayImage = read_picture(path, checkpoint.shape)[0].numpy()
    return gray


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

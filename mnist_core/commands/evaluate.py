"""`evaluate`: loss and accuracy of a saved network, on the test images or on drawings."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from mnist_core.checkpoints import Checkpoint
from mnist_core.commands.options import (
    add_data_and_json,
    add_data_set,
    classes_of,
    data_set_of,
    get_images,
    has_learned,
    has_learned_pictures,
    named_classes,
    open_network,
)
from mnist_core.data import DATASETS, OWN_DRAWINGS, ImageDataset
from mnist_core.drawings import (
    images_of,
    named_images_of,
    read_drawings,
    read_named_drawings,
)
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.models import MNIST_CLASSES, MNIST_SHAPE
from mnist_core.text import Message, say, translate

SUMMARY = "cli.evaluate"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument(
        "--drawings",
        type=Path,
        metavar="FILE",
        help=say("cli.drawings", entries='{"label": 0-9, "strokes": [[[x, y], ...], ...]}'),
    )
    add_data_set(command)
    add_data_and_json(command)


def run(options: argparse.Namespace) -> None:
    """Print loss and accuracy of a saved network on the test images or on drawings."""
    checkpoint = open_network(options.checkpoint)
    if options.drawings:
        images = open_drawings(options.drawings, checkpoint)
        result = evaluate(checkpoint.model, images)
        names = classes_of(checkpoint)
        report_drawings(result, len(images), checkpoint.model_name, names, as_json=options.json)
        return
    test_set = get_images(data_set_of(checkpoint, options), options.data).test
    result = evaluate(checkpoint.model, test_set)
    if options.json:
        metadata = {
            "model": checkpoint.model_name,
            "loss": result.loss,
            "accuracy": result.accuracy,
        }
        print(json.dumps({**metadata, "confusion": result.confusion}))
    else:
        print(say("cli.loss", loss=result.loss))
        print(say("article.accuracy", accuracy=f"{result.accuracy:.2%}"))


def open_drawings(path: Path, checkpoint: Checkpoint) -> ImageDataset:
    """Read a file of drawings of what a saved network tells apart: digits, or its own classes.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a file of such drawings, or the network has learned neither.
    """
    if has_learned(checkpoint, OWN_DRAWINGS):
        return named_images_of(read_named_drawings(path), named_classes(checkpoint))
    fits = (checkpoint.shape, checkpoint.classes) == (MNIST_SHAPE, MNIST_CLASSES)
    is_other = checkpoint.dataset not in (None, "mnist") or has_learned_pictures(checkpoint)
    if is_other or not fits:
        names = ", ".join(map(translate, classes_of(checkpoint)))
        raise ValueError(Message("cli.no_digits", classes=names))
    return images_of(read_drawings(path))


def report_drawings(
    result: Evaluation, count: int, model: str, names: Sequence[str], *, as_json: bool
) -> None:
    """Print how well drawings were read: in all, class by class, and what each was taken for."""
    if as_json:
        metadata = {
            "model": model,
            "count": count,
            "loss": result.loss,
            "accuracy": result.accuracy,
        }
        metadata["per_digit"] = result.accuracy_per_class
        if list(names) != list(DATASETS["mnist"].classes):
            metadata["classes"] = list(names)
        print(json.dumps({**metadata, "confusion": result.confusion}))
        return
    print(say("cli.drawings_accuracy", count=count, accuracy=result.accuracy))
    print()
    print(say("cli.confusion"))
    print()
    longest = max(map(len, names))
    width = max(longest + 2, 6)  # of a column
    heads = "".join(f"{name:>{width}}" for name in names)
    print(f"{'':{longest}} {heads}   {say('cli.accuracy_column')}")
    for name, row, share in zip(names, result.confusion, result.accuracy_per_class, strict=True):
        counts = "".join(f"{number or '·':>{width}}" for number in row)
        print(f"{name:{longest}} {counts}   {'' if share is None else f'{share:.2%}':>8}")

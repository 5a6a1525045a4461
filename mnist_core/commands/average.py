"""`average`: the mean of several networks whose trainings began with the same weights."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mnist_core.checkpoints import describe_average, save_checkpoint
from mnist_core.commands.options import (
    add_data_and_json,
    add_data_set,
    check_out,
    data_set_of,
    get_images,
    open_network,
)
from mnist_core.evaluation import evaluate
from mnist_core.models import average
from mnist_core.text import Message, say

SUMMARY = "cli.average"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    command.add_argument(
        "checkpoints", type=Path, nargs="+", metavar="CHECKPOINT", help=say("cli.average_of")
    )
    command.add_argument("--out", type=Path, required=True, help=say("cli.average_out"))
    add_data_set(command)
    add_data_and_json(command)


def run(options: argparse.Namespace) -> None:
    """Average the weights of several networks, and save them with the metadata of the first.

    Raises:
        ValueError: they are not all of one kind.
    """
    check_out(options.out)
    parts = [open_network(path) for path in options.checkpoints]
    kinds = sorted({part.kind for part in parts})
    if len(kinds) > 1:
        raise ValueError(Message("cli.average_kinds", kinds=", ".join(kinds)))
    mean = average([part.model for part in parts])
    test_set = get_images(data_set_of(parts[0], options), options.data).test
    accuracy = evaluate(mean, test_set).accuracy
    metadata = describe_average([part.metadata for part in parts])
    save_checkpoint(options.out, mean, {**metadata, "test_accuracy": accuracy})
    if options.json:
        print(json.dumps({"networks": len(parts), "accuracy": accuracy}))
    else:
        print(say("article.accuracy", accuracy=f"{accuracy:.2%}"))
        print(say("cli.saved", path=options.out))

"""`evaluate`: loss and accuracy of a saved network, on the test images or on drawings."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mnist_core.commands.options import (
    add_data_and_json,
    add_data_set,
    data_set_of,
    get_images,
    open_network,
)
from mnist_core.drawings import images_of, read_drawings
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.text import say

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
        drawings = read_drawings(options.drawings)
        result = evaluate(checkpoint.model, images_of(drawings))
        report_drawings(result, len(drawings), checkpoint.model_name, as_json=options.json)
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


def report_drawings(result: Evaluation, count: int, model: str, *, as_json: bool) -> None:
    """Print how well drawings were read: in all, digit by digit, and what each was taken for."""
    if as_json:
        metadata = {
            "model": model,
            "count": count,
            "loss": result.loss,
            "accuracy": result.accuracy,
        }
        metadata["per_digit"] = result.accuracy_per_class
        print(json.dumps({**metadata, "confusion": result.confusion}))
        return
    print(say("cli.drawings_accuracy", count=count, accuracy=result.accuracy))
    print()
    print(say("cli.confusion"))
    print()
    digits = "".join(f"{digit:6}" for digit in range(len(result.confusion)))
    print(f"  {digits}   {say('cli.accuracy_column')}")
    for digit, (row, share) in enumerate(
        zip(result.confusion, result.accuracy_per_class, strict=True)
    ):
        counts = "".join(f"{number or '·':>6}" for number in row)
        print(f"{digit} {counts}   {'' if share is None else f'{share:.2%}':>8}")

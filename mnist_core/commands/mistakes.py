"""`mistakes`: which test images a saved network misreads."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.commands.options import (
    add_data_and_json,
    add_data_set,
    check_sheet,
    data_set_of,
    get_images,
    open_network,
)
from mnist_core.mistakes import Readings, read_all
from mnist_core.text import say

MISTAKES_PRINTED = 10  # of the pairs of digits, and of the images

SUMMARY = "cli.mistakes"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument("--out", type=Path, help=say("cli.mistakes_sheet"))
    add_data_set(command)
    add_data_and_json(command)


def run(options: argparse.Namespace) -> None:
    """Print which test images a saved network misreads, and draw the surest mistakes.

    Raises:
        ValueError: the network cannot be read.
        FileNotFoundError: there is no such file, or no MNIST.
    """
    check_sheet(options.out)
    checkpoint = open_network(options.checkpoint)
    data_set = data_set_of(checkpoint, options)
    test_set = get_images(data_set, options.data).test
    readings = read_all(checkpoint.model, test_set, checkpoint.calibration)
    if options.json:
        print(json.dumps(mistakes_facts(readings)))
    else:
        print("\n".join(mistakes_lines(readings, data_set.classes)))
    if options.out:
        from mnist_core.mistakes.sheet import mistakes_sheet  # here: few need matplotlib
        from mnist_core.plots import fonts_of_this_machine

        with fonts_of_this_machine():
            mistakes_sheet(readings, test_set).savefig(options.out)


def mistakes_lines(readings: Readings, classes: Sequence[str]) -> Iterator[str]:
    """Put the mistakes into words: how many, which digits for which, and the surest."""
    places = readings.mistakes()
    yield say("article.accuracy", accuracy=f"{readings.accuracy:.2%}")
    yield say("mistakes.title", count=len(places), images=len(readings.labels))
    wrong = readings.confusion.copy()
    np.fill_diagonal(wrong, 0)
    for cell in np.argsort(-wrong, axis=None, kind="stable")[:MISTAKES_PRINTED]:
        label, digit = divmod(int(cell), readings.classes)
        if wrong[label, digit]:
            names = {"label": classes[label], "digit": classes[digit]}
            yield say("mistakes.pair", count=int(wrong[label, digit]), **names)
    if len(places):
        yield say("mistakes.surest")
    for place in places[:MISTAKES_PRINTED]:
        facts = {
            "label": classes[readings.labels[place]],
            "digit": classes[readings.digits[place]],
        }
        confidence = float(readings.confidences[place])
        yield say("mistakes.image", image=int(place), confidence=f"{confidence:.1%}", **facts)


def mistakes_facts(readings: Readings) -> dict[str, Any]:
    """Put the mistakes into what JSON can hold, the surest first."""
    return {
        "accuracy": readings.accuracy,
        "confusion": readings.confusion.tolist(),
        "mistakes": [
            {
                "index": int(place),
                "label": int(readings.labels[place]),
                "digit": int(readings.digits[place]),
                "confidence": float(readings.confidences[place]),
            }
            for place in readings.mistakes()
        ],
    }

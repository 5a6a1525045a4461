"""`predict`: what a saved network reads in image files."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from mnist_core.commands.options import classes_of, open_image, open_network
from mnist_core.commands.parser import EXIT_PARTLY_READ, complain
from mnist_core.inference import predict_values
from mnist_core.text import say

SUMMARY = "cli.predict"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument("images", type=Path, nargs="+", metavar="IMAGE")
    command.add_argument("--json", action="store_true", help=say("cli.json"))


def run(options: argparse.Namespace) -> int:
    """Print what a saved network reads in each image file, and whether it is sure.

    Returns:
        0, or 1 if some of several files could not be read.

    Raises:
        ValueError: the only file there is cannot be read, or the network cannot.
        FileNotFoundError: there is no such file.
    """
    checkpoint = open_network(options.checkpoint)
    classes = classes_of(checkpoint)
    status = 0
    for path in options.images:
        try:
            prediction = predict_values(
                checkpoint.model, open_image(path, checkpoint), checkpoint.calibration
            )
        except (ValueError, OSError) as error:
            if len(options.images) == 1:
                raise
            complain(error)
            status = EXIT_PARTLY_READ
            continue
        if options.json:
            print(json.dumps({"image": str(path), **asdict(prediction)}), flush=True)
        else:
            key = "cli.reading" if prediction.sure else "cli.unsure_reading"
            share = prediction.probabilities[prediction.digit]
            name = classes[prediction.digit]
            print(say(key, path=str(path), digit=name, share=share), flush=True)
    return status

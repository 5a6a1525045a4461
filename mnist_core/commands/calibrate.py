"""`calibrate`: make a saved network's probabilities mean what they say."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from mnist_core.calibration import calibrate, halve
from mnist_core.checkpoints import save_calibration
from mnist_core.commands.options import (
    add_data_and_json,
    add_data_set,
    data_set_of,
    get_images,
    open_network,
)
from mnist_core.text import say

SUMMARY = "cli.calibrate"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    add_data_set(command)
    add_data_and_json(command)


def run(options: argparse.Namespace) -> None:
    """Fit a saved network's calibration and write it beside the network."""
    checkpoint = open_network(options.checkpoint)
    model = checkpoint.model
    test_set = get_images(data_set_of(checkpoint, options), options.data).test
    calibration = calibrate(model, halve(test_set)[0])
    save_calibration(options.checkpoint, calibration)
    if options.json:
        print(json.dumps(asdict(calibration)))
    else:
        print(say("cli.temperature", temperature=calibration.temperature))
        print(say("cli.sure_from", share=calibration.sure_from))

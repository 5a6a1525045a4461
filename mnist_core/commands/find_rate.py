"""`find-rate`: a learning rate for a run, found by a short ramp."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from mnist_core.commands.options import (
    add_data_and_json,
    add_settings,
    check_sheet,
    config_from,
    get_images,
)
from mnist_core.rate_finder import BATCHES, PRINTED_EVERY, RatePoint, Suggestion, find_rate, suggest
from mnist_core.text import say, translate

SUMMARY = "cli.find_rate"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    add_settings(command)
    command.add_argument("--out", type=Path, help=say("cli.rates_figure"))
    add_data_and_json(command)


def run(options: argparse.Namespace) -> None:
    """Print the loss at each rate and what it suggests, and draw it.

    Raises:
        ValueError: a setting is out of range, or the figure cannot be drawn.
        FileNotFoundError: there is no MNIST.
    """
    check_sheet(options.out)
    config = config_from(options)
    points = []
    for point in find_rate(config, get_images(config.data_set, options.data)):
        points.append(point)
        if options.json:
            print(json.dumps(asdict(point)), flush=True)
        elif point.batch % PRINTED_EVERY == 1:
            print(say_point(point), flush=True)
    suggestion = suggest(points)
    if options.json:
        print(json.dumps(asdict(suggestion)))
    else:
        print("\n".join(map(translate, suggestion.reasons)))
    if options.out:
        draw(options.out, points, suggestion)


def say_point(point: RatePoint) -> str:
    """Put a point into words."""
    facts = asdict(point)
    return say("rates.point", batches=BATCHES, **facts)


def draw(out: Path, points: list[RatePoint], suggestion: Suggestion) -> None:
    """Draw the ramp into a file."""
    from mnist_core.plots import fonts_of_this_machine  # here: few need matplotlib
    from mnist_core.rate_finder.plot import rate_figure

    with fonts_of_this_machine():
        rate_figure(points, suggestion).savefig(out)

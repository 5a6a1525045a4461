"""`teach`: a network that tells classes of your own apart, from a file of drawings."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from mnist_core.checkpoints import describe_taught, save_checkpoint
from mnist_core.commands.options import check_out
from mnist_core.data import seeded
from mnist_core.drawings import read_named_drawings
from mnist_core.teaching import build_network, load_base, prepare, sit, teach
from mnist_core.text import say

SUMMARY = "cli.teach"  # of what it does, for the list of commands
SEED = 42


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    command.add_argument(
        "drawings",
        type=Path,
        metavar="DRAWINGS",
        help=say("cli.named_drawings", entries='{"label": "star", "strokes": [[[x, y], ...]]}'),
    )
    command.add_argument(
        "--no-augmentation",
        dest="augment",
        action="store_false",
        help=say("cli.no_augmentation"),
    )
    command.add_argument("--out", type=Path, help=say("cli.teach_out"))
    command.add_argument("--json", action="store_true", help=say("cli.json"))


def run(options: argparse.Namespace) -> None:
    """Teach a network the classes of a file of drawings, and print how its exam went.

    Raises:
        ValueError: there is too little to learn from, or the result could not be saved.
    """
    if options.out:
        check_out(options.out)
    lesson = prepare(read_named_drawings(options.drawings))
    began = time.perf_counter()
    with seeded(SEED):
        network = build_network(len(lesson.names), load_base())
        for _ in teach(network, lesson.learning, augment=options.augment):
            pass
    seconds = time.perf_counter() - began
    exam = sit(network, lesson)
    told: dict[str, Any] = {"count": exam.count, "right": exam.right}
    if options.out:
        save_checkpoint(options.out, network, describe_taught(network, lesson.names, exam=told))
    if options.json:
        more = {"accuracy": exam.accuracy, "mistakes": exam.mistakes, "seconds": seconds}
        print(json.dumps({"classes": lesson.names, **told, **more}))
        return
    learned, classes = len(lesson.learning), len(lesson.names)
    print(say("cli.taught", learned=learned, classes=classes, seconds=seconds))
    print(say("cli.exam", right=exam.right, count=exam.count, accuracy=exam.accuracy))
    for meant, taken in exam.mistakes:
        print(say("cli.exam_mistake", meant=meant, taken=taken))
    if options.out:
        print(say("cli.saved", path=options.out))

"""`train`: the training stream, printed as the article prints it; the weights are saved."""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import torch

from mnist_core.checkpoints import Checkpoint, describe_run, save_checkpoint
from mnist_core.commands.options import (
    add_data_and_json,
    add_settings,
    check_out,
    config_from,
    get_images,
    open_network,
)
from mnist_core.config import TrainConfig
from mnist_core.evaluation import evaluate
from mnist_core.loss_curve import BatchLoss
from mnist_core.models import mix_in
from mnist_core.shapes import follow_shapes
from mnist_core.text import Message, say, translate
from mnist_core.training import EXPLODED, EpochRecord, StepRecord, Training, set_up, train

SUMMARY = "cli.train"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    add_settings(command)
    command.add_argument(
        "--start",
        type=Path,
        metavar="CHECKPOINT",
        help=say("cli.start"),
    )
    command.add_argument(
        "--keep",
        type=float,
        default=0.0,
        metavar="SHARE",
        help=say("cli.keep"),
    )
    command.add_argument("--threads", type=int, help=say("cli.threads"))
    command.add_argument(
        "--out",
        type=Path,
        help=say("cli.out"),
    )
    command.add_argument("--every", type=int, metavar="BATCHES", help=say("cli.every"))
    add_data_and_json(command)


def run(options: argparse.Namespace) -> None:
    """Train, print the article's lines (or JSON), and save what was learned."""
    config = config_from(options)
    out = options.out or Path(f"{config.model}_{config.data_set.name}.pth")
    set_threads(options.threads)
    check_out(out)
    check_every(options)
    start = load_start(options, config)
    training = set_up(config, get_images(config.data_set, options.data))
    if options.every:
        training.note_loss = LossPrinter(options.every, len(training.train_loader)).note
    if start:
        training.model.load_state_dict(start.model.state_dict())
    if not options.json:
        print(say("article.images", shape=training.images_shape))
        print(say("article.labels", shape=training.labels_shape))
        print(say("article.device", device=training.device))
        print(say("article.begins"))
    try:
        epochs = follow(training, as_json=options.json)
    except RuntimeError as error:
        if config.flatten:
            raise
        explain_shapes(training, as_json=options.json)
        raise ValueError(str(error)) from error
    metadata = describe_run(config, epochs)
    if start:
        mix_in(training.model, start.model, options.keep)
        metadata["start"] = {**start.metadata, "kept": options.keep}
        metadata["test_accuracy"] = evaluate(training.model, training.test_set).accuracy
    save_checkpoint(out, training.model, metadata)
    if not options.json:
        print(say("article.ends"))
        print(say("article.accuracy", accuracy=f"{metadata['test_accuracy']:.2%}"))
        print(say("cli.saved", path=str(out)))


def explain_shapes(training: Training, *, as_json: bool) -> None:
    """Print how far the images come, and PyTorch's error piece by piece."""
    images, _ = next(iter(training.train_loader))
    report = follow_shapes(training.model, images.to(training.device))
    pieces = [{"text": piece.text, "meaning": translate(piece.meaning)} for piece in report.pieces]
    if as_json:
        print(json.dumps({"shapes": str(report), "error": report.error, "pieces": pieces}))
        return
    print(report)
    print(report.error)
    for piece in pieces:
        print(f"  {piece['text']}: {piece['meaning']}")


def load_start(options: argparse.Namespace, config: TrainConfig) -> Checkpoint | None:
    """Load the network whose weights a run begins with, if it begins with any.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds another kind of network, or the share to be kept makes no sense.
    """
    if not 0 <= options.keep <= 1 or (options.keep and not options.start):
        raise ValueError(Message("cli.keep_range"))
    if not options.start:
        return None
    start = open_network(options.start)
    if start.kind != config.kind:
        raise ValueError(
            Message(
                "cli.other_model",
                path=str(options.start),
                found=start.kind,
                wanted=config.kind,
            )
        )
    return start


def follow(training: Training, *, as_json: bool) -> list[EpochRecord]:
    """Run the training loop to its end and print each epoch as it comes."""
    epochs = []
    with closing(train(training)) as records:
        for record in records:
            if isinstance(record, StepRecord):
                show_progress(say("cli.epoch", epoch=record.epoch), record.step / record.steps)
                continue
            epochs.append(record)
            show_progress("", None)
            if as_json:
                print(json.dumps(asdict(record)), flush=True)
            else:
                total, loss = training.config.epochs, f"{record.train_loss:.4f}"
                line = say("article.epoch", epoch=record.epoch, epochs=total, loss=loss)
                print(line, flush=True)
    return epochs


class LossPrinter:
    """Prints the losses of batches as JSON, each line the mean of several."""

    def __init__(self, every: int, steps: int) -> None:
        """Begin.

        Args:
            every: how many batches to a line; those left over at the end of an epoch are one too.
            steps: batches in an epoch.
        """
        self._every = every
        self._steps = steps
        self._losses: list[float] = []

    def note(self, batch: BatchLoss) -> None:
        """Take the loss of the next batch, and print a line if it is the last of one."""
        self._losses.append(batch.loss)
        is_last = batch.step == self._steps or not batch.loss < EXPLODED
        if is_last or batch.step % self._every == 0:
            mean = statistics.fmean(self._losses)
            loss = mean if math.isfinite(mean) else None  # JSON knows no NaN
            print(json.dumps({"epoch": batch.epoch, "step": batch.step, "loss": loss}))
            self._losses.clear()


def check_every(options: argparse.Namespace) -> None:
    """Make sure that the losses of batches can be printed as they are asked for.

    Raises:
        ValueError: not so many batches make a line, or it is not JSON that is printed.
    """
    if options.every is not None and not (options.json and options.every >= 1):
        raise ValueError(Message("cli.every_range"))


def set_threads(threads: int | None) -> None:
    """Let PyTorch compute with this many CPU threads.

    Raises:
        ValueError: not a number of threads that makes sense.
    """
    if threads is None:
        return
    most = 1024
    if not 1 <= threads <= most:
        raise ValueError(Message("cli.threads_range", most=most, value=threads))
    torch.set_num_threads(threads)


def show_progress(label: str, share: float | None) -> None:
    """Draw a progress bar in place on a terminal; None wipes it. Elsewhere draw nothing."""
    if not sys.stderr.isatty():
        return
    width = 30
    done = 0 if share is None else round(share * width)
    bar = f"{label} {'█' * done}{'░' * (width - done)} {share:4.0%}" if share is not None else ""
    print(f"\r\033[K{bar}", end="", file=sys.stderr, flush=True)

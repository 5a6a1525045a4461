"""What a worker does: it trains whatever it is sent, and reports.

Started as a program of its own by `worker_process`, it loads neither Gradio nor the app. Orders
come in on one stream and reports go out on another, as pickles. After each report it waits for
what it is told: to go on, or to stop where it stands.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

import torch
from torch import optim

from mnist_core import teaching
from mnist_core.config import TrainConfig
from mnist_core.data import DataSet, close_images, map_images, naming
from mnist_core.loss_curve import LossCurve
from mnist_core.moments import Moment, early_steps, first_moment, moment_of
from mnist_core.shapes import ShapeMismatchError, explain_mismatch
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    StepRecord,
    Training,
    choose_device,
    extend,
    set_up,
    train,
)
from mnist_core.web.jobs.short_task import HandTask, TeachTask
from mnist_core.web.jobs.snapshot import Snapshot, pack_weights, restore, take_snapshot

# --- what is said ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A training to begin or to go on with.

    Attributes:
        config: its settings.
        root: the folder that holds `MNIST/raw`.
        own: the data set, where that is of somebody's own pictures.
        device: where to train; None for a GPU if PyTorch finds one, else the CPU.
        snapshot: where it stands, unless it begins.
        is_extended: whether an ended run, which the snapshot shows, has been given more epochs.
        curve: the losses of its batches so far.
    """

    config: TrainConfig
    root: Path
    own: DataSet | None = None
    device: str | None = None
    snapshot: Snapshot | None = None
    is_extended: bool = False
    curve: LossCurve = field(default_factory=LossCurve)


class Order(Enum):
    """What a worker does after a report."""

    GO_ON = "go on"
    STOP = "stop"


@dataclass(frozen=True)
class Begun:
    """All is set up, and the first batch has the right shape."""

    images_shape: torch.Size
    labels_shape: torch.Size
    device: str


@dataclass(frozen=True)
class Progress:
    """A record, what the training has come to, and, where that may be lost, all the rest.

    Attributes:
        record: what the loop says.
        weights: at that moment.
        curve: the losses of all batches until then.
        moments: at which it has been looked at since the report before.
        snapshot: where it stands, if its process may end without a word.
    """

    record: StepRecord | EpochRecord
    weights: bytes
    curve: LossCurve
    moments: list[Moment] = field(default_factory=list)
    snapshot: Snapshot | None = None


@dataclass(frozen=True)
class Ended:
    """The training is over, or has been stopped; it can go on from here."""

    snapshot: Snapshot


@dataclass(frozen=True)
class Failed:
    """The training has gone wrong.

    Attributes:
        error: one that somebody can be told of, or None.
        trace: where it comes from, for the operator.
    """

    error: DivergenceError | ShapeMismatchError | FileNotFoundError | MemoryError | None
    trace: str = ""


@dataclass(frozen=True)
class Done:
    """A training of seconds is over; nobody was asked meanwhile whether it may go on."""

    result: Any


Report = Begun | Progress | Ended | Failed | teaching.Progress | Done

# --- how it is done ----------------------------------------------------------------------------


def prepare(task: Task, device: torch.device) -> Training:
    """Set a training up on a device, and bring it to where it stood; its losses go on the curve.

    Raises:
        FileNotFoundError: the data set has gone.
    """
    config = task.snapshot.config if task.snapshot else task.config
    training = set_up(config, map_images(config.data_set, task.root), device)
    training.note_loss = task.curve.add
    training.record_at = early_steps(config.batch_size, len(training.train_set))
    if task.snapshot:
        restore(task.snapshot, training)
    if task.is_extended:
        extend(training, task.config.epochs - training.epochs_done)
    return training


def begun(training: Training) -> Begun:
    """Report that a training is set up."""
    return Begun(training.images_shape, training.labels_shape, str(training.device))


def follow(training: Training, task: Task) -> Generator[Progress, None, None]:
    """Train a training of a task, and report with each record; closing this stops it there.

    Raises:
        DivergenceError: as in `training.train`.
    """
    # A network that forgets to flatten is to stop at its first batch, not at a look at it.
    is_new = task.curve.batches == 0 and task.config.flatten
    moments = [first_moment(training)] if is_new else []
    with closing(train(training)) as records:
        for record in records:
            moment = moment_of(training, record, task.curve.batches)
            moments += [moment] if moment else []
            yield Progress(record, pack_weights(training.model), task.curve, moments)
            moments = []


def work(
    orders: IO[bytes], reports: IO[bytes], hang_up: Callable[[], object] = lambda: None
) -> None:
    """Perform one task after another until the other side hangs up.

    Args:
        orders: where each task comes from, and an `Order` after each report of a `Task`.
        reports: where the reports go.
        hang_up: called at once, on another thread, when `orders` ends.
    """
    received: SimpleQueue[Task | TeachTask | HandTask | Order | None] = SimpleQueue()

    def listen() -> None:
        try:
            while True:
                received.put(pickle.load(orders))
        except (EOFError, OSError, ValueError):
            hang_up()
            received.put(None)

    def report(what: Report) -> None:
        pickle.dump(what, reports)
        reports.flush()

    def report_and_ask(what: Report) -> bool:
        report(what)
        return received.get() is Order.GO_ON

    Thread(target=listen, name="orders", daemon=True).start()
    while isinstance(task := received.get(), Task | TeachTask | HandTask):
        if not isinstance(task, Task):
            report(_perform_short(task, report))
            continue
        with naming(task.own):
            report(_perform(task, report_and_ask))


def _perform(task: Task, may_go_on: Callable[[Report], bool]) -> Ended | Failed:
    try:
        training = prepare(task, torch.device(task.device) if task.device else choose_device())
        if may_go_on(begun(training)):
            with closing(follow(training, task)) as reports:
                for report in reports:
                    if not may_go_on(report):
                        break
        return Ended(take_snapshot(training))
    except DivergenceError as error:
        error.curve = task.curve
        return Failed(error)
    except FileNotFoundError as error:
        return Failed(error)
    except (MemoryError, torch.OutOfMemoryError):
        return Failed(MemoryError())
    except RuntimeError as error:
        if task.config.flatten:
            return Failed(None, traceback.format_exc())
        return Failed(explain_mismatch(error))
    except Exception:
        return Failed(None, traceback.format_exc())
    finally:
        if task.own:  # nothing of it stays in this process
            close_images(task.own)


def _perform_short(
    task: TeachTask | HandTask, report: Callable[[teaching.Progress], object]
) -> Done | Failed:
    steps = task.perform()
    try:
        while True:
            report(next(steps))
    except StopIteration as end:
        return Done(end.value)
    except (MemoryError, torch.OutOfMemoryError):
        return Failed(MemoryError())
    except Exception:
        return Failed(None, traceback.format_exc())


def main() -> None:
    """Work for the process that has started this one, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for that process
    torch.set_num_threads(1)  # more would take the cores from those who read
    # With its first optimiser PyTorch loads for a second: better now than when somebody waits.
    optim.SGD([torch.zeros(1)])
    reports = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed here does not go among the reports
    work(sys.stdin.buffer, reports, hang_up=lambda: os._exit(0))

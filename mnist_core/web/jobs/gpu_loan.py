"""Training on a GPU that a ZeroGPU Space lends to a visitor, for as long as it does.

`spaces` runs `train_there` in a forked process that has the GPU, and takes it back when the visitor
has used up a day's quota, when the time asked for is over, or whenever it has to. What crosses
between the two processes is plain: settings, records, and a training's state on the CPU. All else
uses the CPU.

The process of the app itself never trains. The first backward pass of a process counts its GPUs,
and CUDA keeps the answer; here it is 0, and whatever is forked later inherits it: one training on
the CPU, and no GPU that is lent afterwards would be found. So the CPU, too, trains in a forked
process (`train_in_a_fork`).

Off ZeroGPU nothing of this is used, and `spaces` need not be installed.
"""

from __future__ import annotations

import gc
import logging
import math
import multiprocessing
import os
import signal
from collections.abc import Generator
from contextlib import closing, suppress
from contextvars import Context
from dataclasses import dataclass
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any

import torch
from torch import Tensor

from mnist_core.config import TrainConfig
from mnist_core.data import load_mnist
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    StepRecord,
    Training,
    choose_device,
    set_up,
    train,
)
from mnist_core.web.gradio_compat.gpu import with_gpu

log = logging.getLogger(__name__)

ON_ZERO_GPU = os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")

BEAT = 0.25  # seconds without news after which whoever waits for them may do something else
PATIENCE = 30.0  # seconds without news after which the CPU takes over
MOST_BEATS = 2400  # without news from the CPU; a step with all 60,000 images takes a minute or two

SECONDS_TO_START = 10  # a process, CUDA, the images
SECONDS_TO_TEST = 1  # after each epoch
SECONDS_PER_STEP = 0.002  # however small the network: a step is some fifty calls of the GPU
SECONDS_TO_AUGMENT = {"none": 0, "affine": 2, "handwriting": 20}  # 60,000 images, on the CPU
MOST_SECONDS = 60  # half of what a visitor has in a day

QUOTA_SPENT = "On the CPU: the GPU quota is used up."
NONE_FREE = "On the CPU: no GPU was to be had."
TAKEN_BACK = "On the CPU: the GPU was taken back."
NO_ANSWER = "On the CPU: the GPU did not answer."
GIVEN_BACK = "On the CPU: the GPU was given back in the pause."


class NoGpuError(Exception):
    """There is no GPU, or no longer; the message is for the visitor."""


@dataclass(frozen=True)
class TrainingState:
    """A training on its way between two processes.

    Attributes:
        config: its settings.
        epochs_done: how many epochs are over.
        content: weights, optimiser, schedule and random numbers, as `torch.save` writes them; bytes
            because tensors would stay in the process that sends them, and go with it.
    """

    config: TrainConfig
    epochs_done: int
    content: bytes


@dataclass(frozen=True)
class Dispatch:
    """A record, and the training as it stood then."""

    record: StepRecord | EpochRecord
    state: TrainingState


def pack(training: Training) -> TrainingState:
    """Write down where a training stands, wherever it runs."""
    scheduler = training.scheduler
    content = BytesIO()
    parts = {
        "model": training.model.state_dict(),
        "optimizer": training.optimizer.state_dict(),
        "scheduler": scheduler.state_dict() if scheduler else None,
        "random_state": training.random_state[0],
    }
    torch.save(_on_cpu(parts), content)
    return TrainingState(training.config, training.epochs_done, content.getvalue())


def _on_cpu(part: Any) -> Any:
    if isinstance(part, Tensor):
        return part.detach().cpu()
    if isinstance(part, dict):
        return {name: _on_cpu(value) for name, value in part.items()}
    return part


def unpack(state: TrainingState, training: Training) -> None:
    """Bring a training with the same settings, on whatever device, to where another one stood."""
    parts = torch.load(BytesIO(state.content), weights_only=True)
    training.model.load_state_dict(parts["model"])
    training.optimizer.load_state_dict(parts["optimizer"])
    if training.scheduler:
        training.scheduler.load_state_dict(parts["scheduler"])
    training.random_state[0] = parts["random_state"]
    training.epochs_done = state.epochs_done


# --- in the process that has the GPU -----------------------------------------------------------


def train_there(state: TrainingState) -> Generator[str | Dispatch | DivergenceError, None, None]:
    """Train on from a state; yield the device's name, then every record.

    A divergence is yielded as well: of what is raised only the name would cross.

    Raises:
        NoGpuError: PyTorch finds no GPU here; better to give it back than to keep it idle.
    """
    device = choose_device()
    if device == torch.device("cpu"):
        raise NoGpuError(NONE_FREE)
    yield str(device)
    training = set_up(state.config, load_mnist(), device)
    unpack(state, training)
    try:
        for record in train(training):
            yield Dispatch(record, pack(training))
    except DivergenceError as error:
        yield error


def seconds_needed(state: TrainingState) -> int:
    """Tell for how long to ask for the GPU; what is not done by then, the CPU does."""
    config = state.config
    steps = math.ceil(60_000 / config.batch_size)
    epoch = SECONDS_TO_TEST + steps * SECONDS_PER_STEP + SECONDS_TO_AUGMENT[config.augmentation]
    seconds = SECONDS_TO_START + (config.epochs - state.epochs_done) * epoch
    return min(math.ceil(seconds), MOST_SECONDS)


if ON_ZERO_GPU:
    train_there = with_gpu(train_there, seconds_needed)


# --- in the process of the app -----------------------------------------------------------------


class Loan:
    """The GPU, from the request for it until it is given back."""

    def __init__(self, training: Training, borrower: Context) -> None:
        self._training = training
        self._borrower = borrower
        self._arrivals: SimpleQueue[str | Dispatch | Exception] = SimpleQueue()
        self._over = Event()

    def give_back(self) -> None:
        """Give the GPU back with its next record; never waits for that."""
        self._over.set()

    def train(self) -> Generator[str | StepRecord | EpochRecord | None, None, None]:
        """Train as `training.train` does, with the weights arriving here; until it is over.

        Yields:
            The device's name, then the records; None several times a second while there are none.

        Raises:
            NoGpuError: there is none any more; the training stands where its last epoch ended.
            DivergenceError: as in `training.train`.
        """
        last_epoch = pack(self._training)
        # A thread of its own, since to wait for a GPU is to wait inside `spaces`.
        arguments = (self._fetch, last_epoch)
        Thread(target=self._borrower.run, args=arguments, name="borrower", daemon=True).start()
        has_begun = False
        try:
            while self._training.epochs_done < self._training.config.epochs:
                arrival = yield from self._wait()
                if isinstance(arrival, str):
                    has_begun = True
                    yield arrival
                elif isinstance(arrival, Dispatch):
                    unpack(arrival.state, self._training)
                    if isinstance(arrival.record, EpochRecord):
                        last_epoch = arrival.state
                    yield arrival.record
                elif isinstance(arrival, DivergenceError):
                    raise arrival
                else:
                    raise NoGpuError(_explain(arrival, has_begun)) from arrival
        except NoGpuError:
            unpack(last_epoch, self._training)
            raise
        finally:
            self.give_back()

    def _wait(self) -> Generator[None, None, str | Dispatch | Exception]:
        """Yield until something has arrived, and return it."""
        deadline = monotonic() + PATIENCE
        while not self._over.is_set():
            try:
                return self._arrivals.get(timeout=BEAT)
            except Empty:
                if monotonic() > deadline:
                    raise NoGpuError(NO_ANSWER) from None
                yield
        raise NoGpuError(GIVEN_BACK)

    def _fetch(self, state: TrainingState) -> None:
        try:
            with closing(train_there(state)) as arrivals:  # closing it is what gives the GPU back
                for arrival in arrivals:
                    if self._over.is_set():
                        return
                    self._arrivals.put(arrival)
        except Exception as error:
            self._arrivals.put(error)


def _explain(error: Exception, has_begun: bool) -> str:
    title = str(getattr(error, "title", ""))  # of a gr.Error, which is what `spaces` raises
    log.warning("No GPU: %s %s", title, error, exc_info=None if title else error)
    if "quota" in title or "credits" in title:
        return QUOTA_SPENT
    return TAKEN_BACK if has_begun else NONE_FREE


# --- on the CPU, in a process of its own -------------------------------------------------------


def train_in_a_fork(training: Training) -> Generator[StepRecord | EpochRecord | None, None, None]:
    """Train as `training.train` does, on the CPU, in a process that is forked for it.

    While nobody asks for the next record that process waits; closing this ends it.

    Yields:
        The records; None several times a second while there are none.

    Raises:
        DivergenceError: as in `training.train`.
        Exception: what went wrong there; an EOFError or OSError if the process was killed.
    """
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    process = fork.Process(target=_train_and_send, args=(training, there), daemon=True)
    process.start()
    there.close()  # else the end of the process would not be the end of what comes
    try:
        while training.epochs_done < training.config.epochs:
            arrival = yield from _receive(here)
            if isinstance(arrival, Exception):
                raise arrival
            unpack(arrival.state, training)
            yield arrival.record
    finally:
        process.kill()
        process.join()
        here.close()


def _receive(here: Connection) -> Generator[None, None, Dispatch | Exception]:
    """Yield until something has arrived, and return it."""
    for _ in range(MOST_BEATS):
        if here.poll(BEAT):
            arrival: Dispatch | Exception = here.recv()
            return arrival
        yield
    # A lock of another thread that was closed at the fork stays closed there for good.
    raise TimeoutError("The process that trains keeps silent.")


def _train_and_send(training: Training, there: Connection) -> None:
    """Train in the forked process, which leaves alone what it has got of the server's."""
    gc.freeze()  # nothing of the server's is tidied away here
    # Asked to end, or without anybody who reads, it just ends; the handlers are the server's.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    # A page's connection that it kept would stay open when the server closes it.
    for file in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if file > 2 and file != there.fileno():
            with suppress(OSError):  # that by which the list was read
                os.close(file)
    os.nice(5)  # readings go before training
    try:
        for record in train(training):
            there.send(Dispatch(record, pack(training)))
    except Exception as error:
        there.send(error)

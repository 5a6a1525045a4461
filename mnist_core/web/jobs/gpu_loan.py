"""A GPU that a ZeroGPU Space lends, for trainings that gain more by it than they wait for it.

`spaces` runs `train_there` in a forked process that has the GPU, and takes it back when the visitor
has used up a day's quota, when the time asked for is over, or whenever it has to. What crosses is
what a worker reports; with each record comes all that a worker needs to go on from there.

Off ZeroGPU nothing of this is used, and `spaces` need not be installed.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Generator
from contextlib import closing
from contextvars import Context
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

import torch

from mnist_core.training import DivergenceError, choose_device
from mnist_core.web.gradio_compat.gpu import with_gpu
from mnist_core.web.jobs.pace import SECONDS_TO_AUGMENT, steps_per_epoch, usual_seconds_per_epoch
from mnist_core.web.jobs.snapshot import take_snapshot
from mnist_core.web.jobs.status import NoGpu
from mnist_core.web.jobs.worker import Begun, Progress, Task, begun, follow, prepare

log = logging.getLogger(__name__)

ON_ZERO_GPU = os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")

LOOK_SECONDS = 0.25  # without news, after which whoever waits for them may do something else
ANSWER_TIMEOUT_SECONDS = 30.0  # without news, after which the CPU takes over

SECONDS_TO_START = 10  # a process, CUDA, the images
SECONDS_TO_TEST = 1  # after each epoch
SECONDS_PER_STEP = 0.002  # however small the network: a step is some fifty calls of the GPU
MAX_LOAN_SECONDS = 60  # half of what a visitor has in a day


class NoGpuError(Exception):
    """There is no GPU, or no longer.

    Attributes:
        reason: why.
    """

    def __init__(self, reason: NoGpu) -> None:
        super().__init__(reason)
        self.reason: NoGpu = reason


def seconds_needed(task: Task) -> int:
    """Tell for how long to ask for the GPU; what is not done by then, the CPU does."""
    return min(math.ceil(_gpu_seconds(task)), MAX_LOAN_SECONDS)


def is_worth_it(task: Task) -> bool:
    """Tell whether the GPU, its start included, is faster than the CPU."""
    return _epochs_left(task) * usual_seconds_per_epoch(task.config) > _gpu_seconds(task)


def _gpu_seconds(task: Task) -> float:
    config = task.config
    epoch = SECONDS_TO_TEST + steps_per_epoch(config) * SECONDS_PER_STEP
    epoch += SECONDS_TO_AUGMENT[config.augmentation]
    return SECONDS_TO_START + _epochs_left(task) * epoch


def _epochs_left(task: Task) -> int:
    return task.config.epochs - (task.snapshot.epochs_done if task.snapshot else 0)


def train_there(task: Task) -> Generator[Begun | Progress | DivergenceError, None, None]:
    """Perform a task in the process that has the GPU.

    A divergence is yielded, since of what is raised only the name would cross.

    Raises:
        NoGpuError: PyTorch finds no GPU here; better to give it back than to keep it idle.
    """
    if choose_device() == torch.device("cpu"):
        raise NoGpuError("none_free")
    training = prepare(task, choose_device())
    yield begun(training)
    try:
        for report in follow(training, task):
            curve, snapshot = task.curve.copy(), take_snapshot(training)
            yield replace(report, curve=curve, snapshot=snapshot)
    except DivergenceError as error:
        error.curve = task.curve
        yield error


if ON_ZERO_GPU:
    train_there = with_gpu(train_there, seconds_needed)


def train_on_loan(task: Task, visitor: Context) -> Generator[Begun | Progress | None, None, None]:
    """Borrow a GPU and perform a task there; closing this gives it back.

    Args:
        task: what is to be trained.
        visitor: `request_context()` of whoever has pressed the button, and pays with a quota.

    Yields:
        What a worker reports; None several times a second while there is nothing.

    Raises:
        NoGpuError: there is none any more.
        DivergenceError: as in `training.train`.
    """
    arrivals: SimpleQueue[Begun | Progress | Exception] = SimpleQueue()
    is_over = Event()
    # A thread of its own, since to wait for a GPU is to wait inside `spaces`.
    arguments = (_fetch, task, arrivals, is_over)
    Thread(target=visitor.run, args=arguments, name="borrower", daemon=True).start()
    has_begun, epochs_left = False, _epochs_left(task)
    try:
        while epochs_left:
            arrival = yield from _wait(arrivals)
            if isinstance(arrival, DivergenceError):
                raise arrival
            if isinstance(arrival, Exception):
                raise NoGpuError(_explain(arrival, has_begun)) from arrival
            has_begun = True
            if isinstance(arrival, Progress) and arrival.snapshot:
                epochs_left = task.config.epochs - arrival.snapshot.epochs_done
            yield arrival
    finally:
        is_over.set()


def _fetch(task: Task, arrivals: SimpleQueue[Begun | Progress | Exception], is_over: Event) -> None:
    try:
        with closing(train_there(task)) as reports:  # closing it is what gives the GPU back
            for report in reports:
                if is_over.is_set():
                    return
                arrivals.put(report)
    except Exception as error:
        arrivals.put(error)


def _wait(
    arrivals: SimpleQueue[Begun | Progress | Exception],
) -> Generator[None, None, Begun | Progress | Exception]:
    """Yield until something has arrived, and return it."""
    deadline = monotonic() + ANSWER_TIMEOUT_SECONDS
    while True:
        try:
            return arrivals.get(timeout=LOOK_SECONDS)
        except Empty:
            if monotonic() > deadline:
                raise NoGpuError("no_answer") from None
            yield


def _explain(error: Exception, has_begun: bool) -> NoGpu:
    title = str(getattr(error, "title", ""))  # of a gr.Error, which is what `spaces` raises
    log.warning("No GPU: %s %s", title, error, exc_info=None if title else error)
    if "quota" in title or "credits" in title:
        return "quota_spent"
    return "taken_back" if has_begun else "none_free"

"""Where a run stands: a state and plain facts, which the tabs put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal[
    "idle", "waiting", "training", "finished", "stopped", "diverged", "failed", "uploaded"
]

Stage = Literal[
    "next",  # waiting: its turn is about to come
    "queued",  # waiting: others train, or come before it
    "paused",  # waiting: the visitor's page has closed
    "downloading",  # training, as all that follow: the data set is fetched
    "loading",  # the images are read
    "awaiting_gpu",  # a GPU has been asked for
    "epoch_begun",  # batches are trained
    "epoch_over",
]

NoGpu = Literal["quota_spent", "none_free", "taken_back", "no_answer", "given_back"]
"""Why it is the CPU that trains where a GPU had been asked for."""

Failure = Literal["diverged", "shapes", "no_data", "no_memory", "worker_lost", "unexpected"]


@dataclass(frozen=True)
class Error:
    """Why a run has gone wrong.

    Attributes:
        key: the kind of error.
        explanation: what the core says of it, a message; empty where the key says all.
    """

    key: Failure
    explanation: str = ""


@dataclass(frozen=True)
class RunStatus:
    """Where a run stands.

    Attributes:
        state: what the run is doing, or how it ended.
        stage: of a run that waits or trains, what exactly it is doing.
        place: in the queue, from 1; of a run that is queued.
        seconds_to_wait: until its turn, about; of a run that is queued.
        fraction: of this epoch's batches (or of the download) that are done, 0 to 1.
        epoch: the epoch under way or just over, from 1; 0 before the first.
        step: batches of it that are done.
        steps: batches in an epoch; 0 before the first record.
        loss: mean training loss of the last epoch, or of the one under way so far, in nats.
        test_loss: on the test images after the last epoch.
        accuracy: on the same images, 0 to 1.
        train_accuracy: on 10,000 of the training images, 0 to 1.
        epochs: how many there will be; 0 before the first run.
        epochs_done: how many of them are over.
        seconds: of training so far.
        left: seconds until the run ends, or None while nobody can tell.
        no_gpu: why it is not a GPU that trains, where one had been asked for.
        has_network: whether a run that was stopped had learned anything.
        error: why it has gone wrong.
        dataset: what is learned, a key of `DATASETS`.
    """

    state: State = "idle"
    stage: Stage | None = None
    place: int = 0
    seconds_to_wait: float = 0.0
    fraction: float = 0.0
    epoch: int = 0
    step: int = 0
    steps: int = 0
    loss: float | None = None
    test_loss: float | None = None
    accuracy: float | None = None
    train_accuracy: float | None = None
    epochs: int = 0
    epochs_done: int = 0
    seconds: float | None = None
    left: float | None = None
    no_gpu: NoGpu | None = None
    has_network: bool = False
    error: Error | None = None
    dataset: str = "mnist"


NO_RUN = RunStatus()

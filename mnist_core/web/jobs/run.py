"""One run of one visitor: its settings, what came of them, and the network that learns."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Generator
from contextlib import closing
from contextvars import Context
from dataclasses import replace
from typing import Any

from torch import nn

from mnist_core.checkpoints import Checkpoint
from mnist_core.config import TrainConfig
from mnist_core.data import default_root, fetch_images
from mnist_core.experiments import describe_change
from mnist_core.inference import UNCALIBRATED
from mnist_core.loss_curve import LossCurve
from mnist_core.models import WIDTH, create_model_shape
from mnist_core.moments import Moments, count_networks
from mnist_core.text import Message
from mnist_core.training import DivergenceError, EpochRecord, StepRecord
from mnist_core.web.gradio_compat.gpu import request_context
from mnist_core.web.jobs import gpu_loan
from mnist_core.web.jobs.failure import explain_failure
from mnist_core.web.jobs.gpu_loan import NoGpuError
from mnist_core.web.jobs.pace import Pace
from mnist_core.web.jobs.snapshot import Snapshot, unpack_model
from mnist_core.web.jobs.status import Error, RunStatus, State
from mnist_core.web.jobs.worker import Begun, Ended, Order, Progress, Task
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.jobs.worker_process import Worker

RECORD_BYTES = 1_000  # of memory, about, for an epoch with its line
FLOAT_BYTES = 4  # of a weight, which is one byte in what the network was
ADAM = 3  # times the network: its weights, and two averages for each of them

ENDED: tuple[State, ...] = ("finished", "stopped", "diverged", "failed", "uploaded")


class Run:
    """A run, and what the page shows of it.

    Only the queue calls `train` and `end`; all else may be read and called on any thread.

    Attributes:
        id: names the run; nobody can guess it.
        name: names it for people, such as "Run 3".
        config: its settings.
        status: where it stands; a new record at each change.
        lines: what the article's code would have printed so far, in any language.
        epochs: the epochs that are over.
        curve: the losses of its batches until the last record; empty if its network is gone.
        epoch_ends: after how many batches each epoch was over.
        moments: what its network was from the beginning on; empty if it is gone.
        keeps_networks: whether those keep the whole network, one byte a weight.
        model: the network as it was at the last record, on the CPU and in eval mode, or None if it
            has not learned anything. Never changed, only replaced, and `version` grows each time.
        calibration: what makes its probabilities mean what they say, if that has been found out.
        changes: grows with every change of any of these.
        is_activation_known: False for an upload that nothing tells the activation of: it is taken
            for ReLU.
        is_dataset_known: False for an upload of which nobody has said yet what it has learned.
        retry_rate: after a divergence, the learning rate to try next.
        is_repeatable: whether a new run with the same settings would come to the same weights; not
            so if it was stopped within an epoch, went from one device to another, or one cycle of
            learning rates followed another.
    """

    def __init__(self, config: TrainConfig, name: str = "Run") -> None:
        self.id = secrets.token_urlsafe(16)
        self.name = name
        self.config = config
        self.epochs: list[EpochRecord] = []
        self.lines: list[Message] = []
        self.curve = LossCurve()
        self.epoch_ends: list[int] = []
        self.moments = Moments()
        self.keeps_networks = True
        self.model: nn.Module | None = None
        self.version = 0
        self.calibration = UNCALIBRATED
        self.changes = 0
        self.retry_rate: float | None = None
        self.is_repeatable = True
        self.is_activation_known = True
        self.is_dataset_known = True
        self.status = RunStatus(
            state="waiting", stage="next", epochs=config.epochs, dataset=config.dataset
        )
        self._stop_requested = False
        self._snapshot: Snapshot | None = None  # to go on from
        self._is_extended = False  # since that was taken
        self._visitor = request_context()
        self._may_borrow = gpu_loan.ON_ZERO_GPU
        self._device = ""  # that the lines have told of
        self._pace = Pace()

    @classmethod
    def from_checkpoint(
        cls,
        checkpoint: Checkpoint,
        config: TrainConfig,
        epochs: list[EpochRecord],
        name: str,
        accuracy: float | None = None,
    ) -> Run:
        """Make an entry of a network that was trained elsewhere.

        Args:
            checkpoint: what was uploaded.
            config: its settings, as far as they are known.
            epochs: its epochs, as far as they are known.
            name: its name for people.
            accuracy: as measured on its test images, where its epochs do not tell.
        """
        run = cls(config, name)
        run.epochs = epochs
        run._pace.begin_stretch(len(epochs))
        run.model, run.calibration = checkpoint.model, checkpoint.calibration
        run.version, run.is_repeatable = 1, False
        run.is_activation_known = checkpoint.is_activation_known
        run.is_dataset_known = checkpoint.is_dataset_known
        accuracy = epochs[-1].test_accuracy if epochs else accuracy
        done = len(epochs)
        run._update(state="uploaded", stage=None, epochs=done, epochs_done=done, accuracy=accuracy)
        return run

    def tell_dataset(self, config: TrainConfig, accuracy: float | None) -> None:
        """Note what an upload has learned, which its files did not say.

        Args:
            config: its settings, with the data set.
            accuracy: as measured on its test images, if they are here.
        """
        self.config, self.is_dataset_known = config, True
        self._update(accuracy=accuracy, dataset=config.dataset)

    @property
    def title(self) -> Message:
        """Name it for people who choose among runs: "Run 3 · batch size 256"."""
        change = describe_change(self.config) or Message("run.recipe")
        return Message("run.title", name=self.name, change=change)

    @property
    def accuracy(self) -> float | None:
        """Return its accuracy on the test images after the last epoch, 0 to 1, if known."""
        return self.status.accuracy

    @property
    def state(self) -> State:
        """Tell what the run is doing, or how it ended."""
        return self.status.state

    @property
    def is_under_way(self) -> bool:
        """Tell whether the run waits or trains."""
        return self.state not in ENDED

    @property
    def can_train_on(self) -> bool:
        """Tell whether it has ended and its optimiser is still there."""
        return self._snapshot is not None and self.state in ("finished", "stopped")

    @property
    def is_stopping(self) -> bool:
        """Tell whether somebody has asked it to stop."""
        return self._stop_requested

    def request_stop(self) -> None:
        """Ask a run that trains to end with its next record."""
        self._stop_requested = True

    def expect_turn(self) -> None:
        """Note that its turn is about to come."""
        self._wait(stage="next")

    def queue_up(self, place: int, seconds_to_wait: float) -> None:
        """Note its place in the queue, from 1, and about how long that takes."""
        self._wait(stage="queued", place=place, seconds_to_wait=_roughly(seconds_to_wait))

    def pause(self) -> None:
        """Note that it has given up its turn."""
        self._wait(stage="paused")

    def _wait(self, **facts: Any) -> None:
        if replace(self.status, state="waiting", **facts) != self.status:
            self._update(state="waiting", **facts)

    def extend(self, epochs: int) -> None:
        """Let an ended run train on for some more epochs, with its optimiser as it stands.

        Raises:
            ValueError: it cannot, or it would have more epochs than a run may have.
        """
        if not self.can_train_on:
            raise ValueError(Message("jobs.cannot_train_on"))
        self.config = replace(self.config, epochs=len(self.epochs) + epochs)
        self._is_extended = True
        if self._pace.epochs_done > len(self.epochs) or self.config.schedule == "one_cycle":
            self.is_repeatable = False
        self._pace.begin_stretch(len(self.epochs))
        self._stop_requested = False
        self._visitor = request_context()
        self._may_borrow = gpu_loan.ON_ZERO_GPU
        self._update(
            state="waiting",
            stage="next",
            epochs=self.config.epochs,
            fraction=0.0,
            no_gpu=None,
            has_network=False,
        )

    def forget_training(self) -> None:
        """Free the optimiser and its state; the run can then no longer train on."""
        if not self.is_under_way and self._snapshot is not None:
            self._snapshot = None
            self.changes += 1

    def forget_past_networks(self) -> None:
        """Free what the network was, but for pictures of some weights; no more of it is kept."""
        self.keeps_networks = False
        self.moments.forget_networks()

    def forget_network(self) -> None:
        """Free the network as well; what the run came to is still known."""
        self.forget_training()
        self.model = None
        self.curve, self.epoch_ends, self.moments = LossCurve(), [], Moments()

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes about, or will take while it is under way."""
        network = network_bytes(self.config.model, self.config.width)
        snapshot = self._snapshot
        training = len(snapshot.content) if snapshot else 0
        if self.is_under_way:
            training = max(training, ADAM * network)
        has_network = self.is_under_way or self.model is not None
        past = self.moments.size
        if self.is_under_way and self.keeps_networks:
            past = max(past, count_networks(self.config) * network // FLOAT_BYTES)
        records = len(self.epochs) * RECORD_BYTES + self.curve.size
        return training + has_network * network + past + records

    @property
    def fraction_done(self) -> float:
        """Tell how much of the run is over, 0 to 1."""
        return 1 - self.epochs_left / self.config.epochs

    @property
    def seconds_per_epoch(self) -> float | None:
        """Tell how long an epoch takes, tests included; None if too early to tell."""
        return self._pace.seconds_per_epoch

    @property
    def epochs_left(self) -> float:
        """Tell how many epochs are still to come, with the rest of the present one."""
        return self.config.epochs - self._pace.epochs_done

    # --- for the queue -------------------------------------------------------------------------

    def train(self, workers: WorkerPool) -> Generator[None, None, None]:
        """Train to the end, with a pause after each record; closing this keeps where it stands.

        Never raises: what goes wrong becomes the state "failed" or "diverged" with an error.
        """
        try:
            yield from self._fetch_data()
            if not self._stop_requested and self._may_borrow:
                yield from self._train_on_loan()
            if not self._stop_requested and self._epochs_over < self.config.epochs:
                yield from self._train_in(workers)
            self._end("stopped" if self._stop_requested else "finished")
        except DivergenceError as error:
            self.retry_rate = error.retry_rate
            self.curve = error.curve or self.curve
            self._end("diverged", Error("diverged", error.args[0]))
        except Exception as error:
            self._end("failed", explain_failure(error, self.config))

    def end(self) -> None:
        """End a run that does not have the turn, keeping what it has learned."""
        self._end("stopped")

    def _fetch_data(self) -> Generator[None, None, None]:
        for fraction in fetch_images(self.config.data_set):
            if self._stop_requested:
                return
            self._update(state="training", stage="downloading", fraction=fraction)
            yield
        self._update(state="training", stage="loading", fraction=0.0)
        yield

    @property
    def _epochs_over(self) -> int:
        return self._snapshot.epochs_done if self._snapshot else 0

    def _task(self) -> Task:
        device = "cpu" if gpu_loan.ON_ZERO_GPU else None  # a worker has no GPU there
        root = default_root().resolve()
        own = self.config.data_set if self.config.data_set.is_own else None
        going_on = (self._snapshot, self._is_extended, self.curve.copy())
        return Task(self.config, root, own, device, *going_on)

    def _train_in(self, workers: WorkerPool) -> Generator[None, None, None]:
        """Train in a worker, until it is over or somebody wants it stopped."""
        with workers.lend() as worker:
            worker.begin(self._task())
            while not isinstance(report := self._receive(worker), Ended):
                self._show(report)
                try:
                    yield
                except GeneratorExit:
                    self._keep(worker.stop().snapshot)
                    raise
                worker.order(Order.STOP if self._stop_requested else Order.GO_ON)
            self._keep(report.snapshot)

    def _receive(self, worker: Worker) -> Begun | Progress | Ended:
        with self._pace.working():
            return worker.receive()

    def _train_on_loan(self) -> Generator[None, None, None]:
        """Train on a borrowed GPU as far as that goes, where it is worth it."""
        task = self._task()
        if not gpu_loan.is_worth_it(task):
            return
        self._may_borrow = False
        self._update(stage="awaiting_gpu")
        try:
            with closing(gpu_loan.train_on_loan(task, self._visitor)) as reports:
                while not self._stop_requested:
                    with self._pace.working():
                        report = next(reports, "over")
                    if isinstance(report, str):
                        return
                    if report is not None:
                        self._show(report)
                    yield
        except NoGpuError as error:
            self._update(no_gpu=error.reason)
        except GeneratorExit:
            self._update(no_gpu="given_back")
            raise

    def _show(self, report: Begun | Progress) -> None:
        if isinstance(report, Begun):
            self._show_beginning(report)
            return
        if report.snapshot is not None:
            self._keep(report.snapshot)
        self.model = unpack_model(self.config, report.weights)
        self.version += 1
        self.curve = report.curve
        for moment in report.moments:
            self.moments.add(moment, keeps_network=self.keeps_networks)
        if isinstance(report.record, StepRecord):
            self._show_step(report.record)
        else:
            self._show_epoch(report.record)

    def _keep(self, snapshot: Snapshot) -> None:
        self._snapshot, self._is_extended = snapshot, False

    def _show_beginning(self, report: Begun) -> None:
        """Note where it trains from now on; loading and waiting do not count as training."""
        self._pace.begin_stretch(self._pace.epochs_done)
        if not self._device:
            self.lines += [
                Message("article.images", shape=report.images_shape),
                Message("article.labels", shape=report.labels_shape),
                Message("article.device", device=report.device),
                Message("article.begins"),
            ]
        elif report.device != self._device:
            self.lines.append(Message("article.device", device=report.device))
            if self._pace.epochs_done:
                self.is_repeatable = False
        self._device = report.device

    def _show_step(self, record: StepRecord) -> None:
        fraction = record.step / record.steps
        self._pace.epochs_done = len(self.epochs) + fraction
        self._update(
            state="training",
            stage="epoch_begun",
            epoch=record.epoch,
            step=record.step,
            steps=record.steps,
            fraction=fraction,
            loss=record.running_loss,
            left=self._seconds_left(),
        )

    def _show_epoch(self, record: EpochRecord) -> None:
        self.epochs.append(record)
        self.epoch_ends.append(self.curve.batches)
        self._pace.epochs_done = len(self.epochs)
        facts = {"epoch": record.epoch, "epochs": self.config.epochs}
        self.lines.append(Message("article.epoch", loss=f"{record.train_loss:.4f}", **facts))
        self._update(
            state="training",
            stage="epoch_over",
            epoch=record.epoch,
            fraction=1.0,
            loss=record.train_loss,
            test_loss=record.test_loss,
            accuracy=record.test_accuracy,
            train_accuracy=record.train_accuracy,
            epochs_done=record.epoch,
            seconds=sum(epoch.seconds for epoch in self.epochs),
            left=self._seconds_left(),
        )

    def _seconds_left(self) -> float | None:
        pace = self.seconds_per_epoch
        return None if pace is None else pace * self.epochs_left

    def _end(self, state: State, error: Error | None = None) -> None:
        """Set the final status, once; a run that has gone wrong keeps no network."""
        if not self.is_under_way:
            return
        if state in ("diverged", "failed"):
            self.model, self._snapshot = None, None
        elif state == "finished":
            accuracy = self.epochs[-1].test_accuracy
            self.lines.append(Message("article.ends"))
            self.lines.append(Message("article.accuracy", accuracy=f"{accuracy:.2%}"))
        elif self.model is None:
            self._snapshot = None
        self._visitor = Context()  # lets go of the page's request
        has_network = self.model is not None
        self._update(state=state, stage=None, left=None, has_network=has_network, error=error)

    def _update(self, **changes: Any) -> None:
        self.status = replace(self.status, **changes)
        self.changes += 1


@functools.cache
def network_bytes(model_name: str, width: int = WIDTH) -> int:
    """Return how many bytes a network's weights take."""
    weights = create_model_shape(model_name, width=width).state_dict().values()
    return sum(tensor.numel() * tensor.element_size() for tensor in weights)


def _roughly(seconds: float) -> float:
    """Round a time to wait as it is put into words: each change of it is sent to a page.

    Of thirty pupils twenty-nine wait; told of every second, their pages keep the server busy.
    """
    step = 5 if seconds < 55 else 60
    return step * round(seconds / step)

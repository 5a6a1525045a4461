"""One run of one visitor: its settings, what came of them, and the network that learns."""

from __future__ import annotations

import copy
import logging
import secrets
from collections.abc import Callable, Generator
from contextlib import closing
from contextvars import Context

import torch
from torch import nn

from mnist_core.checkpoints import Checkpoint
from mnist_core.config import TrainConfig
from mnist_core.data import DOWNLOAD_BYTES, fetch_mnist, load_mnist
from mnist_core.experiments import describe_change
from mnist_core.inference import UNCALIBRATED
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    StepRecord,
    Training,
    extend,
    set_up,
    train,
)
from mnist_core.web.gradio_compat.gpu import request_context
from mnist_core.web.jobs.gpu_loan import ON_ZERO_GPU, Loan, NoGpuError, train_in_a_fork
from mnist_core.web.jobs.pace import Pace
from mnist_core.web.jobs.status import NO_RUN, RunStatus, State
from mnist_core.web.jobs.throttle import RestingLoader, rest_while_somebody_draws

log = logging.getLogger(__name__)

NO_MEMORY = "There is not enough memory for this run. Try a smaller batch size, or try again later."
UNEXPECTED = "The training failed for a reason that only the server's log tells. Try again."
TURN_COMES = "Its turn is about to come."
ASKS_FOR_GPU = "Waiting for a GPU."
ENDED: tuple[State, ...] = ("finished", "stopped", "diverged", "failed", "uploaded")


class Run:
    """A run, and what the page shows of it.

    Only the trainer calls `advance` and `end`; all else may be read and called on any thread.

    Attributes:
        id: names the run; nobody can guess it.
        name: names it for people, such as "Run 3".
        config: its settings.
        status: what the panel shows; a new dict at each change.
        lines: what the article's code would have printed so far.
        epochs: the epochs that are over.
        model: the network as it was at the last record, on the CPU and in eval mode, or None if it
            has not learned anything. Never changed, only replaced, and `version` grows each time.
        calibration: what makes its probabilities mean what they say, if that has been found out.
        changes: grows with every change of any of these.
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
        self.lines: list[str] = []
        self.model: nn.Module | None = None
        self.version = 0
        self.calibration = UNCALIBRATED
        self.changes = 0
        self.retry_rate: float | None = None
        self.is_repeatable = True
        self.status: RunStatus = {
            **NO_RUN,
            "state": "waiting",
            "title": self._title(),
            "epochs": config.epochs,
        }
        self.rest: Callable[[], None] = rest_while_somebody_draws  # between two batches
        self._stop_requested = False
        self._training: Training | None = None
        self._borrower = request_context()
        self._loan: Loan | None = None  # of a GPU
        self._device = ""  # that the lines have told of
        self._remark = ""  # why it is not a GPU that trains
        self._steps: Generator[None, None, None] | None = None
        self._pace = Pace()
        self.expect_turn()

    @classmethod
    def from_checkpoint(
        cls, checkpoint: Checkpoint, config: TrainConfig, epochs: list[EpochRecord], name: str
    ) -> Run:
        """Make an entry of a network that was trained elsewhere.

        Args:
            checkpoint: what was uploaded.
            config: its settings, as far as they are known.
            epochs: its epochs, as far as they are known.
            name: its name for people.
        """
        run = cls(config, name)
        run.epochs = epochs
        run._pace.begin_stretch(len(epochs))
        run.model, run.calibration = checkpoint.model, checkpoint.calibration
        run.version, run.is_repeatable = 1, False
        run._update(state="uploaded", message="Uploaded: it can read, but not train on.")
        return run

    @property
    def state(self) -> State:
        """Tell what the run is doing, or how it ended."""
        return self.status["state"]

    @property
    def is_under_way(self) -> bool:
        """Tell whether the run waits or trains."""
        return self.state not in ENDED

    @property
    def can_train_on(self) -> bool:
        """Tell whether it has ended and its optimiser is still there."""
        return self._training is not None and self.state in ("finished", "stopped")

    @property
    def is_stopping(self) -> bool:
        """Tell whether somebody has asked it to stop."""
        return self._stop_requested

    def request_stop(self) -> None:
        """Ask a run that trains to end with its next record."""
        self._stop_requested = True

    def expect_turn(self, message: str = TURN_COMES) -> None:
        """Say how things stand while others train."""
        if self._loan is not None:
            self._loan.give_back()
        if self.status["message"] != message or self.state != "waiting":
            self._update(state="waiting", message=message)

    def extend(self, epochs: int) -> None:
        """Let an ended run train on for some more epochs, with its optimiser as it stands.

        Raises:
            ValueError: it cannot, or it would have more epochs than a run may have.
        """
        if not self.can_train_on or self._training is None:
            raise ValueError("This run cannot train on: its optimiser is gone. Start a new one.")
        extend(self._training, epochs)
        self.config = self._training.config
        if self._pace.epochs_done > len(self.epochs) or self.config.schedule == "one_cycle":
            self.is_repeatable = False
        self._pace.begin_stretch(len(self.epochs))
        self._stop_requested = False
        self._borrower, self._remark = request_context(), ""
        self._update(
            state="waiting",
            title=self._title(),
            message=TURN_COMES,
            epochs=self.config.epochs,
            fraction=0.0,
        )

    def forget_training(self) -> None:
        """Free the optimiser and its state; the run can then no longer train on."""
        if not self.is_under_way and self._training is not None:
            self._training = None
            self.changes += 1

    def forget_network(self) -> None:
        """Free the network as well; what the run came to is still known."""
        self.forget_training()
        self.model = None

    @property
    def fraction_done(self) -> float:
        """Tell how much of the run is over, 0 to 1."""
        return 1 - self.epochs_left / self.config.epochs

    # --- for the trainer -----------------------------------------------------------------------

    def advance(self) -> bool:
        """Train to the next record; tell whether the run goes on.

        Never raises: what goes wrong becomes the state "failed" or "diverged" with a message.
        """
        if self._steps is None:
            self._steps = self._go()
        with self._pace.working():
            return next(self._steps, "ended") is None

    def end(self) -> None:
        """End a run that does not have the turn, keeping what it has learned."""
        if self._steps is not None:
            self._steps.close()
        self._end("stopped")

    @property
    def seconds_per_epoch(self) -> float | None:
        """Tell how long an epoch takes, tests and rests included; None if too early to tell."""
        return self._pace.seconds_per_epoch

    @property
    def epochs_left(self) -> float:
        """Tell how many epochs are still to come, with the rest of the present one."""
        return self.config.epochs - self._pace.epochs_done

    def _go(self) -> Generator[None, None, None]:
        try:
            yield from self._fetch_data()
            yield from self._train()
            self._end("stopped" if self._stop_requested else "finished")
        except DivergenceError as error:
            self.retry_rate = error.retry_rate
            self._end("diverged", str(error))
        except FileNotFoundError as error:
            self._end("failed", str(error))
        except (MemoryError, torch.OutOfMemoryError):
            self._end("failed", NO_MEMORY)
        except Exception:
            log.exception("A training failed: %s", self.config)
            self._end("failed", UNEXPECTED)

    def _fetch_data(self) -> Generator[None, None, None]:
        megabytes = DOWNLOAD_BYTES / 1e6
        for fraction in fetch_mnist():
            if self._stop_requested:
                return
            self._update(
                state="training",
                message=f"Downloading MNIST, once: {fraction:.0%} of {megabytes:.0f} MB.",
                fraction=fraction,
            )
            yield
        self._update(
            state="training", message="Loading the 70,000 images into memory.", fraction=0.0
        )
        yield

    def _train(self) -> Generator[None, None, None]:
        if self._stop_requested:
            return
        if self._training is None:
            self._training = self._set_up()
        if ON_ZERO_GPU:
            yield from self._train_on_loan(self._training)
        if not self._stop_requested and self._training.epochs_done < self.config.epochs:
            self._tell_device(str(self._training.device))
            records = train_in_a_fork if ON_ZERO_GPU else train
            yield from self._follow(records(self._training))

    def _train_on_loan(self, training: Training) -> Generator[None, None, None]:
        """Train on a borrowed GPU as far as that goes."""
        self._update(message=ASKS_FOR_GPU)
        self._loan = Loan(training, self._borrower)
        try:
            yield from self._follow(self._loan.train())
        except NoGpuError as error:
            self._remark = f" {error}"
        finally:
            self._loan = None

    def _follow(
        self, records: Generator[str | StepRecord | EpochRecord | None, None, None]
    ) -> Generator[None, None, None]:
        with closing(records):
            for record in records:
                if isinstance(record, str):
                    self._tell_device(record)
                elif isinstance(record, StepRecord):
                    self._show_step(record)
                elif isinstance(record, EpochRecord):
                    self._show_epoch(record)
                yield
                if self._stop_requested:
                    return

    def _set_up(self) -> Training:
        training = set_up(self.config, load_mnist())
        if not ON_ZERO_GPU:  # there it trains in other processes, which know nothing of readings
            training.train_loader = RestingLoader(training.train_loader, lambda: self.rest())
        self.lines += [
            f"Image batch shape: {training.images_shape}",
            f"Label batch shape: {training.labels_shape}",
        ]
        return training

    def _tell_device(self, device: str) -> None:
        """Note where it trains from now on; loading and waiting do not count as training."""
        self._pace.begin_stretch(len(self.epochs))
        if device == self._device:
            return
        self.lines.append(f"The model is on: {device}")
        if not self._device:
            self.lines.append("Training starts ...")
        elif self.epochs:
            self.is_repeatable = False
        self._device = device

    def _show_step(self, record: StepRecord) -> None:
        fraction = record.step / record.steps
        self._pace.epochs_done = len(self.epochs) + fraction
        self._keep_model()
        self._update(
            state="training",
            message=f"Epoch {record.epoch}: batch {record.step} of {record.steps}.{self._remark}",
            fraction=fraction,
            loss=record.running_loss,
            left=self._seconds_left(),
        )

    def _show_epoch(self, record: EpochRecord) -> None:
        self.epochs.append(record)
        self._pace.epochs_done = len(self.epochs)
        self._keep_model()
        total = self.config.epochs
        self.lines.append(f"Epoch [{record.epoch}/{total}], Loss: {record.train_loss:.4f}")
        self._update(
            state="training",
            message=f"Epoch {record.epoch} is over.{self._remark}",
            fraction=1.0,
            loss=record.train_loss,
            test_loss=record.test_loss,
            accuracy=record.test_accuracy,
            train_accuracy=record.train_accuracy,
            epochs_done=record.epoch,
            seconds=sum(epoch.seconds for epoch in self.epochs),
            left=self._seconds_left(),
        )

    def _keep_model(self) -> None:
        if self._training is not None:
            self.model = copy.deepcopy(self._training.model).cpu().eval()
            self.version += 1

    def _seconds_left(self) -> float | None:
        pace = self.seconds_per_epoch
        return None if pace is None else pace * self.epochs_left

    def _title(self) -> str:
        return f"{self.name}: {describe_change(self.config) or 'the recipe'}"

    def _end(self, state: State, message: str = "") -> None:
        """Set the final status, once; a run that has gone wrong keeps no network."""
        if not self.is_under_way:
            return
        if state in ("diverged", "failed"):
            self.model, self._training = None, None
        elif state == "finished":
            message = "Finished. Your network can read in the Draw tab."
            self.lines.append("Training finished!")
            self.lines.append(f"Accuracy on the test set: {self.epochs[-1].test_accuracy:.2%}")
        elif self.model is not None:
            message = "Stopped. What it has learned so far can read in the Draw tab."
        else:
            message = "Stopped before it learned anything."
            self._training = None
        if self.model is not None:
            message += self._remark
        self._steps = None
        self._borrower = Context()  # lets go of the page's request
        self._update(state=state, message=message, left=None)

    def _update(self, **changes: object) -> None:
        self.status = {**self.status, **changes}  # type: ignore[typeddict-item]
        self.changes += 1

"""One training run of one visitor: from the press of Train to the trained network."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import closing

import torch
from torch import nn

from mnist_core.data import DOWNLOAD_BYTES, fetch_mnist, load_mnist
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    StepRecord,
    TrainConfig,
    Training,
    set_up,
    train,
)
from mnist_core.web.right_of_way import RestingLoader
from mnist_core.web.run_panel import RunStatus, State

log = logging.getLogger(__name__)

NO_RUN: RunStatus = {
    "state": "idle",
    "message": "Press Train: a network with random weights starts to learn from 60,000 digits.",
    "share": 0.0,
    "loss": None,
    "accuracy": None,
    "epochs": 0,
    "epochs_done": 0,
    "seconds": None,
}

NO_MEMORY = "There is not enough memory for this run. Try a smaller batch size, or try again later."
UNEXPECTED = "The training failed for a reason that only the server's log tells. Try again."


class Run:
    """A run, and what the page shows of it.

    `follow` may be resumed on any thread, one at a time; the rest may be called meanwhile.

    Attributes:
        config: its settings.
        status: what the panel shows.
        lines: what the article's code would have printed so far.
        epochs: the epochs that are over.
        model: the network, on the CPU and in eval mode, once the run has ended having learned.
    """

    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        self.epochs: list[EpochRecord] = []
        self.model: nn.Module | None = None
        self.status: RunStatus = {
            **NO_RUN,
            "state": "waiting",
            "message": "Waiting for its turn: one network trains at a time.",
            "epochs": config.epochs,
        }
        self.lines: list[str] = []
        self._training: Training | None = None
        self._has_learned = False
        self._stop_requested = threading.Event()
        self._ended = threading.Event()

    def follow(self) -> Generator[None, None, None]:
        """Run to the end, yielding whenever `status` has changed; closing it stops the run too.

        Never raises: what goes wrong becomes the status "failed" with a message to act on.
        """
        try:
            yield from self._fetch_data()
            yield from self._train()
            self._end("stopped" if self._stop_requested.is_set() else "finished")
        except GeneratorExit:
            self._end("stopped")
            raise
        except (FileNotFoundError, DivergenceError) as error:
            self._end("failed", str(error))
        except (MemoryError, torch.OutOfMemoryError):
            self._end("failed", NO_MEMORY)
        except Exception:
            log.exception("A training failed: %s", self.config)
            self._end("failed", UNEXPECTED)
        finally:
            self._ended.set()

    @property
    def is_under_way(self) -> bool:
        """Whether the run waits or trains."""
        return not self._ended.is_set()

    def stop(self) -> None:
        """End the run within a few batches, keeping what it has learned, and wait for that."""
        self._stop_requested.set()
        if self.status["state"] == "waiting":  # its turn has not come, so nobody follows it
            self._end("stopped")
            self._ended.set()
        self._ended.wait(timeout=10)

    def _fetch_data(self) -> Generator[None, None, None]:
        megabytes = DOWNLOAD_BYTES / 1e6
        for share in fetch_mnist():
            if self._stop_requested.is_set():
                return
            self._update(
                state="training",
                message=f"Downloading MNIST, once: {share:.0%} of {megabytes:.0f} MB.",
                share=share,
            )
            yield
        self._update(state="training", message="Loading the 70,000 images into memory.", share=0.0)
        yield

    def _train(self) -> Generator[None, None, None]:
        if self._stop_requested.is_set():
            return
        self._training = set_up(self.config, load_mnist())
        self._training.train_loader = RestingLoader(self._training.train_loader)
        self._print(f"Image batch shape: {self._training.images_shape}")
        self._print(f"Label batch shape: {self._training.labels_shape}")
        self._print(f"The model is on: {self._training.device}")
        self._print("Training starts ...")
        with closing(train(self._training)) as records:
            for record in records:
                self._has_learned = True
                if isinstance(record, StepRecord):
                    self._show_step(record)
                else:
                    self._show_epoch(record)
                yield
                if self._stop_requested.is_set():
                    return

    def _show_step(self, record: StepRecord) -> None:
        self._update(
            message=f"Epoch {record.epoch}: batch {record.step} of {record.steps}.",
            share=record.step / record.steps,
            loss=record.running_loss,
        )

    def _show_epoch(self, record: EpochRecord) -> None:
        self.epochs.append(record)
        self._update(
            message=f"Epoch {record.epoch} is over.",
            share=1.0,
            loss=record.train_loss,
            accuracy=record.test_accuracy,
            epochs_done=record.epoch,
            seconds=sum(epoch.seconds for epoch in self.epochs),
        )
        total = self.config.epochs
        self._print(f"Epoch [{record.epoch}/{total}], Loss: {record.train_loss:.4f}")

    def _end(self, state: State, message: str = "") -> None:
        """Set the final status, and keep the network if it has learned something of use."""
        useful = state != "failed" and self._has_learned and self._training is not None
        if state == "finished":
            message = "Finished. Your network now reads in the Draw tab."
            self._print("Training finished!")
            self._print(f"Accuracy on the test set: {self.epochs[-1].test_accuracy:.2%}")
        elif state == "stopped":
            message = (
                "Stopped. What it has learned so far reads in the Draw tab."
                if useful
                else "Stopped before it learned anything."
            )
        if useful and self._training:
            self.model = self._training.model.cpu().eval()
        self._update(state=state, message=message)
        self._training = None  # frees the optimiser and the batches

    def _print(self, line: str) -> None:
        self.lines.append(line)

    def _update(self, **changes: object) -> None:
        self.status = {**self.status, **changes}  # type: ignore[typeddict-item]

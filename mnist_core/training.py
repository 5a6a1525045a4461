"""The one training loop, and the records that it streams.

Article, steps 1, 4 and 5. With the default settings this is the article's recipe bit for bit: the
same seed, the same draws from the random generator in the same order, the same optimiser.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Generator, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, StepLR

from mnist_core.augmentation import AugmentedLoader
from mnist_core.config import TrainConfig
from mnist_core.data import (
    Batch,
    BatchLoader,
    ImageDataset,
    Shape,
    Splits,
    handicap,
    make_train_loader,
    send,
)
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.loss_curve import BatchLoss, LossCurve
from mnist_core.text import Message

SECONDS_BETWEEN_RECORDS = 0.25
EXPLODED = 100.0  # nats; guessing costs ln 10 = 2.3, so the network is absurdly sure of nonsense

EPOCHS_A_STEP = 2  # the "step" schedule halves the learning rate this often
TRAIN_SAMPLE = 10_000  # training images that training accuracy is measured on, as many as tests


@dataclass(frozen=True)
class StepRecord:
    """Where a run stands inside an epoch; several of them arrive each second.

    Attributes:
        epoch: the epoch under way, from 1.
        step: batches of this epoch that are done, from 1.
        steps: batches in an epoch (938 for the recipe).
        running_loss: mean loss of this epoch's batches so far, in nats.
    """

    epoch: int
    step: int
    steps: int
    running_loss: float


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch came to.

    Attributes:
        epoch: from 1.
        train_loss: mean of the epoch's batch losses, in nats (article: running_loss / len(loader)).
        test_loss: mean cross-entropy over the test images, in nats.
        test_accuracy: share of those read right, 0 to 1.
        train_accuracy: the same for the first 10,000 images that it learns from, as they are
            (neither augmented nor with dropout), by the labels that it is taught, wrong ones
            included; how far it lies above `test_accuracy` is the generalisation gap. None in files
            of old versions, which did not measure it.
        seconds: time spent training; neither the tests nor the consumer's own time counts.
    """

    epoch: int
    train_loss: float
    test_loss: float
    test_accuracy: float
    train_accuracy: float | None
    seconds: float


class DivergenceError(ArithmeticError):
    """The loss has exploded or is no longer a number, so nothing more can be learned.

    Attributes:
        retry_rate: the learning rate to try next, a tenth of this one (article: NaN loss).
        curve: the losses on the way there, where whoever has trained kept them.
    """

    curve: LossCurve | None = None

    def __init__(self, explanation: Message, retry_rate: float) -> None:
        super().__init__(explanation, retry_rate)  # both, so that it survives pickling
        self.retry_rate = retry_rate

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass
class EpochProgress:
    """How far a run has come within an epoch, and what it takes to go on from there.

    Attributes:
        random_state: as `Training.random_state`, before the images were shuffled for this epoch.
        rates: the learning rates with which it began, one for each of the optimiser's groups.
        schedule: where the scheduler stood then; None if there is none.
        steps: batches that are done.
        loss_sum: of their losses, in nats.
        seconds: spent on them.
    """

    random_state: list[Tensor]
    rates: list[float]
    schedule: dict[str, Any] | None
    steps: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0


@dataclass
class Training:
    """A run that is set up and ready: everything that the loop needs, and the model it changes.

    Attributes:
        epochs_done: how many epochs are over; the loop goes on after them.
        progress: within the epoch under way; None between two epochs.
        random_state: where the random generators stand in this run, the CPU's and then the GPU's if
            it trains on one, so that runs which take turns in one process do not draw from each
            other.
        note_loss: is told the loss of every batch, in their order, as soon as the loop reads it:
            with the next record.
        record_at: after which batches of the first epoch there is a record in any case.
        test: what the network made of the test images after the last epoch.
    """

    config: TrainConfig
    device: torch.device
    model: nn.Module
    optimizer: optim.Optimizer
    scheduler: LRScheduler | None
    train_loader: BatchLoader
    train_set: ImageDataset
    train_sample: ImageDataset
    test_set: ImageDataset
    images_shape: torch.Size
    labels_shape: torch.Size
    random_state: list[Tensor]
    epochs_done: int = 0
    progress: EpochProgress | None = None
    note_loss: Callable[[BatchLoss], None] | None = None
    record_at: Container[int] = ()
    test: Evaluation | None = None


def choose_device() -> torch.device:
    """Return the GPU if PyTorch can use one, else the CPU (article, step 3)."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def set_up(config: TrainConfig, data: Splits, device: torch.device | None = None) -> Training:
    """Prepare a run: seed, batches, shape check, model and optimiser (article, steps 1 to 4).

    Seeds torch's global random generator, as the article does, and draws from it in the article's
    order. Batches are drawn and augmented on the CPU wherever the model is, so a run on a GPU sees
    the same ones.

    Raises:
        ValueError: the images do not have the shape that the networks read.
    """
    device = device or choose_device()
    learned = config.data_set
    train_images = handicap(
        data.train, config.images, config.wrong_labels, config.seed, len(learned.classes)
    )
    test_set, train_set = data.test.to(device), train_images.to(device)
    torch.manual_seed(config.seed)
    train_loader = make_train_loader(
        train_set if config.augmentation == "none" else train_images, config.batch_size
    )
    images, labels = next(iter(train_loader))  # article, step 2.2: look at one batch first
    _check_shapes(images, labels, learned.shape)
    model = config.create_model().to(device)
    optimizer = _make_optimizer(config, model)
    return Training(
        config=config,
        device=device,
        model=model,
        optimizer=optimizer,
        scheduler=_make_scheduler(config, optimizer, len(train_loader)),
        train_loader=AugmentedLoader(train_loader, config.augmentation),
        train_set=train_set,
        train_sample=train_set.first(TRAIN_SAMPLE),
        test_set=test_set,
        images_shape=images.shape,
        labels_shape=labels.shape,
        random_state=_get_random_state(device),
    )


def _check_shapes(images: Tensor, labels: Tensor, shape: Shape) -> None:
    if images.shape[1:] != shape or labels.shape != images.shape[:1]:
        raise ValueError(
            Message(
                "training.wrong_shapes",
                shape=", ".join(map(str, shape)),
                images=list(images.shape),
                labels=list(labels.shape),
            )
        )


def _make_optimizer(config: TrainConfig, model: nn.Module) -> optim.Optimizer:
    if config.optimizer == "sgd":
        return optim.SGD(model.parameters(), lr=config.learning_rate)
    return optim.Adam(model.parameters(), lr=config.learning_rate)


def _make_scheduler(
    config: TrainConfig, optimizer: optim.Optimizer, steps: int
) -> LRScheduler | None:
    """Build what changes the learning rate after each batch, `steps` of them to an epoch."""
    if config.schedule == "step":
        return StepLR(optimizer, step_size=EPOCHS_A_STEP * steps, gamma=0.5)
    if config.schedule == "one_cycle":
        total_steps = config.epochs * steps
        return OneCycleLR(
            optimizer, config.learning_rate, total_steps=total_steps, cycle_momentum=False
        )
    return None


def train(training: Training) -> Generator[StepRecord | EpochRecord, None, None]:
    """Train `training.model` in place and report on the way (article, step 5).

    Closing the generator stops the run where it stands; the model keeps what it
    has learned, and another call goes on with the very next batch. Nothing is printed, plotted or
    saved here.

    A GPU computes behind the loop's back, and reading a loss means waiting for it. So the losses
    are read only for a record, which is also when a divergence is noticed.

    Yields:
        A StepRecord several times a second, and an EpochRecord at the end of each epoch.

    Raises:
        DivergenceError: a batch's loss is not a number, or beyond all reason; a smaller learning
            rate helps.
    """
    config, model, optimizer = training.config, training.model, training.optimizer
    criterion = nn.CrossEntropyLoss()
    steps = len(training.train_loader)
    _set_random_state(training.random_state)
    model.train()
    for epoch in range(training.epochs_done + 1, config.epochs + 1):
        progress, batches = _begin_or_resume_epoch(training)
        losses = _BatchLosses(epoch, training, progress)
        resumed = perf_counter()
        for step, (images, labels) in enumerate(batches, start=progress.steps + 1):
            images, labels = send(images, training.device), send(labels, training.device)
            optimizer.zero_grad()
            logits = model(images)  # [batch, classes]
            loss = criterion(logits, labels)
            loss.backward()
            optimizer.step()
            if training.scheduler:
                training.scheduler.step()

            losses.add(loss)
            is_due = epoch == 1 and step in training.record_at
            if is_due or perf_counter() - resumed >= SECONDS_BETWEEN_RECORDS:
                running_loss = losses.read_mean()
                progress.seconds += perf_counter() - resumed
                yield from _report(training, StepRecord(epoch, step, steps, running_loss))
                resumed = perf_counter()
        train_loss = losses.read_mean()
        seconds = progress.seconds + perf_counter() - resumed

        training.epochs_done, training.progress = epoch, None
        test = training.test = evaluate(model, training.test_set)
        sample = evaluate(model, training.train_sample)
        yield from _report(
            training,
            EpochRecord(epoch, train_loss, test.loss, test.accuracy, sample.accuracy, seconds),
        )


def _begin_or_resume_epoch(training: Training) -> tuple[EpochProgress, Iterator[Batch]]:
    """Shuffle the images for an epoch, or take up the one under way after its last batch."""
    progress = training.progress
    if progress is None:
        progress = training.progress = _note_beginning(training)
        return progress, iter(training.train_loader)
    # The same shuffle again, and past the batches that are done: far cheaper than to train them.
    _set_random_state(progress.random_state)
    batches = iter(training.train_loader)
    for _ in range(progress.steps):
        next(batches)
    _set_random_state(training.random_state)
    return progress, batches


def _note_beginning(training: Training) -> EpochProgress:
    scheduler = training.scheduler
    return EpochProgress(
        random_state=_get_random_state(training.device),
        rates=[group["lr"] for group in training.optimizer.param_groups],
        schedule=dict(scheduler.state_dict()) if scheduler else None,
    )


class _BatchLosses:
    """The losses of one epoch's batches, left on the device until somebody asks for their mean."""

    def __init__(self, epoch: int, training: Training, progress: EpochProgress) -> None:
        self._epoch = epoch
        self._learning_rate = training.config.learning_rate
        self._note = training.note_loss
        self._unread: list[Tensor] = []
        self._progress = progress

    def add(self, loss: Tensor) -> None:
        self._unread.append(loss.detach())

    def read_mean(self) -> float:
        """Wait for the device, and return the mean of all losses so far."""
        progress = self._progress
        for batch_loss in torch.stack(self._unread).tolist() if self._unread else []:
            progress.steps += 1
            if self._note:
                self._note(BatchLoss(self._epoch, progress.steps, batch_loss))
            if not batch_loss < EXPLODED:  # true for NaN as well
                raise _explain_divergence(
                    self._epoch, progress.steps, batch_loss, self._learning_rate
                )
            # One by one, as the article adds them up; in another order they would round otherwise.
            progress.loss_sum += batch_loss
        self._unread.clear()
        return progress.loss_sum / progress.steps


def _explain_divergence(
    epoch: int, step: int, batch_loss: float, learning_rate: float
) -> DivergenceError:
    retry_rate = learning_rate / 10
    explanation = Message(
        "training.exploded" if math.isfinite(batch_loss) else "training.not_a_number",
        loss=batch_loss,
        epoch=epoch,
        step=step,
        rate=learning_rate,
        retry_rate=retry_rate,
    )
    return DivergenceError(explanation, retry_rate)


def _report(
    training: Training, record: StepRecord | EpochRecord
) -> Generator[StepRecord | EpochRecord, None, None]:
    """Hand out a record; whatever others draw meanwhile, the run's own random numbers go on."""
    training.random_state = _get_random_state(training.device)
    yield record
    _set_random_state(training.random_state)


def _get_random_state(device: torch.device) -> list[Tensor]:
    """Read where the generators stand that a run on this device draws from; dropout has its own."""
    on_gpu = [torch.cuda.get_rng_state(device)] if device.type == "cuda" else []
    return [torch.get_rng_state(), *on_gpu]


def _set_random_state(state: list[Tensor]) -> None:
    torch.set_rng_state(state[0])
    for on_gpu in state[1:]:
        torch.cuda.set_rng_state(on_gpu)


def extend(training: Training, epochs: int) -> None:
    """Give an ended run more epochs; `train` then goes on with the optimiser as it stands.

    Without a schedule or with "step", a run extended from 2 epochs to 5 equals one of 5 to the
    last bit. "one_cycle" goes through a new cycle. A run that was closed within an epoch begins
    that epoch anew, with the learning rate of its beginning; the weights and the optimiser keep
    what they have learned.

    Args:
        training: a run whose stream has ended or been closed.
        epochs: how many more, counted from the epochs that are over.

    Raises:
        ValueError: it would have more epochs than a run may have.
    """
    training.config = replace(training.config, epochs=training.epochs_done + epochs)
    _rewind_schedule(training)
    if training.config.schedule == "one_cycle":
        cycle = replace(training.config, epochs=epochs)
        training.scheduler = _make_scheduler(cycle, training.optimizer, len(training.train_loader))


def _rewind_schedule(training: Training) -> None:
    """Give up the epoch under way: set the learning rate and its schedule to how it began."""
    progress, training.progress = training.progress, None
    if progress is None or training.scheduler is None:
        return
    training.scheduler.load_state_dict(progress.schedule or {})
    for group, rate in zip(training.optimizer.param_groups, progress.rates, strict=True):
        group["lr"] = rate

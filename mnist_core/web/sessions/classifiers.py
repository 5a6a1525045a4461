"""The networks that can classify a drawing: those that come with the project, and the runs."""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from mnist_core.checkpoints import (
    SHIPPED,
    SHIPPED_CNN,
    CheckpointError,
    load_checkpoint,
    metadata_path,
)
from mnist_core.data import DATASETS, DataSet, find_data_set, has_images
from mnist_core.inference import UNCALIBRATED, Calibration
from mnist_core.text import Message
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.session import Session

log = logging.getLogger(__name__)

SHIPPED_CLASSIFIERS: dict[str, tuple[str, Path]] = {
    "cnn": ("CNN", SHIPPED_CNN),
    "simple_nn": ("SimpleNN", SHIPPED),
}
"""Those that come with the project: key → name for people, file. The first is the default."""
DIGITS = DATASETS["mnist"].classes
"""The classes of MNIST."""


@dataclass(frozen=True)
class Classifier:
    """A network that can classify a drawing, as it is at this moment.

    Attributes:
        key: a key of `SHIPPED_CLASSIFIERS`, the id of a run, or what an own network calls itself.
        name: for people; a run's is a message, as "Run 3 · batch size 256".
        model: in eval mode, on the CPU.
        calibration: of its probabilities.
        accuracy: on the test images of its data set, 0 to 1; None if unknown.
        epochs: how many a run has trained.
        is_training: whether its weights still change.
        classes: the names of what it tells apart, in the order of its scores; a name may be a
            message.
        dataset: the key of the data set that it has learned; None if that were drawings of the
            visitor's own.
        note: a message of how it did on drawings that it was not shown, where it has learned from
            the visitor's own.
    """

    key: str
    name: str
    model: nn.Module
    calibration: Calibration = UNCALIBRATED
    accuracy: float | None = None
    epochs: int = 0
    is_training: bool = False
    classes: tuple[str, ...] = DIGITS
    dataset: str | None = "mnist"
    note: str = ""

    @property
    def data_set(self) -> DataSet | None:
        """What it has learned; None of drawings of the visitor's own, and of pictures now gone."""
        return find_data_set(self.dataset) if self.dataset else None

    @property
    def reads_digits(self) -> bool:
        """Whether it has learned MNIST's classes."""
        return self.dataset == "mnist"

    def is_like(self, other: Classifier | None) -> bool:
        """Whether another one has learned the same data set, so that they can be compared."""
        return other is not None and self.dataset is not None and self.dataset == other.dataset

    @property
    def reads_drawings(self) -> bool:
        """Whether what it has learned can be drawn."""
        return self.dataset is None or bool(self.data_set and self.data_set.is_drawable)

    @property
    def can_be_tested(self) -> bool:
        """Whether its test images are here or can be fetched; pictures may be gone for good."""
        data_set = self.data_set
        return data_set is not None and (not data_set.is_own or has_images(data_set))

    @property
    def edition(self) -> tuple[int, bool]:
        """Tell its weights from those of another epoch; within an epoch they count as the same."""
        return self.epochs, self.is_training


_problems: dict[str, Message] = {}  # key → why it cannot be loaded


@functools.cache
def load_shipped(key: str) -> Classifier | None:
    """Load a network that comes with the project, once; None if it is missing or damaged."""
    name, path = SHIPPED_CLASSIFIERS[key]
    try:
        checkpoint = load_checkpoint(path)
    except (OSError, CheckpointError) as error:
        log.error("%s", error)
        _problems[key] = _describe_error(path, error)
        return None
    _problems.pop(key, None)
    accuracy = checkpoint.metadata.get("test_accuracy")
    return Classifier(
        key,
        name,
        checkpoint.model,
        checkpoint.calibration,
        accuracy if isinstance(accuracy, float) else None,
    )


def describe_problem(key: str) -> str:
    """Return a message of what is wrong with a shipped network; empty if nothing is."""
    classifier = load_shipped(key)
    if classifier is not None and classifier.accuracy is None:
        path = metadata_path(SHIPPED_CLASSIFIERS[key][1])
        return Message("classifier.no_metadata", file=path.name)
    return _problems.get(key, "")


def _describe_error(path: Path, error: Exception) -> Message:
    """Say why a file cannot be loaded, without its place on this machine."""
    if isinstance(error, FileNotFoundError):
        return Message("classifier.missing", file=path.name)
    if isinstance(error, OSError):
        return Message("classifier.unreadable", file=path.name)
    return Message("classifier.damaged", file=path.name)


def classifier_of(run: Run) -> Classifier | None:
    """Return a run as a classifier; None while it has learned nothing, or nobody knows what."""
    model = run.model  # read once: another thread replaces it
    if model is None or not run.is_dataset_known or find_data_set(run.config.dataset) is None:
        return None
    return Classifier(
        run.id,
        run.title,
        model,
        run.calibration,
        run.accuracy,
        epochs=len(run.epochs),
        is_training=run.is_under_way,
        classes=run.config.data_set.classes,
        dataset=run.config.dataset,
    )


def all_classifiers(session: Session) -> list[Classifier]:
    """Return all that a session can select.

    The shipped ones, then its runs, oldest first, then what has learned the visitor's own drawings.
    """
    shipped = map(load_shipped, SHIPPED_CLASSIFIERS)
    runs = map(classifier_of, session.runs)
    own = (_hand_of(session), _taught_of(session))
    return [*filter(None, shipped), *filter(None, runs), *filter(None, own)]


def _taught_of(session: Session) -> Classifier | None:
    taught = session.own_classes.taught  # read once: another thread replaces it
    if taught is None:
        return None
    names = session.own_classes.names_of(taught)
    exam = taught.exam
    return Classifier(
        taught.key,
        Message("classifier.taught"),
        taught.network,
        classes=names,
        dataset=None,
        note=Message("classifier.exam", right=exam.right, count=exam.count),
    )


def _hand_of(session: Session) -> Classifier | None:
    hand = session.own_hand  # likewise
    if hand is None:
        return None
    report = hand.report
    return Classifier(
        hand.key,
        Message("classifier.hand", name=hand.name),
        hand.network,
        hand.calibration,
        report.accuracy_after,
        note=Message("classifier.exam", right=report.right_after, count=report.count),
    )


def find_classifier(session: Session, key: str) -> Classifier | None:
    """Return the one with this key; None if the session has none such."""
    found = (classifier for classifier in all_classifiers(session) if classifier.key == key)
    return next(found, None)


def current_classifier(session: Session) -> Classifier | None:
    """Return the selected one, or the default if that is gone; None if there is none at all."""
    return find_classifier(session, session.draw.classifier) or default_classifier()


def default_classifier() -> Classifier | None:
    """Return the first shipped network that can be loaded, or None."""
    return next(filter(None, map(load_shipped, SHIPPED_CLASSIFIERS)), None)


def select_new_runs(session: Session) -> None:
    """Select each run once it has learned something, unless `select_classifier` came after it."""
    for run in session.runs:
        if classifier_of(run) is not None and run.id not in session.draw.offered:
            session.draw.offered.add(run.id)
            session.draw.classifier = run.id


def select_classifier(session: Session, key: str) -> bool:
    """Select a network; False, and nothing changes, if there is none with this key."""
    if find_classifier(session, key) is None:
        return False
    session.draw.offered |= {run.id for run in session.runs}
    session.draw.classifier = key
    return True


def replace_gone_classifier(session: Session) -> bool:
    """Select the default if the selected run is gone; tell whether that was so."""
    selected, current = session.draw.classifier, current_classifier(session)
    if selected in SHIPPED_CLASSIFIERS or current is None or current.key == selected:
        return False
    session.draw.classifier = current.key
    return True

"""Who can read the drawings: the networks that come with the project, and the session's runs."""

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
from mnist_core.inference import UNCALIBRATED, Calibration
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.session import Session

log = logging.getLogger(__name__)

SHIPPED_CLASSIFIERS: dict[str, tuple[str, Path]] = {
    "cnn": ("CNN", SHIPPED_CNN),
    "simple_nn": ("SimpleNN", SHIPPED),
}
"""What comes with the project: key → its name for people, its file. The first reads by default."""


@dataclass(frozen=True)
class Classifier:
    """A network that can read, as it stands at this moment.

    Attributes:
        key: names it; a key of `SHIPPED_CLASSIFIERS`, or the id of a run.
        name: names it for people.
        model: in eval mode, on the CPU.
        calibration: what its probabilities need.
        accuracy: on MNIST's test images, 0 to 1; None if nobody has measured it.
        epochs: how many it has trained, where that may still change.
        is_training: whether its weights still change.
    """

    key: str
    name: str
    model: nn.Module
    calibration: Calibration = UNCALIBRATED
    accuracy: float | None = None
    epochs: int = 0
    is_training: bool = False

    @property
    def edition(self) -> tuple[int, bool]:
        """Tell its weights from those an epoch ago; what changes within an epoch is too much."""
        return self.epochs, self.is_training


_troubles: dict[str, str] = {}  # key → why it cannot be loaded


@functools.cache
def load_shipped(key: str) -> Classifier | None:
    """Load a network that comes with the project, once; None if it is missing or damaged."""
    name, path = SHIPPED_CLASSIFIERS[key]
    try:
        checkpoint = load_checkpoint(path)
    except (OSError, CheckpointError) as error:
        log.error("%s", error)
        _troubles[key] = _explain(path, error)
        return None
    _troubles.pop(key, None)
    accuracy = checkpoint.metadata.get("test_accuracy")
    return Classifier(
        key,
        name,
        checkpoint.model,
        checkpoint.calibration,
        accuracy if isinstance(accuracy, float) else None,
    )


def trouble_with(key: str) -> str:
    """Say what is wrong with a network that comes with the project, or nothing."""
    classifier = load_shipped(key)
    if classifier is not None and classifier.accuracy is None:
        path = metadata_path(SHIPPED_CLASSIFIERS[key][1])
        return f"{path.name} is missing or damaged, so nobody knows how sure it may be"
    return _troubles.get(key, "")


def _explain(path: Path, error: Exception) -> str:
    """Say why a file cannot be loaded, in words for visitors: not where it lies on this machine."""
    if isinstance(error, FileNotFoundError):
        return f"cannot be loaded: {path.name} is missing"
    if isinstance(error, OSError):
        return f"cannot be loaded: {path.name} cannot be read"
    return f"cannot be loaded: {path.name} is damaged"


def reader_of(run: Run) -> Classifier | None:
    """Take a run for a classifier; None while it has learned nothing."""
    model = run.model  # read once: the trainer's thread replaces it
    if model is None:
        return None
    accuracy = run.epochs[-1].test_accuracy if run.epochs else None
    return Classifier(
        run.id,
        run.name,
        model,
        run.calibration,
        accuracy,
        epochs=len(run.epochs),
        is_training=run.is_under_way,
    )


def all_classifiers(session: Session) -> list[Classifier]:
    """Return everyone who can read for this visitor: the shipped ones, then the runs by age."""
    classifiers = [load_shipped(key) for key in SHIPPED_CLASSIFIERS] + list(
        map(reader_of, session.runs)
    )
    return [classifier for classifier in classifiers if classifier is not None]


def current_classifier(session: Session) -> Classifier | None:
    """Return who reads; a shipped one in the place of who is gone, or None if nobody is left."""
    if session.classifier in SHIPPED_CLASSIFIERS:
        classifier = load_shipped(session.classifier)
    else:
        run = session.find_run(session.classifier)
        classifier = reader_of(run) if run else None
    return classifier or default_classifier()


def default_classifier() -> Classifier | None:
    """Return the first shipped network that can be loaded, or None."""
    return next(filter(None, map(load_shipped, SHIPPED_CLASSIFIERS)), None)


def introduce_runs(session: Session) -> None:
    """Let a new run take over the reading as soon as it has learned something.

    Not so the runs that were there when the visitor chose somebody (see `choose_classifier`).
    """
    for run in session.runs:
        if run.model is not None and run.id not in session.introduced:
            session.introduced.add(run.id)
            session.classifier = run.id


def replace_gone_classifier(session: Session) -> bool:
    """Let who reads in the place of a deleted run do so for good; tell whether there was one."""
    present = current_classifier(session)
    if (
        session.classifier in SHIPPED_CLASSIFIERS
        or present is None
        or present.key == session.classifier
    ):
        return False
    session.classifier = present.key
    return True


def choose_classifier(session: Session, key: str) -> bool:
    """Choose the network that reads; False, and nothing changed, if there is no such one."""
    if key not in {classifier.key for classifier in all_classifiers(session)}:
        return False
    session.introduced |= {run.id for run in session.runs}
    session.classifier = key
    return True

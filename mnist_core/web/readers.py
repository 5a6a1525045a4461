"""Who can read the drawings: the networks that come with the project, and the visit's runs."""

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
    facts_path,
    load_checkpoint,
)
from mnist_core.inference import UNCALIBRATED, Calibration
from mnist_core.web.run import Run
from mnist_core.web.visit import Visit

log = logging.getLogger(__name__)

SHIPPED_READERS: dict[str, tuple[str, Path]] = {
    "cnn": ("CNN", SHIPPED_CNN),
    "simple_nn": ("SimpleNN", SHIPPED),
}
"""What comes with the project: key → its name for people, its file. The first reads by default."""


@dataclass(frozen=True)
class Reader:
    """A network that can read, as it stands at this moment.

    Attributes:
        key: names it; a key of `SHIPPED_READERS`, or the id of a run.
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
def load_shipped(key: str) -> Reader | None:
    """Load a network that comes with the project, once; None if it is missing or damaged."""
    name, path = SHIPPED_READERS[key]
    try:
        checkpoint = load_checkpoint(path)
    except (OSError, CheckpointError) as error:
        log.error("%s", error)
        _troubles[key] = _explain(path, error)
        return None
    _troubles.pop(key, None)
    accuracy = checkpoint.facts.get("test_accuracy")
    return Reader(
        key,
        name,
        checkpoint.model,
        checkpoint.calibration,
        accuracy if isinstance(accuracy, float) else None,
    )


def trouble_with(key: str) -> str:
    """Say what is wrong with a network that comes with the project, or nothing."""
    reader = load_shipped(key)
    if reader is not None and reader.accuracy is None:
        path = facts_path(SHIPPED_READERS[key][1])
        return f"{path.name} is missing or damaged, so nobody knows how sure it may be"
    return _troubles.get(key, "")


def _explain(path: Path, error: Exception) -> str:
    """Say why a file cannot be loaded, in words for visitors: not where it lies on this machine."""
    if isinstance(error, FileNotFoundError):
        return f"cannot be loaded: {path.name} is missing"
    if isinstance(error, OSError):
        return f"cannot be loaded: {path.name} cannot be read"
    return f"cannot be loaded: {path.name} is damaged"


def reader_of(run: Run) -> Reader | None:
    """Take a run for a reader; None while it has learned nothing."""
    model = run.model  # read once: the trainer's thread replaces it
    if model is None:
        return None
    accuracy = run.epochs[-1].test_accuracy if run.epochs else None
    return Reader(
        run.id,
        run.name,
        model,
        run.calibration,
        accuracy,
        epochs=len(run.epochs),
        is_training=run.is_under_way,
    )


def all_readers(visit: Visit) -> list[Reader]:
    """Return everyone who can read for this visitor: the shipped ones, then the runs by age."""
    readers = [load_shipped(key) for key in SHIPPED_READERS] + list(map(reader_of, visit.runs))
    return [reader for reader in readers if reader is not None]


def present_reader(visit: Visit) -> Reader | None:
    """Return who reads; a shipped one in the place of who is gone, or None if nobody is left."""
    if visit.reader in SHIPPED_READERS:
        reader = load_shipped(visit.reader)
    else:
        run = visit.find_run(visit.reader)
        reader = reader_of(run) if run else None
    return reader or default_reader()


def default_reader() -> Reader | None:
    """Return the first shipped network that can be loaded, or None."""
    return next(filter(None, map(load_shipped, SHIPPED_READERS)), None)


def introduce_runs(visit: Visit) -> None:
    """Let a new run take over the reading as soon as it has learned something.

    Not so the runs that were there when the visitor chose somebody (see `choose_reader`).
    """
    for run in visit.runs:
        if run.model is not None and run.id not in visit.introduced:
            visit.introduced.add(run.id)
            visit.reader = run.id


def replace_gone_reader(visit: Visit) -> bool:
    """Let who reads in the place of a deleted run do so for good; tell whether there was one."""
    present = present_reader(visit)
    if visit.reader in SHIPPED_READERS or present is None or present.key == visit.reader:
        return False
    visit.reader = present.key
    return True


def choose_reader(visit: Visit, key: str) -> bool:
    """Let the visitor choose who reads; False, and nothing changed, if there is no such reader."""
    if key not in {reader.key for reader in all_readers(visit)}:
        return False
    visit.introduced |= {run.id for run in visit.runs}
    visit.reader = key
    return True

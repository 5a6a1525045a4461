"""Networks that have learned the visitor's drawings in seconds: of classes, or of digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any, ClassVar

from torch import nn

from mnist_core.checkpoints import describe_taught
from mnist_core.data import DATASETS
from mnist_core.inference import Calibration
from mnist_core.models import count_parameters
from mnist_core.teaching import Exam, HandReport

FLOAT_BYTES = 4  # of a weight

_numbers = count(1)


@dataclass(frozen=True, eq=False)
class OwnNetwork:
    """What they have in common.

    Attributes:
        kind: what it has learned.
        number: tells it from others, of all sessions.
        network: in eval mode.
    """

    kind: ClassVar[str]

    number: int = field(init=False, default_factory=lambda: next(_numbers))
    network: nn.Module

    @property
    def key(self) -> str:
        """Name it among the networks that can read."""
        return f"{self.kind} {self.number}"

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, about."""
        return FLOAT_BYTES * count_parameters(self.network)


@dataclass(frozen=True, eq=False)
class TaughtNetwork(OwnNetwork):
    """A network that has been taught classes.

    Attributes:
        classes: their numbers, in the order of its scores.
        names: what those were called then; later names go before these.
        exam: how its exam went.
    """

    kind = "taught"

    classes: tuple[int, ...]
    names: tuple[str, ...]
    exam: Exam

    def describe(self, names: Sequence[str]) -> dict[str, Any]:
        """Return its metadata; the names are those of its classes by now."""
        exam = {"count": self.exam.count, "right": self.exam.right}
        return describe_taught(self.network, names, exam=exam)


@dataclass(frozen=True, eq=False)
class OwnHand(OwnNetwork):
    """A network of digits that has gone on with the visitor's labelled drawings.

    Attributes:
        former: the key of the network that it has gone on from, which stays as it was.
        name: of that one, for people.
        calibration: of that one; half a training of seconds does not change it much.
        report: its score before and after.
    """

    kind = "hand"

    former: str
    name: str
    calibration: Calibration
    report: HandReport

    def describe(self) -> dict[str, Any]:
        """Return its metadata."""
        return describe_taught(
            self.network,
            DATASETS["mnist"].classes,
            dataset="mnist",
            test_accuracy=self.report.accuracy_after,
            calibration=asdict(self.calibration),
            hand=asdict(self.report),
        )

"""A network that has learned the visitor's hand, and the one that it has gone on from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from torch import nn

from mnist_core.inference import Calibration
from mnist_core.models import count_parameters
from mnist_core.teaching import HandReport

FLOAT_BYTES = 4

_numbers = count(1)


@dataclass(frozen=True, eq=False)
class OwnHand:
    """A network of digits that has gone on with the visitor's labelled drawings.

    Attributes:
        number: tells it from others, of all sessions.
        network: in eval mode.
        former: the key of the network that it has gone on from, which stays as it was.
        name: of that one, for people.
        calibration: of that one; half a training of seconds does not change it much.
        report: its score before and after.
    """

    number: int
    network: nn.Module
    former: str
    name: str
    calibration: Calibration
    report: HandReport

    @property
    def key(self) -> str:
        """Name it among the networks that can read."""
        return f"hand {self.number}"

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, about."""
        return FLOAT_BYTES * count_parameters(self.network)


def next_number() -> int:
    """Return a number that no other has."""
    return next(_numbers)

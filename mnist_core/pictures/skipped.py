"""The files that were left out, and why: all of them counted, the first of them named."""

from __future__ import annotations

from dataclasses import dataclass, field

from mnist_core.text import Message

NAMED = 5  # files that are named; nobody reads a list of a thousand
LONGEST_NAME = 60  # characters of a name that are shown


@dataclass
class Skipped:
    """What was left out of a set of pictures.

    Attributes:
        count: how many files.
        first: the first of them, each with the reason why.
    """

    count: int = 0
    first: list[tuple[str, Message]] = field(default_factory=list)

    def add(self, name: str, reason: Message) -> None:
        """Count a file, and name it if it is one of the first."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append((printable(name), reason))


def printable(name: str) -> str:
    """Return a name from a stranger as it can be shown: no control characters, and not too long."""
    shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"

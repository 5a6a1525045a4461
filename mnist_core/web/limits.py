"""What one visitor, and all of them together, may cost: read once from the environment.

On a laptop the limits are generous; on a Hugging Face Space, which strangers share, they are
narrower. Each can be set by a variable, `MNIST_MAX_EPOCHS` and so on; the README beside this file
lists them.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mnist_core.config import TrainConfig
from mnist_core.text import Message

PREFIX = "MNIST_MAX_"
ON_A_SPACE = "SPACE_ID"  # Hugging Face sets it
MEGABYTE = 2**20  # bytes, as Gradio counts them
CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container: microseconds in so many, or "max"


def count_cores() -> int:
    """Return how many cores this process may use; a container may have fewer than its machine."""
    affinity = getattr(os, "sched_getaffinity", None)  # not everywhere
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # no container, or one without a quota
        quota, period = map(int, CPU_QUOTA.read_text().split())
        cores = min(cores, quota // period)
    return max(cores, 1)


# One core is left to those who draw.
TRAININGS = min(max(count_cores() - 1, 1), 8)


@dataclass(frozen=True)
class Limit:
    """How far one limit can be set.

    Attributes:
        meaning: what it limits, as the README says it.
        low, high: the range of its variable.
        laptop, space: what it is where the variable is not set.
        default: what that is in words, where it depends on the machine.
    """

    meaning: str
    low: int
    high: int
    laptop: int
    space: int
    default: str = ""


def _limit(meaning: str, span: tuple[int, int], laptop: int, space: int, default: str = "") -> Any:
    return field(metadata={"limit": Limit(meaning, *span, laptop, space, default)})


@dataclass(frozen=True)
class Limits:
    """Every limit; the variable of `epochs` is MNIST_MAX_EPOCHS."""

    # No lower than the recipe and the experiments need, but for the epochs of the longest ones.
    epochs: int = _limit("epochs of one run, those trained on included", (5, 100), 100, 30)
    batch_size: int = _limit("images per step", (64, 60_000), 60_000, 1_024)
    runs: int = _limit("runs of one session that keep their networks", (5, 100), 12, 12)
    results: int = _limit(
        "runs of one session kept as figures alone, beyond those", (0, 1_000), 60, 40
    )
    under_way: int = _limit("runs of one session that wait or train", (4, 50), 8, 4)
    waiting: int = _limit("runs of all sessions that wait", (4, 1_000), 100, 50)
    trainings: int = _limit(
        "networks that train at once", (1, 64), TRAININGS, TRAININGS, "cores − 1, up to 8"
    )
    networks: int = _limit(
        "runs of all sessions that keep their networks", (10, 10_000), 1_000, 500
    )
    sessions: int = _limit(
        "sessions that keep a network, a labelled drawing or a class", (1, 10_000), 200, 200
    )
    session_mb: int = _limit(
        "megabytes of memory that one session keeps, and of its files as many", (20, 1_000), 100, 50
    )
    sessions_mb: int = _limit(
        "megabytes of memory that all sessions keep, and of their files as many",
        (100, 20_000),
        2_000,
        1_000,
    )
    drawings: int = _limit(
        "labelled digits of one session, and as many drawings of its own classes",
        (10, 10_000),
        500,
        300,
    )
    pictures: int = _limit("pictures that one session may bring", (100, 60_000), 20_000, 15_000)
    pictures_mb: int = _limit(
        "megabytes of the disk that the pictures of all sessions take", (100, 20_000), 2_000, 1_000
    )
    upload_mb: int = _limit("megabytes of one upload", (1, 50), 20, 20)
    uploads_mb: int = _limit("megabytes of all uploads on the disk", (50, 10_000), 1_000, 500)
    # The data room reads this one itself, in every worker as well.
    data_mb: int = _limit(
        "megabytes of data sets that a process has open at once", (1, 10_000), 400, 400
    )

    def check(self, config: TrainConfig) -> None:
        """Make sure that a run may be as large as these settings make it.

        Raises:
            ValueError: it may not; the message says the range.
        """
        for name in ("epochs", "batch_size"):
            value, most = getattr(config, name), getattr(self, name)
            if value > most:
                setting = Message(f"config.{name}")
                raise ValueError(Message("limits.setting", setting=setting, most=most, value=value))


LIMITS: dict[str, Limit] = {entry.name: entry.metadata["limit"] for entry in fields(Limits)}
"""How far each can be set, by the name of its attribute."""


def variable(name: str) -> str:
    """Return the environment variable that sets a limit."""
    return PREFIX + name.upper()


def read_limits(environment: Mapping[str, str]) -> Limits:
    """Read the limits from environment variables.

    Raises:
        ValueError: a variable is not a whole number in its range, or there is no such limit; the
            message names every one of them, and says what it may be.
    """
    is_space = bool(environment.get(ON_A_SPACE))
    values: dict[str, int] = {}
    mistakes = []
    for name, limit in LIMITS.items():
        text = environment.get(variable(name), "").strip()
        values[name] = limit.space if is_space else limit.laptop
        if not text:
            continue
        if re.fullmatch("[0-9]{1,9}", text) and limit.low <= int(text) <= limit.high:
            values[name] = int(text)
        else:
            mistakes.append(
                f"{variable(name)} must be a whole number from {limit.low} to {limit.high}, "
                f"not {text[:40]!r}."
            )
    known = {variable(name) for name in LIMITS}
    mistakes += [
        f"{other} is not a limit; there are {', '.join(sorted(known))}."
        for other in sorted(environment)
        if other.startswith(PREFIX) and other not in known
    ]
    if values["under_way"] >= values["runs"]:  # the oldest that has ended has to make room
        mistakes.append(
            f"{variable('under_way')} must be less than {variable('runs')}: "
            f"{values['under_way']} is not less than {values['runs']}."
        )
    if mistakes:
        raise ValueError(" ".join(mistakes))
    return Limits(**values)


@functools.cache
def the_limits() -> Limits:
    """Return the limits of this server.

    Raises:
        ValueError: the environment sets one of them wrongly; the app says so when it starts.
    """
    return read_limits(os.environ)

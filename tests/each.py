"""Loops over the cases of a test, which say where a test failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

Case = TypeVar("Case")


def each(cases: Iterable[Case]) -> Iterator[Case]:
    """Go through the cases of a test; if it fails, pytest shows last at which of them."""
    for case in cases:
        print(f"Case: {case!r:.200}")
        yield case

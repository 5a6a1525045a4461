"""So many requests of one client are handled at once; its others wait for their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Line:
    """The requests of one client.

    Attributes:
        turns: those that are free.
        length: how many requests are handled or wait.
    """

    turns: asyncio.Semaphore
    length: int = 0


class FullLineError(Exception):
    """A client has too many requests that wait."""


class Turns:
    """A line for each client; for the event loop alone."""

    def __init__(self, at_once: int, longest: int) -> None:
        """Begin without anybody.

        Args:
            at_once: how many of one client are handled at once.
            longest: how many there are of one client, those that wait included.
        """
        self._at_once, self._longest = at_once, longest
        self._lines: dict[str, Line] = {}

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it for as long as the block takes.

        A client that nobody knows waits for nobody.

        Raises:
            FullLineError: the client's line is too long already.
        """
        if not client:
            yield
            return
        line = self._lines.setdefault(client, Line(asyncio.Semaphore(self._at_once)))
        if line.length >= self._longest:
            raise FullLineError
        line.length += 1
        try:
            async with line.turns:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[client]

"""How fast bodies go by that nobody reads: the rest of those that have had their answer.

Whoever sends six megabytes and is refused at the first byte still sends the others, and few senders
listen before they have. As fast as they can, eight of them send 300 MB a second.
"""

from __future__ import annotations

import time

BYTES_PER_SECOND = 8_000_000  # of all connections together


class Drain:
    """A drain that takes so much, and lets everybody wait for the next of it."""

    def __init__(self, bytes_per_second: float) -> None:
        self._bytes_per_second = bytes_per_second
        self._free_at = 0.0

    def take(self, size: int) -> float:
        """Take some bytes; return after how many seconds more may come from where these did."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + size / self._bytes_per_second
        return self._free_at - now


THE_DRAIN = Drain(BYTES_PER_SECOND)

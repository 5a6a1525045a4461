"""A bucket of tokens for each client: whoever asks for something pays, and time fills it again."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_BUCKETS = 10_000  # whoever was here longest ago has a full one by now, and is forgotten


class TokenBuckets:
    """Buckets of one size; for one thread."""

    def __init__(
        self, capacity: float, per_second: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Give everybody a full bucket.

        Args:
            capacity: how many tokens one holds.
            per_second: how many come back.
            now: tells the time in seconds.
        """
        self._capacity, self._per_second, self._now = capacity, per_second, now
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when

    def take(self, client: str, tokens: float, patience: float = 0.0) -> float | None:
        """Take tokens, on credit if need be.

        Args:
            client: whose bucket; whose name is empty, pays nothing.
            tokens: how many; more than a bucket holds are as many as it holds.
            patience: for how many seconds the client would wait.

        Returns:
            After how many seconds they are the client's; None if that takes too long, and then
            nothing has been taken.
        """
        if not client:
            return 0.0
        level = self._level(client) - min(tokens, self._capacity)
        seconds = max(-level / self._per_second, 0.0)
        if seconds > patience:
            return None
        self._set(client, level)
        return seconds

    def has(self, client: str, tokens: float) -> bool:
        """Tell whether a client has so many tokens, and take none."""
        return not client or self._level(client) >= tokens

    def give_back(self, client: str, tokens: float) -> None:
        """Return tokens that were not needed."""
        if client:
            self._set(client, min(self._level(client) + tokens, self._capacity))

    def _level(self, client: str) -> float:
        level, at = self._levels.get(client, (self._capacity, 0.0))
        return min(level + (self._now() - at) * self._per_second, self._capacity)

    def _set(self, client: str, level: float) -> None:
        self._levels[client] = level, self._now()
        self._levels.move_to_end(client)
        if len(self._levels) > MAX_BUCKETS:
            self._levels.popitem(last=False)

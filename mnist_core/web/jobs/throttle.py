"""Who draws goes first: while somebody does, pages are sent what changes only once a second.

A page works through all that it is sent, and meanwhile its pen lags.
"""

from __future__ import annotations

import time

DRAWING_SECONDS = 0.5  # after a reading, in which the next is expected

_last_reading = float("-inf")  # of the monotonic clock; one number, so it needs no lock


def note_reading() -> None:
    """Say that somebody's drawing is being read."""
    global _last_reading
    _last_reading = time.monotonic()


def somebody_draws() -> bool:
    """Tell whether a drawing has been read just now."""
    return time.monotonic() - _last_reading < DRAWING_SECONDS

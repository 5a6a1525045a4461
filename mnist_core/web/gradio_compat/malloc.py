"""Memory that visitors no longer need is there for the next ones."""

from __future__ import annotations

import ctypes

ARENA_MAX = -8  # M_ARENA_MAX in glibc's malloc.h
ARENAS = 2


def share_arenas() -> None:
    """Let all threads take their memory from the same two arenas; call it before there are many.

    glibc has up to eight for each core, and what is freed in one of them is of no use to the
    threads of another: with visitors coming and going the process would hold 100 MB more. Python
    lets one thread at a time allocate anyway. Other C libraries have no arenas, and are left alone.
    """
    mallopt = getattr(ctypes.pythonapi, "mallopt", None)  # None, too, where it is out of reach
    if mallopt is not None:
        mallopt(ARENA_MAX, ARENAS)

"""The networks of all sessions together: when there are too many, the oldest makes room."""

from __future__ import annotations

import threading
from typing import Protocol
from weakref import WeakKeyDictionary, ref

from mnist_core.web.jobs.run import Run
from mnist_core.web.limits import the_limits


class Owner(Protocol):
    """Whose runs they are: a session."""

    def make_way(self, run: Run) -> None:
        """Give up the network of a run that has ended, and say so."""
        ...


class Shelf:
    """Knows every run that keeps its network, oldest first; keeps no run and no session alive."""

    def __init__(self) -> None:
        self._owners: WeakKeyDictionary[Run, ref[Owner]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def add(self, run: Run, owner: Owner) -> None:
        """Put a run on the shelf; `make_room` is for when its owner holds no lock any more."""
        with self._lock:
            self._owners[run] = ref(owner)

    def remove(self, run: Run) -> None:
        """Take a run off, if it is there."""
        with self._lock:
            self._owners.pop(run, None)

    def make_room(self) -> None:
        """Let the oldest runs that have ended give up their networks, if there are too many."""
        with self._lock:
            surplus = max(len(self._owners) - the_limits().networks, 0)
            ended = [run for run in self._owners if not run.is_under_way][:surplus]
            leaving = [(run, self._owners.pop(run)()) for run in ended]
        for run, owner in leaving:
            if owner is not None:
                owner.make_way(run)

    def __len__(self) -> int:
        return len(self._owners)

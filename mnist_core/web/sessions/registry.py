"""Every session that a page can come back to, by a key that only its pages know.

Whoever only looks around and draws has nothing to lose, so such a session takes no place. It is
registered when it first keeps something: a network trained or uploaded, a drawing labelled.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from mnist_core.web.jobs.presence import Clock
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.session import ENDED, Session

KEEP_AFTER_CLOSE_SECONDS = 30 * 60.0  # after a session's last page has closed
IDLE_TIMEOUT_SECONDS = 30 * 60.0  # without use; then a session may be ended with a page open
MAX_PAGES_PER_SESSION = 20
MAX_UNREGISTERED_SESSIONS = 2_000  # a few kilobytes each
NO_ROOM = (
    "So many people are here that no more networks can be trained just now. You can draw all the "
    "same; to train, try again a little later."
)


@dataclass
class Entry:
    """A session and its pages.

    Attributes:
        key: what a page has to show to come back to the session.
        session: the session.
        pages: Gradio's names of the pages that are open, the oldest first.
        closed_at: when the last of them closed.
        is_registered: whether it takes one of the places for sessions that keep something.
    """

    key: str
    session: Session
    pages: dict[str, None] = field(default_factory=dict)
    closed_at: float = 0.0
    is_registered: bool = False


class Registry:
    """All sessions; how many of them keep something is bounded, and so is how many do not."""

    def __init__(
        self, clock: Clock | None = None, new_session: Callable[[], Session] = Session
    ) -> None:
        self._clock = clock or Clock()
        self._new_session = new_session
        self._entries: dict[str, Entry] = {}  # by key; the one that closed last is the last
        self._by_page: dict[str, Entry] = {}
        # Never held while a session ends: a session that ends takes its own lock.
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def enter(self, key: object, page: str) -> tuple[str, Session]:
        """Find the session of a page that has just been opened, or begin one.

        Args:
            key: what the page has kept from before: data from a stranger, of any type and size.
            page: Gradio's name of the page (`session_hash`).

        Returns:
            The key that the page has to keep, and its session.
        """
        with self._lock:
            self._close(page)
            expired = self._remove_expired()
            entry = self._entries.get(key) if isinstance(key, str) else None
            if entry is None:
                entry = Entry(secrets.token_urlsafe(32), self._new_session())
                entry.session.register = partial(self._register, entry)
                self._entries[entry.key] = entry
            entry.pages[page] = None
            self._by_page[page] = entry
            for other in list(entry.pages)[:-MAX_PAGES_PER_SESSION]:
                del entry.pages[other], self._by_page[other]
            entry.session.presence.expect()
            self._remove_surplus()
        end_all(expired)
        return entry.key, entry.session

    def leave(self, page: str) -> None:
        """Note that a page has closed."""
        with self._lock:
            self._close(page)
            expired = self._remove_expired()
        end_all(expired)

    def __len__(self) -> int:
        """Return how many sessions are registered."""
        return sum(entry.is_registered for entry in list(self._entries.values()))

    def _register(self, entry: Entry) -> None:
        """Give a session that is about to keep something one of the places.

        Raises:
            ValueError: every place is in use, or the session has been ended.
        """
        with self._lock:
            if entry.is_registered:
                if entry.key not in self._entries:
                    raise ValueError(ENDED)
                return
            ended = self._make_room()
            entry.is_registered = True
            self._entries[entry.key] = entry  # it may have been removed as surplus
            self._by_page |= dict.fromkeys(entry.pages, entry)
        end_all(ended)

    # --- with the lock held --------------------------------------------------------------------

    def _close(self, page: str) -> None:
        entry = self._by_page.pop(page, None)
        if entry is None:
            return
        del entry.pages[page]
        if not entry.pages:
            entry.session.presence.leave()
            entry.closed_at = self._clock.now()
            self._entries[entry.key] = self._entries.pop(entry.key)

    def _make_room(self) -> list[Entry]:
        """Free a place if none is free.

        First goes a session that keeps nothing, which does not notice; then the one whose pages
        closed longest ago; then the one that has been idle longest. None that has a run under way.

        Returns:
            The sessions to end.

        Raises:
            ValueError: every place is in use.
        """
        registered = [entry for entry in self._entries.values() if entry.is_registered]
        if len(registered) < the_limits().sessions:
            return []
        for entry in registered:
            if entry.session.is_empty:
                entry.is_registered = False
                return []
        closed = [e for e in registered if not e.pages and not e.session.is_under_way]
        idle = [e for e in registered if e.session.unused_for >= IDLE_TIMEOUT_SECONDS]
        idle.sort(key=lambda entry: -entry.session.unused_for)
        if not closed and not idle:
            raise ValueError(NO_ROOM)
        entry = (closed + idle)[0]
        self._remove(entry)
        return [entry]

    def _remove_expired(self) -> list[Entry]:
        """Remove the sessions whose pages closed long ago; return those of them to end."""
        now = self._clock.now()
        expired = [
            entry
            for entry in self._entries.values()
            if not entry.pages and now - entry.closed_at >= KEEP_AFTER_CLOSE_SECONDS
        ]
        for entry in expired:
            self._remove(entry)
        self._start_timer()
        return [entry for entry in expired if entry.is_registered]

    def _remove_surplus(self) -> None:
        """Forget the oldest unregistered sessions, those without a page first.

        Their pages do not notice: they still hold the session, and can register it.
        """
        unregistered = [entry for entry in self._entries.values() if not entry.is_registered]
        unregistered.sort(key=lambda entry: bool(entry.pages))
        for entry in unregistered[: max(len(unregistered) - MAX_UNREGISTERED_SESSIONS, 0)]:
            self._remove(entry)

    def _remove(self, entry: Entry) -> None:
        del self._entries[entry.key]
        for page in entry.pages:
            del self._by_page[page]

    def _start_timer(self) -> None:
        """Come back when the next session expires, since perhaps nobody comes until then."""
        closed = [entry.closed_at for entry in self._entries.values() if not entry.pages]
        if not closed or (self._timer is not None and self._timer.is_alive()):
            return
        wait = max(min(closed) + KEEP_AFTER_CLOSE_SECONDS - self._clock.now(), 1.0)
        self._timer = threading.Timer(wait, self._when_time_is_up)
        self._timer.daemon = True
        self._timer.start()

    def _when_time_is_up(self) -> None:
        with self._lock:
            self._timer = None
            expired = self._remove_expired()
        end_all(expired)


def end_all(entries: Iterable[Entry]) -> None:
    """End the sessions of entries that have been removed."""
    for entry in entries:
        entry.session.end()


REGISTRY = Registry()

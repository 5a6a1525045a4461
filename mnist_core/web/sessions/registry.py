"""Every session that a page can come back to, by a key that only its pages know.

Whoever only looks around and draws has nothing to lose, so such a session takes no place. It is
registered when it first keeps something: a network trained or uploaded, a drawing labelled.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter

from mnist_core.text import Message
from mnist_core.web.jobs.presence import PAGE_TIMEOUT_SECONDS, Clock
from mnist_core.web.limits import MEGABYTE, the_limits
from mnist_core.web.sessions.client import SHARE
from mnist_core.web.sessions.session import ENDED, Session

KEEP_AFTER_CLOSE_SECONDS = 30 * 60.0  # after a session's last page has closed
IDLE_TIMEOUT_SECONDS = 30 * 60.0  # without use; then a session may be ended with a page open
MAX_PAGES_PER_SESSION = 20
MAX_UNREGISTERED_SESSIONS = 2_000  # a few kilobytes each
NOTHING_TO_LOSE = (0, 0.0)  # the lowest `eviction_rank`
NO_ROOM = Message("session.no_room")


@dataclass
class Entry:
    """A session and its pages.

    Attributes:
        key: what a page has to show to come back to the session.
        session: the session.
        pages: Gradio's names of the pages that are open, the oldest first, and when each was last
            heard of.
        closed_at: when the last of them closed.
        is_registered: whether it has one of the places for sessions that keep something.
        additions: how many things are being added to it just now.
    """

    key: str
    session: Session
    pages: dict[str, float] = field(default_factory=dict)
    closed_at: float = 0.0
    is_registered: bool = False
    additions: int = 0

    @property
    def client(self) -> str:
        """Return whose session it is, as far as shares are concerned."""
        return self.session.presence.client

    @property
    def eviction_rank(self) -> tuple[int, float] | None:
        """Tell which session gives up its place first, the one of lowest rank; None: it does not.

        First a session that keeps nothing, then the one whose pages closed longest ago, then the
        one that has been idle longest. None in which anything is learned.
        """
        if self.session.is_empty and not self.additions:
            return NOTHING_TO_LOSE
        if self.session.is_busy:
            return None
        if not self.pages:
            return 1, self.closed_at
        unused_for = self.session.unused_for
        return (2, -unused_for) if unused_for >= IDLE_TIMEOUT_SECONDS else None


class Registry:
    """All sessions: those that keep something, and a bounded number of those that do not."""

    def __init__(
        self, clock: Clock | None = None, new_session: Callable[[], Session] = Session
    ) -> None:
        self._clock = clock or Clock()
        self._new_session = new_session
        self._entries: dict[str, Entry] = {}  # by key; what closed last comes last
        self._by_page: dict[str, Entry] = {}
        self._timer: threading.Timer | None = None
        # Guards all of these; not held while a session ends, which takes the session's own lock.
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many sessions are registered."""
        return sum(entry.is_registered for entry in list(self._entries.values()))

    def enter(self, key: object, page: str, client: str = "") -> tuple[str, Session]:
        """Find the session of a page that has just been opened, or begin one.

        Args:
            key: what the page has kept from before: data from a stranger, of any type and size.
            page: Gradio's name of the page (`session_hash`).
            client: who that is, as far as shares are concerned; empty if nobody knows.

        Returns:
            The key that the page has to keep, and its session.
        """
        self._end_expired()
        with self._lock:
            self._close(page)
            entry = self._entries.get(key) if isinstance(key, str) else None
            if entry is None:
                entry = Entry(secrets.token_urlsafe(32), self._new_session())
                entry.session.keeping = partial(self._keeping, entry)
                self._entries[entry.key] = entry
            entry.session.presence.client = client
            entry.pages[page] = self._clock.now()
            self._by_page[page] = entry
            for oldest in list(entry.pages)[:-MAX_PAGES_PER_SESSION]:
                del entry.pages[oldest], self._by_page[oldest]
            entry.session.presence.expect()
            self._remove_surplus()
        return entry.key, entry.session

    def find(self, key: object) -> Session | None:
        """Return the session with this key, if there is one."""
        entry = self._entries.get(key) if isinstance(key, str) else None
        return entry.session if entry else None

    def hear(self, page: str) -> Session | None:
        """Note that a page is still open; return its session, if there is one."""
        with self._lock:
            entry = self._by_page.get(page)
            if entry is None:
                return None
            entry.pages[page] = self._clock.now()
            entry.session.presence.hear(page)
            return entry.session

    def leave(self, page: str) -> None:
        """Note that a page has closed."""
        with self._lock:
            self._close(page)
        self._end_expired()

    @contextmanager
    def _keeping(self, entry: Entry) -> Iterator[None]:
        """Let a session add what it keeps; then others may have to give something up.

        Raises:
            ValueError: there is no room for another session, this one has been ended, or all of
                them keep as much as they may.
        """
        if self._give_up_surplus() > the_limits().sessions_mb * MEGABYTE:
            raise ValueError(NO_ROOM)
        entry.session.note_use()
        with self._lock:
            ended = self._register(entry)
            entry.additions += 1
        try:
            if ended is not None:
                ended.end()
            yield
        finally:
            with self._lock:
                entry.additions -= 1
        self._give_up_surplus()

    def _give_up_surplus(self) -> int:
        """Let the sessions used least recently give up what all of them have too much of.

        Returns:
            How many bytes of memory they keep now.
        """
        limits = the_limits()
        with self._lock:
            sessions = [entry.session for entry in self._entries.values() if entry.is_registered]
        sessions.sort(key=lambda session: -session.unused_for)
        runs = [(session, run) for session in sessions for run in session.runs]
        ended = [(session, run) for session, run in runs if not run.is_under_way]
        for session, run in ended[: max(len(runs) - limits.networks, 0)]:
            session.evict(run)
        most = limits.sessions_mb * MEGABYTE
        kept = sum(session.size for session in sessions)
        files = sum(session.file_size for session in sessions)
        for session in sessions:
            if kept > most:
                before = session.size
                session.shrink(max(before - (kept - most), 0))
                kept -= before - session.size
            if files > most:
                files -= session.file_size
                session.remove_files()
        brought = sum(session.pictures_size for session in sessions)
        for session in sessions:
            if brought > limits.pictures_mb * MEGABYTE and not session.is_under_way:
                brought -= session.pictures_size
                session.forget_pictures()
        return kept

    def _end_expired(self) -> None:
        """End the sessions whose pages closed long ago, and come back when the next one is due."""
        with self._lock:
            now = self._clock.now()
            for page, entry in list(self._by_page.items()):
                if now - entry.pages[page] > PAGE_TIMEOUT_SECONDS:  # it went without a word
                    self._close(page)
            closed = [entry for entry in self._entries.values() if not entry.pages]
            waits = {e.key: e.closed_at + KEEP_AFTER_CLOSE_SECONDS - now for e in closed}
            expired = [entry for entry in closed if waits[entry.key] <= 0]
            for entry in expired:
                self._remove(entry)
                del waits[entry.key]
            if waits and self._timer is None:
                self._start_timer(min(waits.values()))
        for entry in expired:
            if entry.is_registered:
                entry.session.end()

    def _start_timer(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._when_time_is_up)
        self._timer.daemon = True
        self._timer.start()

    def _when_time_is_up(self) -> None:
        self._timer = None
        self._end_expired()

    # --- with the lock held --------------------------------------------------------------------

    def _close(self, page: str) -> None:
        entry = self._by_page.pop(page, None)
        if entry is None:
            return
        del entry.pages[page]
        entry.session.presence.leave(page)
        if not entry.pages:
            entry.closed_at = self._clock.now()
            self._entries[entry.key] = self._entries.pop(entry.key)

    def _register(self, entry: Entry) -> Session | None:
        """Give a session a place, if it has none; return the session to end for it.

        Raises:
            ValueError: every place is in use, or the session has been ended.
        """
        if entry.is_registered:
            if entry.key not in self._entries:
                raise ValueError(ENDED)
            return None
        ended = self._make_room(entry)
        entry.is_registered = True
        if entry.key not in self._entries:  # it was removed as surplus
            self._entries[entry.key] = entry
            pages = [page for page in entry.pages if self._by_page.setdefault(page, entry) is entry]
            entry.pages = {page: entry.pages[page] for page in pages}
            entry.closed_at = self._clock.now()
        return ended

    def _make_room(self, entry: Entry) -> Session | None:
        registered = [other for other in self._entries.values() if other.is_registered]
        own = [other for other in registered if other.client == entry.client != ""]
        most = the_limits().sessions
        if len(own) >= max(SHARE * most, 1):  # its client's own have to make room
            registered = own
        elif len(registered) < most:
            return None
        ranks = [(other.eviction_rank, other) for other in registered]
        evictable = [(rank, other) for rank, other in ranks if rank is not None]
        if not evictable:
            raise ValueError(NO_ROOM)
        rank, leaving = min(evictable, key=itemgetter(0))
        if rank == NOTHING_TO_LOSE:
            leaving.is_registered = False  # its pages do not notice
            return None
        self._remove(leaving)
        return leaving.session

    def _remove_surplus(self) -> None:
        """Forget unregistered sessions: of the client that has most, those without a page first.

        A page of theirs enters anew, and has lost nothing.
        """
        unregistered = [entry for entry in self._entries.values() if not entry.is_registered]
        counts = Counter(entry.client for entry in unregistered)
        unregistered.sort(key=lambda entry: (-counts[entry.client], bool(entry.pages)))
        for entry in unregistered[: max(len(unregistered) - MAX_UNREGISTERED_SESSIONS, 0)]:
            self._remove(entry)

    def _remove(self, entry: Entry) -> None:
        del self._entries[entry.key]
        for page in entry.pages:
            del self._by_page[page]


REGISTRY = Registry()

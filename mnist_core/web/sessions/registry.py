"""Every session that a page can come back to, by a key that only that page knows."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field

from mnist_core.web.jobs.presence import Clock
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.session import Session

KEPT = 30 * 60.0  # seconds after its last page has closed
IDLE = (
    30 * 60.0
)  # seconds without use, after which a session may have to make room with a page open
MOST_PAGES = 20  # of one session
FULL = (
    "So many people are here that no more networks can be trained just now. You can draw all the "
    "same; to train, reload the page a little later."
)


@dataclass
class Guest:
    """A session, and the pages that show it.

    Attributes:
        session: the session.
        pages: Gradio's names of the pages that are open, the oldest first.
        left_at: when the last one closed.
    """

    session: Session
    pages: dict[str, None] = field(default_factory=dict)
    left_at: float = 0.0


class Registry:
    """The register of sessions: bounded, forgetful, and closed to whoever has no key."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._guests: dict[str, Guest] = {}  # by key; who left longest ago comes first
        self._keys: dict[str, str] = {}  # page → key
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def enter(self, key: object, session: Session, page: str) -> tuple[str, Session]:
        """Find the session of a page that has just been opened, or begin one.

        Args:
            key: what the page has kept from before: data from a stranger, of any type and size.
            session: a new session, for a page that comes for the first time.
            page: Gradio's name of the page (`session_hash`).

        Returns:
            The key that the page has to keep, and its session. Where there is no room for another
            session it is one in which nothing can be trained, and of which nothing is kept.
        """
        with self._lock:
            self._leave(page)
            self._tidy()
            if not isinstance(key, str) or key not in self._guests:
                key = secrets.token_urlsafe(32)
                if not self._make_room():
                    session.refusal = FULL
                    return key, session
                session.refusal = ""
                self._guests[key] = Guest(session)
            guest = self._guests[key]
            guest.pages[page] = None
            guest.session.presence.expect()
            for other in list(guest.pages)[:-MOST_PAGES]:
                del guest.pages[other]
                self._keys.pop(other, None)
            self._keys[page] = key
            return key, guest.session

    def leave(self, page: str) -> None:
        """Note that a page has closed."""
        with self._lock:
            self._leave(page)
            self._tidy()

    def __len__(self) -> int:
        return len(self._guests)

    def _leave(self, page: str) -> None:
        key = self._keys.pop(page, "")
        guest = self._guests.get(key)
        if guest is None:
            return
        guest.pages.pop(page, None)
        if not guest.pages:
            guest.session.presence.leave()
            guest.left_at = self._clock.now()
            self._guests[key] = self._guests.pop(key)  # to the end: it left last

    def _tidy(self) -> None:
        """End the sessions whose pages closed long ago."""
        for key, guest in list(self._guests.items()):
            if not guest.pages and self._clock.now() - guest.left_at >= KEPT:
                self._end(key)
        self._tidy_later()

    def _make_room(self) -> bool:
        """Make room for one session more, if there is anybody who does not use theirs.

        First goes whose pages closed longest ago, then whose session was used longest ago.

        Returns:
            Whether there is room.
        """
        if len(self._guests) < the_limits().sessions:
            return True
        left = [key for key, guest in self._guests.items() if not guest.pages]
        idle = [key for key, guest in self._guests.items() if guest.session.unused_for >= IDLE]
        idle.sort(key=lambda key: -self._guests[key].session.unused_for)
        for key in (left + idle)[:1]:
            self._end(key)
        return bool(left or idle)

    def _end(self, key: str) -> None:
        guest = self._guests.pop(key)
        for page in guest.pages:
            self._keys.pop(page, None)
        guest.session.end()

    def _tidy_later(self) -> None:
        """Look again when the next session is over, since perhaps nobody comes until then."""
        left = [guest.left_at for guest in self._guests.values() if not guest.pages]
        if self._timer is not None and self._timer.is_alive():
            return
        if left:
            wait = max(min(left) + KEPT - self._clock.now(), 1.0)
            self._timer = threading.Timer(wait, self._when_time_is_up)
            self._timer.daemon = True
            self._timer.start()

    def _when_time_is_up(self) -> None:
        with self._lock:
            self._timer = None
            self._tidy()


REGISTRY = Registry()

"""An open page: how it finds its session, and when it is told of a change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from time import monotonic, monotonic_ns
from typing import Any

import gradio as gr

from mnist_core.text import Language, first_language, speak
from mnist_core.web.components.link import KEEPS, Link
from mnist_core.web.jobs.throttle import somebody_draws
from mnist_core.web.sessions.client import SHARE, client_of
from mnist_core.web.sessions.registry import REGISTRY
from mnist_core.web.sessions.session import JOB_QUEUE, Session, unknown_session

POLL_SECONDS = 0.05  # between two looks for a change
DRAWING_UPDATE_SECONDS = 1.0  # between two updates while somebody draws: each delays the pen
# Without a change for so long a stream sends an empty update: Gradio ends the stream of a page that
# has gone only when there is something to send.
SILENCE_SECONDS = 1.0
MAX_STREAMS_PER_SESSION = 5  # a browser has six connections to one server, and all else needs one
MAX_STREAMS = 900


class SessionLink(Link):
    """The link as an input of handlers: they are given the page's session, and its language."""

    def introduce(self, payload: object) -> None:
        """Speak the page's language while the event is handled."""
        speak(_introduced(payload)[1])

    def preprocess(self, payload: object) -> Session:
        """Find the session by its key."""
        return REGISTRY.find(_introduced(payload)[0]) or unknown_session()


def _introduced(payload: object) -> tuple[str, Language]:
    """Return the key and the language that a page introduces itself with.

    Args:
        payload: both in one text, data from a stranger.
    """
    key, _, tag = payload.partition(" ") if isinstance(payload, str) else ("", "", "")
    return key, first_language([tag]) or "en"


def enter(payload: object, request: gr.Request) -> Any:
    """Give a page that has just opened its session: a key to come back with, and its own name."""
    page, sender = request.session_hash or "", request.client
    told, _ = _introduced(payload)
    former = told.removesuffix(KEEPS)
    key, session = REGISTRY.enter(former, page, client_of(sender.host if sender else None))
    session.has_lost |= told.endswith(KEEPS) and key != former
    JOB_QUEUE.warm_up()
    # Key and name may be the page's own already, and then only a new number tells it anything.
    return gr.update(session=key, page_name=page, changes=monotonic_ns())


class Streams:
    """The pages that are told of changes, each by one stream; for the event loop alone."""

    def __init__(self) -> None:
        self._streams: dict[str, tuple[Session, object]] = {}  # by page, the oldest first

    def open(self, page: str, session: Session) -> object:
        """Begin a stream; the page's former one ends, and the oldest where there are too many.

        Returns:
            The stream, for `is_open`.
        """
        self.close(page)
        of_session = [other for other, (owner, _) in self._streams.items() if owner is session]
        client = session.presence.client
        of_client = [
            other
            for other, (owner, _) in self._streams.items()
            if owner.presence.client == client != ""
        ]
        surplus = {
            *of_session[: 1 - MAX_STREAMS_PER_SESSION],
            *of_client[: 1 - round(SHARE * MAX_STREAMS)],
            *list(self._streams)[: 1 - MAX_STREAMS],
        }
        for other in surplus:
            self.close(other)
        stream = object()
        self._streams[page] = session, stream
        return stream

    def close(self, page: str) -> None:
        """End the stream of a page, if it has one."""
        self._streams.pop(page, None)

    def is_open(self, page: str, stream: object | None = None) -> bool:
        """Tell whether a page has this stream; without one, whether it has any."""
        _, present = self._streams.get(page, (None, None))
        return present is not None and stream in (None, present)


STREAMS = Streams()


async def watch(session: Session, page: str) -> AsyncGenerator[None, None]:
    """Yield at once, then whenever something has changed, as long as anything is learned.

    Ends before that when the page lets go of its stream or has closed. An async generator, so that
    a hundred visitors who wait hold no thread.
    """
    stream = STREAMS.open(page, session)
    session.presence.hear(page)
    session.note_use()  # whatever changes runs ends in a new stream
    try:
        while STREAMS.is_open(page, stream) and session.presence.is_open(page):
            seen, is_over, yielded_at = session.changes, not session.is_busy, monotonic()
            yield
            if is_over:
                break
            while STREAMS.is_open(page, stream) and not _is_due(session, seen, yielded_at):
                await asyncio.sleep(POLL_SECONDS)
    except (GeneratorExit, asyncio.CancelledError):  # its connection has ended
        if STREAMS.is_open(page, stream):
            session.presence.leave(page)
        raise
    finally:
        if STREAMS.is_open(page, stream):
            STREAMS.close(page)


def _is_due(session: Session, seen: tuple[int, ...], told_at: float) -> bool:
    """Tell whether the page is to be told something.

    Args:
        session: the session.
        seen: its changes when the page was told last.
        told_at: when that was.
    """
    silence = monotonic() - told_at
    if silence >= SILENCE_SECONDS:
        return True
    is_busy = session.is_busy and somebody_draws() and silence < DRAWING_UPDATE_SECONDS
    return session.changes != seen and not is_busy

"""The one stream of a page: it tells all tabs what has changed while runs are under way."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Protocol

import gradio as gr

from mnist_core.text import say
from mnist_core.web.components.base import Updates
from mnist_core.web.sessions.page import SessionLink, watch
from mnist_core.web.sessions.session import Session

View = Callable[[], Updates]
"""Says what components of a tab show now; it may remember what is costly to make."""


class Tab(Protocol):
    """A tab that shows what becomes of a session."""

    @property
    def outputs(self) -> Sequence[gr.Component]:
        """The components of its views."""

    def view(self, session: Session) -> View:
        """Begin to show a session on one page."""


def quietly(link: SessionLink) -> dict[str, Any]:
    """Return settings of an event that the page does not make a show of."""
    return {
        "show_progress": "hidden",
        # At each step of each event Gradio's page copies the components that could show its
        # progress, a drawing and all; one that holds next to nothing saves milliseconds.
        "show_progress_on": link,
        "api_visibility": "private",
    }


def at_once(link: SessionLink) -> dict[str, Any]:
    """Return settings of an event that is handled past the queue, beside others of its kind."""
    return {**quietly(link), "queue": False, "trigger_mode": "multiple"}


def build_page_stream(link: SessionLink, tabs: Sequence[Tab]) -> None:
    """Let the page follow its session whenever it is seen and there may be something new."""

    async def follow(session: Session, request: gr.Request) -> AsyncGenerator[Updates, None]:
        if session.has_lost:
            session.has_lost = False
            gr.Warning(say("session.lost"), duration=None)  # until the visitor closes it
        of_link: Updates = {link: gr.update(keeps=not session.is_empty)}
        async for updates in follow_session(session, request.session_hash or "", tabs):
            yield of_link | {part: _update(value) for part, value in updates.items()}
            of_link = {link: gr.skip()}

    outputs = [link, *(part for tab in tabs for part in tab.outputs)]
    # No limit: a stream that waits holds no thread. "always_last": what begins just as a stream
    # ends is followed by another one.
    settings = {"concurrency_limit": None, "trigger_mode": "always_last", **quietly(link)}
    link.seen(follow, link, outputs, **settings)


async def follow_session(
    session: Session, page: str, tabs: Sequence[Tab]
) -> AsyncGenerator[Updates, None]:
    """Yield what has changed on a page, at first everything, until no run is under way.

    Yields:
        Values of components; nothing where the stream only finds out whether anybody is there.
    """
    views = [tab.view(session) for tab in tabs]
    shown: Updates = {}
    async with aclosing(watch(session, page)) as changes:
        async for _ in changes:
            now = await to_thread(_look, views)
            news = {
                part: now[part] for part in now if part not in shown or shown[part] != now[part]
            }
            shown |= news
            yield news


def _look(views: list[View]) -> Updates:
    return {part: value for view in views for part, value in view().items()}


def _update(value: Any) -> dict[str, Any]:
    """Wrap a value.

    Gradio sends how an output differs from the one before, and its page changes that one in place;
    the bare value of a component in a tab that has not been opened would be emptied by a skip.
    """
    is_update = isinstance(value, dict) and "__type__" in value
    return value if is_update else dict(gr.update(value=value))

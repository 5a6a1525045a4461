from __future__ import annotations

from asyncio import Queue

import pytest
from gradio.state_holder import StateHolder
from gradio.utils import LRUCache

import app
from mnist_core.web.gradio_compat.closed_pages import MAX_CLOSED_PAGES, ClosedPages


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> StateHolder:
    """Return what Gradio remembers of the app's pages, of which there are none so far."""
    memory = StateHolder()
    memory.blocks = app.demo
    monkeypatch.setattr(app.demo, "state_holder", memory)
    for name, empty in (
        ("pending_messages_per_session", LRUCache(2000)),
        ("pending_event_ids_session", {}),
    ):
        monkeypatch.setattr(app.demo._queue, name, empty)
    return memory


def open_pages(memory: StateHolder, names: list[str]) -> None:
    for name in names:
        memory[name]  # as at the page's first event
        app.demo._queue.pending_messages_per_session[name] = Queue()
        app.demo._queue.pending_event_ids_session[name] = {"event"}


def test_of_the_closed_pages_only_the_latest_are_remembered(memory: StateHolder) -> None:
    names, closed = [f"page {number}" for number in range(MAX_CLOSED_PAGES + 3)], ClosedPages()
    open_pages(memory, [*names, "open"])
    for name in names:
        closed.add(name, app.demo)
    assert list(memory.session_data) == [*names[3:], "open"]
    queue = app.demo._queue
    for other in (
        memory.time_last_used,
        queue.pending_messages_per_session,
        queue.pending_event_ids_session,
    ):
        assert other.keys() == memory.session_data.keys()


def test_a_page_that_came_back_is_remembered(memory: StateHolder) -> None:
    names, closed = [f"page {number}" for number in range(MAX_CLOSED_PAGES + 1)], ClosedPages()
    open_pages(memory, names)
    closed.add(names[0], app.demo)
    memory[names[0]]  # its connection had only been broken
    for name in names[1:]:
        closed.add(name, app.demo)
    assert names[0] in memory
    assert names[1] in memory  # there is room for as many
    closed.add(names[0], app.demo)
    assert names[1] not in memory
    assert names[0] in memory


def test_a_page_that_was_never_heard_of_may_close(memory: StateHolder) -> None:
    ClosedPages().add("nobody", app.demo)
    assert list(memory.session_data) == []

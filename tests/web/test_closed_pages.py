from __future__ import annotations

from gradio.state_holder import StateHolder

import app
from mnist_core.web.closed_pages import MOST_CLOSED, ClosedPages


def open_pages(names: list[str]) -> StateHolder:
    memory = StateHolder()
    memory.blocks = app.demo
    for name in names:
        memory[name]  # as at the page's first event
    return memory


def test_of_the_closed_pages_only_the_latest_are_remembered() -> None:
    names = [f"page {number}" for number in range(MOST_CLOSED + 3)]
    memory, closed = open_pages([*names, "open"]), ClosedPages()
    for name in names:
        closed.add(name, memory)
    assert list(memory.session_data) == [*names[3:], "open"]
    assert memory.time_last_used.keys() == memory.session_data.keys()


def test_a_page_that_came_back_is_remembered() -> None:
    names = [f"page {number}" for number in range(MOST_CLOSED + 1)]
    memory, closed = open_pages(names), ClosedPages()
    closed.add(names[0], memory)
    memory[names[0]]  # its connection had only been broken
    for name in names[1:]:
        closed.add(name, memory)
    assert names[0] in memory
    assert names[1] in memory  # there is room for as many
    closed.add(names[0], memory)
    assert names[1] not in memory
    assert names[0] in memory


def test_a_page_that_was_never_heard_of_may_close() -> None:
    memory = open_pages([])
    ClosedPages().add("nobody", memory)
    assert list(memory.session_data) == []

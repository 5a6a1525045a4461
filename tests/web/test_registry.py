from __future__ import annotations

import random
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN
from mnist_core.config import TrainConfig
from mnist_core.drawings import LabelledDrawing
from mnist_core.preprocessing import parse_strokes
from mnist_core.web.jobs.presence import PAGE_TIMEOUT_SECONDS
from mnist_core.web.limits import MEGABYTE
from mnist_core.web.sessions import registry as registry_module
from mnist_core.web.sessions.own_test_set import OwnTestSet
from mnist_core.web.sessions.registry import (
    IDLE_TIMEOUT_SECONDS,
    KEEP_AFTER_CLOSE_SECONDS,
    MAX_PAGES_PER_SESSION,
    MAX_UNREGISTERED_SESSIONS,
    NO_ROOM,
    Registry,
)
from mnist_core.web.sessions.session import ENDED, Session
from tests.web.conftest import SetLimits
from tests.web.workshop import SHORT, HandClock, Workshop, trained

SEVEN = LabelledDrawing(7, parse_strokes([[[300, 200], [700, 200], [450, 800]]]))


class HandRegistry(Registry):
    """A registry whose time is in the test's hands."""

    def __init__(self, new_session: Callable[[], Session] = Session) -> None:
        self.clock = HandClock()
        super().__init__(self.clock, new_session)

    def _start_timer(self, seconds: float) -> None:
        pass

    @property
    def pages(self) -> int:
        """How many pages it remembers."""
        return len(self._by_page)

    def enter_and_keep(self, page: str) -> tuple[str, Session]:
        """Let a page begin a session that keeps something."""
        key, session = self.enter(None, page)
        session.label([SEVEN])
        return key, session


def can_keep(session: Session) -> bool:
    """Tell whether something can be kept in a session."""
    try:
        session.label([SEVEN])
    except ValueError:
        return False
    return True


# --- keys and pages ----------------------------------------------------------------------------


def test_a_page_that_comes_back_with_its_key_finds_its_session() -> None:
    registry = HandRegistry()
    key, session = registry.enter(None, "page 1")
    registry.leave("page 1")
    assert registry.enter(key, "page 2") == (key, session)


def test_a_new_page_may_come_before_the_old_one_has_gone() -> None:
    registry = HandRegistry()
    key, session = registry.enter_and_keep("page 1")
    registry.enter(key, "page 2")
    registry.leave("page 1")
    registry.clock.put_forward(KEEP_AFTER_CLOSE_SECONDS + 1)
    assert registry.enter(key, "page 3") == (key, session)


def test_every_visitor_has_a_key_of_their_own() -> None:
    registry = HandRegistry()
    keys = {registry.enter(None, f"page {number}")[0] for number in range(50)}
    assert len(keys) == 50
    assert all(len(key) >= 43 for key in keys)  # 32 random bytes


HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
    st.just("x" * 10**7),
)


@given(key=HOSTILE)
def test_any_other_key_begins_a_new_session(key: object) -> None:
    registry = HandRegistry()
    _, first = registry.enter(None, "page 1")
    given_key, entered = registry.enter(key, "page 2")
    assert entered is not first
    assert given_key != key


def test_a_visitor_s_own_pages_are_bounded() -> None:
    registry = HandRegistry()
    key, session = registry.enter_and_keep("page 0")
    for number in range(1, 10 * MAX_PAGES_PER_SESSION):
        assert registry.enter(key, f"page {number}") == (key, session)
    assert registry.pages == MAX_PAGES_PER_SESSION
    assert len(registry) == 1


def test_a_page_nobody_knows_may_leave() -> None:
    registry = HandRegistry()
    registry.leave("nobody")
    assert len(registry) == 0


# --- who takes a place -------------------------------------------------------------------------


def test_a_thousand_pages_that_do_nothing_keep_nobody_from_training(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(sessions=3)
    workshop.gate.allow()
    registry = HandRegistry(workshop.session)
    lookers = [registry.enter(None, f"page {number}") for number in range(1_000)]
    assert len(registry) == 0
    session = registry.enter(None, "page of who trains")[1]
    assert trained(session).state == "finished"
    assert len(registry) == 1
    key, first = lookers[0]
    assert registry.enter(key, "page 0, reloaded") == (key, first)


def keep_a_run(session: Session) -> None:
    session.stop(session.start(SHORT))


def keep_an_upload(session: Session) -> None:
    session.upload(SHIPPED)


def keep_a_label(session: Session) -> None:
    session.label([SEVEN])


@pytest.mark.parametrize("keep", [keep_a_run, keep_an_upload, keep_a_label])
def test_whoever_keeps_something_is_registered(
    workshop: Workshop, limit: SetLimits, keep: Callable[[Session], None]
) -> None:
    limit(sessions=1)
    registry = HandRegistry(workshop.session)
    first, second = (registry.enter(None, page)[1] for page in ("page 1", "page 2"))
    assert len(registry) == 0
    keep(first)
    assert len(registry) == 1
    with pytest.raises(ValueError, match="You can draw all the same"):
        keep(second)
    assert second.is_empty
    assert len(registry) == 1
    registry.leave("page 1")  # whoever has left makes room, and loses nothing until then
    assert not first.is_empty
    keep(second)
    assert (len(registry), first.is_empty, second.is_empty) == (1, True, False)
    with pytest.raises(ValueError, match="has ended"):
        keep(first)


def test_who_has_nothing_to_lose_any_more_makes_room_first_and_does_not_notice(
    limit: SetLimits,
) -> None:
    limit(sessions=2)
    registry = HandRegistry()
    _, closed = registry.enter_and_keep("page 1")
    _, cleared = registry.enter_and_keep("page 2")
    registry.leave("page 1")
    cleared.test_set.clear()
    _, third = registry.enter_and_keep("page 3")
    assert len(closed.test_set) == 1
    assert len(registry) == 2
    assert can_keep(cleared)  # in the place of the one that has no page any more
    assert not can_keep(closed)
    assert len(third.test_set) == 1


def test_of_those_without_a_page_the_one_goes_whose_pages_closed_first(limit: SetLimits) -> None:
    limit(sessions=3)
    registry = HandRegistry()
    keys = [registry.enter_and_keep(f"page {number}")[0] for number in range(3)]
    for number in (1, 0):
        registry.leave(f"page {number}")
    registry.enter_and_keep("page 3")
    assert len(registry) == 3
    assert registry.enter(keys[1], "page 5")[0] != keys[1]
    assert registry.enter(keys[0], "page 6")[0] == keys[0]


def test_a_session_that_nobody_uses_makes_room(limit: SetLimits, workshop: Workshop) -> None:
    limit(sessions=2)
    registry = HandRegistry(workshop.session)
    idle, busy = (registry.enter_and_keep(page)[1] for page in ("page 1", "page 2"))
    late = registry.enter(None, "page 3")[1]
    workshop.clock.put_forward(IDLE_TIMEOUT_SECONDS - 1)
    busy.note_use()
    assert not can_keep(late)
    workshop.clock.put_forward(1)
    assert can_keep(late)
    assert (can_keep(idle), can_keep(busy)) == (False, True)
    registry.leave("page 1")  # which is long forgotten
    assert len(registry) == 2


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_session_whose_network_trains_makes_no_room(
    limit: SetLimits, workshop: Workshop, is_closed: bool
) -> None:
    limit(sessions=1)
    registry = HandRegistry(workshop.session)
    session, late = (registry.enter(None, page)[1] for page in ("page 1", "page 2"))
    with session.connected():
        run = session.start(TrainConfig())
        workshop.clock.put_forward(IDLE_TIMEOUT_SECONDS)
        if is_closed:
            registry.leave("page 1")
        with pytest.raises(ValueError, match=NO_ROOM):
            late.label([SEVEN])
        assert run.is_under_way
        session.end()


def test_in_an_ended_session_nothing_is_kept_and_a_reload_begins_a_new_one(
    limit: SetLimits, workshop: Workshop
) -> None:
    limit(sessions=1)
    registry = HandRegistry(workshop.session)
    key, ended = registry.enter_and_keep("page 1")
    workshop.clock.put_forward(IDLE_TIMEOUT_SECONDS)
    registry.enter_and_keep("page 2")
    with pytest.raises(ValueError, match=ENDED):
        ended.start(SHORT)
    new_key, session = registry.enter(key, "page 1")
    assert (new_key != key, session is not ended) == (True, True)


def test_many_who_come_for_the_last_places_at_once_get_no_more_than_there_are(
    limit: SetLimits,
) -> None:
    limit(sessions=5)
    registry = HandRegistry()
    sessions = [registry.enter(None, f"page {number}")[1] for number in range(40)]
    barrier, kept = threading.Barrier(len(sessions)), []

    def keep(session: Session) -> None:
        barrier.wait()
        if can_keep(session):
            kept.append(session)

    threads = [threading.Thread(target=keep, args=[session]) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == len(registry) == 5
    assert sum(not session.is_empty for session in sessions) == 5


def test_whoever_comes_and_goes_at_once_no_more_are_registered_than_may_be(
    limit: SetLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(sessions=2)
    monkeypatch.setattr(registry_module, "MAX_UNREGISTERED_SESSIONS", 10)
    registry, keys = HandRegistry(), [""]
    most: list[int] = []

    def come_and_go(number: int) -> None:
        chance = random.Random(number)
        for _ in range(150):
            page = f"page {chance.randrange(30)}"
            key, session = registry.enter(chance.choice(keys[-20:]), page)
            keys.append(key)
            if chance.random() < 0.7:
                can_keep(session)
            else:
                session.test_set.clear()
            if chance.random() < 0.3:
                registry.leave(page)
            most.append(len(registry))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come_and_go, range(8)))  # raises what a thread has raised
    assert max(most) == 2
    assert registry.pages <= 30


# --- each client's share -----------------------------------------------------------------------


def test_one_client_does_not_get_all_places(limit: SetLimits) -> None:
    limit(sessions=30)
    registry = HandRegistry()
    own = [registry.enter(None, f"page {number}", "192.0.2.1")[1] for number in range(40)]
    assert sum(map(can_keep, own)) == 10
    other = registry.enter(None, "another's page", "192.0.2.2")[1]
    assert can_keep(other)
    registry.leave("page 0")  # its own closed session makes room, and nobody else's
    assert can_keep(own[39])
    assert own[0].is_empty
    assert len(registry) == 11
    unknown = [registry.enter(None, f"unknown {number}")[1] for number in range(40)]
    assert sum(map(can_keep, unknown)) == 19


def test_whoever_opens_thousands_of_pages_pushes_out_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_module, "MAX_UNREGISTERED_SESSIONS", 100)
    registry = HandRegistry()
    key, session = registry.enter(None, "an idle page", "192.0.2.1")
    registry.leave("an idle page")
    for number in range(1_000):
        registry.enter(None, f"page {number}", "192.0.2.2")
    assert registry.enter(key, "it comes back", "192.0.2.1") == (key, session)


# --- those that keep nothing -------------------------------------------------------------------


def test_what_is_remembered_of_those_who_keep_nothing_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_module, "MAX_UNREGISTERED_SESSIONS", 10)
    registry = HandRegistry()
    keys = [registry.enter(None, f"page {number}")[0] for number in range(8)]
    registry.leave("page 7")
    for number in range(8, 12):
        registry.enter(None, f"page {number}")
    assert registry.pages == 10
    assert registry.enter(keys[1], "reloaded 1")[0] == keys[1]  # it had a page
    assert registry.enter(keys[7], "reloaded 7")[0] != keys[7]


def test_who_was_forgotten_while_keeping_nothing_may_keep_something_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_module, "MAX_UNREGISTERED_SESSIONS", 2)
    registry = HandRegistry()
    key, session = registry.enter(None, "page 0")
    for number in range(1, 10):
        registry.enter(None, f"page {number}")
    assert can_keep(session)
    assert registry.enter(key, "reloaded") == (key, session)
    for page in ("page 0", "reloaded"):
        registry.leave(page)
    registry.clock.put_forward(KEEP_AFTER_CLOSE_SECONDS)
    registry.leave("nobody")
    assert session.is_empty  # as of any other, its page was known to have closed


def test_a_page_that_has_entered_another_session_does_not_hold_its_former_one_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_module, "MAX_UNREGISTERED_SESSIONS", 1)
    registry = HandRegistry()
    key, former = registry.enter(None, "page 0")
    registry.enter(None, "page 1")
    present = registry.enter(None, "page 0")[1]
    assert can_keep(former)
    assert can_keep(present)
    registry.clock.put_forward(KEEP_AFTER_CLOSE_SECONDS - 1)
    assert registry.hear("page 0") is present
    assert registry.enter(key, "page 2")[1] is former
    registry.leave("page 2")
    registry.clock.put_forward(KEEP_AFTER_CLOSE_SECONDS)
    assert registry.hear("page 0") is present
    registry.leave("nobody")
    assert (former.is_empty, present.is_empty) == (True, False)


def test_a_session_that_keeps_nothing_is_small() -> None:
    registry = HandRegistry()
    registry.enter(None, "the first")
    tracemalloc.start()
    for number in range(100):
        registry.enter(None, f"page {number}")
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert MAX_UNREGISTERED_SESSIONS * size / 100 < 20e6  # bytes


# --- how long ----------------------------------------------------------------------------------


def test_a_session_is_kept_for_a_while_after_its_last_page_has_closed() -> None:
    registry = HandRegistry()
    key, session = registry.enter_and_keep("page 1")
    registry.leave("page 1")
    registry.clock.put_forward(KEEP_AFTER_CLOSE_SECONDS - 1)
    assert registry.enter(key, "page 2")[1] is session
    registry.leave("page 2")
    registry.clock.put_forward(KEEP_AFTER_CLOSE_SECONDS)
    assert registry.enter(key, "page 3")[1] is not session


def test_a_session_that_is_over_is_cleared_away(workshop: Workshop, own_cache: Path) -> None:
    workshop.gate.allow()
    registry = HandRegistry(workshop.session)
    _, session = registry.enter(None, "page 1")
    assert session.files(trained(session))
    registry.leave("page 1")
    registry.clock.put_forward(KEEP_AFTER_CLOSE_SECONDS)
    registry.enter(None, "page 2")
    assert session.runs == []
    assert list(own_cache.iterdir()) == []
    assert len(registry) == 0


def test_when_nobody_comes_the_last_session_is_cleared_away_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = HandClock()
    registry = Registry(clock)
    _, session = registry.enter(None, "page 1")
    session.label([SEVEN])
    registry.leave("page 1")
    assert registry._timer is not None
    assert registry._timer.interval == KEEP_AFTER_CLOSE_SECONDS
    clock.time += KEEP_AFTER_CLOSE_SECONDS
    registry._timer.function()  # as it does when the time is up
    registry._timer and registry._timer.cancel()
    assert session.is_empty
    assert len(registry) == 0


# --- the networks of all sessions --------------------------------------------------------------


def test_of_all_sessions_the_oldest_network_makes_room_and_its_owner_is_told(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(networks=10)
    workshop.gate.allow()
    registry = HandRegistry(workshop.session)
    first, second = (registry.enter(None, page)[1] for page in ("page 1", "page 2"))
    oldest, kept = trained(first), trained(first)
    others = [trained(second) for _ in range(9)]
    assert first.runs == [kept]
    assert first.evicted == [oldest.name]
    assert oldest.model is None
    assert first.results == [oldest, kept]
    assert second.runs == others
    second.delete(others[0])
    trained(second)
    assert first.runs == [kept]  # there was room


def test_networks_go_first_from_the_session_that_was_used_longest_ago(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(networks=10)
    workshop.gate.allow()
    registry = HandRegistry(workshop.session)
    used, unused, third = (registry.enter(None, f"page {number}")[1] for number in range(3))
    runs = [trained(session) for session in (used, unused)]
    workshop.clock.put_forward(1)
    used.note_use()
    for _ in range(9):
        trained(third)
    assert (used.runs, unused.runs) == ([runs[0]], [])


def test_a_run_under_way_keeps_its_network_though_it_is_the_oldest(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(networks=10)
    registry = HandRegistry(workshop.session)
    first, second = (registry.enter(None, page)[1] for page in ("page 1", "page 2"))
    waiting = first.start(SHORT)  # nobody attends it
    workshop.gate.allow()
    done = [trained(second) for _ in range(10)]
    assert first.runs == [waiting]
    assert second.runs == done[1:]


# --- what all of them keep, in bytes -----------------------------------------------------------


def test_whoever_was_there_longest_ago_gives_up_what_all_have_too_much_of(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(session_mb=80, sessions_mb=100, runs=100)
    registry = HandRegistry(workshop.session)
    first, second = (registry.enter(None, page)[1] for page in ("page 1", "page 2"))
    for session in (first, second):
        workshop.clock.put_forward(1)
        for _ in range(64):  # 0.86 MB each
            session.upload(SHIPPED_CNN)
        assert all(session.files(run) for run in session.runs)
    assert sum(run.model is not None for run in first.results) < 64
    assert len(second.runs) == 64
    assert 98 * MEGABYTE < first.size + second.size <= 100 * MEGABYTE
    assert first.file_size == 0
    assert second.file_size > 50 * MEGABYTE


def test_where_nobody_can_give_up_anything_nothing_is_added(
    workshop: Workshop, limit: SetLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(sessions_mb=100)
    registry = HandRegistry(workshop.session)
    _, session = registry.enter_and_keep("page 1")
    monkeypatch.setattr(OwnTestSet, "size", 101 * MEGABYTE)
    for keep in (keep_a_run, keep_an_upload, keep_a_label):
        with pytest.raises(ValueError, match="You can draw all the same"):
            keep(session)
    assert session.runs == []


# --- presence ----------------------------------------------------------------------------------


def test_a_closed_page_is_absent_and_one_that_comes_back_is_not(workshop: Workshop) -> None:
    registry = HandRegistry(workshop.session)
    key, session = registry.enter(None, "page 1")
    assert registry.hear("page 1") is session
    assert session.presence.absent_for is None
    registry.leave("page 1")
    assert session.presence.absent_for == 0.0
    workshop.clock.put_forward(2.0)
    assert session.presence.absent_for == 2.0
    assert registry.hear("page 1") is None
    assert registry.enter(key, "page 1") == (key, session)
    assert session.presence.absent_for == 0.0  # so far it is only expected
    registry.hear("page 1")
    assert session.presence.absent_for is None


def test_a_page_that_goes_without_a_word_is_taken_for_closed_after_a_while(
    workshop: Workshop,
) -> None:
    registry = HandRegistry(workshop.session)
    key, session = registry.enter(None, "page 1")
    session.label([SEVEN])
    for _ in range(3):
        for clock in (registry.clock, workshop.clock):
            clock.put_forward(PAGE_TIMEOUT_SECONDS - 1)
        assert registry.hear("page 1") is session
    for clock in (registry.clock, workshop.clock):
        clock.put_forward(PAGE_TIMEOUT_SECONDS + 1)
    assert session.presence.absent_for == 1.0
    registry.leave("nobody")  # which has it look around
    assert registry.pages == 0
    registry.clock.put_forward(KEEP_AFTER_CLOSE_SECONDS)
    registry.leave("nobody")
    assert registry.find(key) is None
    assert session.is_empty


def test_a_page_that_closes_while_another_shows_the_session_changes_nothing(
    workshop: Workshop,
) -> None:
    registry = HandRegistry(workshop.session)
    key, session = registry.enter(None, "page 1")
    registry.enter(key, "page 2")
    with session.connected():
        registry.leave("page 1")
        assert session.presence.absent_for is None

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_core.config import TrainConfig
from mnist_core.web.sessions.registry import FULL, IDLE, KEPT, MOST_PAGES, Registry
from mnist_core.web.sessions.session import ENDED, Session
from tests.web.conftest import SetLimits
from tests.web.workshop import HandClock, Workshop, eventually


class Register(Registry):
    """A register whose time is in the test's hands."""

    def __init__(self) -> None:
        self.clock = HandClock()
        super().__init__(self.clock)

    def _tidy_later(self) -> None:
        pass


def test_a_page_that_comes_back_with_its_key_finds_its_session() -> None:
    sessions, session = Register(), Session()
    key, entered = sessions.enter(None, session, "page 1")
    assert entered is session
    sessions.leave("page 1")
    assert sessions.enter(key, Session(), "page 2") == (key, session)


def test_a_new_page_may_come_before_the_old_one_has_gone() -> None:
    sessions, session = Register(), Session()
    key, _ = sessions.enter(None, session, "page 1")
    sessions.enter(key, Session(), "page 2")
    sessions.leave("page 1")
    sessions.clock.put_forward(KEPT + 1)
    assert sessions.enter(key, Session(), "page 3") == (key, session)


def test_every_visitor_has_a_key_of_their_own() -> None:
    sessions = Register()
    keys = {sessions.enter(None, Session(), f"page {number}")[0] for number in range(50)}
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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=HOSTILE)
def test_any_other_key_begins_a_new_session(key: object) -> None:
    sessions = Register()
    sessions.enter(None, Session(), "page 1")
    fresh = Session()
    given_key, entered = sessions.enter(key, fresh, "page 2")
    assert entered is fresh
    assert given_key != key


def test_a_session_is_kept_for_a_while_after_its_last_page_has_closed() -> None:
    sessions, session = Register(), Session()
    key, _ = sessions.enter(None, session, "page 1")
    sessions.leave("page 1")
    sessions.clock.put_forward(KEPT - 1)
    assert sessions.enter(key, Session(), "page 2")[1] is session
    sessions.leave("page 2")
    sessions.clock.put_forward(KEPT)
    fresh = Session()
    assert sessions.enter(key, fresh, "page 3")[1] is fresh


def test_a_session_that_is_over_is_cleared_away(workshop: Workshop, own_cache: Path) -> None:
    workshop.gate.allow()
    sessions, session = Register(), workshop.session()
    sessions.enter(None, session, "page 1")
    with session.connected():
        run = session.start(TrainConfig(epochs=1))
        eventually(lambda: not run.is_under_way)
    assert session.files(run)
    sessions.leave("page 1")
    sessions.clock.put_forward(KEPT)
    sessions.enter(None, Session(), "page 2")
    assert session.runs == []
    assert list(own_cache.iterdir()) == []
    assert len(sessions) == 1


def test_when_there_are_too_many_those_end_whose_pages_closed_first(
    limit: SetLimits,
) -> None:
    limit(sessions=3)
    sessions = Register()
    keys = [sessions.enter(None, Session(), f"page {number}")[0] for number in range(3)]
    for number in (1, 0):
        sessions.leave(f"page {number}")
    sessions.enter(None, Session(), "page 3")
    sessions.enter(None, Session(), "page 4")
    sessions.leave("page 4")
    assert len(sessions) <= 3
    assert sessions.enter(keys[1], Session(), "page 5")[0] != keys[1]


def test_who_comes_when_every_place_is_in_use_may_draw_but_not_train(limit: SetLimits) -> None:
    limit(sessions=2)
    sessions = Register()
    first, second, late = Session(), Session(), Session()
    sessions.enter(None, first, "page 1")
    sessions.enter(None, second, "page 2")
    key, entered = sessions.enter(None, late, "page 3")
    assert entered is late
    assert len(sessions) == 2
    with pytest.raises(ValueError, match="You can draw all the same"):
        late.start(TrainConfig())
    sessions.leave("page 2")  # whoever has left makes room, and loses nothing until then
    again = Session()
    sessions.enter(key, again, "page 3")
    assert again.refusal == ""
    assert second.refusal != ""
    assert len(sessions) == 2


def test_a_page_that_nobody_uses_makes_room(limit: SetLimits, workshop: Workshop) -> None:
    limit(sessions=2)
    sessions = Register()
    busy, idle = workshop.session(), workshop.session()
    sessions.enter(None, idle, "page 1")
    sessions.enter(None, busy, "page 2")
    workshop.clock.put_forward(IDLE)
    busy.note_use()
    fresh = workshop.session()
    key, _ = sessions.enter(None, fresh, "page 3")
    assert (idle.refusal, busy.refusal, fresh.refusal) == (ENDED, "", "")
    assert sessions.enter(key, Session(), "page 3")[1] is fresh
    sessions.leave("page 1")  # which is long forgotten
    assert len(sessions) == 2


def test_a_session_whose_network_trains_is_in_use(limit: SetLimits, workshop: Workshop) -> None:
    limit(sessions=1)
    sessions, session = Register(), workshop.session()
    sessions.enter(None, session, "page 1")
    with session.connected():
        session.start(TrainConfig())
        workshop.clock.put_forward(IDLE)
        late = Session()
        sessions.enter(None, late, "page 2")
        assert (session.refusal, late.refusal) == ("", FULL)
        session.end()


def test_a_visitor_s_own_pages_are_bounded() -> None:
    sessions, session = Register(), Session()
    key, _ = sessions.enter(None, session, "page 0")
    for number in range(1, 10 * MOST_PAGES):
        assert sessions.enter(key, Session(), f"page {number}") == (key, session)
    assert len(sessions._keys) == MOST_PAGES
    assert len(sessions) == 1


def test_a_page_nobody_knows_may_leave() -> None:
    sessions = Register()
    sessions.leave("nobody")
    assert len(sessions) == 0


def test_when_nobody_comes_the_last_session_is_cleared_away_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = HandClock()
    sessions, session = Registry(clock), Session()
    ended: list[bool] = []
    monkeypatch.setattr(session, "end", lambda: ended.append(True))
    sessions.enter(None, session, "page 1")
    sessions.leave("page 1")
    assert sessions._timer is not None
    assert sessions._timer.interval == KEPT
    clock.time += KEPT
    sessions._timer.function()  # as it does when the time is up
    sessions._timer and sessions._timer.cancel()
    assert ended == [True]
    assert len(sessions) == 0


def test_a_closed_page_is_absent_although_its_streams_are_still_open(workshop: Workshop) -> None:
    sessions, session = Register(), workshop.session()
    key, _ = sessions.enter(None, session, "page 1")
    with session.connected():
        assert session.presence.absent_for is None
        sessions.leave("page 1")
        assert session.presence.absent_for == 0.0
        workshop.clock.put_forward(2.0)
        session.presence.note_life()  # the connection had only been broken
        assert session.presence.absent_for is None
        sessions.leave("page 1")
        sessions.enter(key, Session(), "page 2")
        sessions.leave("page 2")
        workshop.clock.put_forward(2.0)
    assert session.presence.absent_for == 2.0  # since it left, not since its streams noticed


def test_a_page_that_closes_while_another_shows_the_session_changes_nothing(
    workshop: Workshop,
) -> None:
    sessions, session = Register(), workshop.session()
    key, _ = sessions.enter(None, session, "page 1")
    sessions.enter(key, Session(), "page 2")
    with session.connected():
        sessions.leave("page 1")
        assert session.presence.absent_for is None

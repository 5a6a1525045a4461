from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_core.config import TrainConfig
from mnist_core.web.visit import ENDED, Visit
from mnist_core.web.visits import FULL, IDLE, KEPT, MOST_PAGES, Visits
from tests.web.conftest import SetLimits
from tests.web.workshop import HandClock, Workshop, eventually


class Register(Visits):
    """A register whose time is in the test's hands."""

    def __init__(self) -> None:
        self.clock = HandClock()
        super().__init__(self.clock)

    def _tidy_later(self) -> None:
        pass


def test_a_page_that_comes_back_with_its_key_finds_its_visit() -> None:
    visits, visit = Register(), Visit()
    key, entered = visits.enter(None, visit, "page 1")
    assert entered is visit
    visits.leave("page 1")
    assert visits.enter(key, Visit(), "page 2") == (key, visit)


def test_a_new_page_may_come_before_the_old_one_has_gone() -> None:
    visits, visit = Register(), Visit()
    key, _ = visits.enter(None, visit, "page 1")
    visits.enter(key, Visit(), "page 2")
    visits.leave("page 1")
    visits.clock.put_forward(KEPT + 1)
    assert visits.enter(key, Visit(), "page 3") == (key, visit)


def test_every_visitor_has_a_key_of_their_own() -> None:
    visits = Register()
    keys = {visits.enter(None, Visit(), f"page {number}")[0] for number in range(50)}
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
def test_any_other_key_begins_a_new_visit(key: object) -> None:
    visits = Register()
    visits.enter(None, Visit(), "page 1")
    fresh = Visit()
    given_key, entered = visits.enter(key, fresh, "page 2")
    assert entered is fresh
    assert given_key != key


def test_a_visit_is_kept_for_a_while_after_its_last_page_has_closed() -> None:
    visits, visit = Register(), Visit()
    key, _ = visits.enter(None, visit, "page 1")
    visits.leave("page 1")
    visits.clock.put_forward(KEPT - 1)
    assert visits.enter(key, Visit(), "page 2")[1] is visit
    visits.leave("page 2")
    visits.clock.put_forward(KEPT)
    fresh = Visit()
    assert visits.enter(key, fresh, "page 3")[1] is fresh


def test_a_visit_that_is_over_is_cleared_away(workshop: Workshop, own_cache: Path) -> None:
    workshop.gate.allow()
    visits, visit = Register(), workshop.visit()
    visits.enter(None, visit, "page 1")
    with visit.attended():
        run = visit.start(TrainConfig(epochs=1))
        eventually(lambda: not run.is_under_way)
    assert visit.files(run)
    visits.leave("page 1")
    visits.clock.put_forward(KEPT)
    visits.enter(None, Visit(), "page 2")
    assert visit.runs == []
    assert list(own_cache.iterdir()) == []
    assert len(visits) == 1


def test_when_there_are_too_many_those_end_whose_pages_closed_first(
    limit: SetLimits,
) -> None:
    limit(visits=3)
    visits = Register()
    keys = [visits.enter(None, Visit(), f"page {number}")[0] for number in range(3)]
    for number in (1, 0):
        visits.leave(f"page {number}")
    visits.enter(None, Visit(), "page 3")
    visits.enter(None, Visit(), "page 4")
    visits.leave("page 4")
    assert len(visits) <= 3
    assert visits.enter(keys[1], Visit(), "page 5")[0] != keys[1]


def test_who_comes_when_every_place_is_in_use_may_draw_but_not_train(limit: SetLimits) -> None:
    limit(visits=2)
    visits = Register()
    first, second, late = Visit(), Visit(), Visit()
    visits.enter(None, first, "page 1")
    visits.enter(None, second, "page 2")
    key, entered = visits.enter(None, late, "page 3")
    assert entered is late
    assert len(visits) == 2
    with pytest.raises(ValueError, match="You can draw all the same"):
        late.start(TrainConfig())
    visits.leave("page 2")  # whoever has left makes room, and loses nothing until then
    again = Visit()
    visits.enter(key, again, "page 3")
    assert again.refusal == ""
    assert second.refusal != ""
    assert len(visits) == 2


def test_a_page_that_nobody_uses_makes_room(limit: SetLimits, workshop: Workshop) -> None:
    limit(visits=2)
    visits = Register()
    busy, idle = workshop.visit(), workshop.visit()
    visits.enter(None, idle, "page 1")
    visits.enter(None, busy, "page 2")
    workshop.clock.put_forward(IDLE)
    busy.note_use()
    fresh = workshop.visit()
    key, _ = visits.enter(None, fresh, "page 3")
    assert (idle.refusal, busy.refusal, fresh.refusal) == (ENDED, "", "")
    assert visits.enter(key, Visit(), "page 3")[1] is fresh
    visits.leave("page 1")  # which is long forgotten
    assert len(visits) == 2


def test_a_visit_whose_network_trains_is_in_use(limit: SetLimits, workshop: Workshop) -> None:
    limit(visits=1)
    visits, visit = Register(), workshop.visit()
    visits.enter(None, visit, "page 1")
    with visit.attended():
        visit.start(TrainConfig())
        workshop.clock.put_forward(IDLE)
        late = Visit()
        visits.enter(None, late, "page 2")
        assert (visit.refusal, late.refusal) == ("", FULL)
        visit.end()


def test_a_visitor_s_own_pages_are_bounded() -> None:
    visits, visit = Register(), Visit()
    key, _ = visits.enter(None, visit, "page 0")
    for number in range(1, 10 * MOST_PAGES):
        assert visits.enter(key, Visit(), f"page {number}") == (key, visit)
    assert len(visits._keys) == MOST_PAGES
    assert len(visits) == 1


def test_a_page_nobody_knows_may_leave() -> None:
    visits = Register()
    visits.leave("nobody")
    assert len(visits) == 0


def test_when_nobody_comes_the_last_visit_is_cleared_away_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = HandClock()
    visits, visit = Visits(clock), Visit()
    ended: list[bool] = []
    monkeypatch.setattr(visit, "end", lambda: ended.append(True))
    visits.enter(None, visit, "page 1")
    visits.leave("page 1")
    assert visits._timer is not None
    assert visits._timer.interval == KEPT
    clock.time += KEPT
    visits._timer.function()  # as it does when the time is up
    visits._timer and visits._timer.cancel()
    assert ended == [True]
    assert len(visits) == 0


def test_a_closed_page_is_absent_although_its_streams_are_still_open(workshop: Workshop) -> None:
    visits, visit = Register(), workshop.visit()
    key, _ = visits.enter(None, visit, "page 1")
    with visit.attended():
        assert visit.attendance.absent_for is None
        visits.leave("page 1")
        assert visit.attendance.absent_for == 0.0
        workshop.clock.put_forward(2.0)
        visit.attendance.note_life()  # the connection had only been broken
        assert visit.attendance.absent_for is None
        visits.leave("page 1")
        visits.enter(key, Visit(), "page 2")
        visits.leave("page 2")
        workshop.clock.put_forward(2.0)
    assert visit.attendance.absent_for == 2.0  # since it left, not since its streams noticed


def test_a_page_that_closes_while_another_shows_the_visit_changes_nothing(
    workshop: Workshop,
) -> None:
    visits, visit = Register(), workshop.visit()
    key, _ = visits.enter(None, visit, "page 1")
    visits.enter(key, Visit(), "page 2")
    with visit.attended():
        visits.leave("page 1")
        assert visit.attendance.absent_for is None

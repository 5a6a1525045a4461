from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mnist_core.web.sessions.drawn_curves import COLORS, NEWEST, DrawnCurves

IDS = [f"run-{number}" for number in range(len(COLORS))]


def test_the_newest_runs_are_drawn_until_somebody_chooses() -> None:
    overlay = DrawnCurves()
    assert overlay.shown(IDS[:2]) == IDS[:2]
    assert overlay.shown(IDS) == IDS[-NEWEST:]
    overlay.choose(IDS[0], True)
    overlay.choose(IDS[-1], False)
    assert overlay.shown(IDS) == [IDS[0], *IDS[-NEWEST:-1]]


@given(st.lists(st.sets(st.sampled_from(IDS)), max_size=12))
def test_runs_that_are_there_together_never_share_a_colour_nor_change_it(
    sessions: list[set[str]],
) -> None:
    overlay = DrawnCurves()
    before: dict[str, str] = {}
    for present in sessions:
        colors = overlay.colors(sorted(present))
        assert len(set(colors.values())) == len(present)
        assert all(colors[run_id] == before[run_id] for run_id in present & before.keys())
        before = colors


def test_what_was_chosen_of_a_run_that_is_gone_is_forgotten() -> None:
    overlay = DrawnCurves()
    overlay.choose("gone", True)
    overlay.colors(IDS)
    assert "gone" not in overlay.shown(["gone", *IDS])

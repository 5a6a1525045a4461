from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mnist_core.web.sessions.drawn_curves import COLORS, NEWEST_DRAWN, DrawnCurves

IDS = [f"run-{number}" for number in range(len(COLORS))]


def test_the_newest_runs_are_drawn_until_somebody_chooses() -> None:
    curves = DrawnCurves()
    assert curves.drawn(IDS[:2]) == IDS[:2]
    assert curves.drawn(IDS) == IDS[-NEWEST_DRAWN:]
    curves.choose(IDS[0], True)
    curves.choose(IDS[-1], False)
    assert curves.drawn(IDS) == [IDS[0], *IDS[-NEWEST_DRAWN:-1]]


@given(st.lists(st.sets(st.sampled_from(IDS)), max_size=12))
def test_runs_that_are_there_together_never_share_a_colour_nor_change_it(
    sessions: list[set[str]],
) -> None:
    curves = DrawnCurves()
    before: dict[str, str] = {}
    for present in sessions:
        colors = curves.colors(sorted(present))
        assert len(set(colors.values())) == len(present)
        assert all(colors[run_id] == before[run_id] for run_id in present & before.keys())
        before = colors


def test_what_was_chosen_of_a_run_that_is_gone_is_forgotten() -> None:
    curves = DrawnCurves()
    curves.choose("gone", True)
    curves.colors(IDS)
    assert "gone" not in curves.drawn(["gone", *IDS])

"""Which runs' curves are drawn over each other, and in which colours."""

from __future__ import annotations

from collections.abc import Sequence

# Of a lightness that stands out from white and from dark paper alike, neighbours far apart in hue.
COLORS = (
    "#4f46e5",
    "#d97706",
    "#059669",
    "#db2777",
    "#0891b2",
    "#dc2626",
    "#7c3aed",
    "#65a30d",
    "#64748b",
    "#a16207",
    "#0d9488",
    "#9333ea",
)
NEWEST_DRAWN = 3  # runs whose curves are drawn unless the visitor chooses otherwise


class DrawnCurves:
    """What the visitor has chosen, by the ids of runs, which need not exist any more."""

    def __init__(self) -> None:
        self._chosen: dict[str, bool] = {}
        self._colors: dict[str, str] = {}

    def choose(self, run_id: str, is_drawn: bool) -> None:
        """Draw the curves of a run, or do not."""
        self._chosen[run_id] = is_drawn

    def drawn(self, run_ids: Sequence[str]) -> list[str]:
        """Return those of these runs, given oldest first, whose curves are drawn."""
        newest = run_ids[-NEWEST_DRAWN:]
        return [run_id for run_id in run_ids if self._chosen.get(run_id, run_id in newest)]

    def colors(self, run_ids: Sequence[str]) -> dict[str, str]:
        """Give each of these runs a colour that it keeps, and all others up.

        No two runs have the same as long as there are enough.
        """
        for run_id in list(self._chosen):  # a copy: another thread may choose meanwhile
            if run_id not in run_ids:
                self._chosen.pop(run_id, None)
        colors = {run_id: self._colors[run_id] for run_id in run_ids if run_id in self._colors}
        for number, run_id in enumerate(run_ids):
            if run_id not in colors:
                free = [color for color in COLORS if color not in colors.values()]
                colors[run_id] = free[0] if free else COLORS[number % len(COLORS)]
        self._colors = colors
        return dict(colors)

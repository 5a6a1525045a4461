"""The benchmark of reading people, on sets that are made here."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.reads_people import as_picture, in_per_cent, main
from tests.real_pen_digits import find_sets

STROKES = {  # on a paper of 1000 × 1000
    1: [[[500, 100], [500, 900]]],
    7: [[[300, 200], [700, 200], [450, 800]]],
    4: [[[400, 100], [300, 500], [700, 500]], [[600, 100], [600, 900]]],
}


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    entries = [{"label": label, "strokes": strokes} for label, strokes in STROKES.items()]
    (tmp_path / "mine.json").write_text(json.dumps(entries))
    (tmp_path / "letters.json").write_text(json.dumps([{"label": "A", "strokes": STROKES[1]}]))
    with zipfile.ZipFile(tmp_path / "scans.zip", "w") as archive:
        for label, strokes in STROKES.items():
            file = BytesIO()
            as_picture([np.array(stroke, dtype=float) for stroke in strokes]).save(file, "PNG")
            archive.writestr(f"scans/{label}/a.png", file.getvalue())
        archive.writestr("README.txt", "digits")
    return tmp_path


def test_one_table_has_each_set_and_each_way_in(
    sets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--sets", str(sets), "--sizes", "0.25", "0.8"]) == 0
    printed = capsys.readouterr()
    head, *rows = printed.out.splitlines()
    assert head.split() == ["set", "way", "in", "digits", "SimpleNN", "CNN"]
    names = [row.split("  ")[0] for row in rows]
    assert names == ["mine"] * 6 + ["scans"]
    ways = [" ".join(row.split()[1:3]) for row in rows[:6]]
    assert ways == [
        f"{way} {s}" for way in ("strokes", "canvas", "squeezed") for s in ("25%", "80%")
    ]
    assert rows[0].split()[3] == rows[6].split()[2] == "3"
    assert rows[0].endswith("100.00 ± 0.00")  # the CNN reads all three
    assert rows[6].endswith("100.00 ± 0.00")
    assert "left out: letters.json" in printed.err


def test_a_share_has_its_standard_error() -> None:
    assert in_per_cent(0.9, 100) == "90.00 ± 3.00"


def test_sets_are_found_in_folders_below(sets: Path) -> None:
    assert [path.name for path in find_sets(sets)] == ["letters.json", "mine.json", "scans.zip"]
    (sets / "none").mkdir()
    assert find_sets(sets / "none") == []

from __future__ import annotations

import gzip
import json
import math
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.checkpoints import SHIPPED, load_checkpoint
from mnist_core.data import normalize
from mnist_core.drawings import (
    MAX_BYTES,
    LabelledDrawing,
    clean_name,
    format_drawings,
    images_of,
    parse_drawings,
    parse_named_drawings,
    read_drawings,
    read_named_drawings,
)
from mnist_core.evaluation import evaluate
from mnist_core.preprocessing import image_from_strokes
from tests.each import each
from tests.in_chinese import in_chinese

ONE = {"label": 1, "strokes": [[[500, 100], [500, 900]]]}
SEVEN = {"label": 7, "strokes": [[[300, 200], [700, 200.5]], [[700, 200.5], [450, 800]]]}


def content_of(entries: object) -> bytes:
    return json.dumps(entries).encode()


def as_json(drawings: list[LabelledDrawing]) -> list[dict[str, object]]:
    return [
        {"label": drawing.label, "strokes": [stroke.tolist() for stroke in drawing.strokes]}
        for drawing in drawings
    ]


# --- reading -----------------------------------------------------------------------------------


def test_a_file_is_read_whether_packed_or_not_and_whatever_its_name(tmp_path: Path) -> None:
    for name in each(["digits.json", "digits.json.gz", "digits"]):
        for packed in each([False, True]):
            content = content_of([ONE, SEVEN])
            (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
            drawings = read_drawings(tmp_path / name)
            assert as_json(drawings) == [ONE, SEVEN]
            assert all(
                stroke.dtype == np.float64 for drawing in drawings for stroke in drawing.strokes
            )


def test_other_keys_and_empty_strokes_are_left_out() -> None:
    entry = {**ONE, "writer": "somebody", "strokes": [[], *ONE["strokes"], []]}  # type: ignore[misc]
    assert as_json(parse_drawings(content_of([entry]))) == [ONE]


POINT = ONE["strokes"]
BAD_ENTRIES = {
    "a list": [1, POINT],
    "nothing": None,
    "no label": {"strokes": POINT},
    "no strokes": {"label": 1},
    "a label too large": {**ONE, "label": 10},
    "a label below": {**ONE, "label": -1},
    "a label in words": {**ONE, "label": "1"},
    "a label that is a fraction": {**ONE, "label": 1.0},
    "a label that is true": {**ONE, "label": True},
    "a label that is a list": {**ONE, "label": [1]},
    "strokes without points": {**ONE, "strokes": [[], []]},
    "strokes that are none": {**ONE, "strokes": None},
    "strokes that are an object": {**ONE, "strokes": {"0": POINT}},
    "points without a stroke": {**ONE, "strokes": [[1, 2]]},
    "not a number": {**ONE, "strokes": [[[math.nan, 0]]]},
    "infinity": {**ONE, "strokes": [[[0, math.inf]]]},
    "a huge number": {**ONE, "strokes": [[[0, 10**30]]]},
    "too many points": {**ONE, "strokes": [[[0, 0]] * 10_001]},
}


def test_a_wrong_entry_is_named_by_its_number() -> None:
    for entry in each(BAD_ENTRIES.values()):
        with pytest.raises(ValueError, match=r"^Drawing 2: [A-Z][^\n]{10,120}\.$") as error:
            parse_drawings(content_of([SEVEN, entry, ONE]))
        assert re.match("第 2 幅手写：[^a-zA-Z]", in_chinese(error.value))


BAD_FILES = {
    "empty": b"",
    "text": b"hello",
    "cut short": content_of([ONE])[:-1],
    "not a text": b"\xff\xfe\x00\xd8",
    "an object": content_of({"drawings": [ONE]}),
    "an empty list": b"[]",
    "a number": b"7",
    "nested without end": b"[" * 200_000,
    "an endless number": b"[" + b"1" * 10_000 + b"]",
    "packed and cut short": gzip.compress(content_of([ONE]))[:-9],
    "packed and altered": gzip.compress(content_of([ONE]))[:-8] + b"12345678",
    "packed nonsense": b"\x1f\x8bhello",
    "packed with an unknown method": b"\x1f\x8b\x09" + gzip.compress(content_of([ONE]))[3:],
    "packed twice": gzip.compress(gzip.compress(content_of([ONE]))),
}


def test_what_is_no_file_of_drawings_is_refused_in_one_sentence(tmp_path: Path) -> None:
    for content in each(BAD_FILES.values()):
        with pytest.raises(ValueError, match=r"^[A-Z][^\n]{10,100}\.$"):
            parse_drawings(content)
        (tmp_path / "other.json").write_bytes(content)
        with pytest.raises(ValueError, match=r"^other\.json: [A-Z][^\n]{10,100}\.$") as error:
            read_drawings(tmp_path / "other.json")
        assert re.match(r"other\.json：[^a-zA-Z]", in_chinese(error.value))


def test_a_file_that_unpacks_to_gigabytes_is_refused_without_unpacking_them() -> None:
    megabyte = b" " * 1_000_000
    bomb = gzip.compress(megabyte) * 3_000  # three gigabytes in three megabytes
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="megabytes"):
            parse_drawings(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * MAX_BYTES


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ValueError, match="megabytes"):
        read_drawings(tmp_path / "large.json")


def test_the_number_of_drawings_is_bounded() -> None:
    assert len(parse_drawings(content_of([ONE] * 3), most=3)) == 3
    with pytest.raises(ValueError, match=r"3 drawings at most, not 4\."):
        parse_drawings(content_of([ONE] * 4), most=3)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.json", tmp_path):
        with pytest.raises(FileNotFoundError, match=path.name):
            read_drawings(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["label", "strokes"]), inner),
    max_leaves=8,
)


@given(st.binary() | JSON.map(content_of) | st.lists(JSON).map(content_of))
def test_any_bytes_are_drawings_or_refused(content: bytes) -> None:
    try:
        drawings = parse_drawings(content)
    except ValueError:
        return
    assert len(images_of(drawings)) == len(drawings)


# --- writing -----------------------------------------------------------------------------------

COORDINATES = st.floats(-1e6, 1e6) | st.integers(-1_000_000, 1_000_000).map(float)
STROKES = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=5).map(np.array)
DRAWINGS = st.builds(LabelledDrawing, st.integers(0, 9), st.lists(STROKES, min_size=1, max_size=3))


@given(st.lists(DRAWINGS, min_size=1, max_size=4))
def test_what_is_written_is_read_again(drawings: list[LabelledDrawing]) -> None:
    assert as_json(parse_drawings(format_drawings(drawings))) == as_json(drawings)


def test_a_written_file_is_read_again(tmp_path: Path) -> None:
    for name in each(["mine.json", "mine.json.gz"]):
        drawings = parse_drawings(content_of([ONE, SEVEN]))
        content = format_drawings(drawings)
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        assert as_json(read_drawings(tmp_path / name)) == [ONE, SEVEN]


def test_a_written_file_is_plain_json_without_needless_digits() -> None:
    content = format_drawings(parse_drawings(content_of([ONE, SEVEN])))
    assert json.loads(content) == [ONE, SEVEN]
    assert b"[500,100]" in content
    assert b"200.5" in content


def test_a_label_is_a_digit() -> None:
    for label in each([-1, 10, 1.0, True, "1", None]):
        with pytest.raises(ValueError, match="from 0 to 9"):
            LabelledDrawing(label, [np.zeros((1, 2))])  # type: ignore[arg-type]


def test_a_labelled_drawing_has_ink() -> None:
    for strokes in each([[], [np.empty((0, 2))]]):
        with pytest.raises(ValueError, match="Nothing"):
            LabelledDrawing(1, strokes)


# --- testing a network -------------------------------------------------------------------------


def test_drawings_become_the_images_that_the_app_makes_of_them() -> None:
    drawings = parse_drawings(content_of([ONE, SEVEN]))
    dataset = images_of(drawings)
    assert dataset.labels.tolist() == [1, 7]
    for image, drawing in zip(dataset.images, drawings, strict=True):
        expected = image_from_strokes(drawing.strokes)
        assert expected is not None
        assert torch.equal(image, normalize(torch.from_numpy(expected)))


def test_real_pen_digits_are_read(pen_digits: list[LabelledDrawing]) -> None:
    result = evaluate(load_checkpoint(SHIPPED).model, images_of(pen_digits[::20]))
    assert result.accuracy > 0.88  # of all of them 91 %; of a twentieth it may be a little less


# --- drawings with names -----------------------------------------------------------------------


def test_a_label_may_be_a_name_where_names_are_read(tmp_path: Path) -> None:
    entries = [{**ONE, "label": "star ★"}, {**SEVEN, "label": "  心\u3000形 "}, ONE]
    drawings = parse_named_drawings(content_of(entries))
    assert [drawing.label for drawing in drawings] == ["star ★", "心 形", "1"]
    (tmp_path / "mine.json").write_bytes(format_drawings(drawings))
    again = read_named_drawings(tmp_path / "mine.json")
    assert [drawing.label for drawing in again] == ["star ★", "心 形", "1"]
    assert json.loads(format_drawings(again))[2] == {**ONE, "label": "1"}
    with pytest.raises(ValueError, match="Drawing 1: A label must be a digit"):
        parse_drawings(content_of(entries))


def test_a_name_can_be_shown() -> None:
    for name in each(["a", "x" * 40, "<b>bold</b>", "👩‍🚀", "e\u0301", 7]):
        assert clean_name(name)
    assert clean_name("e\u0301") == "\u00e9"  # one way to write it
    bad = ["", "  ", "x" * 41, "a\x00b", "\u202e", "\ud800", "\u200d", None, 1.5, True, -1, [], {}]
    for wrong in each(bad):
        with pytest.raises(ValueError, match="a name of 1 to 40 letters") as error:
            clean_name(wrong)
        in_chinese(error.value)
        with pytest.raises(ValueError, match=r"^Drawing 1: "):
            parse_named_drawings(content_of([{**ONE, "label": wrong}]))


def test_a_drawing_with_a_name_has_ink() -> None:
    with pytest.raises(ValueError, match="Nothing is drawn"):
        parse_named_drawings(content_of([{"label": "star", "strokes": [[]]}]))

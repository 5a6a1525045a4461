from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_core.web.components.picture import PictureViewer, Question
from mnist_core.web.tabs.picture import MAX_FOUND, SHOWN_SIDE, look_into

Line = tuple[int, int, int, int]

TALL: Line = (100, 60, 112, 340)  # left, top, right, bottom of a one, in 800×400
SHORT: Line = (600, 100, 612, 300)


@pytest.fixture
def two_ones(tmp_path: Path) -> Path:
    """Return a picture of two ones, the left one longer."""
    return saved(tmp_path / "two.png", TALL, SHORT)


def saved(path: Path, *lines: Line, size: tuple[int, int] = (800, 400), **settings: Any) -> Path:
    picture = Image.new("L", size, 240)
    for line in lines:
        ImageDraw.Draw(picture).rectangle(line, fill=20)
    picture.save(path, **settings)
    return path


def asked(crop: list[float] | None = None, show: bool = False) -> Question:
    return Question(seq=3, file="", crop=crop, show=show)


def is_around(area: list[float] | None, line: Line, size: tuple[int, int] = (800, 400)) -> bool:
    """Tell whether an area holds a line, with a little paper around it."""
    assert area is not None
    left, top, right, bottom = np.array(area) * [*size, *size]
    slack = 0.2 * (line[3] - line[1])
    return (
        line[0] - slack <= left <= line[0] + 2
        and line[1] - slack <= top <= line[1] + 2
        and line[2] - 2 <= right <= line[2] + slack
        and line[3] - 2 <= bottom <= line[3] + slack
    )


def test_what_is_in_a_picture_is_found_and_the_first_is_read(two_ones: Path) -> None:
    image, findings = look_into(asked(), two_ones)
    assert image is not None
    assert findings["seq"] == 3
    assert findings["size"] == (800, 400)
    assert len(findings["found"]) == 2
    assert is_around(findings["found"][0], TALL)
    assert is_around(findings["found"][1], SHORT)
    assert findings["read"] == findings["found"][0]
    assert "shown" not in findings


def test_of_a_part_that_part_is_read_and_its_place_is_that_in_the_whole(two_ones: Path) -> None:
    _, findings = look_into(asked([0.5, 0.0, 1.0, 1.0]), two_ones)
    assert is_around(findings["read"], SHORT)
    assert "found" not in findings  # the page has it already


def test_each_thing_that_was_found_is_a_part_that_can_be_asked_for(two_ones: Path) -> None:
    _, whole = look_into(asked(), two_ones)
    for area, line in zip(whole["found"], (TALL, SHORT), strict=True):
        image, findings = look_into(asked(area), two_ones)
        assert image is not None
        assert is_around(findings["read"], line)


@pytest.mark.parametrize("crop", [[0, 0, 0, 0], [1, 1, 1, 1], [0.9, 0.9, 0.1, 0.1]])
def test_a_part_has_one_pixel_at_least(two_ones: Path, crop: list[float]) -> None:
    image, findings = look_into(asked(crop), two_ones)
    assert image is None
    assert findings["read"] is None
    assert "part" in findings["problem"]


def test_a_turned_photograph_is_told_of_upright(tmp_path: Path) -> None:
    """The camera lay on its side: what is left in the file is the top of the picture."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right by a quarter
    path = saved(tmp_path / "turned.jpg", (30, 300, 330, 312), exif=exif)
    _, findings = look_into(asked(), path)
    assert findings["size"] == (400, 800)
    assert is_around(findings["read"], (400 - 312, 30, 400 - 300, 330), (400, 800))


def test_a_page_full_of_things_names_no_more_than_can_be_pressed(tmp_path: Path) -> None:
    lines = [(x, y, x + 4, y + 60) for x in range(40, 760, 80) for y in range(30, 350, 110)]
    _, findings = look_into(asked(), saved(tmp_path / "page.png", *lines))
    assert len(findings["found"]) == MAX_FOUND


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16", "F"])
def test_the_picture_comes_along_where_the_browser_cannot_show_it(
    tmp_path: Path, mode: str
) -> None:
    pixels = np.full((300, 900), 40_000 if mode in ("I;16", "F") else 240)
    pixels[50:250, 100:120] = 0
    picture = (
        Image.fromarray(pixels.astype(np.uint16))
        if mode == "I;16"
        else Image.fromarray(pixels.astype(np.float32)).convert(mode)
    )
    picture.save(tmp_path / "scan.tif")
    _, findings = look_into(asked(show=True), tmp_path / "scan.tif")
    kind, _, content = findings["shown"].partition(",")
    assert kind == "data:image/png;base64"
    shown = Image.open(BytesIO(base64.b64decode(content)))
    assert shown.size == (SHOWN_SIDE, round(SHOWN_SIDE / 3))
    grays = np.asarray(shown.convert("L"))
    assert grays[66, 48] < 30  # ink
    assert grays[66, 200] > 200  # paper


# --- what a stranger may send ------------------------------------------------------------------

VALID: dict[str, Any] = {"seq": 1, "file": "one.png", "crop": [0, 0.1, 1, 1.0], "show": False}


def test_a_question_of_the_page_is_understood() -> None:
    viewer = PictureViewer()
    assert viewer.preprocess(VALID) == Question(**VALID)
    assert viewer.preprocess(viewer.example_payload()) is not None
    assert viewer.preprocess(None) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"seq": -1},
        {"seq": 2**53},
        {"seq": True},
        {"seq": "1"},
        {"file": None},
        {"file": {"path": "one.png"}},
        {"crop": []},
        {"crop": [0, 0, 1]},
        {"crop": [0, 0, 1, 1, 1]},
        {"crop": [0, 0, 1, 1.1]},
        {"crop": [0, 0, 1, float("nan")]},
        {"crop": "0011"},
        {"show": 1},
        {"more": 1},
    ],
)
def test_a_question_as_no_page_of_ours_sends_it_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(gr.Error, match="A picture to be read was expected"):
        PictureViewer().preprocess({**VALID, **changed})


@pytest.mark.parametrize("payload", [5, [], "one.png", {}])
def test_what_is_no_question_at_all_is_refused(payload: Any) -> None:
    with pytest.raises(gr.Error, match="A picture to be read was expected"):
        PictureViewer().preprocess(payload)

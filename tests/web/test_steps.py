from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import gradio as gr
import numpy as np
import pytest

from mnist_core.preprocessing.steps import STEPS, Steps
from mnist_core.web import steps as room
from mnist_core.web.canvas import Drawing
from mnist_core.web.readers import present_reader
from mnist_core.web.steps import explain_drawing
from mnist_core.web.visit import Visit
from mnist_core.web.way import WayPanel

SEVEN = [np.array([[100.0, 550], [300, 550], [170, 820]])]  # small, in a corner


def test_what_is_read_in_the_end_is_what_the_live_reading_says() -> None:
    visit = Visit()
    found = explain_drawing(Steps(), Drawing(1, SEVEN), visit)
    reader = present_reader(visit)
    assert reader is not None
    assert found["reader"] == reader.name
    assert found["guess"]["digit"] == 7
    assert len(found["pictures"]) == 1 + len(STEPS)
    assert len(found["switched"]) == len(STEPS)


def test_a_step_left_out_is_what_was_foretold() -> None:
    visit, drawing = Visit(), Drawing(1, SEVEN)
    whole = explain_drawing(Steps(), drawing, visit)
    for step, foretold in zip(STEPS, whole["switched"], strict=True):
        without = explain_drawing(Steps().switched(step), drawing, visit)
        assert without["guess"] == foretold
        assert without["switched"][STEPS.index(step)] == whole["guess"]


def test_of_an_empty_canvas_nothing_is_told() -> None:
    assert explain_drawing(Steps(), Drawing(), Visit()) == {"pictures": []}


def test_without_a_network_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "present_reader", lambda _: None)
    assert explain_drawing(Steps(), Drawing(1, SEVEN), Visit()) == {"pictures": []}


def test_the_page_says_what_to_leave_out() -> None:
    panel = WayPanel(render=False)
    assert panel.preprocess({"off": []}) == Steps()
    assert panel.preprocess({"off": ["crop", "fit"]}) == Steps(crop=False, fit=False)
    assert panel.preprocess(panel.example_payload()) == Steps()


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "crop",
        {},
        {"off": None},
        {"off": "crop"},
        {"off": ["colour"]},
        {"off": [["crop"]]},
        {"off": [{}]},
        {"off": ["crop"] * 6},
        {"off": ["__class__"]},
    ],
)
def test_anything_else_from_the_page_is_refused(payload: Any) -> None:
    with pytest.raises(gr.Error, match="A list of steps"):
        WayPanel(render=False).preprocess(payload)


def test_pictures_travel_as_text() -> None:
    found = explain_drawing(Steps(), Drawing(1, SEVEN), Visit())
    sent = WayPanel(render=False).postprocess(found)
    assert sent is not None
    answer = json.loads(json.dumps(sent))["answer"]
    for text, picture in zip(answer["pictures"], found["pictures"], strict=True):
        assert b64decode(text) == picture.tobytes()
    assert WayPanel(render=False).postprocess(None) is None

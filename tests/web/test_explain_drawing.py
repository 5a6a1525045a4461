from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import gradio as gr
import numpy as np
import pytest

from mnist_core.preprocessing.pipeline import STEPS, Steps
from mnist_core.web.components.canvas import Drawing
from mnist_core.web.components.pipeline import PipelinePanel
from mnist_core.web.sessions.classifiers import current_classifier
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import pipeline as room
from mnist_core.web.tabs.pipeline import explain_drawing

SEVEN = [np.array([[100.0, 550], [300, 550], [170, 820]])]  # small, in a corner


def test_what_is_read_in_the_end_is_what_the_live_reading_says() -> None:
    session = Session()
    found = explain_drawing(Steps(), Drawing(1, SEVEN), session)
    classifier = current_classifier(session)
    assert classifier is not None
    assert found["classifier"] == classifier.name
    assert found["guess"]["digit"] == 7
    assert len(found["pictures"]) == 1 + len(STEPS)
    assert len(found["switched"]) == len(STEPS)


def test_a_step_left_out_is_what_was_foretold() -> None:
    session, drawing = Session(), Drawing(1, SEVEN)
    whole = explain_drawing(Steps(), drawing, session)
    for step, foretold in zip(STEPS, whole["switched"], strict=True):
        without = explain_drawing(Steps().switched(step), drawing, session)
        assert without["guess"] == foretold
        assert without["switched"][STEPS.index(step)] == whole["guess"]


def test_of_an_empty_canvas_nothing_is_told() -> None:
    assert explain_drawing(Steps(), Drawing(), Session()) == {"pictures": []}


def test_without_a_network_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "current_classifier", lambda _: None)
    assert explain_drawing(Steps(), Drawing(1, SEVEN), Session()) == {"pictures": []}


def test_the_page_says_what_to_leave_out() -> None:
    panel = PipelinePanel(render=False)
    assert panel.preprocess({"off": []}) == Steps()
    assert panel.preprocess(panel.example_payload()) == Steps()
    assert panel.preprocess({"off": ["crop", "fit"]}) == Steps(crop=False, fit=False)


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
        PipelinePanel(render=False).preprocess(payload)


def test_pictures_travel_as_text() -> None:
    found = explain_drawing(Steps(), Drawing(1, SEVEN), Session())
    sent = PipelinePanel(render=False).postprocess(found)
    assert sent is not None
    answer = json.loads(json.dumps(sent))["answer"]
    for text, picture in zip(answer["pictures"], found["pictures"], strict=True):
        assert b64decode(text) == picture.tobytes()
    assert PipelinePanel(render=False).postprocess(None) is None

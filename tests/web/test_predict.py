from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

import app
from mnist_core.web.endpoints.predict import predict_picture, predict_strokes

ONE = [[[500, 150], [500, 850]]]


def test_strokes_are_read() -> None:
    reply = predict_strokes(ONE)
    assert reply["digit"] == 1
    assert reply["class"] == "1"
    assert sum(reply["probabilities"]) == pytest.approx(1)
    assert reply["probabilities"][1] == max(reply["probabilities"])
    assert reply["sure"]


def test_a_picture_is_read(tmp_path: Path) -> None:
    picture = Image.new("L", (100, 150), 240)
    picture.paste(10, (45, 20, 56, 130))
    picture.save(tmp_path / "one.png")
    assert predict_picture(str(tmp_path / "one.png"))["digit"] == 1


def test_an_uploaded_picture_is_read_once(own_cache: Path) -> None:
    own_cache.mkdir()
    for content, said in ((b"no picture", "not an image"), (None, "gone already")):
        if content:
            (own_cache / "x.png").write_bytes(content)
        with pytest.raises(gr.Error, match=said):
            predict_picture(str(own_cache / "x.png"))
    assert list(own_cache.iterdir()) == []


@pytest.mark.parametrize("strokes", [None, 3, "1", {}, [[]], [], [[[1]]], [[[1, "<b>"]]]])
def test_other_strokes_are_refused_in_a_sentence(strokes: Any) -> None:
    with pytest.raises(gr.Error) as refusal:
        predict_strokes(strokes)
    assert "<" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n and no more"])
def test_what_is_not_a_picture_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(gr.Error, match="not an image"):
        predict_picture(str(tmp_path / "x.png"))
    with pytest.raises(gr.Error, match="An image file was expected"):
        predict_picture(None)


def test_programs_are_offered_these_endpoints_and_nothing_else() -> None:
    described = app.demo.get_api_info()
    assert described["unnamed_endpoints"] == {}
    offered = {"/predict", "/predict_strokes", "/predict_pixels", "/explain"}
    assert set(described["named_endpoints"]) == offered

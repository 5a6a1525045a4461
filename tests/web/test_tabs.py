from __future__ import annotations

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from mnist_core.training import TrainConfig
from mnist_core.web import draw
from mnist_core.web.canvas import Drawing
from mnist_core.web.visit import Visit
from tests.web.workshop import eventually

ONE = [np.array([[500.0, 150.0], [500.0, 850.0]])]


@pytest.fixture
def trained() -> Visit:
    """Return a visit in which a network has been trained."""
    visit = Visit()
    with visit.attended():
        run = visit.start(TrainConfig(epochs=1))
        eventually(lambda: not run.is_under_way)
    return visit


# --- Draw --------------------------------------------------------------------------------------


def test_a_drawing_gets_the_whole_answer() -> None:
    answer = draw.read_drawing(Drawing(7, ONE), "shipped", Visit())
    assert answer["seq"] == 7
    assert answer["digit"] == 1
    assert sum(answer["probabilities"]) == pytest.approx(1)
    assert len(answer["image"]) == 784
    assert answer["reader"] == "the shipped network"


def test_an_empty_drawing_gets_no_digit() -> None:
    assert draw.read_drawing(Drawing(3, []), "shipped", Visit()) == {"seq": 3, "digit": None}


def test_the_visitor_s_own_network_reads_when_asked(trained: Visit) -> None:
    assert draw.read_drawing(Drawing(1, ONE), "mine", trained)["reader"] == "your network"
    assert draw.read_drawing(Drawing(1, ONE), "shipped", trained)["reader"] == "the shipped network"


def test_without_a_network_of_ones_own_the_shipped_one_reads() -> None:
    assert draw.read_drawing(Drawing(1, ONE), "mine", Visit())["reader"] == "the shipped network"


def test_a_missing_shipped_network_is_said_and_ones_own_still_reads(
    trained: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(draw, "SHIPPED", tmp_path / "gone.pth")
    draw.shipped_network.cache_clear()
    try:
        answer = draw.read_drawing(Drawing(1, ONE), "shipped", Visit())
        assert answer["digit"] is None
        assert "cannot be loaded" in answer["message"]
        assert draw.read_drawing(Drawing(1, ONE), "mine", trained)["reader"] == "your network"
    finally:
        draw.shipped_network.cache_clear()


def test_a_picture_is_read(tmp_path: Path) -> None:
    picture = Image.new("L", (100, 150), 240)
    picture.paste(10, (45, 20, 56, 130))
    picture.save(tmp_path / "one.png")
    assert draw.read_picture(str(tmp_path / "one.png"), "shipped", Visit())["digit"] == 1


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n and no more"])
def test_what_is_not_a_picture_is_an_error_of_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "<b>.png").write_bytes(content)
    with pytest.raises(gr.Error, match=r"&lt;b&gt;\.png is not an image"):
        draw.read_picture(str(tmp_path / "<b>.png"), "shipped", Visit())


def test_a_blank_picture_is_said_to_be_blank(tmp_path: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    with pytest.raises(gr.Error, match="blank"):
        draw.read_picture(str(tmp_path / "blank.png"), "shipped", Visit())

from __future__ import annotations

import copy
from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.components.plot import PlotData
from PIL import Image

from mnist_core.checkpoints import facts_path, load_checkpoint
from mnist_core.web import draw, train
from mnist_core.web.canvas import Drawing
from mnist_core.web.visit import Visit

ONE = [np.array([[500.0, 150.0], [500.0, 850.0]])]
BATCHES_OF_64 = (1, 64, 0.001, 42)  # the settings in the page's order


@pytest.fixture(autouse=True)
def tiny_data(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run here train on the tiny data set."""
    monkeypatch.setenv("MNIST_DATA", str(tiny_root))


@pytest.fixture
def trained() -> Visit:
    """Return a visit in which a network has been trained."""
    visit = Visit()
    train.prepare_run(*BATCHES_OF_64, visit)
    list(train.follow_run(visit))
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


# --- Train -------------------------------------------------------------------------------------


def test_the_stream_ends_with_buttons_ready_and_a_file_to_download() -> None:
    visit = Visit()
    waiting = train.prepare_run(*BATCHES_OF_64, visit)
    assert waiting[0]["state"] == "waiting"
    screens = [waiting, *train.follow_run(visit)]
    panel, _, lines, start, stop, download, reader = screens[-1]
    assert panel["state"] == "finished"
    assert lines[-1].startswith("Accuracy on the test set")
    assert start["interactive"]
    assert not stop["interactive"]
    assert reader["value"] == "mine"
    checkpoint = load_checkpoint(Path(download["value"]))
    assert checkpoint.facts["config"]["seed"] == 42
    assert facts_path(Path(download["value"])).is_file()
    assert not any(screen[3].get("interactive") for screen in screens[:-2])


def test_the_plot_is_drawn_once_for_each_epoch() -> None:
    visit = Visit()
    train.prepare_run(3, 64, 0.001, 42, visit)
    plots = [screen[1] for screen in train.follow_run(visit)]
    assert sum(isinstance(plot, PlotData) for plot in plots) == 3


@pytest.mark.parametrize(
    "settings",
    [
        (None, 64, 0.001, 42),
        ("5", 64, 0.001, 42),
        (0, 64, 0.001, 42),
        (1e9, 64, 0.001, 42),
        (1.5, 64, 0.001, 42),
        (1, 0, 0.001, 42),
        (1, 64, 0, 42),
        (1, 64, -1.0, 42),
        (1, 64, float("nan"), 42),
        (1, 64, float("inf"), 42),
        (1, 64, None, 42),
        (1, 64, [], 42),
        (1, 64, 0.001, -1),
        (1, 64, 0.001, None),
        (1, 64, 0.001, "<script>"),
    ],
)
def test_wrong_settings_are_refused_and_nothing_is_lost(
    trained: Visit, settings: tuple[Any, ...]
) -> None:
    network, run = trained.network, trained.run
    with pytest.raises(gr.Error) as refusal:
        train.prepare_run(*settings, trained)
    assert "<" not in str(refusal.value)
    assert trained.network is network
    assert trained.run is run


def test_a_visitor_trains_one_network_at_a_time() -> None:
    visit = Visit()
    train.prepare_run(*BATCHES_OF_64, visit)
    with pytest.raises(gr.Error, match="still training"):
        train.prepare_run(*BATCHES_OF_64, visit)


def test_stop_gives_the_network_and_a_second_run_starts_clean() -> None:
    visit = Visit()
    train.prepare_run(100, 64, 0.001, 42, visit)
    with closing(train.follow_run(visit)) as screens:
        while next(screens)[0]["epochs_done"] == 0:
            pass
    stopped = train.stop_run(visit)
    assert stopped[0]["state"] == "stopped"
    first = visit.network
    assert first is not None

    again = train.prepare_run(*BATCHES_OF_64, visit)
    assert again[0]["epochs_done"] == 0
    assert again[2] == []
    list(train.follow_run(visit))
    assert visit.network is not first


def test_stop_without_a_run_does_nothing() -> None:
    assert train.stop_run(Visit())[0]["state"] == "idle"


def test_a_failed_run_leaves_the_network_of_the_one_before(
    trained: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    network = trained.network
    monkeypatch.setenv("MNIST_DATA", str(tmp_path / "nothing"))
    monkeypatch.setattr("mnist_core.data._download", lambda root: (_ for _ in ()).throw(OSError()))
    train.prepare_run(*BATCHES_OF_64, trained)
    last = list(train.follow_run(trained))[-1]
    assert last[0]["state"] == "failed"
    assert last[3]["interactive"]
    assert trained.network is network


def test_the_state_of_a_new_visitor_can_be_copied_as_gradio_does() -> None:
    assert copy.deepcopy(Visit()) == Visit()

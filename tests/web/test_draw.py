from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from mnist_core.checkpoints import SHIPPED, metadata_path
from mnist_core.config import TrainConfig
from mnist_core.web.components.canvas import Drawing
from mnist_core.web.components.picture import Question
from mnist_core.web.sessions import classifiers
from mnist_core.web.sessions.classifiers import Classifier, load_shipped
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import draw
from mnist_core.web.tabs.draw import DrawTab
from tests.web.constant import Constant
from tests.web.workshop import Workshop, build, screens_of, sent

ONE = [np.array([[500.0, 150.0], [500.0, 850.0]])]


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def tab() -> DrawTab:
    return build(DrawTab)


def choose(tab: DrawTab, key: str, session: Session) -> tuple[dict[str, Any], dict[str, Any]]:
    """Choose who reads; return the board, and what the canvas is told."""
    updates = tab.choose_classifier(session, sent(key=key))
    return updates[tab.board], updates[tab.canvas]


# --- reading -----------------------------------------------------------------------------------


def test_a_drawing_gets_the_whole_answer(session: Session) -> None:
    answer = draw.read_drawing(Drawing(7, ONE), session)
    assert answer["seq"] == 7
    assert answer["digit"] == 1
    assert answer["sure"] is True
    assert sum(answer["probabilities"]) == pytest.approx(1)
    assert len(answer["image"]) == 784
    assert answer["classifier"] in ("CNN", "SimpleNN")


def test_an_empty_drawing_gets_no_digit(session: Session) -> None:
    assert draw.read_drawing(Drawing(3, []), session) == {"seq": 3, "digit": None}


def test_who_is_not_sure_says_so(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    unsure = Classifier("cnn", "CNN", Constant(3, logit=1.0))
    monkeypatch.setattr(draw, "current_classifier", lambda session: unsure)
    answer = draw.read_drawing(Drawing(1, ONE), session)
    assert answer["digit"] == 3
    assert answer["sure"] is False


def test_a_run_of_the_session_reads_and_is_named(session: Session, tab: DrawTab) -> None:
    run = session.upload(SHIPPED, metadata_path(SHIPPED))
    choose(tab, run.id, session)
    assert draw.read_drawing(Drawing(1, ONE), session)["classifier"] == run.title


def test_without_any_network_it_is_said(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "current_classifier", lambda session: None)
    answer = draw.read_drawing(Drawing(1, ONE), session)
    assert answer["digit"] is None
    assert "can be loaded" in answer["message"]


@pytest.fixture
def uploads(own_cache: Path) -> Path:
    """Return the folder of an upload."""
    (own_cache / "a1").mkdir(parents=True)
    return own_cache / "a1"


def asked(path: Path) -> Question:
    return Question(seq=9, file=str(path), crop=None, show=False)


def test_a_picture_is_read(session: Session, uploads: Path) -> None:
    picture = Image.new("L", (100, 150), 240)
    picture.paste(10, (45, 20, 56, 130))
    picture.save(uploads / "one.png")
    answer, findings = draw.read_picture(asked(uploads / "one.png"), session)
    assert answer["digit"] == 1
    assert answer["seq"] == findings["seq"] == 9
    assert answer["is_picture"]
    assert session.draw.drawing is not None
    assert answer["image"] == session.draw.drawing.ravel().tolist()
    assert "problem" not in findings


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n and no more"])
def test_what_is_not_a_picture_has_no_answer_but_a_sentence(
    session: Session, uploads: Path, content: bytes
) -> None:
    draw.read_drawing(Drawing(7, ONE), session)
    (uploads / "scan").write_bytes(content)
    answer, findings = draw.read_picture(asked(uploads / "scan"), session)
    assert answer == {"seq": 9, "digit": None, "is_picture": True}
    assert findings["problem"].startswith("scan is not an image that can be read: PNG, ")
    assert "size" not in findings
    assert session.draw.drawing is None


def test_a_blank_picture_is_said_to_be_blank(session: Session, uploads: Path) -> None:
    Image.new("L", (50, 50), 255).save(uploads / "blank.png")
    answer, findings = draw.read_picture(asked(uploads / "blank.png"), session)
    assert answer["digit"] is None
    assert "blank" in findings["problem"]
    assert findings["read"] is None


def test_a_file_that_is_no_upload_or_none_any_more_is_asked_for_again(
    session: Session, tmp_path: Path, uploads: Path
) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "mine.png")
    for path in (tmp_path / "mine.png", uploads / "gone.png"):
        answer, findings = draw.read_picture(asked(path), session)
        assert answer == gr.skip()
        assert findings == {"seq": 9, "gone": True}


def test_of_a_session_s_pictures_the_last_one_is_kept_for_further_questions(
    session: Session, own_cache: Path
) -> None:
    pictures = [own_cache / name / "one.png" for name in ("a1", "b2")]
    for picture in pictures:
        picture.parent.mkdir(parents=True)
        Image.new("L", (50, 50), 255).save(picture)
    for picture in (pictures[0], pictures[0], pictures[1]):
        assert "gone" not in draw.read_picture(asked(picture), session)[1]
    assert [picture.exists() for picture in pictures] == [False, True]
    draw.read_drawing(Drawing(7, []), session)  # the canvas is empty while a picture lies over it
    assert pictures[1].exists()
    draw.read_drawing(Drawing(8, ONE), session)
    assert not pictures[1].exists()


def test_the_picture_goes_with_its_session(session: Session, uploads: Path) -> None:
    Image.new("L", (50, 50), 255).save(uploads / "one.png")
    draw.read_picture(asked(uploads / "one.png"), session)
    session.end()
    assert not uploads.exists()


def test_no_picture_at_all_is_an_error_of_one_sentence(session: Session) -> None:
    with pytest.raises(gr.Error, match="A picture to be read was expected"):
        draw.read_picture(None, session)


# --- who reads ---------------------------------------------------------------------------------


def test_choosing_has_the_drawing_read_again(session: Session, tab: DrawTab) -> None:
    run = session.upload(SHIPPED, metadata_path(SHIPPED))
    board, canvas = choose(tab, run.id, session)
    _, before = choose(tab, "simple_nn", session)
    assert board["classifier"] == run.id
    assert canvas["classifier"] != before["classifier"]


def test_choosing_who_is_gone_is_told_and_somebody_reads(session: Session, tab: DrawTab) -> None:
    run = session.upload(SHIPPED, metadata_path(SHIPPED))
    session.delete(run)
    board, _ = choose(tab, run.id, session)
    assert "is gone" in board["note"]
    assert board["classifier"] in ("cnn", "simple_nn")


def test_the_board_names_who_is_missing(
    session: Session, tab: DrawTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(classifiers.SHIPPED_CLASSIFIERS, "cnn", ("CNN", Path("gone.pth")))
    load_shipped.cache_clear()
    try:
        board, _ = choose(tab, "simple_nn", session)
    finally:
        load_shipped.cache_clear()
    assert [row["key"] for row in board["rows"]] == ["cnn", "simple_nn"]
    assert board["rows"][0]["missing"]
    assert "missing" not in board["rows"][1]


def test_the_page_is_told_once_where_nothing_trains(session: Session, tab: DrawTab) -> None:
    (screen,) = screens_of(session, tab)
    board, canvas = screen[tab.board], screen[tab.canvas]
    assert {row["key"] for row in board["rows"]} == {"cnn", "simple_nn"}
    assert canvas["classifier"].startswith(board["classifier"])


def test_the_drawing_is_read_again_after_each_epoch_of_who_reads(
    workshop: Workshop, tab: DrawTab
) -> None:
    session = workshop.session()
    session.start(TrainConfig(epochs=6))
    # Five batches of 64 are an epoch.
    screens = screens_of(session, tab, once_seen=lambda: workshop.gate.allow(6))
    run = session.runs[0]
    assert run.state == "finished"
    assert session.draw.classifier == run.id
    sent = [screen[tab.canvas]["classifier"] for screen in screens]
    of_the_run = dict.fromkeys(classifier for classifier in sent if classifier.startswith(run.id))
    assert len(of_the_run) >= 3
    assert list(of_the_run)[-1].endswith("(6, False)")


# --- what a stranger may send ------------------------------------------------------------------

HOSTILE: list[Any] = [None, 5, [], "cnn", {}, {"more": 1}]


@pytest.mark.parametrize(
    "data", [*HOSTILE, {"key": None}, {"key": 5}, {"key": ["cnn"]}, {"key": "x" * 10**6}]
)
def test_a_choice_as_no_page_of_ours_sends_it_is_refused(
    session: Session, tab: DrawTab, data: Any
) -> None:
    with pytest.raises(gr.Error, match="never sends"):
        tab.choose_classifier(session, gr.EventData(None, data))
    assert session.draw.classifier == "cnn"

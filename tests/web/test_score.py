from __future__ import annotations

import json
from typing import Any

import gradio as gr
import pytest

from mnist_core.checkpoints import SHIPPED, metadata_path
from mnist_core.drawings import parse_drawings
from mnist_core.text import speaking
from mnist_core.web.components.leaderboard import MAX_FILE_BYTES
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import score
from mnist_core.web.tabs.draw import DrawTab
from tests.web.workshop import build, sent

ONE_SENT: list[Any] = [[[500, 150], [500, 850]]]


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def tab() -> DrawTab:
    return build(DrawTab)


def labelled(label: Any = 1, strokes: Any = ONE_SENT) -> gr.EventData:
    return gr.EventData(None, {"label": label, "strokes": strokes})


def right(board: Any, key: str = "simple_nn") -> int | None:
    found: int | None = next(row for row in board["rows"] if row["key"] == key)["right"]
    return found


def test_a_labelled_drawing_counts_for_every_network(session: Session) -> None:
    run = session.upload(SHIPPED, metadata_path(SHIPPED))
    board = score.count_drawing(session, labelled(1))
    assert board["drawings"] == 1
    assert board["note"] == "Counted as a 1."
    assert right(board) == right(board, run.id) == 1


def test_another_label_corrects_the_first(session: Session) -> None:
    score.count_drawing(session, labelled(1))
    board = score.count_drawing(session, labelled(8))
    assert board["drawings"] == 1
    assert board["note"] == "Counted as an 8."
    assert right(board) == 0


def test_undo_takes_a_count_back(session: Session) -> None:
    score.count_drawing(session, labelled(1))
    board = score.take_drawing_back(session, labelled(1))
    assert board["drawings"] == 0
    assert board["note"] == "Taken back: it counts as a 1 no more."
    with speaking("zh"):
        assert score.take_drawing_back(session, labelled(1))["note"] == "已撤回，不再记作 1。"


def test_what_happened_last_is_told_in_whatever_language_the_page_speaks_now(
    session: Session, tab: DrawTab
) -> None:
    show = tab.view(session)
    assert show()[tab.board]["note"] == ""
    score.count_drawing(session, labelled(1))
    assert show()[tab.board]["note"] == "Counted as a 1."
    with speaking("zh"):
        assert show()[tab.board]["note"] == "已记为 1。"


def test_a_network_that_comes_later_is_scored_too(session: Session, tab: DrawTab) -> None:
    score.count_drawing(session, labelled(1))
    run = session.upload(SHIPPED, metadata_path(SHIPPED))
    board = tab.choose_classifier(session, sent(key=run.id))[tab.board]
    assert right(board, run.id) == 1


HOSTILE_LABELS: list[Any] = [
    None,
    [],
    "1",
    {},
    {"label": 1},
    {"label": 1, "strokes": ONE_SENT, "more": 1},
    {"label": True, "strokes": ONE_SENT},
    {"label": "1", "strokes": ONE_SENT},
    {"label": 10, "strokes": ONE_SENT},
    {"label": -1, "strokes": ONE_SENT},
    {"label": 1.0, "strokes": ONE_SENT},
    {"label": 1, "strokes": []},
    {"label": 1, "strokes": [[]]},
    {"label": 1, "strokes": "<script>"},
    {"label": 1, "strokes": [[[float("nan"), 1]]]},
    {"label": 1, "strokes": [[[1, 2]] * 10_001]},
]


@pytest.mark.parametrize("data", HOSTILE_LABELS)
def test_a_label_as_no_page_of_ours_sends_it_is_refused(session: Session, data: Any) -> None:
    with pytest.raises(gr.Error) as refusal:
        score.count_drawing(session, gr.EventData(None, data))
    with pytest.raises(gr.Error):
        score.take_drawing_back(session, gr.EventData(None, data))
    assert "<" not in str(refusal.value)
    assert len(session.test_set) == 0


def test_what_is_saved_can_be_opened_and_evaluated(session: Session) -> None:
    score.count_drawing(session, labelled(1))
    score.count_drawing(session, labelled(7, [[[300, 200.5], [700, 200], [450, 800]]]))
    content = score.save_drawings(session)["file"]
    assert [drawing.label for drawing in parse_drawings(content.encode())] == [1, 7]
    assert json.loads(content)[0] == {"label": 1, "strokes": ONE_SENT}

    other = Session()
    board = score.open_drawings(other, sent(content=content))
    assert board["drawings"] == 2
    assert "2 drawings" in board["note"]
    assert (
        score.open_drawings(other, sent(content=content))["drawings"] == 2
    )  # the same ones count once
    assert score.save_drawings(other)["file"] == content


@pytest.mark.parametrize(
    "content",
    ["", "no JSON", "[]", "{}", "[1]", '[{"label": 1}]', '[{"label": 11, "strokes": [[[1, 2]]]}]'],
)
def test_what_is_no_file_of_drawings_is_refused_and_nothing_is_lost(
    session: Session, content: str
) -> None:
    score.count_drawing(session, labelled(1))
    with pytest.raises(gr.Error):
        score.open_drawings(session, sent(content=content))
    assert len(session.test_set) == 1


def test_a_file_of_too_many_drawings_is_refused(session: Session) -> None:
    with pytest.raises(gr.Error, match="500 drawings at most"):
        score.open_drawings(
            session, sent(content=json.dumps([{"label": 1, "strokes": ONE_SENT}] * 501))
        )


def test_where_the_oldest_make_room_it_is_said(session: Session) -> None:
    entries = [{"label": 1, "strokes": [[[i, 1], [i, 900]]]} for i in range(500)]
    score.open_drawings(session, sent(content=json.dumps(entries)))
    board = score.count_drawing(session, labelled(1))
    assert board["drawings"] == 500
    assert "the oldest one made way" in board["note"]


def test_forgetting_begins_anew_and_an_ended_session_keeps_nothing(session: Session) -> None:
    score.count_drawing(session, labelled(1))
    assert score.forget_drawings(session)["drawings"] == 0
    score.count_drawing(session, labelled(1))
    session.end()
    assert len(session.test_set) == 0


# --- what a stranger may send ------------------------------------------------------------------

HOSTILE: list[Any] = [None, 5, [], "cnn", {}, {"more": 1}]


@pytest.mark.parametrize(
    "data", [*HOSTILE, {"content": None}, {"content": 5}, {"content": "x" * (MAX_FILE_BYTES + 1)}]
)
def test_a_file_as_no_page_of_ours_sends_it_is_refused(session: Session, data: Any) -> None:
    with pytest.raises(gr.Error, match="never sends"):
        score.open_drawings(session, gr.EventData(None, data))

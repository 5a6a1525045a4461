"""Classes of a visitor's own, and the visitor's hand, as the Draw tab teaches them."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from mnist_core.checkpoints import SHIPPED, load_checkpoint
from mnist_core.data import DATASETS, find_data_set
from mnist_core.drawings import (
    MAX_NAME,
    LabelledDrawing,
    format_drawings,
    parse_named_drawings,
)
from mnist_core.models import create_model
from mnist_core.preprocessing import image_from_strokes
from mnist_core.teaching import training
from mnist_core.text import speaking, translate
from mnist_core.web.components.canvas import Drawing
from mnist_core.web.components.inside import Question
from mnist_core.web.components.mistakes import Look
from mnist_core.web.sessions import run_files
from mnist_core.web.sessions.classifiers import (
    DIGITS,
    Classifier,
    all_classifiers,
    current_classifier,
    find_classifier,
    select_classifier,
)
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import draw, mistakes, score
from mnist_core.web.tabs.draw import DrawTab
from mnist_core.web.tabs.inside import look_closer
from mnist_core.web.tabs.runs import RunsTab, describe_runs
from mnist_core.web.tabs.teach import view
from tests.each import each
from tests.own_symbols import SYMBOLS, draw_symbols
from tests.web.conftest import SetLimits
from tests.web.workshop import build, eventually, sent

RING = draw_symbols(1)[0].strokes


@pytest.fixture
def tab() -> DrawTab:
    return build(DrawTab)


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "STEPS", 100)


Order = Callable[..., dict[str, Any]]


@pytest.fixture
def order(tab: DrawTab, session: Session) -> Order:
    """Return a function that orders something; it returns what the panel then shows."""

    def give(action: str, **more: Any) -> dict[str, Any]:
        shown = tab.teach.obey(session, sent(action=action, **more))[tab.teach.panel]
        return json.loads(shown) if isinstance(shown, str) else shown

    return give


def label(tab: DrawTab, session: Session, name: Any, strokes: Any) -> dict[str, Any]:
    """Say what a drawing is; return what the panel then shows."""
    data = {"label": name, "strokes": strokes}
    shown: str = tab.label_drawing(session, gr.EventData(None, data))[tab.teach.panel]
    return dict(json.loads(shown))


def as_sent(strokes: list[np.ndarray]) -> list[list[list[float]]]:
    return [stroke.tolist() for stroke in strokes]


def open_symbols(order: Order, count: int = 8) -> dict[str, Any]:
    content = format_drawings(draw_symbols(count)).decode()
    return order("open", content=content)


def train(order: Order, session: Session) -> None:
    order("train")
    eventually(lambda: not session.is_busy)
    assert session.short_job is not None
    assert session.short_job.problem is None


# --- classes and drawings ----------------------------------------------------------------------


def test_a_class_is_named_drawn_and_counted(tab: DrawTab, session: Session, order: Order) -> None:
    shown = order("name", name="  a  star ")
    assert [row["name"] for row in shown["classes"]] == ["a star"]
    assert "a star is a class now" in shown["said"]
    shown = label(tab, session, "a star", as_sent(RING))
    assert len(shown["classes"][0]["drawings"]) == 1
    assert shown["said"] == "Added to a star."
    assert len(session.test_set) == 0  # it is no digit
    with speaking("zh"):
        assert view(session)["said"] == "已加入 a star。"


def test_the_same_drawing_counts_once(tab: DrawTab, session: Session, order: Order) -> None:
    order("name", name="star")
    for _ in range(2):
        shown = label(tab, session, "star", as_sent(RING))
    assert len(shown["classes"][0]["drawings"]) == 1


def test_undo_on_the_canvas_takes_a_drawing_back(
    tab: DrawTab, session: Session, order: Order
) -> None:
    order("name", name="star")
    label(tab, session, "star", as_sent(RING))
    data = {"label": "star", "strokes": as_sent(RING)}
    shown = tab.unlabel_drawing(session, gr.EventData(None, data))[tab.teach.panel]
    assert json.loads(shown)["classes"][0]["drawings"] == []


def test_a_digit_still_counts_as_a_digit(tab: DrawTab, session: Session) -> None:
    data = {"label": 1, "strokes": as_sent(RING)}
    updates = tab.label_drawing(session, gr.EventData(None, data))
    assert updates[tab.board]["drawings"] == 1
    assert tab.unlabel_drawing(session, gr.EventData(None, data))[tab.board]["drawings"] == 0


def test_classes_are_renamed_and_removed_and_each_change_is_undone(order: Order) -> None:
    shown = open_symbols(order, 3)
    ring, cross, _ = (row["number"] for row in shown["classes"])
    assert order("rename", number=ring, name="circle")["classes"][0]["name"] == "circle"
    assert [row["name"] for row in order("drop", number=cross)["classes"]] == ["circle", "zigzag"]
    first = order("undo")["classes"]
    assert [row["name"] for row in first] == ["circle", "cross", "zigzag"]
    assert len(first[1]["drawings"]) == 3
    drawing = first[1]["drawings"][0]
    assert len(order("remove", number=drawing)["classes"][1]["drawings"]) == 2
    assert order("undo")["classes"] == first
    assert [row["name"] for row in order("undo")["classes"]] == list(SYMBOLS)
    assert order("forget")["classes"] == []
    assert [row["name"] for row in order("undo")["classes"]] == list(SYMBOLS)
    assert order("undo")["classes"] == []
    assert not order("undo")["can_undo"]


def test_what_is_saved_can_be_opened_by_another(order: Order, session: Session) -> None:
    open_symbols(order, 2)
    update = order("save")
    file = json.loads(update["file"])["content"]
    assert [entry["label"] for entry in json.loads(file)] == list(SYMBOLS) * 2
    before = session.own_classes.contents
    assert len(order("open", content=file)["classes"]) == 3  # the same ones come once
    assert len(session.own_classes.contents.drawings) == len(before.drawings)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"action": "name", "name": ""}, "a name of 1 to 40 letters"),
    ({"action": "name", "name": "x" * (MAX_NAME + 1)}, "a name of 1 to 40 letters"),
    ({"action": "name", "name": "\u202e"}, "a name of 1 to 40 letters"),
    ({"action": "name", "name": "ring"}, "There is a class ring already"),
    ({"action": "rename", "number": 0, "name": "x"}, "This class is gone"),
    ({"action": "drop", "number": 0}, "This class is gone"),
    ({"action": "remove", "number": 0}, "This drawing is gone"),
    ({"action": "open", "content": ""}, "is not JSON"),
    ({"action": "open", "content": "[]"}, "at least one"),
    ({"action": "open", "content": '[{"label": "", "strokes": [[[1, 2]]]}]'}, "Drawing 1: A class"),
    ({"action": "hand"}, "10 at least are needed"),
]


def test_each_wrong_wish_is_one_sentence_and_nothing_is_lost(
    order: Order, session: Session
) -> None:
    open_symbols(order, 3)
    before = session.own_classes.contents
    for wish, part in each(WRONG):
        assert part in order(**wish)["said"]
        assert session.own_classes.contents is before


def test_markup_in_a_name_stays_text(tab: DrawTab, session: Session, order: Order) -> None:
    order("name", name="<b>x</b>")
    assert view(session)["classes"][0]["name"] == "<b>x</b>"
    assert order("name", name="<b>x</b>")["said"] == "There is a class <b>x</b> already."
    assert label(tab, session, "y", as_sent(RING))["said"] == "There is no class y."
    with pytest.raises(gr.Error) as refusal:  # a label that is no name, which Gradio shows as HTML
        label(tab, session, "<i>" * 100, as_sent(RING))
    assert "<" not in str(refusal.value)


HOSTILE: list[Any] = [
    None,
    [],
    "train",
    {},
    {"action": "explode"},
    {"action": "name", "name": 5},
    {"action": "name", "name": "x" * 100_000},
    {"action": "drop", "number": "1"},
    {"action": "drop", "number": -1},
    {"action": "train", "more": 1},
    {"action": "open", "content": "x" * 5_000_001},
]


def test_what_no_page_of_ours_sends_is_refused(tab: DrawTab, session: Session) -> None:
    for data in each(HOSTILE):
        with pytest.raises(gr.Error, match="never sends"):
            tab.teach.obey(session, gr.EventData(None, data))
    for data in each([None, {}, {"numbers": "1"}, {"numbers": [1] * 101}, {"numbers": [-1]}]):
        with pytest.raises(gr.Error, match="never sends"):
            tab.teach.send_pictures(session, gr.EventData(None, data))


def test_classes_and_drawings_are_bounded(
    tab: DrawTab, session: Session, order: Order, limit: SetLimits
) -> None:
    limit(drawings=10)
    for number in range(20):
        order("name", name=f"class {number}")
    assert "20 classes at most" in order("name", name="one more")["said"]
    for number in range(10):
        label(tab, session, "class 0", [[[number, 1], [number, 900]]])
    assert "room for 10 drawings" in label(tab, session, "class 0", as_sent(RING))["said"]
    assert len(session.own_classes.contents.drawings) == 10


def test_what_can_be_undone_is_bounded_with_the_memory_that_it_takes(
    session: Session, limit: SetLimits
) -> None:
    limit(session_mb=20)
    own = session.own_classes
    long = [[[i % 1000, number] for i in range(9_000)] for number in range(40)]
    content = [{"label": "long", "strokes": [stroke]} for stroke in long]
    drawings = parse_named_drawings(json.dumps(content).encode())
    for number in range(30):
        own.open(drawings[number : number + 2])
        newest = own.contents.drawings[-1]
        own.remove(newest.number)
        assert own.size <= 0.25 * 20 * 2**20 + 2 * newest.size


def test_pictures_are_given_of_the_session_s_own_drawings_alone(
    tab: DrawTab, session: Session, order: Order
) -> None:
    numbers = open_symbols(order, 1)["classes"][0]["drawings"]
    update = tab.teach.send_pictures(session, sent(numbers=[*numbers, 10**9]))[tab.teach.panel]
    images = json.loads(update["pictures"])
    assert list(images) == [str(numbers[0])]
    expected = image_from_strokes(draw_symbols(1)[0].strokes)
    assert expected is not None
    assert b64decode(images[str(numbers[0])]) == expected.tobytes()
    other = tab.teach.send_pictures(Session(), sent(numbers=numbers))[tab.teach.panel]
    assert json.loads(other["pictures"]) == {}


# --- learning ----------------------------------------------------------------------------------


def test_a_taught_network_reads_at_once_and_names_what_it_reads(
    tab: DrawTab, session: Session, order: Order
) -> None:
    open_symbols(order)
    train(order, session)
    answer = draw.read_drawing(Drawing(1, draw_symbols(1, seed=9)[1].strokes), session)
    assert answer["classes"] == list(SYMBOLS)
    assert answer["classes"][answer["digit"] or 0] == "cross"
    assert len(answer["probabilities"]) == 3
    assert answer["classifier"] == "Your network"
    assert draw.read_drawing(Drawing(2, []), session)["classes"] == list(SYMBOLS)
    shown = view(session)
    assert shown["share"] is None
    assert shown["exam"][0] == "Exam: 6 of 6 right, 100.00%. Draw: it reads now."
    (row,) = [row for row in score.show_board(session)["rows"] if row["name"] == "Your network"]
    assert row["note"] == "exam: 6 of 6 right"
    assert row["right"] is None


def test_who_renames_a_class_renames_what_is_read(order: Order, session: Session) -> None:
    shown = open_symbols(order)
    train(order, session)
    order("rename", number=shown["classes"][0]["number"], name="circle")
    order("drop", number=shown["classes"][1]["number"])
    classifier = current_classifier(session)
    assert classifier is not None
    assert classifier.classes == ("circle", "cross", "zigzag")  # it still knows what is removed


def test_a_taught_network_never_passes_for_a_reader_of_digits(
    session: Session, order: Order
) -> None:
    content = json.loads(format_drawings(draw_symbols(4)))
    names = {name: str(number) for number, name in enumerate(SYMBOLS)}
    entries = [{**entry, "label": names[entry["label"]]} for entry in content]
    entries += [{**entry, "label": str(3 + i % 7)} for i, entry in enumerate(content * 2)][:21]
    order("open", content=json.dumps(entries))
    assert tuple(row["name"] for row in view(session)["classes"]) == DIGITS
    train(order, session)
    classifier = current_classifier(session)
    assert classifier is not None
    assert classifier.classes == DIGITS
    assert not classifier.reads_digits
    keys = [network["key"] for network in mistakes.list_networks(session)["networks"]]
    assert classifier.key not in keys
    look = Look(network=classifier.key)
    assert "problem" in mistakes.describe(look, session)
    assert draw.read_drawing(Drawing(1, RING), session)["classes"] == list(DIGITS)


def test_inside_and_why_follow_the_classes(session: Session, order: Order) -> None:
    open_symbols(order)
    train(order, session)
    for view_name in each(["inside", "why"]):
        for digit in each([None, 2, 15]):
            question = Question(view=view_name, image="", digit=digit, against=digit, score=digit)
            facts = look_closer(question, session)
            assert facts is not None
            assert facts["classes"] == list(SYMBOLS)
            assert len(facts["scores"]) == 3


def test_one_thing_is_learned_at_a_time(order: Order, session: Session) -> None:
    open_symbols(order)
    order("train")
    first = session.short_job
    order("train")  # at once: the first has hundreds of steps to go
    assert session.short_job is first
    eventually(lambda: not session.is_busy)
    order("train")
    assert session.short_job is not first
    eventually(lambda: not session.is_busy)


def test_too_little_to_learn_from_is_said_before_and_after_the_press(
    order: Order, session: Session
) -> None:
    assert view(session)["missing"] == ""
    assert not view(session)["can_train"]
    shown = order("name", name="star")
    assert shown["missing"] == "A network is taught 2 to 20 classes, not 1."
    assert "2 to 20 classes" in order("train")["said"]
    assert session.short_job is None


def test_what_goes_wrong_in_the_worker_is_one_sentence(
    order: Order, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("mnist_core.web.jobs.short_task.teach", fail)
    open_symbols(order)
    order("train")
    eventually(lambda: not session.is_busy)
    shown = view(session)
    assert shown["said"] == "Something went wrong, and nothing was learned. Try again."
    assert shown["exam"] == []
    assert current_classifier(session).key in ("cnn", "simple_nn")  # type: ignore[union-attr]


def test_a_label_that_would_go_nowhere_is_not_asked_for(
    session: Session, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes = DATASETS["fashion_mnist"].classes
    model = create_model("simple_nn").eval()
    dressed = Classifier("run", "Run 1", model, classes=classes, dataset="fashion_mnist")
    monkeypatch.setattr(draw, "current_classifier", lambda _: dressed)
    answer = draw.read_drawing(Drawing(1, RING), session)
    assert answer["classes"] == [str(name) for name in classes]
    assert answer["keeps_labels"] is False
    with speaking("zh"):
        names = draw.read_drawing(Drawing(1, RING), session)["classes"]
        assert names == [translate(name) for name in classes]
        assert names != answer["classes"]


def test_where_the_panel_is_closed_the_board_says_what_a_drawing_was_added_to(
    tab: DrawTab, session: Session, order: Order
) -> None:
    order("name", name="star")
    data = {"label": "star", "strokes": as_sent(RING)}
    updates = tab.label_drawing(session, gr.EventData(None, data))
    assert updates[tab.board]["note"] == "Added to star."


# --- the files ---------------------------------------------------------------------------------


def offered(tab: DrawTab, session: Session, action: str) -> dict[str, Path]:
    """Ask for the files of a network; return them by how their names end."""
    updates = tab.teach.obey(session, sent(action=action))
    assert updates[tab.teach.files]["visible"]
    buttons = (tab.teach.weights, tab.teach.safetensors, tab.teach.metadata)
    files = [Path(updates[button]["value"]) for button in buttons]
    assert all(file.is_file() for file in files)
    return {file.suffix: file for file in files}


def test_a_taught_network_comes_back_from_its_files_and_reads_as_before(
    tab: DrawTab, session: Session, order: Order, own_cache: Path
) -> None:
    shown = open_symbols(order)
    train(order, session)
    order("rename", number=shown["classes"][0]["number"], name="circle")
    drawing = Drawing(1, draw_symbols(1, seed=9)[1].strokes)
    before = draw.read_drawing(drawing, session)
    files = offered(tab, session, "taught_files")
    assert files[".pth"].name == "your_network_drawings.pth"
    for chosen in each([(".safetensors",), (".pth", ".json")]):
        elsewhere = Session()
        run = elsewhere.upload(*(files[ending] for ending in chosen))
        row = describe_runs(elsewhere, {})["rows"][0]
        assert (row["dataset"], row["asked"]) == ("Your drawings", [])
        assert (row["can_read"], row["can_draw"], row["can_train_on"]) == (True, True, False)
        select_classifier(elsewhere, run.id)
        after = draw.read_drawing(drawing, elsewhere)
        assert after["classes"] == before["classes"] == ["circle", "cross", "zigzag"]
        assert after["probabilities"] == before["probabilities"]
        again = elsewhere.files(run)  # and from there once more
        assert again is not None
        assert Session().upload(*again).config.data_set.classes == ("circle", "cross", "zigzag")
    order("rename", number=shown["classes"][1]["number"], name="plus")
    names = load_checkpoint(offered(tab, session, "taught_files")[".pth"]).metadata["classes"]
    assert names == ["circle", "plus", "zigzag"]


def test_the_files_of_what_is_learned_anew_are_asked_for_anew(
    tab: DrawTab, session: Session, order: Order
) -> None:
    assert tab.teach.files not in tab.teach.obey(session, sent(action="taught_files"))
    open_symbols(order)
    updates = tab.teach.obey(session, sent(action="train"))
    assert not updates[tab.teach.files]["visible"]
    eventually(lambda: not session.is_busy)
    (first,) = offered(tab, session, "taught_files")[".pth"].parent.parent.iterdir()
    train(order, session)
    offered(tab, session, "taught_files")
    assert list(first.parent.iterdir()) == [first]  # in the place of the one before
    session.end()
    assert not first.exists()


def test_a_full_disk_is_a_sentence(
    tab: DrawTab, session: Session, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    open_symbols(order)
    train(order, session)
    monkeypatch.setattr(run_files, "save_checkpoint", fail)
    assert "cannot write files" in order("taught_files")["said"]


def test_an_uploaded_network_of_drawings_is_in_nobodys_way(
    tab: DrawTab, session: Session, order: Order, own_cache: Path
) -> None:
    open_symbols(order)
    train(order, session)
    files = offered(tab, session, "taught_files")
    elsewhere = Session()
    run = elsewhere.upload(files[".safetensors"])
    assert find_data_set(run.config.dataset) is not None
    runs = build(RunsTab)
    opened = runs.open_run(elsewhere, sent(run=run.id))
    assert not opened[runs.code]["visible"] and not opened[runs.share]["visible"]
    assert opened[runs.weights]["value"].endswith("upload_1_cnn_drawings.pth")
    assert not describe_runs(elsewhere, {})["rows"][0]["has_mistakes"]
    look = Look(network=run.id)
    assert "are not here" in mistakes.describe(look, elsewhere)["problem"]
    with pytest.raises(ValueError, match="not here any more"):
        Session().start(run.config)  # even who knew the key
    tab.teach.obey(elsewhere, sent(action="name", name="star"))  # and goes on with classes
    assert label(tab, elsewhere, "star", as_sent(RING))["said"] == "Added to star."
    elsewhere.delete(run)
    elsewhere.end()
    assert find_data_set(run.config.dataset) is None


# --- the hand ----------------------------------------------------------------------------------


def count_digits(session: Session, count: int) -> None:
    session.label(
        LabelledDrawing(SYMBOLS.index(drawing.label), drawing.strokes)
        for drawing in draw_symbols(count)
    )


def test_a_hand_is_learned_and_there_is_a_way_back(
    tab: DrawTab, session: Session, order: Order
) -> None:
    before = SHIPPED.read_bytes()
    tab.choose_classifier(session, sent(key="simple_nn"))
    count_digits(session, 8)
    order("hand")
    eventually(lambda: not session.is_busy)
    hand = current_classifier(session)
    assert hand is not None
    assert hand.name == "SimpleNN, your hand"
    assert hand.reads_digits
    report = session.own_hand.report  # type: ignore[union-attr]
    first, second, *_ = view(session)["hand"]["text"]
    assert first == (
        "SimpleNN has learned your hand: of 6 digits that it was not shown it read "
        f"{report.right_before} right before, and {report.right_after} now."
    )
    assert second.startswith("MNIST: ")
    order("hand")  # from the same weights as the first time
    eventually(lambda: not session.is_busy)
    again = session.own_hand.report  # type: ignore[union-attr]
    assert again == report
    files = offered(tab, session, "hand_files")
    assert files[".pth"].name == "your_hand_mnist.pth"
    upload = Session().upload(files[".safetensors"])
    assert (upload.config.dataset, upload.config.model) == ("mnist", "simple_nn")
    assert upload.accuracy == pytest.approx(report.accuracy_after)
    assert order("back")["hand"]["is_learned"] is False
    reader = current_classifier(session)
    assert reader is not None
    assert reader.key == "simple_nn"
    assert SHIPPED.read_bytes() == before
    assert reader.model is find_classifier(session, "simple_nn").model  # type: ignore[union-attr]


def test_without_mnist_a_hand_is_learned_all_the_same(
    session: Session, order: Order, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tmp_path / "nothing"))
    count_digits(session, 4)
    order("hand")
    eventually(lambda: not session.is_busy)
    assert "MNIST is not on this machine" in view(session)["hand"]["text"][1]
    assert not (tmp_path / "nothing").exists()


def test_who_reads_no_digits_learns_no_hand(session: Session, order: Order) -> None:
    count_digits(session, 4)
    open_symbols(order)
    train(order, session)
    assert not view(session)["hand"]["can_learn"]
    assert "does not read digits" in order("hand")["said"]


# --- the session -------------------------------------------------------------------------------


def test_everything_goes_with_the_session_and_is_nobody_else_s(
    session: Session, order: Order
) -> None:
    open_symbols(order)
    train(order, session)
    assert not session.is_empty
    assert session.size > 400_000  # the network counts, too
    assert len(all_classifiers(Session())) == 2
    session.end()
    assert session.is_empty
    assert view(session)["classes"] == []
    assert "session has ended" in order("name", name="star")["said"]


def test_a_session_that_ends_meanwhile_keeps_nothing(session: Session, order: Order) -> None:
    open_symbols(order)
    order("train")
    session.end()
    eventually(lambda: not session.is_busy)
    assert session.own_classes.taught is None
    assert session.is_empty

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import torch

from mnist_core.checkpoints import SHIPPED, load_checkpoint, metadata_path
from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.models import create_model
from mnist_core.text import speaking
from mnist_core.web.components.run_table import RunChoice, RunOrder
from mnist_core.web.jobs.run import Run
from mnist_core.web.limits import LIMITS
from mnist_core.web.sessions.classifiers import find_classifier
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.curves import draw_curves
from mnist_core.web.tabs.runs import RunsTab, curves_of_runs, describe_runs
from tests.web.workshop import SHORT, Workshop, build, eventually, screens_of, sent, trained

RUNS = LIMITS["runs"].laptop


@pytest.fixture
def tab() -> RunsTab:
    return build(RunsTab)


def order(tab: RunsTab, session: Session, action: str, run: str, **more: Any) -> dict[Any, Any]:
    return tab.order_run(session, sent(action=action, run=run, **more))


def row_of(session: Session, run: Run) -> dict[str, Any]:
    rows = describe_runs(session, {})["rows"]
    return dict(next(row for row in rows if row["id"] == run.id))


def test_a_row_says_what_a_run_came_to(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=2, batch_size=128))
    row, last = row_of(session, run), run.epochs[-1]
    assert (row["name"], row["state"], row["message"]) == ("Run 1", "finished", "")
    assert row["settings"] == "2 epochs, batch size 128"
    assert (row["train_loss"], row["test_loss"]) == (last.train_loss, last.test_loss)
    assert (row["train_accuracy"], row["accuracy"]) == (last.train_accuracy, last.test_accuracy)
    assert row["seconds"] == pytest.approx(sum(epoch.seconds for epoch in run.epochs))
    assert row["parameters"] == 101_770
    assert row["fraction"] == 1


def test_an_upload_of_an_old_version_keeps_its_history(session: Session, tmp_path: Path) -> None:
    weights, metadata = tmp_path / "old.pth", tmp_path / "old.json"
    weights.write_bytes(SHIPPED.read_bytes())
    metadata.write_bytes(metadata_path(SHIPPED).read_bytes())
    upload = session.upload(weights, metadata)
    assert [epoch.epoch for epoch in upload.epochs] == [1, 2, 3, 4, 5]
    assert {epoch.train_accuracy for epoch in upload.epochs} == {None}  # not measured in those days
    row = row_of(session, upload)
    assert row["accuracy"] == upload.epochs[-1].test_accuracy
    assert row["train_accuracy"] is None
    plots = draw_curves(curves_of_runs(session))
    assert plots.keys() == {*("losses", "accuracies", "losses_words", "accuracies_words", "values")}


def test_the_values_that_the_curves_say_are_those_that_they_draw(session: Session) -> None:
    short = trained(session, TrainConfig(epochs=1))
    long = trained(session, TrainConfig(epochs=3, seed=7))
    values = json.loads(draw_curves(curves_of_runs(session))["values"])
    for curve, run in zip(values["curves"], (short, long), strict=True):
        losses = [epoch.train_loss for epoch in run.epochs]
        assert curve["losses"] == pytest.approx(losses, abs=1e-5)
        accuracies = [epoch.test_accuracy for epoch in run.epochs]
        assert curve["accuracies"] == pytest.approx(accuracies, abs=1e-5)
        assert run.name in curve["name"]
    first, middle, last = values["places"]
    assert 0.13 < first < middle < last < 0.97  # of the picture's width, within its axes
    assert middle == pytest.approx((first + last) / 2, abs=1e-4)


def test_rows_stand_newest_first_and_the_best_is_marked(session: Session) -> None:
    weak = trained(session, TrainConfig(epochs=1, learning_rate=1e-6))
    good = trained(session, TrainConfig(epochs=10))
    rows = describe_runs(session, {})["rows"]
    assert [row["name"] for row in rows] == [good.name, weak.name]
    assert [row["is_best"] for row in rows] == [True, False]


def test_the_chosen_runs_are_overlaid(session: Session, tab: RunsTab) -> None:
    runs = [trained(session) for _ in range(4)]
    assert [curve.name for curve in curves_of_runs(session)] == ["Run 2", "Run 3", "Run 4"]
    order(tab, session, "overlay", runs[0].id, shown=True)
    order(tab, session, "overlay", runs[3].id, shown=False)
    curves = curves_of_runs(session)
    assert [curve.name for curve in curves] == ["Run 1", "Run 2", "Run 3"]
    colors = {row["name"]: row["color"] for row in describe_runs(session, {})["rows"]}
    assert all(curve.color == colors[curve.name] for curve in curves)


def test_any_run_can_read(session: Session, tab: RunsTab) -> None:
    first, second = trained(session), trained(session)
    order(tab, session, "read", first.id)
    assert session.draw.classifier == first.id
    assert (row_of(session, first)["reads"], row_of(session, second)["reads"]) == (True, False)


def test_a_run_that_has_learned_nothing_does_not_read(workshop: Workshop, tab: RunsTab) -> None:
    session = workshop.session()
    run = session.start(SHORT)
    order(tab, session, "read", run.id)
    assert session.draw.classifier == "cnn"
    assert not row_of(session, run)["can_read"]
    session.end()


def test_a_run_trains_on(session: Session, tab: RunsTab) -> None:
    run = trained(session)
    with session.connected():
        order(tab, session, "train_on", run.id, epochs=2)
        eventually(lambda: not run.is_under_way)
    assert len(run.epochs) == 3
    assert row_of(session, run)["settings"] == "3 epochs"


def test_too_many_epochs_are_refused_in_a_sentence(session: Session, tab: RunsTab) -> None:
    run = trained(session)
    with pytest.raises(gr.Error, match="from 1 to 100"):
        order(tab, session, "train_on", run.id, epochs=100)
    assert len(run.epochs) == 1


def test_stop_and_delete(workshop: Workshop, tab: RunsTab) -> None:
    session = workshop.session()
    run, other = session.start(SHORT), session.start(SHORT)
    order(tab, session, "stop", other.id)
    assert row_of(session, other)["message"] == "stopped after 0 of 1 epochs"
    updates = order(tab, session, "delete", run.id)
    assert updates[tab.panel]["visible"] is False
    assert session.runs == [other]
    session.end()


def test_the_panel_holds_the_code_and_the_files(session: Session, tab: RunsTab) -> None:
    run = trained(session, TrainConfig(model="cnn", epochs=1))
    shown = tab.open_run(session, sent(run=run.id))
    assert shown[tab.panel]["visible"]
    assert shown[tab.code]["value"]["text"] == generate_code(run.config)
    assert shown[tab.code]["value"]["name"] == "run_1_cnn_mnist.py"
    assert run.name in shown[tab.code]["value"]["title"]
    checkpoint = load_checkpoint(Path(shown[tab.weights]["value"]))
    assert checkpoint.model_name == "cnn"
    assert json.loads(Path(shown[tab.metadata]["value"]).read_text())["config"]["model"] == "cnn"


def test_a_run_without_a_network_has_code_but_no_files(workshop: Workshop, tab: RunsTab) -> None:
    session = workshop.session()
    run = session.start(SHORT)
    shown = tab.open_run(session, sent(run=run.id))
    assert shown[tab.panel]["visible"]
    assert "torch.manual_seed(42)" in shown[tab.code]["value"]["text"]
    assert not shown[tab.weights]["visible"]
    assert not shown[tab.metadata]["visible"]
    session.end()


def test_where_nothing_can_be_written_there_is_the_code_and_a_warning(
    session: Session, tab: RunsTab, own_cache: Path
) -> None:
    run = trained(session)
    own_cache.write_text("no folder")
    with pytest.warns(UserWarning, match="cannot write files just now"):
        shown = tab.open_run(session, sent(run=run.id))
    assert shown[tab.panel]["visible"]
    assert shown[tab.code]["value"]["text"]
    assert not shown[tab.weights]["visible"]
    assert not shown[tab.metadata]["visible"]


def test_where_nothing_can_be_written_an_upload_is_refused_in_a_sentence(
    session: Session, tab: RunsTab, own_cache: Path
) -> None:
    own_cache.write_text("no folder")
    with pytest.raises(gr.Error, match="no room for more files") as refusal:
        tab.take_in([str(SHIPPED)], session)
    assert str(own_cache) not in str(refusal.value)


def test_the_stream_ends_with_the_table_as_it_is(session: Session, tab: RunsTab) -> None:
    session.start(SHORT)
    shown = screens_of(session, tab)[-1][tab.table]
    assert shown == describe_runs(session, shown["plots"])
    assert shown["plots"]["accuracies"].startswith("data:image/svg+xml")
    assert json.loads(json.dumps(shown)) == shown


def test_what_is_downloaded_of_two_runs_of_one_network_has_two_names(
    session: Session, tab: RunsTab
) -> None:
    runs = [trained(session), trained(session), session.upload(SHIPPED, metadata_path(SHIPPED))]
    names = []
    for run in runs:
        shown = tab.open_run(session, sent(run=run.id))
        files = [Path(shown[part]["value"]).name for part in (tab.weights, tab.metadata)]
        names.append([shown[tab.code]["value"]["name"], *files])
    assert names == [
        [f"{run}_simple_nn_mnist.{kind}" for kind in ("py", "pth", "json")]
        for run in ("run_1", "run_2", "upload_3")
    ]


def test_the_run_that_had_to_make_room_is_named(session: Session) -> None:
    assert describe_runs(session, {})["note"] == ""
    for _ in range(RUNS + 1):
        trained(session)
    assert describe_runs(session, {})["note"].endswith("Run 1 had to make room.")


# --- uploads -----------------------------------------------------------------------------------


@pytest.fixture
def files(session: Session, tmp_path: Path) -> list[str]:
    """Return a checkpoint that was downloaded: its weights and its metadata."""
    downloaded = session.files(trained(session))
    assert downloaded is not None
    copies = [tmp_path / path.name for path in downloaded]
    for path, copy in zip(downloaded, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    return [str(copy) for copy in copies]


def test_what_was_downloaded_can_come_back_with_its_metadata(
    session: Session, tab: RunsTab, files: list[str]
) -> None:
    tab.take_in(files[::-1], session)
    run = session.runs[-1]
    row = row_of(session, run)
    assert (row["state"], row["message"]) == ("uploaded", "uploaded")
    assert row["accuracy"] == session.runs[0].epochs[-1].test_accuracy
    assert row["can_read"]
    assert not row["can_train_on"]


def tell(tab: RunsTab, run: Run, dataset: str, session: Session) -> None:
    tab.order_run(session, sent(action="tell", run=run.id, dataset=dataset))


def test_of_weights_alone_it_is_asked_what_they_have_learned(
    session: Session, tab: RunsTab, files: list[str]
) -> None:
    tab.take_in(files[:1], session)
    run = session.runs[-1]
    row = row_of(session, run)
    assert row["message"] == "its file does not say which data set it has learned"
    assert [key for key, _ in row["asked"]] == ["mnist", "fashion_mnist", "kmnist"]
    assert (row["dataset"], row["accuracy"], row["can_read"]) == ("", None, False)
    assert find_classifier(session, run.id) is None
    for wrong in ("cifar10", "x", ""):
        with pytest.raises(gr.Error):
            tell(tab, run, wrong, session)
    tell(tab, run, "mnist", session)
    row = row_of(session, run)
    assert row["message"].startswith("uploaded without its metadata: its activation is taken for")
    assert row["accuracy"] == session.runs[0].accuracy is not None  # measured here
    assert (row["dataset"], row["asked"], row["can_read"]) == ("MNIST", [], True)
    tell(tab, run, "kmnist", session)  # it has been told
    assert run.config.dataset == "mnist"


def test_what_is_told_of_weights_is_what_they_read(
    session: Session, tab: RunsTab, files: list[str]
) -> None:
    tab.take_in(files[:1], session)
    run = session.runs[-1]
    tell(tab, run, "kmnist", session)
    classifier = find_classifier(session, run.id)
    assert classifier is not None
    assert (classifier.dataset, classifier.reads_digits) == ("kmnist", False)
    assert classifier.accuracy is None  # KMNIST is not here
    with speaking("zh"):
        assert row_of(session, run)["dataset"] == "KMNIST"


def test_a_run_that_says_what_it_has_learned_is_not_told(session: Session, tab: RunsTab) -> None:
    run = trained(session)
    tell(tab, run, "fashion_mnist", session)
    assert run.config.dataset == "mnist"


def test_weights_that_fit_no_data_set_are_refused(
    session: Session, tab: RunsTab, tmp_path: Path
) -> None:
    weights = create_model("simple_nn", classes=7).state_dict()
    torch.save(weights, tmp_path / "seven.pth")
    with pytest.raises(gr.Error, match="1×28×28 pixels in 7 classes"):
        tab.take_in([str(tmp_path / "seven.pth")], session)


def test_where_the_test_images_are_missing_no_accuracy_is_told(
    session: Session,
    tab: RunsTab,
    files: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tmp_path / "nowhere"))
    tab.take_in(files[:1], session)
    tell(tab, session.runs[-1], "mnist", session)
    assert row_of(session, session.runs[-1])["accuracy"] is None
    assert row_of(session, session.runs[-1])["can_read"]


def test_other_files_are_refused_in_one_sentence(
    session: Session, tab: RunsTab, files: list[str], tmp_path: Path
) -> None:
    runs = session.runs
    text = tmp_path / "<b>notes.pth"
    text.write_text("not weights")
    other = tmp_path / "other.pth"
    other.write_bytes(Path(files[0]).read_bytes())
    picture = tmp_path / "digit.png"
    picture.write_bytes(b"")
    refused: list[list[str] | None] = [
        [str(text)],
        [files[0], str(other)],
        [files[1]],
        [files[0], files[1], files[1]],
        [files[0], str(picture)],
        [str(tmp_path / "gone.pth")],
        [],
        None,
    ]
    for paths in refused:
        with pytest.raises(gr.Error) as refusal:
            tab.take_in(paths, session)
        assert "<" not in str(refusal.value)
        assert str(refusal.value).count("\n") == 0
    assert session.runs == runs


# --- what a stranger may send ------------------------------------------------------------------

HOSTILE: dict[str, Any] = {
    "nothing": None,
    "text": "delete",
    "list": ["delete", "x"],
    "empty": {},
    "no run": {"action": "delete"},
    "unknown action": {"action": "end", "run": "x"},
    "number as a run": {"action": "delete", "run": 1},
    "huge id": {"action": "delete", "run": "x" * 10**6},
    "list as an action": {"action": ["delete"], "run": "x"},
    "text for epochs": {"action": "train_on", "run": "x", "epochs": "5"},
    "true for epochs": {"action": "train_on", "run": "x", "epochs": True},
    "half an epoch": {"action": "train_on", "run": "x", "epochs": 0.5},
    "no epoch": {"action": "train_on", "run": "x", "epochs": 0},
    "a million epochs": {"action": "train_on", "run": "x", "epochs": 10**6},
    "text for shown": {"action": "overlay", "run": "x", "shown": "yes"},
    "a value of ours sent back": {"rows": [], "note": ""},
}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_what_no_page_sends_is_refused_in_a_sentence(
    session: Session, tab: RunsTab, payload: Any
) -> None:
    mine = trained(session)
    for handle in (tab.order_run, tab.open_run):
        with pytest.raises(gr.Error, match="never sends"):
            handle(session, gr.EventData(None, payload))
    assert session.runs == [mine]


@pytest.mark.parametrize("action", ["overlay", "read", "train_on", "stop", "delete"])
def test_an_unknown_run_does_nothing_but_refresh(
    session: Session, tab: RunsTab, action: str
) -> None:
    mine, other = trained(session), Session()
    for run in ("unknown", mine.id):  # another session's run is unknown as well
        (update,) = order(tab, other, action, run, epochs=2, shown=True).values()
        assert update["changes"]
        assert tab.open_run(other, sent(run=run)) == {tab.panel: gr.update(visible=False)}
    assert len(mine.epochs) == 1
    assert session.runs == [mine]
    assert other.runs == []


def test_an_order_is_understood_as_it_was_sent() -> None:
    asked = RunOrder.of(sent(action="train_on", run="x", epochs=2))
    assert (asked.action, asked.run, asked.epochs, asked.shown) == ("train_on", "x", 2, False)
    assert RunChoice.of(sent(run="x")).run == "x"

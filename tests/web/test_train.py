from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch

from mnist_core.checkpoints import load_checkpoint, metadata_path
from mnist_core.config import TrainConfig
from mnist_core.models import create_model
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.train import MORE_EPOCHS, DrawingReadings, TrainTab
from tests.form_values import form_values
from tests.web import event_loop
from tests.web import workshop as workshop_module
from tests.web.workshop import Workshop, build, eventually, follow

ONE_EPOCH = form_values(epochs=1)


@pytest.fixture
def tab() -> TrainTab:
    return build(TrainTab)


def named(tab: TrainTab, screen: dict[Any, Any]) -> dict[str, Any]:
    """Name what a screen shows by the attributes of the tab."""
    names = {part: name for name, part in vars(tab).items() if isinstance(part, gr.Component)}
    return {names.get(part, part): value for part, value in screen.items()}


def screens_of(
    session: Session, tab: TrainTab, once_seen: Callable[[], object] = lambda: None
) -> list[dict[str, Any]]:
    """Follow to the end; return every screen that was shown."""
    return [named(tab, screen) for screen in workshop_module.screens_of(session, tab, once_seen)]


def first_screen_of(session: Session, tab: TrainTab) -> dict[str, Any]:
    """Follow until there is a screen."""

    async def look() -> dict[str, Any]:
        async with aclosing(follow(session, tab)) as screens:
            return named(tab, await anext(screens))

    return event_loop.run(look())


def train_to_the_end(tab: TrainTab, session: Session, **changes: object) -> dict[str, Any]:
    tab.start_run(*form_values(**{"epochs": 1, **changes}), session)
    return screens_of(session, tab)[-1]


def form_of(tab: TrainTab, updates: dict[Any, Any]) -> dict[str, Any]:
    """Return what a form is filled with."""
    return {name: updates[part] for name, part in tab.form.inputs.items() if part in updates}


def test_a_reloaded_page_s_form_is_as_it_was_when_a_run_was_begun(
    session: Session, tab: TrainTab
) -> None:
    assert list(form_of(tab, tab.fill_again(session)).values()) == [gr.skip()]  # untouched
    tab.start_run(*form_values(epochs=2, batch_size=256), session)
    screens_of(session, tab)
    form = form_of(tab, tab.fill_again(session))
    assert (form["epochs"], form["batch_size"]) == (2, 256)
    with pytest.raises(gr.Error):
        tab.start_run(*form_values(epochs=0), session)
    assert form_of(tab, tab.fill_again(session))["epochs"] == 2


def test_the_stream_ends_with_buttons_ready_and_files_to_download(
    workshop: Workshop, tab: TrainTab
) -> None:
    session = workshop.session()
    tab.start_run(*ONE_EPOCH, session)
    first = first_screen_of(session, tab)  # the gate is closed, so that it cannot have ended
    assert not first["start"]["interactive"]
    assert not first["weights"]["interactive"]
    workshop.gate.allow()
    last = screens_of(session, tab)[-1]
    assert last["panel"]["state"] == "finished"
    assert last["lines"][-1].startswith("Accuracy on the test set")
    assert last["start"]["interactive"]
    assert last["train_on"]["interactive"]
    assert not last["stop"]["interactive"]
    assert not last["retry"]["visible"]
    checkpoint = load_checkpoint(Path(last["weights"]["value"]))
    assert checkpoint.metadata["config"]["seed"] == 42
    assert Path(last["metadata"]["value"]) == metadata_path(Path(last["weights"]["value"]))


def test_where_nothing_can_be_written_the_page_says_so_and_the_network_reads(
    session: Session, tab: TrainTab, own_cache: Path
) -> None:
    own_cache.write_text("no folder")
    tab.start_run(*ONE_EPOCH, session)
    last = screens_of(session, tab)[-1]
    assert last["panel"]["state"] == "finished"
    assert last["panel"]["message"].endswith("so the network cannot be downloaded.")
    assert str(own_cache) not in last["panel"]["message"]
    assert not last["weights"]["interactive"]
    assert session.runs[0].model is not None


def test_what_a_finished_state_shows_is_complete_in_that_very_screen(
    session: Session, tab: TrainTab
) -> None:
    """No screen says that a run has ended without offering what it has learned."""
    tab.start_run(*ONE_EPOCH, session)
    for screen in screens_of(session, tab):
        if screen["panel"]["state"] == "finished":
            assert screen["weights"]["interactive"]


def test_the_article_s_plot_is_drawn_once_for_each_epoch_at_most(
    session: Session, tab: TrainTab
) -> None:
    tab.start_run(*form_values(epochs=3), session)
    plots = [screen["article_plot"] for screen in screens_of(session, tab)]
    assert 1 <= len({plot["picture"] for plot in plots}) <= 4
    words = plots[-1]["words"]
    assert words.startswith("The article's figure, 3 epochs: training loss goes from ")
    run = session.runs[0]
    assert f"{run.epochs[0].train_loss:.4f}" in words and f"{run.epochs[2].train_loss:.4f}" in words


def test_a_page_that_comes_back_is_shown_everything_at_once(
    session: Session, tab: TrainTab
) -> None:
    train_to_the_end(tab, session)
    (screen,) = screens_of(session, tab)
    assert screen["panel"]["state"] == "finished"
    assert screen["lines"][-1].startswith("Accuracy")
    assert screen["weights"]["interactive"]


def test_a_new_visitor_is_shown_an_empty_screen(session: Session, tab: TrainTab) -> None:
    (screen,) = screens_of(session, tab)
    assert screen["panel"]["state"] == "idle"
    assert screen["start"]["interactive"]
    assert not screen["train_on"]["interactive"]


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": None},
        {"epochs": "5"},
        {"epochs": 0},
        {"epochs": 1e9},
        {"epochs": 1.5},
        {"batch_size": 0},
        {"learning_rate": 0},
        {"learning_rate": -1.0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"learning_rate": None},
        {"learning_rate": []},
        {"seed": -1},
        {"seed": "<script>"},
        {"model": "<script>"},
        {"model": []},
        {"schedule": "<b>"},
        {"augmentation": None},
        {"model": "cnn", "dropout": 0.95},
    ],
)
def test_wrong_settings_are_refused_and_nothing_is_lost(
    session: Session, tab: TrainTab, change: dict[str, object]
) -> None:
    train_to_the_end(tab, session)
    runs = session.runs
    with pytest.raises(gr.Error) as refusal:
        tab.start_run(*form_values(**change), session)
    assert "<" not in str(refusal.value)
    assert session.runs == runs


def test_a_visitor_trains_one_network_at_a_time(workshop: Workshop, tab: TrainTab) -> None:
    session = workshop.session()
    tab.start_run(*ONE_EPOCH, session)
    with pytest.raises(gr.Error, match="still training"):
        tab.start_run(*ONE_EPOCH, session)


def test_stop_gives_the_network_and_a_second_run_starts_clean(
    workshop: Workshop, tab: TrainTab
) -> None:
    session = workshop.session()
    tab.start_run(*form_values(epochs=20), session)

    def stop_after_an_epoch() -> None:
        workshop.gate.allow()
        if session.runs[0].epochs:
            tab.stop_run(session)

    last = screens_of(session, tab, once_seen=stop_after_an_epoch)[-1]
    assert last["panel"]["state"] == "stopped"
    assert last["start"]["interactive"]
    assert last["weights"]["interactive"]
    again = train_to_the_end(tab, session)
    assert again["panel"]["state"] == "finished"
    assert again["panel"]["epochs_done"] == 1
    assert len(session.runs) == 2


def test_stop_without_a_run_does_nothing(session: Session, tab: TrainTab) -> None:
    tab.stop_run(session)
    tab.train_on_run(session)
    tab.retry_run(session)
    assert session.runs == []


def test_train_on_adds_epochs_to_the_run(session: Session, tab: TrainTab) -> None:
    train_to_the_end(tab, session)
    tab.train_on_run(session)
    last = screens_of(session, tab)[-1]
    assert last["panel"]["epochs_done"] == 1 + MORE_EPOCHS
    assert len(session.runs) == 1


def test_train_on_says_why_it_cannot(session: Session, tab: TrainTab) -> None:
    train_to_the_end(tab, session)
    session.runs[0].forget_training()
    with pytest.raises(gr.Error, match="Start a new one"):
        tab.train_on_run(session)


def test_a_run_that_diverges_offers_the_retry_with_a_tenth_of_the_rate(
    workshop: Workshop,
    tab: TrainTab,
) -> None:
    session = workshop.session()
    workshop.gate.allow()
    last = train_to_the_end(tab, session, learning_rate=100, optimizer="sgd")
    assert last["panel"]["state"] == "diverged"
    assert last["retry"]["visible"]
    assert "10" in last["retry"]["value"]
    assert not last["train_on"]["interactive"]
    workshop.gate.allow(0)  # as the second one will diverge as well
    form = form_of(tab, tab.retry_run(session))
    assert session.runs[-1].config == TrainConfig(epochs=1, learning_rate=10.0, optimizer="sgd")
    assert (form["learning_rate"], form["epochs"], form["optimizer"]) == (10, 1, "sgd")
    assert not first_screen_of(session, tab)["retry"]["visible"]


def test_a_failed_run_leaves_the_network_of_the_one_before(
    session: Session, tab: TrainTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_to_the_end(tab, session)
    network = session.runs[0].model

    def no_mnist(*_: object) -> None:
        raise FileNotFoundError("MNIST is gone.")

    monkeypatch.setattr("mnist_core.web.jobs.worker.map_images", no_mnist)
    last = train_to_the_end(tab, session)
    assert last["panel"]["state"] == "failed"
    assert last["start"]["interactive"]
    assert not last["weights"]["interactive"]
    assert session.runs[0].model is network is not None


# --- the drawing -------------------------------------------------------------------------------


def always(digit: int) -> torch.nn.Module:
    """Return a network that reads everything as this digit."""
    model = create_model("simple_nn").eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        model.fc2.bias[digit] = 10.0
    return model


def learn(run: Run, digit: int) -> None:
    """Let a run pass an epoch, after which it reads everything as this digit."""
    run.epochs.append(None)  # type: ignore[arg-type]  # only their number counts here
    run.model = always(digit)


def test_the_readings_tells_what_became_of_the_drawing() -> None:
    session, run = Session(), Run(TrainConfig())
    readings = DrawingReadings(session)
    assert readings.read(run) == ""
    session.draw.drawing = np.zeros((28, 28), np.uint8)
    assert readings.read(run) == ""
    for digit in (2, 7, 7):
        learn(run, digit)
        text = readings.read(run)
    assert "2 → 7 → 7 (>99.9%)" in text
    assert readings.read(run) == text


def test_the_readings_begins_anew_with_another_drawing() -> None:
    session, run = Session(), Run(TrainConfig())
    readings = DrawingReadings(session)
    session.draw.drawing = np.zeros((28, 28), np.uint8)
    learn(run, 2)
    readings.read(run)
    session.draw.drawing = np.ones((28, 28), np.uint8)
    learn(run, 7)
    assert "2 →" not in readings.read(run)
    session.draw.drawing = None
    assert readings.read(run) == ""


def test_nothing_is_left_of_a_stream_that_is_closed_while_it_waits(
    workshop: Workshop, tab: TrainTab
) -> None:
    session = workshop.session()
    tab.start_run(*ONE_EPOCH, session)

    async def open_and_close() -> None:
        async with aclosing(follow(session, tab)) as stream:
            await anext(stream)

    event_loop.run(open_and_close())
    assert session.presence.absent_for is not None
    workshop.gate.allow()
    eventually(lambda: workshop.clock.waiting)

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from mnist_core.checkpoints import SHIPPED
from mnist_core.config import TrainConfig
from mnist_core.drawings import LabelledDrawing, format_drawings, parse_drawings
from mnist_core.experiments import EXPERIMENTS, RECIPE
from mnist_core.preprocessing import parse_strokes
from mnist_core.text import speaking
from mnist_core.web.components.keepsakes import Keepsakes
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session, unknown_session
from mnist_core.web.tabs.draw import DrawTab
from mnist_core.web.tabs.own_browser import OwnBrowser, describe_settings, read_kept, to_keep
from mnist_core.web.tabs.runs import RunsTab
from mnist_core.web.tabs.settings_query import write_settings
from mnist_core.web.tabs.train import TrainTab
from tests.web.conftest import SetLimits
from tests.web.workshop import SHORT, screens_of, sent, trained

SEVEN = LabelledDrawing(7, parse_strokes([[[200, 200], [800, 200], [400, 900]]]))
ONE = LabelledDrawing(1, parse_strokes([[[500, 150], [500.25, 850]]]))


class House:
    """The parts of the page that take part in this."""

    def __init__(self) -> None:
        link = SessionLink()
        self.draw, self.train, self.runs = DrawTab(link), TrainTab(link), RunsTab(link)
        self.own_browser = OwnBrowser(link, self.draw, self.train, self.runs)


@pytest.fixture
def house() -> Iterator[House]:
    with gr.Blocks():
        yield House()


def test_the_browser_is_told_what_runs_came_to(house: House, session: Session) -> None:
    run = trained(session, TrainConfig(epochs=2, batch_size=128))
    kept = screens_of(session, house.own_browser)[-1][house.draw.keepsakes]
    assert kept["visit"] == session.visit
    (result,) = kept["results"]
    assert (result["id"], result["number"], result["diverged"]) == (run.id, 1, False)
    assert result["settings"] == "epochs=2&batch=128"
    assert [epoch["accuracy"] for epoch in result["epochs"]] == [
        epoch.test_accuracy for epoch in run.epochs
    ]
    assert result["epochs"][1]["loss"] == pytest.approx(run.epochs[1].train_loss, abs=1e-5)
    packed = Keepsakes(most=5, render=False).postprocess(kept)
    assert json.loads(packed) == kept
    assert len(packed) < 1_000  # nothing of the network is in it


def test_what_came_to_nothing_or_from_elsewhere_is_not_kept(session: Session) -> None:
    session.upload(SHIPPED)
    waiting = session.start(SHORT)
    session.stop(waiting)
    assert to_keep(session)["results"] == []
    diverged = trained(session, replace(SHORT, learning_rate=100.0))
    assert diverged.state == "diverged"
    (result,) = to_keep(session)["results"]
    assert result["diverged"]


def test_runs_that_are_here_are_no_past_ones(house: House, session: Session) -> None:
    run = trained(session)
    (*_, last) = screens_of(session, house.own_browser)
    assert last[house.runs.past] == {"runs": [run.id]}
    session.evict(run)
    (*_, last) = screens_of(session, house.own_browser)
    assert last[house.runs.past] == {"runs": []}


def test_a_page_that_has_not_found_its_session_is_told_nothing(house: House) -> None:
    (screen,) = screens_of(unknown_session(), house.own_browser)
    assert screen[house.draw.keepsakes]["visit"] == ""
    assert screen[house.runs.past] is None


def bring_back(house: House, session: Session, content: object) -> dict[Any, Any]:
    return house.draw.bring_drawings_back(session, sent(content=content))


def test_drawings_that_come_back_count_once(house: House, session: Session) -> None:
    session.label([SEVEN])
    file = format_drawings([SEVEN, ONE]).decode()
    for _ in range(2):
        answer = bring_back(house, session, file)
        assert answer[house.draw.board]["drawings"] == 2
        assert answer[house.draw.board]["note"] == "2 drawings are back."
    (before, after) = (bring_back(house, session, file)[house.draw.keepsakes] for _ in range(2))
    assert before["brought"] != after["brought"]  # so that the page notices
    assert format_drawings(session.test_set.drawings) == format_drawings([SEVEN, ONE])
    assert len(parse_drawings(file.encode())) == 2


HOSTILE = {
    "no list": "{}",
    "empty": "[]",
    "no JSON": "<script>alert(1)</script>",
    "a label of markup": '[{"label": "<b>", "strokes": [[[1, 2]]]}]',
    "a label beyond": '[{"label": 10, "strokes": [[[1, 2]]]}]',
    "deep": "[" * 100_000,
    "ten megabytes": "[" + " " * 10**7 + "]",
    "no text": 5,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_nobody_has_drawn_changes_nothing(
    house: House, session: Session, content: object
) -> None:
    with pytest.raises(gr.Error):
        bring_back(house, session, content)
    assert len(session.test_set) == 0


def test_no_more_come_back_than_a_session_may_have(
    house: House, session: Session, limit: SetLimits
) -> None:
    limit(drawings=10)
    many = [LabelledDrawing(1, parse_strokes([[[5, 5], [5, y]]])) for y in range(100, 111)]
    with pytest.raises(gr.Error, match="10"):
        bring_back(house, session, format_drawings(many).decode())
    assert len(session.test_set) == 0


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_settings_of_every_experiment_come_back_as_they_were(name: str) -> None:
    for config in (EXPERIMENTS[name].baseline, EXPERIMENTS[name].variant):
        assert read_kept(write_settings(config)) == config


def described(*settings: str) -> dict[str, str | None]:
    words: dict[str, str | None] = json.loads(
        describe_settings(Session(), sent(settings=list(settings)))["words"]
    )
    return words


def test_settings_are_put_into_words_in_the_language_of_the_page() -> None:
    asked = ("", "model=cnn&epochs=3", "epochs=<b>", "constructor", "__proto__=1")
    words = described(*asked)
    assert list(words) == list(asked)
    assert words[""] == "the recipe"
    assert words["model=cnn&epochs=3"] == "CNN, 3 epochs"
    assert [words[settings] for settings in asked[2:]] == [None] * 3
    with speaking("zh"):
        assert described("epochs=3")["epochs=3"] == "3 轮"


@pytest.mark.parametrize("settings", ["epochs=3", ["x" * 301], [5], [""] * 101])
def test_no_page_asks_for_other_words(settings: object) -> None:
    with pytest.raises(gr.Error, match="never sends"):
        describe_settings(Session(), sent(settings=settings))


def test_a_result_fills_the_form(house: House, session: Session) -> None:
    filled = house.own_browser.fill_again(session, sent(settings="model=cnn&epochs=3"))
    inputs = house.train.form.inputs
    assert filled[inputs["epochs"]] == 3
    assert filled[inputs["model"]]["value"] == "cnn"
    recipe = house.own_browser.fill_again(session, sent(settings=""))
    assert recipe[inputs["epochs"]] == RECIPE.epochs
    with pytest.raises(gr.Error, match="never sends"):
        house.own_browser.fill_again(session, sent(settings="epochs=-1"))

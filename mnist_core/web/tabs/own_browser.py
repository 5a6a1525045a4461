"""What the visitor's own browser keeps, so that it outlives the session, and what comes back of it.

The server keeps nothing of this. It tells the browser what its runs have come to, and takes what
comes back for what it is: data from a stranger.
"""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from mnist_core.config import TrainConfig
from mnist_core.experiments import RECIPE, describe_change
from mnist_core.text import Message, say, translate
from mnist_core.web.components.base import Updates, refusal
from mnist_core.web.components.keepsakes import KeptResult, ToKeep
from mnist_core.web.components.past_results import AskedSettings, ChosenSettings, Here
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.address import read_address
from mnist_core.web.tabs.draw import DrawTab
from mnist_core.web.tabs.page_stream import View, at_once
from mnist_core.web.tabs.runs import RunsTab
from mnist_core.web.tabs.settings_query import write_settings
from mnist_core.web.tabs.train import TrainTab

MOST_RUNS = 12  # whose results are told each time; the browser has those of older ones by then


class OwnBrowser:
    """What goes to the browser's store and comes from it; `outputs` are the parts that show it."""

    def __init__(self, link: SessionLink, draw: DrawTab, train: TrainTab, runs: RunsTab) -> None:
        """Wire what the tabs have laid out; call it inside the app's `gr.Blocks`."""
        self._keepsakes, self._past, self._form = draw.keepsakes, runs.past, train.form
        self.outputs = [self._keepsakes, self._past]
        self._past.describe(describe_settings, link, self._past, **at_once(link))
        self._past.again(self.fill_again, link, self._form.outputs, **at_once(link))

    def fill_again(self, session: Session, event: gr.EventData) -> Updates:
        """Fill the form with the settings of a result.

        Raises:
            gr.Error: there are no such settings.
        """
        config = read_kept(ChosenSettings.of(event).settings)
        if config is None:
            raise refusal(Message("page.never_sent"))
        return self._form.fill(config, session)

    def view(self, session: Session) -> View:
        """Tell what there is to keep, and which runs are no past ones."""
        return lambda: {
            self._keepsakes: to_keep(session),
            self._past: Here(runs=[run.id for run in session.runs]) if session.visit else None,
        }


def describe_settings(_: Session, event: gr.EventData) -> dict[str, Any]:
    """Put the settings of results into words; None stands for what are no settings."""
    words: dict[str, str | None] = {}
    for settings in AskedSettings.of(event).settings:
        config = read_kept(settings)
        words[settings] = _say_change(config) if config else None
    return dict(gr.update(words=json.dumps(words)))


def _say_change(config: TrainConfig) -> str:
    return translate(describe_change(config)) or say("run.recipe")


def read_kept(settings: str) -> TrainConfig | None:
    """Read settings as we have written them; None if we would not have written this."""
    config = read_address(settings).config or RECIPE
    return config if write_settings(config) == settings else None


def to_keep(session: Session) -> ToKeep:
    """Return what a session has that the browser may keep, of its newest runs."""
    results = map(_result, session.runs[-MOST_RUNS:])
    return {"visit": session.visit, "results": [result for result in results if result]}


def _result(run: Run) -> KeptResult | None:
    """Return what a run has come to, if it has.

    An upload was not trained here, and own pictures are not there any more when a run outlives the
    session.
    """
    number, diverged = getattr(run.name, "facts", {}).get("number"), run.state == "diverged"
    is_lasting = run.state != "uploaded" and not run.config.data_set.is_own
    if number is None or not is_lasting or not (run.epochs or diverged):
        return None
    return {
        "id": run.id,
        "number": number,
        "settings": write_settings(run.config),
        "diverged": diverged,
        "epochs": [
            {
                "loss": round(epoch.train_loss, 5),
                "accuracy": epoch.test_accuracy,
                "train_accuracy": epoch.train_accuracy,
            }
            for epoch in list(run.epochs)
        ],
    }

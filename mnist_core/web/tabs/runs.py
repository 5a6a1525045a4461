"""The Runs tab: every run of the session side by side, and what can be done with each."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from mnist_core.checkpoints import SAFETENSORS
from mnist_core.experiments import RECIPE, describe_change
from mnist_core.models import count_parameters
from mnist_core.plots import Curve
from mnist_core.text import Message, say, translate
from mnist_core.web.components.base import Updates, refusal
from mnist_core.web.components.listing import Listing, describe_program
from mnist_core.web.components.past_results import PastResults
from mnist_core.web.components.run_table import RunChoice, RunOrder, RunRow, RunTable, TableStatus
from mnist_core.web.components.share import SCOPE, Share
from mnist_core.web.jobs.run import Run
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.classifiers import classifier_of, select_classifier
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.run_files import data_sets_for, file_stem, safetensors_path
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.curves import PlotCache, Plots, curve_of_runs
from mnist_core.web.tabs.page_stream import View, at_once, quietly
from mnist_core.web.tabs.run_text import say_status
from mnist_core.web.tabs.settings_query import link_to_settings

ONE_FILE = Message("runs.one_file")
WEIGHTS = (".pth", ".pt", SAFETENSORS)  # how the names of such files end


class RunsTab:
    """The tab.

    Attributes:
        table: the runs.
        past: what runs of earlier visits came to.
        panel: holds the rest, for one run.
        outputs: what changes while runs are under way.
    """

    def __init__(self, link: SessionLink) -> None:
        """Lay the tab out and wire it; call it inside a `gr.Tab`."""
        self._link = link
        with gr.Column(elem_classes=SCOPE):
            self.table = RunTable()
            Share(offers=("svg", "png"), stem="runs")
        self.outputs = [self.table]
        with gr.Column(visible=False) as self.panel:
            self.share = Share(offers=("link",))
            self.code = Listing()
            with gr.Row():
                self.weights = gr.DownloadButton(Message("train.weights"), size="sm")
                self.safetensors = gr.DownloadButton(Message("train.safetensors"), size="sm")
                self.metadata = gr.DownloadButton(Message("train.metadata"), size="sm")
        upload = gr.UploadButton(
            Message("runs.upload"),
            file_count="multiple",
            file_types=[*WEIGHTS, ".json"],
            size="sm",
            elem_id="upload-checkpoint",
        )
        self.past = PastResults()
        files = [self.share, self.code, self.weights, self.safetensors, self.metadata]
        self.table.order(self.order_run, link, [link, self.panel], **at_once(link))
        self.table.open(
            self.open_run, link, [self.panel, *files], trigger_mode="always_last", **quietly(link)
        )
        upload.upload(self.take_in, [upload, link], link, **quietly(link))

    def order_run(self, session: Session, event: gr.EventData) -> Updates:
        """Do what a row asks for; an order about an unknown run does nothing.

        Raises:
            gr.Error: the run cannot train on, or has not learned what is said of it.
        """
        order = RunOrder.of(event)
        run = session.find_run(order.run)
        updates = self._link.changed()
        if run is None:
            return updates
        if order.action == "overlay":
            session.curves.choose(run.id, order.shown)
        elif order.action == "read":
            select_classifier(session, run.id)
        elif order.action == "tell":
            try:
                session.tell_dataset(run, order.dataset)
            except ValueError as error:
                raise refusal(error) from None
        elif order.action == "train_on" and not run.is_under_way:  # as after a double click
            try:
                session.train_on(run, order.epochs)
            except ValueError as error:
                raise refusal(error) from None
        elif order.action == "stop":
            session.stop(run)
        elif order.action == "delete":
            session.delete(run)
            updates[self.panel] = gr.update(visible=False)
        session.note_change()
        return updates

    def open_run(self, session: Session, event: gr.EventData) -> Updates:
        """Show the code of a run, and offer its files; an unknown run closes the panel."""
        run = session.find_run(RunChoice.of(event).run)
        if run is None:
            return {self.panel: gr.update(visible=False)}
        try:
            weights, metadata = session.files(run) or (None, None)
        except ValueError as error:
            gr.Warning(html.escape(translate(error)))
            weights = metadata = None
        return {
            self.panel: gr.update(visible=True),
            **self._offer_program(run),
            self.weights: _offer(weights),
            self.safetensors: _offer(weights and safetensors_path(weights)),
            self.metadata: _offer(metadata),
        }

    def _offer_program(self, run: Run) -> Updates:
        """Show the program of a run, and the link to its settings.

        There is none of what was learned elsewhere from drawings, or from pictures of which nobody
        says how they lay.
        """
        data_set = run.config.data_set
        if data_set.is_own and data_set.origin is None:
            return {self.share: gr.update(visible=False), self.code: gr.update(visible=False)}
        title = say("listing.of_run", run=translate(run.name))
        program = describe_program(title, run.config, f"{file_stem(run)}.py")
        return {
            self.share: gr.update(value=link_to_settings(run.config), visible=True),
            self.code: gr.update(value=program, visible=True),
        }

    def take_in(self, paths: list[str] | None, session: Session) -> Updates:
        """Make a run of an uploaded checkpoint.

        Raises:
            gr.Error: the files are not one checkpoint of ours.
        """
        files = [Path(path) for path in paths or []]
        weights = [path for path in files if path.suffix.lower() in WEIGHTS]
        metadata = [path for path in files if path.suffix.lower() == ".json"]
        if len(weights) != 1 or len(metadata) > 1 or len(files) != len(weights) + len(metadata):
            raise refusal(ONE_FILE)
        try:
            session.upload(weights[0], *metadata)
        except ValueError as error:
            raise refusal(error) from None
        return self._link.changed()

    def view(self, session: Session) -> View:
        """Show the table and its curves."""
        curves = PlotCache()
        return lambda: {self.table: describe_runs(session, curves.draw(curves_of_runs(session)))}


def _offer(file: Path | None) -> dict[str, Any]:
    return dict(gr.update(value=file and str(file), visible=file is not None))


def curves_of_runs(session: Session) -> list[Curve]:
    """Return the curves of the runs that the visitor overlays."""
    runs = {run.id: run for run in session.runs}
    colors = session.curves.colors(list(runs))
    shown = [runs[run_id] for run_id in session.curves.drawn(list(runs))]
    is_mixed = len({run.config.dataset for run in shown}) > 1
    return [
        curve_of_runs(_name_curve(run, is_mixed), colors[run.id], [run], run.config.epochs)
        for run in shown
    ]


def _name_curve(run: Run, is_mixed: bool) -> str:
    """Name a run's curves, and its data set where there are curves of several."""
    if not is_mixed:
        return translate(run.name)
    return say("runs.of_data_set", name=run.name, title=run.config.data_set.title)


def describe_runs(session: Session, plots: Plots) -> TableStatus:
    """Say what the table shows, in the current language."""
    runs = session.runs
    ids = [run.id for run in runs]
    shown, colors = session.curves.drawn(ids), session.curves.colors(ids)
    rows = [_describe(run, colors[run.id], run.id in shown, session) for run in reversed(runs)]
    for row in rows:
        of_set = [other["accuracy"] for other in rows if other["dataset"] == row["dataset"]]
        known = [accuracy for accuracy in of_set if accuracy is not None]
        row["is_best"] = bool(known) and row["accuracy"] == max(known)
    note = say("runs.kept", most=the_limits().runs)
    if session.evicted:
        names = say("page.list_separator").join(map(translate, session.evicted))
        evicted = say("runs.evicted", names=names)
        note = say("page.two_sentences", first=note, second=evicted)
    return {"rows": rows, "note": note if rows else "", "plots": plots}


def _describe(run: Run, color: str, is_shown: bool, session: Session) -> RunRow:
    last = run.epochs[-1] if run.epochs else None
    classifier = classifier_of(run)
    return {
        "id": run.id,
        "name": translate(run.name),
        "settings": _say_settings(run),
        "state": run.state,
        "message": _say_state(run),
        "fraction": run.fraction_done,
        "train_loss": last.train_loss if last else None,
        "test_loss": last.test_loss if last else None,
        "train_accuracy": last.train_accuracy if last else None,
        "accuracy": run.accuracy,
        "is_best": False,
        "parameters": count_parameters(run.config.create_model_shape()),
        "seconds": sum(epoch.seconds for epoch in run.epochs) if last else None,
        "color": color,
        "is_shown": is_shown,
        "is_under_way": run.is_under_way,
        "reads": session.draw.classifier == run.id,
        "can_read": run.model is not None and run.is_dataset_known,
        "can_train_on": run.can_train_on,
        "has_mistakes": classifier is not None and classifier.can_be_tested,
        "can_draw": run.config.data_set.is_drawable,
        "dataset": translate(run.config.data_set.title) if run.is_dataset_known else "",
        "asked": [] if run.is_dataset_known else _may_have_learned(run),
    }


def _say_settings(run: Run) -> str:
    """Say how the settings differ from the recipe, but for the data set, which is said beside."""
    recipe = replace(RECIPE, dataset=run.config.dataset)
    return translate(describe_change(run.config, recipe)) or say("run.recipe")


def _may_have_learned(run: Run) -> list[list[str]]:
    form = run.config.data_set
    fitting = data_sets_for(form.shape, len(form.classes))
    return [[data_set.key, translate(data_set.title)] for data_set in fitting]


def _say_state(run: Run) -> str:
    done, total = len(run.epochs), run.config.epochs
    if run.state == "finished":
        return ""
    if run.state == "stopped":
        return say("runs.stopped_after", done=done, epochs=total)
    if run.state == "uploaded" and not run.is_dataset_known:
        return say("runs.dataset_unknown")
    if run.state == "uploaded":
        if not run.is_activation_known:
            return say("runs.activation_unknown")
        return say("runs.uploaded") if done else say("runs.uploaded_alone")
    return say_status(run.status)

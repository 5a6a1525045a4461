"""The Train tab: any settings, the article's first, and the run watched while it learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from mnist_core.config import TrainConfig
from mnist_core.experiments import RECIPE
from mnist_core.inference import predict
from mnist_core.plots import loss_figure
from mnist_core.text import Message, say, translate
from mnist_core.training import EpochRecord
from mnist_core.web.components.base import Updates, refusal
from mnist_core.web.components.console import Console
from mnist_core.web.components.plot import Plot, PlotView
from mnist_core.web.components.run_curves import RunCurves
from mnist_core.web.components.run_panel import RunPanel, RunView
from mnist_core.web.components.share import SCOPE, Share
from mnist_core.web.gradio_compat.buttons import spoken_button
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.classifiers import current_classifier
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.run_files import safetensors_path
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.curves import svg_address
from mnist_core.web.tabs.first_batch import build_first_batch
from mnist_core.web.tabs.form_settings import read_settings
from mnist_core.web.tabs.one_step import build_one_step
from mnist_core.web.tabs.page_stream import View, quietly
from mnist_core.web.tabs.run_curves import view_curves
from mnist_core.web.tabs.run_text import view_run
from mnist_core.web.tabs.scrubber import build_scrubber, view_moments
from mnist_core.web.tabs.settings_query import link_to_settings
from mnist_core.web.tabs.train_form import TrainForm

MORE_EPOCHS = 5  # that "train on" adds
MAX_DIGITS = 10  # of those that a drawing has been read as, epoch after epoch


class TrainTab:
    """The tab.

    Attributes:
        form: the settings.
        panel, lines: how the run is doing.
        curves: its losses and its accuracies.
        scrubber: what its network was before.
        article_plot: its losses as the article draws them.
        start, stop, train_on, retry: what can be done with it.
        weights, safetensors, metadata: its files.
        outputs: all of these but the form.
    """

    def __init__(self, link: SessionLink) -> None:
        """Lay the tab out and wire it; call it inside a `gr.Tab`."""
        self._link = link
        with gr.Row(elem_classes="train"):
            with gr.Column(scale=3, min_width=300):
                self.form = TrainForm()
                with self.form.actions:
                    self.start = _button(Message("train.start"), "start", variant="primary")
                    self.stop = _button(Message("train.stop"), "stop", interactive=False)
                    more = Message("train.more_epochs", epochs=MORE_EPOCHS)
                    self.train_on = _button(more, "train-on", interactive=False)
            with gr.Column(scale=5, min_width=320):
                self.panel = RunPanel()
                self.retry = gr.Button(visible=False, size="sm", variant="primary", elem_id="retry")
                with gr.Tabs(elem_classes="results", overflow_behavior="wrap"):
                    with (
                        gr.Tab(Message("train.curves"), elem_id="curves"),
                        gr.Column(elem_classes=["learning", SCOPE]),
                    ):
                        build_first_batch(self.form, link)
                        self.curves = RunCurves()
                        self.share = Share(offers=("link", "svg", "png"), stem="curves")
                        self.scrubber = build_scrubber(link)
                    with gr.Tab(Message("one_step.tab"), elem_id="one-step"):
                        build_one_step(self.form, link)
                    with gr.Tab(Message("train.article"), elem_id="article"), gr.Row():
                        with gr.Column(scale=3, min_width=280, elem_classes=SCOPE):
                            self.article_plot = Plot(elem_classes="paper")
                            Share(offers=("svg", "png"), stem="loss")
                        with gr.Column(scale=2, min_width=240):
                            self.lines = Console([])
                    with gr.Tab(Message("train.code"), elem_id="code-tab"):
                        self.form.build_code()
                with gr.Row(elem_classes="downloads"):
                    self.weights = _download(Message("train.weights"), "weights")
                    self.safetensors = _download(Message("train.safetensors"), "safetensors")
                    self.metadata = _download(Message("train.metadata"), "metadata")
        self.outputs: Sequence[gr.Component] = [
            *(self.panel, self.curves, self.scrubber, self.article_plot, self.lines),
            *(self.start, self.stop, self.train_on),
            *(self.retry, self.weights, self.safetensors, self.metadata, self.share),
        ]
        inputs = list(self.form.inputs.values())
        self.form.wire(link)
        self.start.click(self.start_run, [*inputs, link], link, **quietly(link))
        self.train_on.click(self.train_on_run, link, link, **quietly(link))
        self.retry.click(self.retry_run, link, [link, *self.form.outputs], **quietly(link))
        self.stop.click(self.stop_run, link, None, queue=False, **quietly(link))

    # --- what the buttons do -------------------------------------------------------------------

    def fill_again(self, session: Session) -> Updates:
        """Fill the form of a reloaded page with the settings of the run last started in it."""
        if session.train.config is None:
            return {self.form.inputs["epochs"]: gr.skip()}
        return self.form.fill(session.train.config, session)

    def start_run(self, *values: Any) -> Updates:
        """Check the settings and start a run; the page then follows it.

        Args:
            values: of the form's inputs, then the session.

        Raises:
            gr.Error: a setting is out of range, or a run of this visitor is already under way.
        """
        *given, session = values
        try:
            return self._start(session, read_settings(*given, session=session))
        except ValueError as error:
            raise refusal(error) from None

    def retry_run(self, session: Session) -> Updates:
        """Train the run that diverged once more, with the rate that its error advises."""
        run = session.current
        if run is None or run.retry_rate is None:
            return self._link.changed()
        config = replace(run.config, learning_rate=run.retry_rate)
        try:
            return {**self._start(session, config), **self.form.fill(config, session)}
        except ValueError as error:
            raise refusal(error) from None

    def train_on_run(self, session: Session) -> Updates:
        """Let the run that is shown learn for some more epochs."""
        if session.current is not None:
            try:
                session.train_on(session.current, MORE_EPOCHS)
            except ValueError as error:
                raise refusal(error) from None
        return self._link.changed()

    def stop_run(self, session: Session) -> None:
        """Ask the run to end; whoever follows it sees it end."""
        if session.current is not None:
            session.stop(session.current)

    def _start(self, session: Session, config: TrainConfig) -> Updates:
        if session.is_under_way:
            raise ValueError(Message("train.still"))
        session.start(config)
        session.train.config = config
        return self._link.changed()

    # --- what the screen shows -----------------------------------------------------------------

    def view(self, session: Session) -> View:
        """Show the run that trains, or the one that did last."""
        readings = DrawingReadings(session)
        drawn: tuple[object, PlotView | None] = (None, None)

        def show() -> Updates:
            nonlocal drawn
            run = session.current
            epochs = list(run.epochs) if run else []
            if drawn[0] != (run, len(epochs)):
                drawn = (run, len(epochs)), draw_run(epochs)
            status: RunView = {**view_run(run), "drawing": readings.read(run)}
            return {
                self.curves: view_curves(run),
                self.scrubber: view_moments(run),
                self.article_plot: drawn[1],
                **self._show_run(session, run, status),
            }

        return show

    def _show_run(self, session: Session, run: Run | None, status: RunView) -> Updates:
        under_way = session.is_under_way
        try:
            files = session.files(run) if run and not run.is_under_way else None
        except ValueError as error:
            message = say("page.two_sentences", first=status["message"], second=translate(error))
            files, status = None, {**status, "message": message}
        weights, metadata = files or (None, None)
        retry_rate = run.retry_rate if run and not under_way else None
        return {
            self.panel: status,
            self.lines: list(map(translate, run.lines)) if run else [],
            self.start: gr.update(interactive=not under_way),
            self.stop: gr.update(interactive=under_way),
            self.train_on: gr.update(
                interactive=run is not None and run.can_train_on and not under_way
            ),
            self.retry: gr.update(visible=True, value=say("train.retry", rate=f"{retry_rate:g}"))
            if retry_rate is not None
            else gr.update(visible=False),
            self.weights: _offer(weights),
            self.safetensors: _offer(weights and safetensors_path(weights)),
            self.metadata: _offer(metadata),
            self.share: link_to_settings(run.config if run else RECIPE),
        }


class DrawingReadings:
    """What a network in training has read the visitor's drawing as, epoch after epoch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._about: tuple[Run | None, bytes] = (None, b"")
        self._digits: dict[int, int] = {}  # epoch → digit
        self._text = ""

    def read(self, run: Run | None) -> str:
        """Read the drawing if an epoch has passed since it was last read; tell all there was."""
        drawing = self._session.draw.drawing
        reader = current_classifier(self._session)
        if run is None or run.model is None or drawing is None:
            return ""
        if reader is None or reader.dataset != run.config.dataset:  # it has learned something else
            return ""
        if self._about != (run, drawing.tobytes()):
            self._about, self._digits = (run, drawing.tobytes()), {}
        if len(run.epochs) not in self._digits:
            prediction = predict(run.model, drawing, run.calibration)
            self._digits[len(run.epochs)] = prediction.digit
            names = run.config.data_set.classes
            read = list(self._digits.values())[-MAX_DIGITS:]
            digits = " → ".join(translate(names[digit]) for digit in read)
            sureness = _say_sureness(prediction.probabilities[prediction.digit])
            self._text = say("train.drawing", digits=digits, sureness=sureness)
        return self._text


def _say_sureness(probability: float) -> str:
    return ">99.9%" if probability > 0.999 else f"{probability:.1%}"  # nothing is quite sure


def draw_run(epochs: list[EpochRecord]) -> PlotView:
    """Draw a run's training loss as the article does, and say in words what is to be seen."""
    losses = [epoch.train_loss for epoch in epochs]
    words: Message | str = Message("plot.article_empty")
    if losses:
        words = Message(
            "plot.article_words",
            epochs=len(losses),
            first=f"{losses[0]:.4f}",
            last=f"{losses[-1]:.4f}",
        )
    return {"picture": svg_address(loss_figure(losses)), "words": translate(words)}


def _button(label: Message, elem_id: str, **settings: Any) -> gr.Button:
    return spoken_button(label, elem_id=elem_id, min_width=80, **settings)


def _offer(file: Path | None) -> dict[str, Any]:
    return dict(gr.update(value=file and str(file), interactive=file is not None))


def _download(label: str, elem_id: str) -> gr.DownloadButton:
    return gr.DownloadButton(label, elem_id=elem_id, interactive=False, size="sm")

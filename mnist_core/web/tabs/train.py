"""The Train tab: any settings, the article's first, and the run watched while it learns."""

from __future__ import annotations

import html
from asyncio import to_thread
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import gradio as gr
from matplotlib.figure import Figure

from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.experiments import RECIPE
from mnist_core.inference import predict
from mnist_core.plots import Curve, compare_accuracies, compare_losses, loss_figure, to_svg
from mnist_core.web.components.console import Console
from mnist_core.web.components.link import Link, news
from mnist_core.web.components.run_panel import RunPanel, RunView
from mnist_core.web.gradio_compat.plot import PlotData, svg_plot
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.throttle import somebody_draws
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.program import build_program
from mnist_core.web.tabs.run_text import view_run
from mnist_core.web.tabs.train_form import (
    Settings,
    build_settings,
    fill_form,
    program_name,
    read_settings,
    wire_settings,
)

RUN_COLOR = "tab:blue"  # of both its curves
MORE_EPOCHS = 5  # that "train on" adds
MOST_DIGITS = 10  # of the way that a drawing has gone, those that are shown

Updates = tuple[Any, ...]
"""One value or update for each component of the screen, in its order."""


@dataclass(frozen=True)
class Screen:
    """What shows a run and what can be done with it, in the order of `Updates`."""

    panel: RunPanel
    losses: gr.Plot
    accuracies: gr.Plot
    article_plot: gr.Plot
    lines: Console
    start: gr.Button
    stop: gr.Button
    train_on: gr.Button
    retry: gr.Button
    weights: gr.DownloadButton
    metadata: gr.DownloadButton

    @property
    def parts(self) -> list[gr.Component]:
        """Return them all, in order."""
        return list(vars(self).values())


def build_train_tab(session: gr.State, link: Link) -> Settings:
    """Lay the tab out and wire it; call it inside a `gr.Tab`.

    Returns:
        Its form, which `fill_again` fills when a page has opened.
    """
    with gr.Row(elem_classes="train"):
        with gr.Column(scale=3, min_width=300):
            settings = build_settings()
            with settings.actions:
                start = gr.Button("Train", variant="primary", min_width=80)
                stop = gr.Button("Stop", interactive=False, min_width=80)
                train_on = gr.Button(f"+{MORE_EPOCHS} epochs", interactive=False, min_width=80)
        with gr.Column(scale=5, min_width=320):
            panel = RunPanel(view_run(None))
            retry = gr.Button(visible=False, size="sm", variant="primary")
            with gr.Tabs(elem_classes="results"):
                with gr.Tab("Curves"), gr.Row():
                    losses = _build_plot(compare_losses([], with_test=True))
                    accuracies = _build_plot(compare_accuracies([]))
                with gr.Tab("Article's output"), gr.Row():
                    article_plot = _build_plot(loss_figure([]), scale=3)
                    with gr.Column(scale=2, min_width=240):
                        lines = Console()
                with gr.Tab("Code"):
                    program = build_program(
                        generate_code(RECIPE), program_name(RECIPE), "Code for this run"
                    )
            with gr.Row(elem_classes="downloads"):
                weights = gr.DownloadButton("Weights (.pth)", interactive=False, size="sm")
                metadata = gr.DownloadButton("Metadata (.json)", interactive=False, size="sm")
    screen = Screen(
        panel,
        losses,
        accuracies,
        article_plot,
        lines,
        start,
        stop,
        train_on,
        retry,
        weights,
        metadata,
    )
    settings = replace(settings, program=program)
    _wire(session, link, settings, screen)
    return settings


def _build_plot(figure: Figure, scale: int = 1) -> gr.Plot:
    return gr.Plot(
        _to_plot(figure), show_label=False, elem_classes="paper", min_width=280, scale=scale
    )


def _wire(
    session: gr.State,
    link: Link,
    settings: Settings,
    screen: Screen,
) -> None:
    quietly: dict[str, Any] = {
        "show_progress": "hidden",
        "show_progress_on": screen.start,  # a small component, for the reason given in the Draw tab
        "api_visibility": "private",
    }
    wire_settings(settings, quietly)
    values = [*settings.inputs.values(), session]
    screen.start.click(start_run, values, link, **quietly)
    screen.train_on.click(train_on, session, link, **quietly)
    screen.retry.click(retry_run, session, [link, *settings.all], **quietly)
    screen.stop.click(stop_run, session, None, queue=False, **quietly)
    link.on_news(follow_runs, session, screen.parts, **quietly)


# --- what the buttons do -----------------------------------------------------------------------


def fill_again(session: Session) -> list[Any]:
    """Fill the form with the settings of the run that was last begun in this tab."""
    if session.train.config is None:
        return [gr.skip()] * len(fill_form(RECIPE))
    return fill_form(session.train.config)


def start_run(*values: Any) -> dict[str, Any]:
    """Check the settings and hand the run to the trainer; the page then follows it.

    Raises:
        gr.Error: a setting is out of range, or a run of this visitor is already under way.
    """
    *given, session = values
    try:
        _begin(session, read_settings(*given))
    except ValueError as error:
        raise _to_gradio(error) from None
    return news()


def retry_run(session: Session) -> list[Any]:
    """Train the run that diverged once more, with the rate that its error advises.

    Returns:
        News for the page, and the form filled with that run's settings.
    """
    run = session.current
    if run is not None and run.retry_rate is not None:
        try:
            _begin(session, replace(run.config, learning_rate=run.retry_rate))
        except ValueError as error:
            raise _to_gradio(error) from None
    return [news(), *fill_again(session)]


def train_on(session: Session) -> dict[str, Any]:
    """Let the run that is shown learn for some more epochs."""
    if session.current is not None:
        try:
            session.train_on(session.current, MORE_EPOCHS)
        except ValueError as error:
            raise _to_gradio(error) from None
    return news()


def stop_run(session: Session) -> None:
    """Ask the run to end; whoever follows it sees it end."""
    if session.current is not None:
        session.stop(session.current)


def _begin(session: Session, config: TrainConfig) -> None:
    if session.is_under_way:
        raise ValueError("Your network is still training; stop it first.")
    session.start(config)
    session.train.config = config


def _to_gradio(error: ValueError) -> gr.Error:
    # The page shows the sentence as HTML, and it may quote what a stranger sent.
    return gr.Error(html.escape(str(error)), print_exception=False)


# --- what the screen shows ---------------------------------------------------------------------


async def follow_runs(session: Session) -> AsyncGenerator[Updates, None]:
    """Stream what the screen shows, until no run is under way."""
    shown: tuple[object, ...] = ()
    shown_at = 0.0
    diary = Diary(session)
    async with aclosing(session.watch()) as beats:
        async for _ in beats:
            run = session.current
            now = (run, run and run.state, run and len(run.epochs))
            status: RunView = {**view_run(run), "drawing": diary.read(run)}
            if now != shown:
                yield await to_thread(_screen, session, run, status)
                shown = now
            # Little, since the page works through all that it is sent; and once a second while
            # somebody draws, since that work delays the pen.
            elif not somebody_draws() or monotonic() - shown_at >= 1:
                yield status, *[gr.skip()] * 10
            else:
                continue
            session.presence.note_life()
            shown_at = monotonic()


class Diary:
    """What a network in training has made of the visitor's drawing, epoch after epoch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._about: tuple[Run | None, bytes] = (None, b"")
        self._digits: dict[int, int] = {}  # epoch → digit
        self._text = ""

    def read(self, run: Run | None) -> str:
        """Read the drawing if an epoch has passed since it was last read; tell all there was."""
        drawing = self._session.draw.drawing
        if run is None or run.model is None or drawing is None:
            return ""
        if self._about != (run, drawing.tobytes()):
            self._about, self._digits = (run, drawing.tobytes()), {}
        if len(run.epochs) not in self._digits:
            prediction = predict(run.model, drawing, run.calibration)
            self._digits[len(run.epochs)] = prediction.digit
            way = " → ".join(map(str, list(self._digits.values())[-MOST_DIGITS:]))
            sureness = 100 * prediction.probabilities[prediction.digit]
            self._text = f"Your drawing, epoch by epoch: {way} ({sureness:.0f}%)"
        return self._text


def _screen(session: Session, run: Run | None, status: RunView) -> Updates:
    under_way = session.is_under_way
    epochs = list(run.epochs) if run else []
    curve = Curve("", RUN_COLOR, [epochs], run.config.epochs if run else 0)
    try:
        files = session.files(run) if run and not run.is_under_way else None
    except ValueError as error:
        files, status = None, {**status, "message": f"{status['message']} {error}"}
    weights, metadata = (str(file) for file in files) if files else (None, None)
    retry_rate = run.retry_rate if run and not under_way else None
    return (
        status,
        _to_plot(compare_losses([curve], with_test=True)),
        _to_plot(compare_accuracies([curve])),
        _to_plot(loss_figure([epoch.train_loss for epoch in epochs])),
        list(run.lines) if run else [],
        gr.update(interactive=not under_way),
        gr.update(interactive=under_way),
        gr.update(interactive=run is not None and run.can_train_on and not under_way),
        gr.update(visible=retry_rate is not None, value=f"Train again with {retry_rate:g}")
        if retry_rate is not None
        else gr.update(visible=False),
        gr.update(value=weights, interactive=weights is not None),
        gr.update(value=metadata, interactive=metadata is not None),
    )


def _to_plot(figure: Figure) -> PlotData:
    """Render a figure; from the figure itself gr.Plot would take twice as long."""
    return svg_plot(to_svg(figure))

"""The Runs tab: every run of the session side by side, and what can be done with each."""

from __future__ import annotations

import html
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import gradio as gr

from mnist_core.codegen import generate_code
from mnist_core.experiments import describe_change
from mnist_core.models import count_parameters, create_model_shape
from mnist_core.plots import Curve
from mnist_core.web.components.link import Link, news
from mnist_core.web.components.run_table import RunOrder, RunRow, RunTable, TableStatus
from mnist_core.web.jobs.run import Run
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.classifiers import select_classifier
from mnist_core.web.sessions.run_files import file_stem
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.curves import Plots, follow_curves
from mnist_core.web.tabs.program import build_program
from mnist_core.web.tabs.run_text import say_status

ONE_FILE = "Choose one .pth file and, if you have it, the .json that was downloaded with it."

Updates = tuple[Any, ...]
"""One update for each of: panel, program, name of its file, weights, metadata."""


def build_runs_tab(session: gr.State, link: Link, tab: gr.Tab) -> None:
    """Lay the tab out and wire it; call it inside `tab`."""
    table = RunTable(describe_runs(Session(), {}))
    with gr.Column(visible=False) as panel:
        program = build_program()
        with gr.Row():
            weights = gr.DownloadButton("Weights (.pth)", size="sm")
            metadata = gr.DownloadButton("Metadata (.json)", size="sm")
    upload = gr.UploadButton(
        "Upload a checkpoint (.pth, and its .json) …",
        file_count="multiple",
        file_types=[".pth", ".json"],
        size="sm",
    )
    quietly: dict[str, Any] = {
        "show_progress": "hidden",
        "show_progress_on": upload,  # a small component, for the reason given in the Draw tab
        "api_visibility": "private",
    }
    # "multiple": an order that comes while another is on its way is carried out, too.
    at_once: dict[str, Any] = {"queue": False, "trigger_mode": "multiple", **quietly}
    table.submit(carry_out, [table, session], [link, panel], **at_once)
    shown = [panel, *program, weights, metadata]
    table.select(open_run, [table, session], shown, trigger_mode="always_last", **quietly)
    upload.upload(take_in, [upload, session], link, **quietly)
    tab.select(news, None, link, **quietly)  # who reads may have changed in the Draw tab
    link.on_news(follow_table, session, table, **quietly)


def carry_out(order: RunOrder | None, session: Session) -> tuple[Any, Any]:
    """Do what a row asks for; an order about an unknown run does nothing.

    Returns:
        News for the page, and an update of the panel with the code: it closes when a run goes.

    Raises:
        gr.Error: the run cannot train on.
    """
    run = session.find_run(order.run) if order else None
    panel: Any = gr.skip()
    if order is None or run is None:
        pass
    elif order.action == "overlay":
        session.curves.choose(run.id, order.shown)
    elif order.action == "read":
        select_classifier(session, run.id)
    elif order.action == "train_on" and not run.is_under_way:  # as after a double click
        try:
            session.train_on(run, order.epochs)
        except ValueError as error:
            raise _refusal(error) from None
    elif order.action == "stop":
        session.stop(run)
    elif order.action == "delete":
        session.delete(run)
        panel = gr.update(visible=False)
    session.note_change()
    return news(), panel


def open_run(order: RunOrder | None, session: Session) -> Updates:
    """Show the code of a run, and offer its files; an unknown run closes the panel."""
    run = session.find_run(order.run) if order else None
    if run is None:
        return gr.update(visible=False), *[gr.skip()] * 4
    try:
        weights, metadata = session.files(run) or (None, None)
    except ValueError as error:
        gr.Warning(html.escape(str(error)))
        weights = metadata = None
    return (
        gr.update(visible=True),
        gr.update(
            value=generate_code(run.config),
            label=f"Code for {run.name}: its settings as a PyTorch program of its own",
        ),
        f"{file_stem(run)}.py",
        gr.update(value=weights and str(weights), visible=weights is not None),
        gr.update(value=metadata and str(metadata), visible=metadata is not None),
    )


def take_in(paths: list[str] | None, session: Session) -> dict[str, Any]:
    """Make a run of an uploaded checkpoint.

    Raises:
        gr.Error: the files are not one checkpoint of ours.
    """
    files = [Path(path) for path in paths or []]
    weights = [path for path in files if path.suffix.lower() == ".pth"]
    metadata = [path for path in files if path.suffix.lower() == ".json"]
    if len(weights) != 1 or len(metadata) > 1 or len(files) != len(weights) + len(metadata):
        raise _refusal(ONE_FILE)
    try:
        session.upload(weights[0], *metadata)
    except ValueError as error:
        raise _refusal(error) from None
    return news()


def _refusal(reason: object) -> gr.Error:
    return gr.Error(html.escape(str(reason)), print_exception=False)


async def follow_table(session: Session) -> AsyncGenerator[Any, None]:
    """Stream what the table shows, until no run is under way."""
    async with aclosing(follow_curves(session, curves_of_runs, describe_runs)) as updates:
        async for update in updates:
            yield update


def curves_of_runs(session: Session) -> list[Curve]:
    """Return the curves of the runs that the visitor overlays."""
    runs = {run.id: run for run in session.runs}
    colors = session.curves.colors(list(runs))
    shown = [runs[run_id] for run_id in session.curves.drawn(list(runs))]
    return [Curve(run.name, colors[run.id], [list(run.epochs)], run.config.epochs) for run in shown]


def describe_runs(session: Session, plots: Plots) -> TableStatus:
    """Say what the table shows."""
    runs = session.runs
    ids = [run.id for run in runs]
    shown, colors = session.curves.drawn(ids), session.curves.colors(ids)
    rows = [_describe(run, colors[run.id], run.id in shown, session) for run in reversed(runs)]
    known = [row["accuracy"] for row in rows if row["accuracy"] is not None]
    for row in rows:
        row["is_best"] = bool(known) and row["accuracy"] == max(known)
    note = f"The newest {the_limits().runs} runs are kept."
    if session.evicted:
        note += f" {', '.join(session.evicted)} had to make room."
    return {"rows": rows, "note": note if rows else "", "plots": plots}


def _describe(run: Run, color: str, is_shown: bool, session: Session) -> RunRow:
    last = run.epochs[-1] if run.epochs else None
    return {
        "id": run.id,
        "name": run.name,
        "settings": describe_change(run.config) or "the recipe",
        "state": run.state,
        "message": _say_state(run),
        "fraction": run.fraction_done,
        "train_loss": last.train_loss if last else None,
        "test_loss": last.test_loss if last else None,
        "train_accuracy": last.train_accuracy if last else None,
        "accuracy": last.test_accuracy if last else None,
        "is_best": False,
        "parameters": count_parameters(create_model_shape(run.config.model)),
        "seconds": sum(epoch.seconds for epoch in run.epochs) if last else None,
        "color": color,
        "is_shown": is_shown,
        "is_under_way": run.is_under_way,
        "reads": session.draw.classifier == run.id,
        "can_read": run.model is not None,
        "can_train_on": run.can_train_on,
    }


def _say_state(run: Run) -> str:
    done, total = len(run.epochs), run.config.epochs
    if run.state == "finished":
        return ""
    if run.state == "stopped":
        return f"stopped after {done} of {total} epochs"
    if run.state == "uploaded":
        return "uploaded" if done else "uploaded without its metadata"
    return say_status(run.status)

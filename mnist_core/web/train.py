"""The Train tab: the article's recipe, watched while it runs."""

from __future__ import annotations

import html
from asyncio import to_thread
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import aclosing
from time import monotonic
from typing import Any

import gradio as gr
from gradio.components.plot import PlotData

from mnist_core.plots import loss_figure, to_svg
from mnist_core.training import TrainConfig
from mnist_core.web.draw import DrawTab, offer_own_network, read_again
from mnist_core.web.page_key import PageKey, news
from mnist_core.web.printout import Printout
from mnist_core.web.right_of_way import somebody_draws
from mnist_core.web.run import NO_RUN
from mnist_core.web.run_panel import RunPanel
from mnist_core.web.visit import Visit

Updates = tuple[Any, ...]
"""One value or update for each of: panel, plot, lines, Train, Stop, download, who reads."""


def build_train_tab(visit: gr.State, page_key: PageKey, draw: DrawTab) -> None:
    """Lay the tab out and wire it; call it inside a `gr.Tab`."""
    recipe = TrainConfig()
    with gr.Row(elem_classes="train"):
        with gr.Column(scale=2, min_width=280):
            with gr.Group():
                epochs = gr.Slider(
                    1, 20, recipe.epochs, step=1, label="Epochs", info="Passes over all the images"
                )
                batch_size = gr.Radio(
                    [64, 128, 256],
                    value=recipe.batch_size,
                    label="Batch size",
                    info="Images per step: more is steadier and faster",
                )
                with gr.Row():
                    learning_rate = gr.Number(
                        recipe.learning_rate,
                        label="Learning rate",
                        info="Size of each step",
                        min_width=120,
                    )
                    seed = gr.Number(
                        recipe.seed,
                        precision=0,
                        label="Seed",
                        info="Repeats a run",
                        min_width=120,
                    )
            with gr.Row():
                start = gr.Button("Train", variant="primary", min_width=120)
                stop = gr.Button("Stop", interactive=False, min_width=120)
            lines = Printout(elem_classes="printed")
        with gr.Column(scale=5, min_width=320):
            panel = RunPanel(NO_RUN)
            plot = gr.Plot(_draw_plot([]), show_label=False, elem_classes="paper")
            download = gr.DownloadButton(
                "Download my network (.pth)", interactive=False, size="sm", elem_classes="download"
            )

    screen = [panel, plot, lines, start, stop, download, draw.reader]
    hidden: dict[str, Any] = {
        "show_progress": "hidden",
        "show_progress_on": start,  # a small component, for the reason given in the Draw tab
        "api_visibility": "private",
    }
    settings = [epochs, batch_size, learning_rate, seed, visit]
    start.click(start_run, settings, page_key, **hidden)
    stop.click(stop_run, visit, None, queue=False, **hidden)
    followed = page_key.on_news(follow_runs, visit, screen, **hidden)
    followed.then(read_again, [draw.reader, visit], draw.canvas, queue=False, **hidden)


def start_run(
    epochs: object, batch_size: object, learning_rate: object, seed: object, visit: Visit
) -> dict[str, Any]:
    """Check the settings and hand the run to the trainer; the page then follows it.

    Raises:
        gr.Error: a setting is out of range, or a run of this visitor is already under way.
    """
    if visit.is_under_way:
        raise gr.Error("Your network is still training; stop it first.", print_exception=False)
    try:
        config = TrainConfig(
            epochs=_whole(epochs),
            batch_size=_whole(batch_size),
            learning_rate=learning_rate,  # type: ignore[arg-type]  # checked there
            seed=_whole(seed),
        )
        visit.start(config)
    except ValueError as error:
        raise gr.Error(html.escape(str(error)), print_exception=False) from None
    return news()


def _whole(value: object) -> Any:
    """Turn 5.0, as a browser may send it, into 5; leave the rest for TrainConfig to refuse."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def follow_runs(visit: Visit) -> AsyncGenerator[Updates, None]:
    """Stream what the screen shows, until no run is under way."""
    shown: tuple[object, ...] = ()
    shown_at = 0.0
    async with aclosing(visit.watch()) as beats:
        async for _ in beats:
            run = visit.current
            now = (run, run and run.state, run and len(run.epochs))
            if now != shown:
                yield await to_thread(_screen, visit)
                shown = now
            # Little, since the page works through all that it is sent; and once a second while
            # somebody draws, since that work delays the pen.
            elif run is not None and (not somebody_draws() or monotonic() - shown_at >= 1):
                yield run.status, *[gr.skip()] * 6
            else:
                yield (gr.skip(),) * 7
                continue
            shown_at = monotonic()


def stop_run(visit: Visit) -> None:
    """Ask the run to end; whoever follows it sees it end."""
    if visit.current is not None:
        visit.stop(visit.current)


def _screen(visit: Visit) -> Updates:
    run = visit.current
    under_way = run is not None and run.is_under_way
    losses = [epoch.train_loss for epoch in run.epochs] if run else []
    files = visit.files(run) if run and not under_way else None
    return (
        run.status if run else NO_RUN,
        _draw_plot(losses),
        list(run.lines) if run else [],
        gr.update(interactive=not under_way),
        gr.update(interactive=under_way),
        gr.update(value=str(files[0]) if files else None, interactive=files is not None),
        gr.skip() if under_way else offer_own_network(visit),
    )


def _draw_plot(losses: list[float]) -> PlotData:
    """Draw the article's figure; from the figure itself gr.Plot would take twice as long."""
    svg = b64encode(to_svg(loss_figure(losses))).decode("ascii")
    return PlotData(type="matplotlib", plot=f"data:image/svg+xml;base64,{svg}")

"""Curves of runs as pictures that a page can show, and the stream that keeps them up to date."""

from __future__ import annotations

from asyncio import to_thread
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from time import monotonic
from typing import Any

import gradio as gr
from matplotlib.figure import Figure

from mnist_core.plots import Curve, compare_accuracies, compare_losses, to_svg
from mnist_core.web.jobs.throttle import somebody_draws
from mnist_core.web.sessions.session import SIGN_OF_LIFE, Session

Plots = dict[str, str]
"""What `draw_curves` returns."""


async def follow_curves(
    session: Session,
    choose: Callable[[Session], list[Curve]],
    describe: Callable[[Session, Plots], Any],
) -> AsyncGenerator[Any, None]:
    """Stream the values of a component that shows runs and their curves, until none is under way.

    Args:
        session: whose runs.
        choose: tells which curves are seen.
        describe: puts the value together, given their plots.
    """
    drawn: list[Curve] | None = None
    plots: Plots = {}
    seen: object = None
    sent_at = shown_at = 0.0
    async with aclosing(session.watch()) as beats:
        async for _ in beats:
            changes, curves = session.changes, choose(session)
            # Once a second while somebody draws: the page works through all that it is sent, and
            # that delays the pen. Of a value like the one before, only the difference is sent.
            waits = session.is_under_way and somebody_draws() and monotonic() - shown_at < 1
            if curves != drawn or (changes != seen and not waits):
                if curves != drawn:
                    plots, drawn = await to_thread(draw_curves, curves), curves
                yield describe(session, plots)
                seen, shown_at = changes, monotonic()
            elif monotonic() - sent_at >= SIGN_OF_LIFE:
                yield gr.skip()
            else:
                continue
            session.presence.note_life()
            sent_at = monotonic()


def draw_curves(curves: Sequence[Curve]) -> Plots:
    """Draw the curves twice, losses and accuracies, and say them in words.

    Returns:
        "losses" and "accuracies", each a data URL of an SVG, and "words" for who cannot see them;
        empty before the first epoch.
    """
    curves = [curve for curve in curves if any(curve.runs)]
    if not curves:
        return {}
    return {
        "losses": _to_url(compare_losses(curves)),
        "accuracies": _to_url(compare_accuracies(curves)),
        "words": "; ".join(map(_describe, curves)),
    }


def _describe(curve: Curve) -> str:
    last = [run[-1] for run in curve.runs if run]
    losses = ", ".join(f"{epoch.train_loss:.4f}" for epoch in last)
    accuracies = ", ".join(f"{epoch.test_accuracy:.2%}" for epoch in last)
    return f"{curve.name}: training loss {losses}, test accuracy {accuracies} after the last epoch"


def _to_url(figure: Figure) -> str:
    return f"data:image/svg+xml;base64,{b64encode(to_svg(figure)).decode('ascii')}"

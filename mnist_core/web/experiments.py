"""The Experiments tab: the article's advice, tried with one click and judged honestly."""

from __future__ import annotations

import html
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr

from mnist_core.config import TrainConfig
from mnist_core.experiments import EXPERIMENTS, describe_change
from mnist_core.models import count_parameters, create_model_shape
from mnist_core.plots import Curve
from mnist_core.web.cards import CardOrder, Cards, CardsStatus, CardText, SideStatus
from mnist_core.web.curves import Plots, follow_curves
from mnist_core.web.limits import the_limits
from mnist_core.web.page_key import PageKey, news
from mnist_core.web.run import Run
from mnist_core.web.trial import Trial, average
from mnist_core.web.visit import Visit

BASELINE_COLOR, VARIANT_COLOR = "#64748b", "#4f46e5"  # as in the style of the cards
LIMIT = "At most {most} of your networks can be under way at once."

TEXTS: dict[str, CardText] = {
    name: {
        "title": experiment.title,
        "suggestion": experiment.suggestion,
        "expectation": experiment.expectation,
        "baseline": describe_change(experiment.baseline) or "the recipe",
    }
    for name, experiment in EXPERIMENTS.items()
}


def build_experiments_tab(visit: gr.State, page_key: PageKey) -> None:
    """Lay the tab out and wire it; call it inside a `gr.Tab`."""
    cards = Cards(describe_cards(Visit(), {}))
    quietly: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    # "multiple": an order that comes while another is on its way is carried out, too.
    cards.submit(
        carry_out, [cards, visit], page_key, queue=False, trigger_mode="multiple", **quietly
    )
    page_key.on_news(follow_trial, visit, cards, **quietly)


def carry_out(order: CardOrder | None, visit: Visit) -> dict[str, Any]:
    """Do what a card asks for; the page then follows it.

    Raises:
        gr.Error: too many runs are under way.
    """
    if order is not None:
        visit.experiment = order.experiment
        trial = Trial(visit, EXPERIMENTS[order.experiment])
        actions = {
            "try": trial.try_it,
            "seeds": trial.try_more_seeds,
            "retry": trial.retry,
            "stop": trial.stop,
        }
        try:
            if order.action in actions:
                actions[order.action]()
        except ValueError as error:
            raise gr.Error(html.escape(str(error)), print_exception=False) from None
        finally:
            visit.note_change()
    return news()


async def follow_trial(visit: Visit) -> AsyncGenerator[Any, None]:
    """Stream what the cards show, until no run is under way."""
    async with aclosing(follow_curves(visit, curves_of_trial, describe_cards)) as updates:
        async for update in updates:
            yield update


def curves_of_trial(visit: Visit) -> list[Curve]:
    """Return the curves of the open card: all seeds of the baseline, all seeds of the variant."""
    trial = Trial(visit, EXPERIMENTS[visit.experiment])
    planned = trial.experiment.baseline.epochs
    sides = (
        ("Baseline", BASELINE_COLOR, trial.baselines()),
        ("Variant", VARIANT_COLOR, trial.variants()),
    )
    return [
        Curve(name, color, [list(run.epochs) for run in runs], planned)
        for name, color, runs in sides
    ]


def describe_cards(visit: Visit, plots: Plots) -> CardsStatus:
    """Say what the cards show."""
    trials = {name: Trial(visit, experiment) for name, experiment in EXPERIMENTS.items()}
    trial = trials[visit.experiment]
    seeds = trial.more_seeds
    diverged = trial.diverged
    return {
        "experiments": TEXTS,
        "chosen": visit.experiment,
        "badges": {name: _badge(other) for name, other in trials.items()},
        "state": _state(trial),
        "change": describe_change(trial.variant, trial.experiment.baseline),
        "note": _note(trial),
        "verdict": diverged.status["message"] if diverged else trial.verdict,
        "seeds": len(trial.complete),
        "retry_rate": diverged.retry_rate if diverged else None,
        "more_seeds": f"Run {len(seeds)} more seed{'s' * (len(seeds) > 1)}" if seeds else "",
        "sides": [
            _describe_side(trial.experiment.baseline, trial.baselines()),
            _describe_side(trial.variant, trial.variants()),
        ]
        if trial.pairs
        else [],
        "plots": plots,
    }


def _state(trial: Trial) -> str:
    if trial.is_under_way:
        return "running"
    if trial.diverged:
        return "diverged"
    if trial.complete:
        return "done"
    return "stopped" if trial.pairs else "untried"


def _badge(trial: Trial) -> str:
    difference = trial.difference
    if trial.is_under_way:
        return "running"
    if trial.diverged:
        return "diverged"
    if difference is not None:
        return f"{difference:+.2f}".replace("-", "−")
    return "stopped" if trial.pairs else ""


def _note(trial: Trial) -> str:
    epochs = trial.experiment.baseline.epochs
    if trial.pairs:
        if trial.reused and not trial.diverged:
            return f"The baseline is not trained again: {', '.join(trial.reused)} is reused."
        return (
            LIMIT.format(most=the_limits().under_way)
            if trial.is_under_way or trial.complete
            else ""
        )
    if trial.known_baseline:
        name = trial.known_baseline.name
        return f"Trains one network for {epochs} epochs; the baseline is there already: {name}."
    return f"Trains two networks for {epochs} epochs each."


def _describe_side(config: TrainConfig, runs: list[Run]) -> SideStatus:
    under_way = [run for run in runs if run.is_under_way]
    ended = [run for run in runs if run.state == "finished"]
    counted = ended or under_way or runs
    training = [run for run in under_way if run.state == "training"]
    speaks = next(iter(training + under_way + runs[-1:]), None)
    message = ""
    if speaks is not None and speaks.state not in ("finished", "diverged"):
        seed = f"Seed {speaks.config.seed}: " if len(runs) > 1 else ""
        message = seed + speaks.status["message"]
    return {
        "runs": ", ".join(run.name for run in runs),
        "state": speaks.state if speaks else "idle",
        "message": message,
        "share": speaks.share_done if speaks else 0.0,
        "accuracy": average(counted, lambda epoch: epoch.test_accuracy),
        "train_accuracy": average(counted, lambda epoch: epoch.train_accuracy),
        "loss": average(counted, lambda epoch: epoch.train_loss),
        "seconds": _average_seconds(counted),
        "parameters": count_parameters(create_model_shape(config.model)),
    }


def _average_seconds(runs: list[Run]) -> float | None:
    seconds = [sum(epoch.seconds for epoch in run.epochs) for run in runs if run.epochs]
    return sum(seconds) / len(seconds) if seconds else None

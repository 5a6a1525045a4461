"""The Experiments tab: the article's advice, tried with one click and judged honestly."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, DataSet, has_images
from mnist_core.experiments import (
    DEMONSTRATIONS,
    EXPERIMENTS,
    RECIPE,
    Demonstration,
    Experiment,
    describe_change,
    experiments_with_pictures,
)
from mnist_core.models import count_parameters
from mnist_core.plots import Curve
from mnist_core.text import Message, say, translate
from mnist_core.web.components.base import Updates, refusal
from mnist_core.web.components.experiment_cards import (
    CardOrder,
    CardResult,
    CardsOverview,
    CardsStatus,
    CardText,
    ComparedRuns,
    DataChoice,
    ExperimentCards,
    SideStatus,
)
from mnist_core.web.components.share import SCOPE, Share
from mnist_core.web.jobs.run import Run
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import demonstrations
from mnist_core.web.tabs.curves import PlotCache, Plots, curve_of_runs
from mnist_core.web.tabs.experiment_results import ExperimentResults, average
from mnist_core.web.tabs.page_stream import View, at_once
from mnist_core.web.tabs.run_text import about, say_status

BASELINE_COLOR, VARIANT_COLOR = "#64748b", "#4f46e5"  # as in the style of the cards


class ExperimentsTab:
    """The tab; `outputs` are its cards, and what can be taken along of them."""

    def __init__(self, link: SessionLink) -> None:
        """Lay the tab out and wire it; call it inside a `gr.Tab`."""
        self._link = link
        with gr.Column(elem_classes=SCOPE):
            self.cards = ExperimentCards()
            self.share = Share(offers=("link", "svg", "png"), stem="experiment")
        self.outputs = [self.cards, self.share]
        self.cards.order(self.order_experiment, link, link, **at_once(link))
        self.cards.choose_data(self.choose_data_set, link, link, **at_once(link))

    def order_experiment(self, session: Session, event: gr.EventData) -> Updates:
        """Do what a card asks for; the page then follows it.

        Raises:
            gr.Error: too many runs are under way.
        """
        order = CardOrder.of(event)
        if order.experiment in experiments_of(session) or order.experiment in DEMONSTRATIONS:
            session.experiments.opened = order.experiment
        if order.experiment in DEMONSTRATIONS:
            return self._order_demonstration(session, order)
        if order.experiment not in experiments_of(session):
            raise refusal(Message("pictures.none"))
        results = results_of(session, order.experiment)
        actions = {
            "try": results.try_it,
            "seeds": results.try_more_seeds,
            "retry": results.retry,
            "stop": results.stop,
        }
        try:
            if order.action in actions:
                actions[order.action]()
        except ValueError as error:
            raise refusal(error) from None
        finally:
            session.note_change()
        return self._link.changed()

    def choose_data_set(self, session: Session, event: gr.EventData) -> Updates:
        """Make the experiments on another data set from now on."""
        session.experiments.dataset = DataChoice.of(event).dataset
        session.note_change()
        return self._link.changed()

    def _order_demonstration(self, session: Session, order: CardOrder) -> Updates:
        try:
            if order.action == "try":
                demonstrations.prepare(order.experiment)
                session.experiments.shown.add(order.experiment)
        except ValueError as error:
            raise refusal(error) from None
        finally:
            session.note_change()
        return self._link.changed()

    def view(self, session: Session) -> View:
        """Show the cards, and the curves of the open one."""
        curves = PlotCache()
        return lambda: {
            self.cards: describe_cards(session, curves.draw(curves_of_experiment(session))),
            self.share: _query(session),
        }


def experiments_of(session: Session) -> dict[str, Experiment]:
    """Return the experiments that a visitor can try, those with pictures that were brought last."""
    own = session.own_pictures
    return EXPERIMENTS | (experiments_with_pictures(own.data_set.key) if own else {})


def opened_card(session: Session) -> str:
    """Return which card is open: the first, where that of the open one is there no more."""
    opened = session.experiments.opened
    is_there = opened in experiments_of(session) or opened in DEMONSTRATIONS
    return opened if is_there else next(iter(EXPERIMENTS))


def _query(session: Session) -> str:
    """Write the address that opens the card which is open, on its data set."""
    state = session.experiments
    data = "" if state.dataset == RECIPE.dataset else f"&data={state.dataset}"
    return f"experiment={state.opened}{data}"


def results_of(session: Session, experiment: str) -> ExperimentResults:
    """Return what a session has tried of an experiment, on the data set that it has chosen."""
    if experiment in EXPERIMENTS:
        return ExperimentResults(session, EXPERIMENTS[experiment].on(session.experiments.dataset))
    return ExperimentResults(session, experiments_of(session)[experiment])


def curves_of_experiment(session: Session) -> list[Curve]:
    """Return the curves of the open card: all seeds of the baseline, all seeds of the variant."""
    opened = opened_card(session)
    if opened in DEMONSTRATIONS:
        return []
    results = results_of(session, opened)
    planned = results.experiment.baseline.epochs
    sides = (
        (say("cards.baseline"), BASELINE_COLOR, results.baselines()),
        (say("cards.variant"), VARIANT_COLOR, results.variants()),
    )
    return [curve_of_runs(name, color, runs, planned) for name, color, runs in sides]


def describe_cards(session: Session, plots: Plots) -> CardsStatus:
    """Say what the cards show, in the current language."""
    every = {name: results_of(session, name) for name in experiments_of(session)}
    cards = {name: results.experiment for name, results in every.items()} | DEMONSTRATIONS
    opened, shown = opened_card(session), session.experiments.shown
    common: CardsOverview = {
        "experiments": {name: _describe(card) for name, card in cards.items()},
        "dataset": session.experiments.dataset,
        "datasets": [[key, translate(one.title)] for key, one in DATASETS.items()],
        "fetches": _say_fetching(DATASETS[session.experiments.dataset]),
        "chosen": opened,
        "badges": {
            **{name: _badge(other) for name, other in every.items()},
            **{name: say("cards.shown") if name in shown else "" for name in DEMONSTRATIONS},
        },
    }
    if opened in DEMONSTRATIONS:
        return {**common, **_describe_demonstration(opened, opened in shown)}
    results = every[opened]
    seeds = results.more_seeds
    diverged = results.diverged
    return {
        **common,
        "state": _state(results),
        "change": translate(describe_change(results.variant, results.experiment.baseline)),
        "note": _note(results),
        "verdict": say_status(diverged.status) if diverged else translate(results.verdict),
        "seeds": len(results.complete),
        "retry_rate": diverged.retry_rate if diverged else None,
        "more_seeds": say("cards.more_seeds", count=len(seeds)) if seeds else "",
        "time": _say_time(results),
        "sides": [
            _describe_side(results.experiment.baseline, results.baselines()),
            _describe_side(results.variant, results.variants()),
        ]
        if results.pairs
        else [],
        "compared": _compared(results),
        "plots": plots,
        "demonstration": None,
        "compares": True,
    }


def _say_fetching(data_set: DataSet) -> str:
    """Say that a data set comes first, where it is not here."""
    if data_set.key == "mnist" or has_images(data_set):
        return ""
    megabytes = f"{data_set.download_bytes / 1e6:.0f}"
    return say("cards.fetches", title=data_set.title, megabytes=megabytes)


def _describe(card: Experiment | Demonstration) -> CardText:
    baseline = card.baseline if isinstance(card, Experiment) else RECIPE
    recipe = replace(RECIPE, dataset=baseline.dataset)
    return {
        "title": translate(card.title),
        "suggestion": translate(card.suggestion),
        "expectation": translate(card.expectation),
        "baseline": translate(describe_change(baseline, recipe)) or say("run.recipe"),
    }


def _describe_demonstration(name: str, is_shown: bool) -> CardResult:
    """Say what the card of a demonstration shows: it has no runs, seeds or verdict."""
    return {
        "state": "done" if is_shown else "untried",
        "change": "",
        "note": "",
        "verdict": "",
        "seeds": 0,
        "retry_rate": None,
        "more_seeds": "",
        "time": "",
        "sides": [],
        "compared": None,
        "plots": {},
        "demonstration": demonstrations.show(name) if is_shown else None,
        "compares": False,
    }


def _state(results: ExperimentResults) -> str:
    if results.is_under_way:
        return "running"
    if results.diverged:
        return "diverged"
    if results.complete:
        return "done"
    return "stopped" if results.pairs else "untried"


def _badge(results: ExperimentResults) -> str:
    difference = results.difference
    if results.is_under_way:
        return say("cards.running")
    if results.diverged:
        return say("cards.diverged")
    if difference is not None:
        return f"{difference:+.2f}".replace("-", "−")
    return say("cards.stopped") if results.pairs else ""


def _note(results: ExperimentResults) -> str:
    epochs = results.experiment.baseline.epochs
    if results.pairs:
        if results.reused and not results.diverged:
            names = say("page.list_separator").join(map(translate, results.reused))
            return say("cards.reused", runs=names, count=len(results.reused))
        return (
            say("cards.limit", most=the_limits().under_way)
            if results.is_under_way or results.complete
            else ""
        )
    time = about(results.seconds_to_try or 0.0)
    if results.known_baseline:
        name = translate(results.known_baseline.name)
        return say("cards.one_to_train", epochs=epochs, time=time, name=name)
    return say("cards.two_to_train", epochs=epochs, time=time)


def _compared(results: ExperimentResults) -> ComparedRuns | None:
    """Return the first two runs whose mistakes can be compared, with the same seed."""
    for pair in results.complete:
        baseline, variant = pair.baseline, pair.variant
        if baseline and variant and baseline.model and variant.model:
            return {"network": variant.id, "against": baseline.id}
    return None


def _say_time(results: ExperimentResults) -> str:
    """Say when it is over, or how long more seeds would take; "" where the note says it."""
    if results.is_under_way:
        left = results.seconds_left
        return "" if left is None else say("cards.over_in", time=about(left))
    seconds = results.seconds_for_more_seeds
    return "" if seconds is None else say("cards.takes", time=about(seconds))


def _describe_side(config: TrainConfig, runs: list[Run]) -> SideStatus:
    under_way = [run for run in runs if run.is_under_way]
    ended = [run for run in runs if run.state == "finished"]
    counted = ended or under_way or runs
    training = [run for run in under_way if run.state == "training"]
    speaks = next(iter(training + under_way + runs[-1:]), None)
    message = ""
    if speaks is not None and speaks.state not in ("finished", "diverged"):
        message = say_status(speaks.status)
        if len(runs) > 1:
            message = say("cards.seed_says", seed=speaks.config.seed, message=message)
    return {
        "runs": say("page.list_separator").join(translate(run.name) for run in runs),
        "state": speaks.state if speaks else "idle",
        "message": message,
        "fraction": speaks.fraction_done if speaks else 0.0,
        "accuracy": average(counted, lambda epoch: epoch.test_accuracy),
        "train_accuracy": average(counted, lambda epoch: epoch.train_accuracy),
        "loss": average(counted, lambda epoch: epoch.train_loss),
        "seconds": _average_seconds(counted),
        "parameters": count_parameters(config.create_model_shape()),
    }


def _average_seconds(runs: list[Run]) -> float | None:
    seconds = [sum(epoch.seconds for epoch in run.epochs) for run in runs if run.epochs]
    return sum(seconds) / len(seconds) if seconds else None

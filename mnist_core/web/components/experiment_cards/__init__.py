"""The experiment cards: the article's advice, each piece with a button and what came of it."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from mnist_core.experiments import EXPERIMENTS
from mnist_core.web.components.base import Component, read_order

CardAction = Literal["show", "try", "seeds", "retry", "stop"]


@dataclass(frozen=True)
class CardOrder:
    """What a visitor wants of an experiment.

    Attributes:
        action: to show its card, to try it, with more seeds, with a smaller rate, or to stop it.
        experiment: a key of `EXPERIMENTS`.
    """

    action: CardAction
    experiment: str


ORDERS = TypeAdapter(CardOrder)


class CardText(TypedDict):
    """What a card says of its experiment before anybody has tried it."""

    title: str
    suggestion: str
    expectation: str
    baseline: str


class SideStatus(TypedDict):
    """Baseline or variant, as its row shows it; averages over the seeds that have been run.

    Attributes:
        runs: the names of its runs.
        state: of the run that says most of what is going on.
        message: that, in a sentence.
        fraction: how much of its training is over, 0 to 1.
        accuracy: on the 10,000 test images, 0 to 1.
        train_accuracy: on 10,000 training images, 0 to 1.
        loss: mean training loss of the last epoch, in nats.
        seconds: of training in one run.
        parameters: of the network.
    """

    runs: str
    state: str
    message: str
    fraction: float
    accuracy: float | None
    train_accuracy: float | None
    loss: float | None
    seconds: float | None
    parameters: int


class CardsStatus(TypedDict):
    """All that the cards show.

    Attributes:
        experiments: experiment → what its card says; never changes.
        chosen: the experiment whose card is open.
        badges: experiment → one or two words on how it stands, "" for untried.
        state: of the open experiment: "untried", "running", "diverged", "done" or "stopped".
        change: what the variant changes, after retries.
        note: what a press of the button will do, or that a result was there already.
        verdict: what the difference is worth, or why the variant diverged.
        seeds: how many seeds have a result.
        retry_rate: the learning rate to try next after a divergence.
        more_seeds: the seeds that come next, as words; "" if none can.
        sides: baseline and variant; empty before the first try.
        plots: of the open experiment, as `curves.draw_curves` returns them.
    """

    experiments: dict[str, CardText]
    chosen: str
    badges: dict[str, str]
    state: str
    change: str
    note: str
    verdict: str
    seeds: int
    retry_rate: float | None
    more_seeds: str
    sides: list[SideStatus]
    plots: dict[str, str]


class ExperimentCards(Component):
    """Shows a `CardsStatus`, which is its value; its `submit` event brings a `CardOrder`."""

    def preprocess(self, payload: object) -> CardOrder | None:
        """Check what the page sent; None for what no page of ours sends."""
        order = read_order(payload, ORDERS)
        return order if order and order.experiment in EXPERIMENTS else None

    def example_payload(self) -> dict[str, Any]:
        """Give the order that opens the first card."""
        return {"action": "show", "experiment": next(iter(EXPERIMENTS))}

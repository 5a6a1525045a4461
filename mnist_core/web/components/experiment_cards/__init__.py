"""The experiment cards: the article's advice, each piece with a button and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from pydantic import AfterValidator

from mnist_core.data import DATASETS
from mnist_core.experiments import DEMONSTRATIONS, EXPERIMENTS, OF_PICTURES
from mnist_core.web.components.base import Component, Payload


def _is_known(experiment: str) -> str:
    if experiment not in {*EXPERIMENTS, *OF_PICTURES, *DEMONSTRATIONS}:
        raise ValueError(experiment)
    return experiment


def _is_data_set(dataset: str) -> str:
    if dataset not in DATASETS:
        raise ValueError(dataset)
    return dataset


class CardOrder(Payload):
    """What a visitor wants of an experiment.

    Attributes:
        action: to show its card, to try it, with more seeds, with a smaller rate, or to stop it.
        experiment: a key of `EXPERIMENTS`, of `OF_PICTURES` or of `DEMONSTRATIONS`.
    """

    action: Literal["show", "try", "seeds", "retry", "stop"]
    experiment: Annotated[str, AfterValidator(_is_known)]


class DataChoice(Payload):
    """The data set on which a visitor wants to make experiments: a key of `DATASETS`."""

    dataset: Annotated[str, AfterValidator(_is_data_set)]


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


class ComparedRuns(TypedDict):
    """The run of the variant, and that of the baseline."""

    network: str
    against: str


class PieceText(TypedDict):
    """A piece of an error, and what it means."""

    text: str
    meaning: str


class DemonstrationView(TypedDict):
    """What a card shows that compares nothing.

    Attributes:
        quote: what another says, word for word; "" for nothing.
        pieces: the quotation piece by piece.
        lines: sentences, one a line.
        picture: a data URL, which the lines put into words; "" for none.
    """

    quote: str
    pieces: list[PieceText]
    lines: list[str]
    picture: str


class CardsOverview(TypedDict):
    """What is shown of all cards.

    Attributes:
        experiments: experiment or demonstration → what its card says.
        chosen: the one whose card is open.
        badges: experiment or demonstration → one or two words on how it stands, "" for untried.
        dataset: the key of the data set that they are made on.
        datasets: keys and titles of all that there are.
        fetches: that it has to be downloaded first, in a sentence; "" where it is here.
    """

    experiments: dict[str, CardText]
    chosen: str
    badges: dict[str, str]
    dataset: str
    datasets: list[list[str]]
    fetches: str


class CardResult(TypedDict):
    """What the open card shows of what came of it.

    Attributes:
        state: "untried", "running", "diverged", "done" or "stopped".
        change: what the variant changes, after retries.
        note: what a press of the button will do, or that a result was there already.
        verdict: what the difference is worth, or why the variant diverged.
        seeds: how many seeds have a result.
        retry_rate: the learning rate to try next after a divergence.
        more_seeds: the seeds that come next, as words; "" if none can.
        time: when all is over, or how long more seeds take; "" if the note says it.
        sides: baseline and variant; empty before the first try.
        compared: the runs whose mistakes can be compared, by their ids; None without two networks.
        plots: as `curves.draw_curves` returns them.
        demonstration: what the card shows, if it is one that compares nothing and has been asked
            for.
        compares: whether it compares two networks.
    """

    state: str
    change: str
    note: str
    verdict: str
    seeds: int
    retry_rate: float | None
    more_seeds: str
    time: str
    sides: list[SideStatus]
    compared: ComparedRuns | None
    plots: dict[str, str]
    demonstration: DemonstrationView | None
    compares: bool


class CardsStatus(CardsOverview, CardResult):
    """All that the cards show."""


class ExperimentCards(Component):
    """Shows a `CardsStatus`, which is its value.

    Its event `order` brings a `CardOrder`, `choose_data` a `DataChoice`; `mistakes` asks for those
    of two runs, `ComparedRuns`.
    """

    shared_scripts = ("shared.js", "plots.js")

"""The guide's pages: the program's lines for each step, and what the run in sight comes to."""

from __future__ import annotations

import functools
import math

from mnist_core.codegen import generate_cells
from mnist_core.config import TrainConfig
from mnist_core.experiments import RECIPE
from mnist_core.models import MODELS, count_parameters
from mnist_core.text import Language, current_language, say, translate
from mnist_core.web.components.guide import PAGES, Guide, GuideStatus
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.form_inputs import OPTIMIZERS
from mnist_core.web.tabs.page_stream import View

TRAIN_IMAGES, TEST_IMAGES = 60_000, 10_000  # MNIST's
CELLS = {1: (0,), 2: (1, 2), 3: (3,), 4: (4,), 5: (5,), 6: (6, 7), 7: (8,)}
"""Which parts of the program, as `generate_cells` counts them, belong to which page."""


class GuideBook:
    """The book; `outputs` is what shows it."""

    def __init__(self) -> None:
        """Lay it out; call it inside the app's `gr.Blocks`, beside the tabs."""
        self.book = Guide(elem_classes="guide-book")
        self.outputs = [self.book]

    def view(self, session: Session) -> View:
        """Say what the run in sight is an example of."""
        return lambda: {self.book: describe_guide(session.current, _has_finished(session))}


def _has_finished(session: Session) -> bool:
    return any(run.state == "finished" for run in session.runs)


def describe_guide(run: Run | None, has_finished: bool) -> GuideStatus:
    """Say what the book shows beside its pages, in the current language.

    Args:
        run: the one in sight, if there is one.
        has_finished: whether any run has come to its end.
    """
    config = run.config if run else RECIPE
    said = {3: _say_network(config), 4: _say_loss(config, run), 5: _say_epochs(config, run)}
    said[6] = _say_accuracy(run)
    return {
        "program": _lines(config, current_language()),
        "said": [said.get(page, "") for page in range(1, PAGES + 1)],
        "has_begun": bool(run and run.epochs),
        "has_finished": has_finished,
    }


@functools.lru_cache(maxsize=64)
def _lines(config: TrainConfig, language: Language) -> list[str]:
    """Return the program's lines for each page."""
    cells = generate_cells(config, language)
    return [
        "\n".join(cells[part] for part in CELLS.get(page, ())).strip()
        for page in range(1, PAGES + 1)
    ]


def _say_network(config: TrainConfig) -> str:
    parameters = f"{count_parameters(config.create_model_shape()):,}"
    return say("guide.run_3", network=translate(MODELS[config.model].title), parameters=parameters)


def _say_loss(config: TrainConfig, run: Run | None) -> str:
    facts = {"optimizer": OPTIMIZERS[config.optimizer], "rate": f"{config.learning_rate:g}"}
    if run is None or not run.epochs:
        return say("guide.run_4", **facts)
    first, last = run.epochs[0].train_loss, run.epochs[-1].train_loss
    return say("guide.run_4_loss", **facts, first=f"{first:.4f}", last=f"{last:.4f}")


def _say_epochs(config: TrainConfig, run: Run | None) -> str:
    steps = f"{math.ceil(TRAIN_IMAGES / config.batch_size):,}"
    facts = {"steps": steps, "batch": config.batch_size, "epochs": config.epochs}
    return say("guide.run_5", **facts, done=len(run.epochs) if run else 0)


def _say_accuracy(run: Run | None) -> str:
    last = run.epochs[-1] if run and run.epochs else None
    if last is None or last.train_accuracy is None:
        return ""
    wrong = round((1 - last.test_accuracy) * TEST_IMAGES)
    return say(
        "guide.run_6",
        accuracy=f"{last.test_accuracy:.2%}",
        trained=f"{last.train_accuracy:.2%}",
        wrong=f"{wrong:,}",
    )

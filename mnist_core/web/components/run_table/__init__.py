"""The table of a session's runs: what they came to, and what can be done with each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import gradio as gr

from mnist_core.web.components.assets import PROGRESS, read_assets

ACTIONS = ("overlay", "read", "train_on", "open", "stop", "delete")
LONGEST_ID = 64


@dataclass(frozen=True)
class RunOrder:
    """What a visitor wants of a run.

    Attributes:
        action: one of `ACTIONS`.
        run: an id, which need not be one of the session's.
        epochs: for "train_on", how many more, 1 to 100.
        shown: for "overlay", whether its curves are drawn.
    """

    action: str
    run: str
    epochs: int = 1
    shown: bool = False


class RunRow(TypedDict):
    """A run as its row shows it; figures are None while they are unknown.

    Attributes:
        id: its id.
        name: its name.
        settings: what differs from the recipe, in words.
        state: as in `RunView`.
        message: how it stands, in a few words.
        fraction: how much of its training is over, 0 to 1.
        train_loss, test_loss: of the last epoch, in nats.
        train_accuracy, accuracy: on 10,000 training images and on the test images, 0 to 1.
        is_best: whether no other run's test accuracy is higher.
        parameters: of the network.
        seconds: of training.
        color: of its curves.
        is_shown: whether they are drawn.
        is_under_way, reads, can_read, can_train_on: what can be done with it.
    """

    id: str
    name: str
    settings: str
    state: str
    message: str
    fraction: float
    train_loss: float | None
    test_loss: float | None
    train_accuracy: float | None
    accuracy: float | None
    is_best: bool
    parameters: int
    seconds: float | None
    color: str
    is_shown: bool
    is_under_way: bool
    reads: bool
    can_read: bool
    can_train_on: bool


class TableStatus(TypedDict):
    """All that the table shows.

    Attributes:
        rows: the runs, newest first.
        note: what becomes of runs as new ones come.
        plots: the curves of those that are overlaid, as `curves.draw_curves` returns them.
    """

    rows: list[RunRow]
    note: str
    plots: dict[str, str]


class RunTable(gr.HTML):
    """Shows a `TableStatus`, which is its value.

    Its `submit` event brings a `RunOrder` that changes something, its `select` event one to open
    the run's code and files.
    """

    def __init__(self, value: TableStatus | None = None, **settings: Any) -> None:
        assets = read_assets(Path(__file__).parent, PROGRESS)
        super().__init__(value, apply_default_css=False, **{**assets, **settings})

    def preprocess(self, payload: object) -> RunOrder | None:
        """Check what the page sent; None for what no page of ours sends."""
        if not isinstance(payload, dict):
            return None
        action, run = payload.get("action"), payload.get("run")
        epochs, shown = payload.get("epochs", 1), payload.get("shown", False)
        if not isinstance(action, str) or action not in ACTIONS:
            return None
        if not isinstance(run, str) or len(run) > LONGEST_ID:
            return None
        if type(epochs) is not int or not 1 <= epochs <= 100 or type(shown) is not bool:
            return None
        return RunOrder(action, run, epochs, shown)

    def postprocess(self, value: TableStatus | None) -> TableStatus | None:
        """Send the status as it is; the page writes it as text and never as HTML."""
        return value

    def api_info(self) -> dict[str, Any]:
        """Describe the payload as JSON schema."""
        return {
            "type": "object",
            "properties": {
                "action": {"enum": list(ACTIONS)},
                "run": {"type": "string", "maxLength": LONGEST_ID},
                "epochs": {"type": "integer", "minimum": 1, "maximum": 100},
                "shown": {"type": "boolean"},
            },
        }

    def example_payload(self) -> dict[str, Any]:
        """Give an order that names no run, and so does nothing."""
        return {"action": "overlay", "run": "", "shown": True}

    def example_value(self) -> None:
        """Give nothing: what the table shows is not for programs to set."""
        return None

"""What the tabs of a session show, as far as the server has to remember it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mnist_core.config import TrainConfig
from mnist_core.experiments import EXPERIMENTS
from mnist_core.preprocessing import GrayImage


@dataclass
class DrawState:
    """The Draw tab.

    Attributes:
        drawing: what is on the canvas, or in the picture in its place, as the network sees it; None
            if that is blank.
        classifier: the key of the selected network: "cnn" or "simple_nn" for those that come with
            the project, else the id of a run.
        offered: the ids of the runs that are not selected by themselves any more: each has been
            already, or was there when the visitor selected a network.
    """

    drawing: GrayImage | None = None
    classifier: str = "cnn"
    offered: set[str] = field(default_factory=set)


@dataclass
class TrainState:
    """The Train tab: `config` holds the settings of the run last started there, if any."""

    config: TrainConfig | None = None


@dataclass
class ExperimentsState:
    """The Experiments tab.

    Attributes:
        opened: the name of the experiment or demonstration whose card is open.
        shown: the demonstrations that have been asked for.
    """

    opened: str = next(iter(EXPERIMENTS))
    shown: set[str] = field(default_factory=set)

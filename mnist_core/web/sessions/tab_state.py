"""What the tabs of a session show, as far as the server has to remember it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mnist_core.config import TrainConfig
from mnist_core.experiments import EXPERIMENTS
from mnist_core.preprocessing import GrayImage
from mnist_core.text import Message
from mnist_core.web.sessions.uploads import remove_upload


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
        picture: the file of the picture in the place of the drawing, if any.
        note: what has happened last to the visitor's score, if anything has.
        teach_note: what has happened last to the visitor's own classes.
        teach_shown: what was shown of those last, and since when, in seconds of the clock.
    """

    drawing: GrayImage | None = None
    classifier: str = "cnn"
    offered: set[str] = field(default_factory=set)
    note: Message | None = None
    teach_note: Message | None = None
    teach_shown: tuple[object, float] = (None, 0.0)
    picture: Path | None = None

    def keep_picture(self, picture: Path | None) -> None:
        """Keep the file of a picture, about whose parts the page may ask; the one before goes."""
        before, self.picture = self.picture, picture
        if before is not None and before != picture:
            remove_upload(before)


@dataclass
class MistakesState:
    """The Mistakes tab.

    Attributes:
        network: the key of the network whose mistakes are shown; empty for the one that reads the
            visitor's drawings.
        against: the key of the network that it is compared with; empty for none.
        wishes: grows when another tab has asked for other networks.
    """

    network: str = ""
    against: str = ""
    wishes: int = 0


@dataclass
class TrainState:
    """The Train tab: `config` holds the settings of the run last started there, if any."""

    config: TrainConfig | None = None


@dataclass
class ExperimentsState:
    """The Experiments tab.

    Attributes:
        opened: the name of the experiment or demonstration whose card is open.
        dataset: on which data set experiments are made.
        shown: the demonstrations that have been asked for.
    """

    opened: str = next(iter(EXPERIMENTS))
    dataset: str = "mnist"
    shown: set[str] = field(default_factory=set)

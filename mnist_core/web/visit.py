"""What the server remembers of one visitor, from opening the page to leaving it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from torch import nn

from mnist_core.checkpoints import describe_run, save_checkpoint
from mnist_core.web.run import Run

FILE_NAME = "simple_nn_mnist.pth"  # the article's own


@dataclass
class Visit:
    """The visitor's training run and the network that came of it; nobody else can reach them.

    Gradio keeps one for each open page (`gr.State`) and drops it when the page is closed.

    Attributes:
        run: the newest run, under way or ended.
        network: the network that the last run with a result has trained.
        networks: how many networks there have been.
    """

    run: Run | None = None
    network: nn.Module | None = None
    networks: int = 0
    _folder: TemporaryDirectory[str] | None = None

    def keep_network(self) -> None:
        """Take over what the ended run has learned, if anything; asking twice does no harm."""
        if not self.run or not self.run.model or self.run.model is self.network:
            return
        self.network = self.run.model
        self.networks += 1
        self._folder = TemporaryDirectory(prefix="mnist-")  # the one before removes itself
        facts = describe_run(self.run.config, self.run.epochs)
        save_checkpoint(Path(self._folder.name) / FILE_NAME, self.network, facts)

    @property
    def download(self) -> str | None:
        """The visitor's network as a file, or None if there is none yet."""
        return str(Path(self._folder.name) / FILE_NAME) if self._folder else None

"""A network's files, weights and metadata: written to be downloaded, read when uploaded."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from torch import nn

from mnist_core.checkpoints import (
    SAFETENSORS,
    Checkpoint,
    CheckpointError,
    describe_run,
    load_checkpoint,
    metadata_path,
    read_run,
    save_checkpoint,
)
from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, DataSet, Shape, add_own, has_images, map_images
from mnist_core.evaluation import evaluate
from mnist_core.text import Message
from mnist_core.training import EpochRecord
from mnist_core.web.gradio_compat.upload_folder import upload_folder
from mnist_core.web.gradio_compat.wrong_input import NO_ROOM
from mnist_core.web.jobs.run import Run
from mnist_core.web.limits import MEGABYTE, the_limits
from mnist_core.web.sessions.uploads import SESSION_PREFIX, take_upload

log = logging.getLogger(__name__)

NO_DOWNLOAD = Message("files.no_download")
FILE_GONE = Message("files.gone")

_measuring = threading.Lock()  # many uploads at once would take the cores from those who read


@dataclass(frozen=True)
class Written:
    """The files of one network, as they lie on the disk.

    Attributes:
        version: of the network that was written.
        path: of its weights.
        size: of all its files together.
    """

    version: int
    path: Path
    size: int


class RunFiles:
    """The files of one session's networks, in a folder that only this session knows.

    Not for several threads at once: the session has a lock.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None  # made when it is needed
        self._written: dict[str, Written] = {}  # by its key; what was asked for last is last

    @property
    def size(self) -> int:
        """Return how many bytes of the disk they take."""
        return sum(written.size for written in list(self._written.values()))

    def write(self, run: Run) -> tuple[Path, Path] | None:
        """Write a run's network as `write_network` does; None if it has learned nothing."""
        model, version = run.model, run.version
        if model is None:
            return None
        metadata = describe_run(run.config, list(run.epochs))
        return self.write_network(run.id, version, file_stem(run), model, metadata)

    def write_network(
        self, key: str, version: int, stem: str, model: nn.Module, metadata: Mapping[str, Any]
    ) -> tuple[Path, Path]:
        """Write a network, its metadata and `safetensors_path` beside it, if need be.

        Those that were asked for longest ago make room.

        Args:
            key: names the network within the session, and a folder.
            version: tells its weights from those that it had before.
            stem: of the files' names.
            model: the network.
            metadata: of it.

        Returns:
            Weights and metadata.

        Raises:
            ValueError: they cannot be written; the network can be used all the same.
        """
        written = self._written.pop(key, None)
        if written is None or written.version != version or not written.path.is_file():
            try:
                path = self._own_folder() / key / f"{stem}.pth"
                for file in (path, safetensors_path(path)):
                    save_checkpoint(file, model, metadata)
                files = (path, metadata_path(path), safetensors_path(path))
                size = sum(file.stat().st_size for file in files)
            except OSError as error:  # a full disk, perhaps
                log.exception("a network cannot be written")
                raise ValueError(NO_DOWNLOAD) from error
            written = Written(version, path, size)
        self._written[key] = written
        while self.size > the_limits().session_mb * MEGABYTE and len(self._written) > 1:
            self._remove(next(iter(self._written)))
        return written.path, metadata_path(written.path)

    def remove(self, run: Run) -> None:
        """Remove those of one run."""
        self._remove(run.id)

    def clear(self) -> None:
        """Remove them all."""
        self._written.clear()
        if self._folder is not None:
            rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _remove(self, key: str) -> None:
        written = self._written.pop(key, None)
        if written is not None:
            rmtree(written.path.parent, ignore_errors=True)

    def _own_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix=SESSION_PREFIX, dir=_make_cache()))
        return self._folder


def safetensors_path(path: Path) -> Path:
    """Return where the same weights lie as safetensors."""
    return path.with_suffix(SAFETENSORS)


def file_stem(run: Run) -> str:
    """Name the files of a run so that those of two runs of one network do not mix."""
    return f"{run.name.lower().replace(' ', '_')}_{run.config.model}_{run.config.data_set.name}"


def read_upload(
    path: Path, metadata: Path | None = None, pictures: DataSet | None = None
) -> tuple[Checkpoint, TrainConfig, list[EpochRecord]]:
    """Read what was once downloaded; the files are gone afterwards.

    Args:
        path: the `.pth` file.
        metadata: the `.json` that was downloaded with it, if there is one.
        pictures: those that the visitor has brought, if any.

    Returns:
        The network; its settings and its epochs, as far as the metadata can be true. Where nothing
        says what it has learned, its settings name the first data set that it fits. Where that was
        somebody's own, they name `pictures` if it was such ones, else a data set without images
        that is there until `forget_own`.

    Raises:
        CheckpointError: the file holds none of our networks, or one that fits no data set.
        ValueError: the file is gone, or the server has no room for it.
    """
    try:
        # Not in the session's folder, which would be made anew if the session has just ended.
        with TemporaryDirectory(
            prefix=SESSION_PREFIX, dir=_make_cache(), ignore_cleanup_errors=True
        ) as folder:
            own = Path(folder) / path.name
            take_upload(path, own)
            if metadata is not None:
                take_upload(metadata, metadata_path(own))
            checkpoint = load_checkpoint(own)
    except FileNotFoundError as error:
        raise ValueError(FILE_GONE) from error
    except OSError as error:
        log.exception("an upload cannot be read")
        raise ValueError(NO_ROOM) from error
    about, dataset = checkpoint.metadata, checkpoint.dataset
    if checkpoint.own is not None:
        if pictures is not None and _are_alike(checkpoint.own, pictures):
            dataset = pictures.key
        else:
            dataset = f"{checkpoint.own.key}-{secrets.token_hex(16)}"
            add_own(replace(checkpoint.own, key=dataset))
        about = {**about, "config": {**about["config"], "dataset": dataset}}
    told = read_run(
        about,
        checkpoint.model_name,
        checkpoint.width,
        checkpoint.activation,
        dataset or _first_fitting(checkpoint).key,
    )
    return checkpoint, *told


def _are_alike(learned: DataSet, brought: DataSet) -> bool:
    """Tell whether pictures have the same classes, in the same file, as those that were learned."""
    facts = [(one.origin, one.classes, one.shape) for one in (learned, brought)]
    return facts[0] == facts[1]


def _first_fitting(checkpoint: Checkpoint) -> DataSet:
    fitting = data_sets_for(checkpoint.shape, checkpoint.classes)
    if not fitting:
        shape = "×".join(map(str, checkpoint.shape))
        raise CheckpointError(Message("files.no_data_set", shape=shape, classes=checkpoint.classes))
    return fitting[0]


def data_sets_for(shape: Shape, classes: int) -> list[DataSet]:
    """Return the data sets of this shape with so many classes."""
    return [
        data_set
        for data_set in DATASETS.values()
        if data_set.shape == shape and len(data_set.classes) == classes
    ]


def measure_accuracy(model: nn.Module, data_set: DataSet) -> float | None:
    """Return a network's accuracy on the test images, 0 to 1; None if they are not here.

    It takes half a second of one core at most, and one network at a time.
    """
    with _measuring:
        try:
            if not has_images(data_set):
                return None
            return evaluate(model, map_images(data_set).test).accuracy
        except OSError:
            log.exception("the test images cannot be read")
            return None


def _make_cache() -> Path:
    """Return where Gradio serves files from: of those that lie there it makes no copies."""
    cache = upload_folder()
    cache.mkdir(parents=True, exist_ok=True)
    return cache

"""A checkpoint's files: written whole or not at all, and read as people have them."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import tempfile
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mnist_core.archive import check_archive
from mnist_core.checkpoints.metadata import find_calibration, in_our_words
from mnist_core.checkpoints.recognition import (
    CheckpointError,
    check_numbers,
    find_activation,
    find_dataset,
    find_form,
    find_own,
    recognize,
)
from mnist_core.data import DataSet, Shape
from mnist_core.file_kinds import kind_of
from mnist_core.inference import Calibration
from mnist_core.models import (
    MNIST_CLASSES,
    MNIST_SHAPE,
    WIDTH,
    create_model_shape,
    name_kind,
)
from mnist_core.pickle_check import NotAStateDictError
from mnist_core.safetensors import is_safetensors, read_safetensors, write_safetensors
from mnist_core.text import Message

SHIPPED = Path(__file__).parents[2] / "checkpoints" / "simple_nn_mnist.pth"
"""The checkpoint that comes with the project, trained by the recipe itself."""
SHIPPED_CNN = SHIPPED.with_name("cnn_mnist.pth")
"""The one that reads people's drawings best, trained longer, on many people's handwriting."""

MAX_BYTES = 50_000_000  # over a hundred times the article's network
MAX_METADATA_BYTES = 1_000_000
UNFINISHED = ".part"  # how the name ends of a file that is still being written
MAX_SAVE_SECONDS = 3600.0  # seconds; what is older than that and unfinished was left behind
DENSE = torch.contiguous_format
PREFIXES = ("module.", "_orig_mod.")  # of all names: nn.DataParallel, torch.compile
SAFETENSORS = ".safetensors"
METADATA_ENTRY = "mnist_core"  # in a safetensors file


@dataclass(frozen=True)
class Checkpoint:
    """A network ready to read (in eval mode, on the CPU).

    Attributes:
        model: the network with its weights.
        model_name: its name in `models.MODELS`.
        width: neurons in its first hidden layer, as its weights show.
        activation: its name in `models.ACTIVATIONS`. Weights do not show it; the metadata do.
        is_activation_known: False where there are no metadata to say it: it is then taken for the
            article's, "relu".
        shape: of the images that it reads, as its weights show.
        classes: how many it tells apart; likewise.
        dataset: what it has learned, a key of `DATASETS`; None where nothing says so.
        own: what it has learned of somebody's own pictures or drawings, whose images are not here;
            None where nothing says so.
        metadata: what `describe_run` wrote, or empty if there are none about these very weights.
        calibration: what the metadata say of it, or `UNCALIBRATED`.
    """

    model: nn.Module
    model_name: str
    metadata: dict[str, Any]
    calibration: Calibration
    width: int = WIDTH
    activation: str = "relu"
    is_activation_known: bool = True
    shape: Shape = MNIST_SHAPE
    classes: int = MNIST_CLASSES
    dataset: str | None = None
    own: DataSet | None = None

    @property
    def is_dataset_known(self) -> bool:
        """Tell whether its files say what it has learned."""
        return self.dataset is not None or self.own is not None

    @property
    def kind(self) -> str:
        """What it has in common with all networks that its weights fit, as options name it."""
        return name_kind(self.model_name, self.width, self.activation, self.shape, self.classes)


def save_checkpoint(path: Path, model: nn.Module, metadata: Mapping[str, Any]) -> None:
    """Write `path` and, beside it, its metadata as JSON; a safetensors file holds both.

    Each file appears whole or not at all: a crash on the way leaves the old one in place.

    Args:
        path: the file to write, by custom `*.pth`; `*.safetensors` chooses that format.
        model: any network; its weights are saved as they would be on the CPU.
        metadata: what JSON can hold, such as `describe_run` returns.
    """
    weights = {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == SAFETENSORS:
        about = {"format": "pt", METADATA_ENTRY: json.dumps(metadata)}
        _write_atomically(path, write_safetensors(weights, about))
        return
    buffer = BytesIO()
    torch.save(weights, buffer)
    content = buffer.getvalue()
    _write_atomically(path, content)
    _write_metadata(path, content, metadata)


def save_calibration(path: Path, calibration: Calibration) -> None:
    """Write a network's calibration among the metadata beside its checkpoint `path`.

    Raises:
        FileNotFoundError: there is no checkpoint.
    """
    content = _read_bytes(path)
    metadata = {**_read_metadata(path, content), "calibration": asdict(calibration)}
    _write_metadata(path, content, metadata)


def metadata_path(path: Path) -> Path:
    """Return where the metadata about the checkpoint `path` lie."""
    return path.with_suffix(".json")


def _write_metadata(path: Path, content: bytes, metadata: Mapping[str, Any]) -> None:
    # The hash ties the metadata to these weights: beside any others they would not be true.
    metadata = {**metadata, "sha256": hashlib.sha256(content).hexdigest()}
    _write_atomically(metadata_path(path), json.dumps(metadata, indent=2).encode() + b"\n")


def _write_atomically(path: Path, content: bytes) -> None:
    _remove_leftovers(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)  # mkstemp lets only the owner read
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _remove_leftovers(path: Path) -> None:
    """Remove what earlier processes left when they were killed, but not what another now writes."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*{UNFINISHED}"):
        with contextlib.suppress(OSError):  # another process was quicker, or may not be touched
            if time.time() - leftover.stat().st_mtime > MAX_SAVE_SECONDS:
                leftover.unlink()


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint, recognising the network by the names and shapes of its weights.

    Code inside the file never runs (`weights_only=True`).

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is not a checkpoint of one of our networks.
    """
    content = _read_bytes(path)
    weights, about = _read_weights(path, content)
    metadata = _read_metadata(path, content) or _parse_metadata(about)
    shape, classes = find_form(weights)
    model_name, width = recognize(path, weights, metadata, shape, classes)
    activation = find_activation(model_name, metadata)
    model = create_model_shape(
        model_name, width=width, activation=activation or "relu", shape=shape, classes=classes
    )
    # Copies: a tensor may be a small view of a storage of megabytes, which would stay with it.
    copies = {name: tensor.clone(memory_format=DENSE) for name, tensor in weights.items()}
    model.load_state_dict(copies, assign=True)
    model = model.float().eval()
    check_numbers(path, model, shape)
    return Checkpoint(
        model,
        model_name,
        metadata,
        find_calibration(metadata),
        width,
        activation or "relu",
        activation is not None,
        shape,
        classes,
        find_dataset(metadata, shape, classes),
        find_own(metadata, shape, classes),
    )


def _read_bytes(path: Path) -> bytes:
    if not path.exists():
        raise FileNotFoundError(Message("checkpoint.missing", path=str(path)))
    if not path.is_file():
        raise CheckpointError(Message("checkpoint.not_a_file", name=path.name))
    if path.stat().st_size > MAX_BYTES:
        raise CheckpointError(Message("checkpoint.too_large", name=path.name))
    return path.read_bytes()


def _read_weights(path: Path, content: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the weights by their own names, and the texts that a safetensors file has of them."""
    try:
        if is_safetensors(content):
            weights, about = read_safetensors(content)
            return _without_prefixes(weights), about
        archive = check_archive(content, MAX_BYTES)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with a file is said below, once
            weights = dict(torch.load(archive, map_location="cpu", weights_only=True))
            return _without_prefixes(weights), {}
    except Exception as error:  # damaged files raise nearly anything
        for reason in (error.__cause__, error):  # the cause knows better what was found
            if isinstance(reason, NotAStateDictError):
                raise CheckpointError(
                    Message("checkpoint.no_state_dict", name=path.name, found=reason.found)
                ) from error
        if is_safetensors(content):
            raise CheckpointError(
                Message("checkpoint.damaged_safetensors", name=path.name)
            ) from error
        raise CheckpointError(
            Message("checkpoint.not_pytorchs", name=path.name, found=kind_of(content))
        ) from error


def _without_prefixes(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Take off what wrappers of a network put before all of its names, one inside the other."""
    for prefix in PREFIXES * 2:
        if weights and all(name.startswith(prefix) for name in weights):
            weights = {name.removeprefix(prefix): tensor for name, tensor in weights.items()}
    return weights


def _read_metadata(path: Path, content: bytes) -> dict[str, Any]:
    try:
        if metadata_path(path).stat().st_size > MAX_METADATA_BYTES:
            return {}
        metadata = json.loads(metadata_path(path).read_text(encoding="utf-8"))
        belongs = metadata["sha256"] == hashlib.sha256(content).hexdigest()
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    return in_our_words(metadata) if belongs else {}


def _parse_metadata(about: Mapping[str, str]) -> dict[str, Any]:
    """Return the metadata that lie inside a safetensors file, if they are of ours."""
    try:
        metadata = json.loads(about[METADATA_ENTRY])
    except (KeyError, ValueError, RecursionError):
        return {}
    return in_our_words(metadata) if isinstance(metadata, dict) else {}

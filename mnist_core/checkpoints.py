"""A model's weights on disk, with the metadata about its training beside them.

Article, "saving and loading the model". `NAME.pth` is a plain state_dict, so the article's loading
code reads ours and ours reads the article's; `NAME.json` holds the metadata. A file that is called
`NAME.safetensors` is written in that format, with the metadata inside. Files from elsewhere are
read as people have them: as `nn.DataParallel` and `torch.compile` name the weights, in a dict with
other things, in half precision, from a GPU.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import math
import os
import platform
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mnist_core.archive import check_archive
from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, Shape
from mnist_core.file_kinds import kind_of
from mnist_core.inference import UNCALIBRATED, Calibration
from mnist_core.models import (
    ACTIVATIONS,
    CNN_FEATURES,
    DIGITS,
    LEAST_WIDTH,
    MAX_CLASSES,
    MNIST_SHAPE,
    MODELS,
    MOST_WIDTH,
    SHAPES,
    WIDTH,
    count_parameters,
    create_model_shape,
    name_kind,
)
from mnist_core.pickle_check import NotAStateDictError, tell_names
from mnist_core.safetensors import is_safetensors, read_safetensors, write_safetensors
from mnist_core.text import Message
from mnist_core.training import EpochRecord

SHIPPED = Path(__file__).parent.parent / "checkpoints" / "simple_nn_mnist.pth"
"""The checkpoint that comes with the project, trained by the recipe itself."""
SHIPPED_CNN = SHIPPED.with_name("cnn_mnist.pth")
"""The one that reads people's drawings best, trained longer, on many people's handwriting."""

MAX_BYTES = 50_000_000  # over a hundred times the article's network
MAX_METADATA_BYTES = 1_000_000
UNFINISHED = ".part"  # how the name ends of a file that is still being written
MAX_SAVE_SECONDS = 3600.0  # seconds; what is older than that and unfinished was left behind
MAX_LOSS_OR_SECONDS = 1e6  # what a file says of an epoch beyond this is not believed
NOT_IN_OLD_FILES = ("train_accuracy",)  # fields of an epoch that old versions did not write
SETTINGS_OF_OLD = ("model", "epochs", "batch_size", "learning_rate", "seed")  # all wrote these
DENSE = torch.contiguous_format
PREFIXES = ("module.", "_orig_mod.")  # of all names: nn.DataParallel, torch.compile
SAFETENSORS = ".safetensors"
METADATA_ENTRY = "mnist_core"  # in a safetensors file
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


class CheckpointError(ValueError):
    """A file is not a checkpoint of one of our networks; the message says why in one sentence."""


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
    classes: int = DIGITS
    dataset: str | None = None

    @property
    def kind(self) -> str:
        """What it has in common with all networks that its weights fit, as options name it."""
        return name_kind(self.model_name, self.width, self.activation, self.shape, self.classes)


def describe_run(config: TrainConfig, epochs: list[EpochRecord]) -> dict[str, Any]:
    """Collect the metadata worth keeping about a run.

    Args:
        config: its settings.
        epochs: what each epoch came to; fewer than `config.epochs` if it was stopped.
    """
    return {
        "parameters": count_parameters(config.create_model_shape()),
        "config": {**asdict(config), "dataset": config.data_set.name},
        "classes": [str(name) for name in config.data_set.classes],
        "epochs": [asdict(epoch) for epoch in epochs],
        "test_accuracy": epochs[-1].test_accuracy if epochs else None,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
        "date": datetime.now(timezone.utc).date().isoformat(),
    }


def describe_average(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Collect the metadata of a mean of networks whose trainings began with the same weights.

    Args:
        parts: the metadata of each, at least one.

    Returns:
        Those of the first, for all of them, and what tells each from the others.
    """
    own = ("config", "test_accuracy", "average_of", "sha256")
    average_of = [{name: part[name] for name in own if name in part} for part in parts]
    shared = {name: value for name, value in parts[0].items() if name != "calibration"}
    return {**shared, "average_of": average_of}


def read_run(
    metadata: Mapping[str, Any],
    model_name: str,
    width: int = WIDTH,
    activation: str = "relu",
    dataset: str | None = "mnist",
) -> tuple[TrainConfig, list[EpochRecord]]:
    """Read what `describe_run` of this version, an older or a newer one wrote.

    Fields that this version does not know are left out, and those that an older version did not
    write yet take their defaults. Nothing is believed of a file that lacks what every version
    writes, or says what cannot be true.

    Args:
        metadata: what lies beside a checkpoint, from anybody.
        model_name: the network that the weights were recognised as.
        width: of it, as in `Checkpoint`.
        activation: of it.
        dataset: what it has learned; None is taken for MNIST.

    Returns:
        The settings of the run, and what each of its epochs came to. Where the metadata are not
        believed, the default settings with this network, and no epoch.
    """
    network = TrainConfig(
        model=model_name, width=width, activation=activation, dataset=dataset or "mnist"
    )
    try:
        config = _read_config(metadata["config"])
        epochs = [_read_epoch(number, told) for number, told in enumerate(metadata["epochs"], 1)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return network, []
    is_it = config.kind == network.kind and config.dataset == network.dataset
    if not is_it or not config.flatten or len(epochs) > config.epochs:  # unflattened, none learns
        return network, []
    return config, epochs


def _read_config(told: Mapping[str, Any]) -> TrainConfig:
    known = {field.name: told[field.name] for field in fields(TrainConfig) if field.name in told}
    missing = [name for name in SETTINGS_OF_OLD if name not in known]
    if missing:
        raise ValueError(Message("checkpoint.settings_lack", names=", ".join(missing)))
    return TrainConfig(**known)


def _read_epoch(number: int, told: Mapping[str, Any]) -> EpochRecord:
    values: dict[str, Any] = {field.name: told.get(field.name) for field in fields(EpochRecord)}
    for name, value in values.items():
        if value is None and name in NOT_IN_OLD_FILES:
            continue
        most = 1 if name.endswith("accuracy") else MAX_LOSS_OR_SECONDS
        if type(value) not in (int, float) or not 0 <= value <= most:
            raise ValueError(Message("checkpoint.not_a_figure", name=name, most=most))
    return EpochRecord(**{**values, "epoch": number})


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
    shape, classes = _find_form(weights)
    model_name, width = _recognize(path, weights, metadata, shape, classes)
    activation = _find_activation(model_name, metadata)
    model = create_model_shape(
        model_name, width=width, activation=activation or "relu", shape=shape, classes=classes
    )
    # Copies: a tensor may be a small view of a storage of megabytes, which would stay with it.
    copies = {name: tensor.clone(memory_format=DENSE) for name, tensor in weights.items()}
    model.load_state_dict(copies, assign=True)
    model = model.float().eval()
    _check_numbers(path, model, shape)
    return Checkpoint(
        model,
        model_name,
        metadata,
        _find_calibration(metadata),
        width,
        activation or "relu",
        activation is not None,
        shape,
        classes,
        _find_dataset(metadata, shape, classes),
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


def _recognize(
    path: Path,
    weights: dict[str, Tensor],
    metadata: dict[str, Any],
    shape: Shape,
    classes: int,
) -> tuple[str, int]:
    """Return which network has weights of these names and shapes, and how wide it is."""
    width = _find_width(weights)
    expected = {
        name: create_model_shape(
            name,
            width=width if architecture.is_adjustable else WIDTH,
            shape=shape,
            classes=classes,
        ).state_dict()
        for name, architecture in MODELS.items()
    }
    fitting = [name for name in MODELS if _shapes(expected[name]) == _shapes(weights)]
    if not fitting:
        choices, found = ", ".join(MODELS), tell_names(_tell_weights(weights))
        raise CheckpointError(
            Message("checkpoint.fits_none", name=path.name, choices=choices, found=found or "–")
        )
    for name, tensor in expected[fitting[0]].items():
        # Batch normalisation counts its batches, in whole numbers; all else is a float.
        if weights[name].dtype not in (FLOATS if tensor.is_floating_point() else [tensor.dtype]):
            raise CheckpointError(Message("checkpoint.not_floats", name=path.name))
    # SimpleNN with and without dropout have the same weights; only metadata tell them apart.
    config = metadata.get("config")
    told = config.get("model") if isinstance(config, dict) else None
    name = told if told in fitting else fitting[0]
    return name, width if MODELS[name].is_adjustable else WIDTH


def _find_form(weights: Mapping[str, Tensor]) -> tuple[Shape, int]:
    """Return the shape of the images that these weights are made for, and the number of classes.

    MNIST's, where the weights are of none of our networks.
    """
    first, hidden = weights.get("conv1.weight"), weights.get("fc1.weight")
    scores = weights.get("fc3.bias", weights.get("fc2.bias"))
    classes = len(scores) if scores is not None and scores.dim() == 1 else DIGITS
    classes = classes if 2 <= classes <= MAX_CLASSES else DIGITS
    if hidden is None or hidden.dim() != 2:
        return MNIST_SHAPE, classes
    for shape in SHAPES:
        channels, side, _ = shape
        inputs = math.prod(shape) if first is None else CNN_FEATURES * (side // 4) ** 2
        fits = first is None or (first.dim() == 4 and first.shape[1] == channels)
        if fits and hidden.shape[1] == inputs:
            return shape, classes
    return MNIST_SHAPE, classes


def _find_dataset(metadata: Mapping[str, Any], shape: Shape, classes: int) -> str | None:
    """Return what the metadata say that a network has learned; None where they say nothing."""
    config = metadata.get("config")
    if not isinstance(config, dict):
        return None
    told = config.get("dataset", "mnist")  # old versions knew no other, and did not write it
    data_set = DATASETS.get(told) if isinstance(told, str) else None
    if data_set is None or (data_set.shape, len(data_set.classes)) != (shape, classes):
        return None
    return data_set.key


def _find_width(weights: Mapping[str, Tensor]) -> int:
    """Return how many neurons a first linear layer has; the article's if there is none such."""
    first = weights.get("fc1.weight")
    width = len(first) if first is not None and first.ndim == 2 else WIDTH
    return width if LEAST_WIDTH <= width <= MOST_WIDTH else WIDTH


def _find_activation(model_name: str, metadata: dict[str, Any]) -> str | None:
    """Return the activation that the metadata tell of; None if nothing does."""
    if not MODELS[model_name].is_adjustable:
        return "relu"
    config = metadata.get("config")
    if not isinstance(config, dict):
        return None
    told = config.get("activation", "relu")  # old versions knew no other, and did not write it
    return told if isinstance(told, str) and told in ACTIVATIONS else None


def _check_numbers(path: Path, model: nn.Module, shape: Shape) -> None:
    """Refuse weights that are no numbers, or overflow on their way to the logits."""
    images = torch.tensor([-1.0, 1.0]).view(2, 1, 1, 1).expand(2, *shape)  # all paper, all ink
    with torch.inference_mode():
        finite = [*model.state_dict().values(), model(images)]
    if not all(bool(tensor.isfinite().all()) for tensor in finite):
        raise CheckpointError(Message("checkpoint.not_finite", name=path.name))


def _tell_weights(weights: Mapping[str, Tensor]) -> Iterator[str]:
    for name, tensor in weights.items():
        yield f"{name} {'×'.join(map(str, tensor.shape))}"


def _shapes(weights: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in weights.items()}


def _read_metadata(path: Path, content: bytes) -> dict[str, Any]:
    try:
        if metadata_path(path).stat().st_size > MAX_METADATA_BYTES:
            return {}
        metadata = json.loads(metadata_path(path).read_text(encoding="utf-8"))
        belongs = metadata["sha256"] == hashlib.sha256(content).hexdigest()
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    return _in_our_words(metadata) if belongs else {}


def _parse_metadata(about: Mapping[str, str]) -> dict[str, Any]:
    """Return the metadata that lie inside a safetensors file, if they are of ours."""
    try:
        metadata = json.loads(about[METADATA_ENTRY])
    except (KeyError, ValueError, RecursionError):
        return {}
    return _in_our_words(metadata) if isinstance(metadata, dict) else {}


def _in_our_words(metadata: dict[str, Any]) -> dict[str, Any]:
    """Bring old names of settings up to date, so that old metadata stay readable."""
    config = metadata.get("config")
    if isinstance(config, dict) and config.get("augmentation") == "hands":
        return {**metadata, "config": {**config, "augmentation": "handwriting"}}
    return metadata


def _find_calibration(metadata: dict[str, Any]) -> Calibration:
    found = metadata.get("calibration")
    if not isinstance(found, dict):
        return UNCALIBRATED
    try:
        return Calibration(found["temperature"], found["sure_from"])
    except (KeyError, ValueError):
        return UNCALIBRATED

"""A training as bytes, on its way from one process to another."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import torch
from torch import Tensor, nn

from mnist_core.config import TrainConfig
from mnist_core.training import EpochProgress, Training


@dataclass(frozen=True)
class Snapshot:
    """Where a training stands: all that it takes to go on in another process, bit for bit.

    Bytes, because tensors would stay in the process that sends them, and go with it.

    Attributes:
        config: its settings at that moment.
        epochs_done: how many epochs are over.
        content: weights, optimiser, schedule, random numbers and the epoch under way, as
            `torch.save` writes them.
    """

    config: TrainConfig
    epochs_done: int
    content: bytes


def take_snapshot(training: Training) -> Snapshot:
    """Write down where a training stands, wherever it runs."""
    scheduler, progress = training.scheduler, training.progress
    parts = {
        "model": training.model.state_dict(),
        "optimizer": training.optimizer.state_dict(),
        "scheduler": scheduler.state_dict() if scheduler else None,
        "random_state": training.random_state,
        "progress": vars(progress) if progress else None,
    }
    return Snapshot(training.config, training.epochs_done, _write(parts))


def restore(snapshot: Snapshot, training: Training) -> None:
    """Bring a training with the same settings, on whatever device, to where another one stood."""
    parts = torch.load(BytesIO(snapshot.content), weights_only=True)
    training.model.load_state_dict(parts["model"])
    training.optimizer.load_state_dict(parts["optimizer"])
    if training.scheduler:
        training.scheduler.load_state_dict(parts["scheduler"])
    generators = len(training.random_state)  # a GPU has one of its own, which may be left behind
    training.random_state[:] = [*parts["random_state"], *training.random_state[1:]][:generators]
    training.epochs_done = snapshot.epochs_done
    if parts["progress"]:
        training.progress = EpochProgress(**parts["progress"])
        states = [*training.progress.random_state, *training.random_state[1:]]
        training.progress.random_state = states[:generators]


def pack_weights(model: nn.Module) -> bytes:
    """Write down the weights alone: enough to read drawings with."""
    return _write(model.state_dict())


def unpack_model(config: TrainConfig, weights: bytes) -> nn.Module:
    """Build the network with these weights, on the CPU and in eval mode."""
    model = config.create_model_shape()
    model.load_state_dict(torch.load(BytesIO(weights), weights_only=True), assign=True)
    return model.eval()


def _write(parts: Any) -> bytes:
    content = BytesIO()
    torch.save(_on_cpu(parts), content)
    return content.getvalue()


def _on_cpu(part: Any) -> Any:
    if isinstance(part, Tensor):
        return part.detach().cpu()
    if isinstance(part, dict):
        return {name: _on_cpu(value) for name, value in part.items()}
    return part

"""What the Train tab's form holds, as a page sends it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mnist_core.config import TrainConfig
from mnist_core.models import MODELS


def form_values(**changes: object) -> list[Any]:
    """Return the recipe's settings with changes, in the order of `TrainConfig`."""
    settings = {**asdict(TrainConfig()), **changes}
    if (
        settings["dropout"] is None
    ):  # the form shows the network's own, greyed out where it has none
        network = MODELS.get(str(settings["model"]))
        settings["dropout"] = (network.dropout if network else None) or 0
    return list(settings.values())

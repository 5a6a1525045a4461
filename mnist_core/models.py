"""The networks: the article's SimpleNN, and the registry that names every network we know.

Article, step 3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class SimpleNN(nn.Module):
    """One hidden layer of 128 neurons between 784 pixels and 10 digits (article, step 3.2)."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images into one score per digit.

        Args:
            images: normalised images, [batch, 1, 28, 28], values in [-1, 1].

        Returns:
            Logits, [batch, 10]. No softmax: CrossEntropyLoss contains it.
        """
        pixels = images.view(-1, 28 * 28)  # [batch, 784]
        hidden = torch.relu(self.fc1(pixels))  # [batch, 128]
        logits: Tensor = self.fc2(hidden)  # [batch, 10]
        return logits


MODELS: dict[str, type[nn.Module]] = {"simple_nn": SimpleNN}
"""Every network by the name that settings, the command line and checkpoints use."""


def create_model(name: str) -> nn.Module:
    """Build a network with fresh random weights, drawn from torch's global generator.

    Raises:
        ValueError: no network has this name; the message lists the names.
    """
    if name not in MODELS:
        raise ValueError(f"There is no model {name!r}. Choose one of: {', '.join(MODELS)}.")
    return MODELS[name]()


def count_parameters(model: nn.Module) -> int:
    """Return how many numbers the network can learn (101,770 for SimpleNN)."""
    return sum(parameter.numel() for parameter in model.parameters())

"""A network that reads everything as the same digit, however sure it is told to be."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Constant(nn.Module):
    """Attributes:
    images_seen: how many images it has been given so far.
    """

    def __init__(self, digit: int, logit: float = 20.0) -> None:
        super().__init__()
        self.digit, self.logit, self.images_seen = digit, logit, 0

    def forward(self, images: Tensor) -> Tensor:
        self.images_seen += len(images)
        logits = torch.zeros(len(images), 10)
        logits[:, self.digit] = self.logit
        return logits

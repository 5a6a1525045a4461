"""An image → how probable each digit is.

The other half of the article's "loading the model": what to do with it once it is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from mnist_core.data import normalize
from mnist_core.preprocessing import GrayImage


@dataclass(frozen=True)
class Prediction:
    """What a network makes of one image.

    Attributes:
        digit: the most probable digit, 0 to 9.
        probabilities: ten shares that add up to 1, for 0 to 9.
    """

    digit: int
    probabilities: tuple[float, ...]


def predict(model: nn.Module, image: GrayImage) -> Prediction:
    """Read one image.

    Args:
        model: a network in eval mode, on the CPU.
        image: as `preprocessing` makes it, 28×28 pixels, 0 (paper) to 255 (ink).
    """
    images = normalize(torch.from_numpy(image).unsqueeze(0))  # [1, 1, 28, 28]
    with torch.inference_mode():
        probabilities = model(images).softmax(dim=1)[0]  # [10]
    return Prediction(int(probabilities.argmax()), tuple(probabilities.tolist()))

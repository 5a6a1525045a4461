"""An image → how probable each class is, and whether that is enough to be called sure.

The other half of the article's "loading the model": what to do with it once it is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.data import scale
from mnist_core.preprocessing import GrayImage
from mnist_core.text import Message


@dataclass(frozen=True)
class Calibration:
    """What makes a network's probabilities mean what they say; `calibration` finds it.

    Attributes:
        temperature: what the logits are divided by before the softmax, above 0, at most 100
            (Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017).
        sure_from: the least probability, 0 to 1, that the digit read must have to be called sure.

    Raises:
        ValueError: a value has the wrong type or is out of range.
    """

    temperature: float = 1.0
    sure_from: float = 0.5

    def __post_init__(self) -> None:
        if not _is_number(self.temperature) or not 0 < self.temperature <= 100:
            raise ValueError(
                Message(
                    "config.not_above_zero",
                    setting=Message("calibration.temperature"),
                    high=100,
                    value=repr(self.temperature),
                )
            )
        if not _is_number(self.sure_from) or not 0 <= self.sure_from <= 1:
            raise ValueError(
                Message(
                    "config.not_in_range",
                    setting=Message("calibration.sure_from"),
                    low=0,
                    high=1,
                    value=repr(self.sure_from),
                )
            )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


UNCALIBRATED = Calibration()
"""For a network that nobody has calibrated: its probabilities as they come."""


@dataclass(frozen=True)
class Prediction:
    """What a network makes of one image.

    Attributes:
        digit: the most probable class, from 0; of MNIST the digit itself.
        probabilities: shares that add up to 1, one for each class.
        sure: whether it is probable enough; what is no digit at all should not be.
    """

    digit: int
    probabilities: tuple[float, ...]
    sure: bool


def predict(
    model: nn.Module, image: GrayImage, calibration: Calibration = UNCALIBRATED
) -> Prediction:
    """Read one image.

    Args:
        model: a network in eval mode, on the CPU.
        image: as `preprocessing` makes it, 28×28 pixels, 0 (paper) to 255 (ink); of another data
            set [*shape], 0 to 255.
        calibration: this network's, as it lies beside its checkpoint.
    """
    return predict_values(model, values_of(image), calibration)


def values_of(image: GrayImage) -> Tensor:
    """Bring one image to what a network is given.

    Args:
        image: [28, 28] or [*shape], 0 (paper) to 255 (ink).

    Returns:
        [1, *shape], -1 (paper) to 1 (ink).
    """
    pixels = torch.from_numpy(image)
    return scale(pixels.reshape(1, -1, *pixels.shape[-2:]))


def predict_values(
    model: nn.Module, values: Tensor, calibration: Calibration = UNCALIBRATED
) -> Prediction:
    """Read what is already as the network is given it.

    Args:
        model: a network in eval mode, on the CPU.
        values: [1, *shape], -1 (paper) to 1 (ink) if it is as in training.
        calibration: this network's, as it lies beside its checkpoint.
    """
    with torch.inference_mode():
        logits = model(values)[0]  # [classes]
        probabilities = (logits / calibration.temperature).softmax(dim=0).tolist()
    digit = max(range(len(probabilities)), key=probabilities.__getitem__)
    return Prediction(digit, tuple(probabilities), probabilities[digit] >= calibration.sure_from)

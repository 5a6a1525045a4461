"""A score, or one rather than another, pixel by pixel: what in the drawing speaks for it?

Three ways. `explain_score` is exact and asks the network as it is for this very image: what each
value is multiplied by on its way, which behind a ReLU is the gradient.
`integrate_gradients` asks on the whole way from blank paper to the image (Sundararajan, Taly and
Yan, "Axiomatic attribution for deep networks", 2017). `occlude` covers a part with paper and looks
(Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from mnist_core.inspection.layers import PAPER, Floats, Inspection
from mnist_core.inspection.recorder import gradients_of, run
from mnist_core.text import Message

BATCH_SIZE = 64  # images at a time: enough to be fast, and little memory


@dataclass(frozen=True, eq=False)
class Evidence:
    """Why a digit, or why this one rather than that: ink + paper + biases = score.

    A pixel's value is taken as paper, -1, and the ink upon it, 0 to 2: so where nothing is drawn,
    the picture is empty, and what the bare paper comes to is said as a number.

    Attributes:
        digit: whose score it is.
        rather_than: the digit whose score is subtracted, or None.
        ink: [28, 28], for the digit where above zero, against it where below.
        paper: what a sheet without ink comes to.
        biases: what all biases of the network come to.
        score: the network's own number, which the parts add up to.
    """

    digit: int
    rather_than: int | None
    ink: Floats
    paper: float
    biases: float
    score: float

    @property
    def sum(self) -> float:
        """What the parts add up to: `score`, but for the last digits."""
        return float(self.ink.sum()) + self.paper + self.biases


def explain_score(seen: Inspection, digit: int, rather_than: int | None = None) -> Evidence:
    """Take a score apart into pixels: what each is multiplied by × the pixel, and the biases.

    Args:
        seen: what the network made of an image.
        digit: whose score it is.
        rather_than: the digit whose score is subtracted; None for none.

    Raises:
        ValueError: there is no such digit.
    """
    weights = _choice(len(seen.scores), seen, digit, rather_than)
    gradient = np.tensordot(weights, seen.layers[0].gradients[:, 0], axes=1)  # [28, 28]
    return Evidence(
        digit=digit,
        rather_than=rather_than,
        ink=gradient * (seen.image - PAPER),
        paper=float(gradient.sum() * PAPER),
        biases=float(weights @ seen.biases_behind(seen.layers[0])),
        score=float(weights @ seen.scores),
    )


@dataclass(frozen=True, eq=False)
class Integrated:
    """What each pixel did on the way from blank paper to the image.

    Attributes:
        ink: [28, 28], for the digit where above zero, against it where below.
        change: by how much the score is above that of blank paper: about `ink.sum()`, which comes
            the closer, the more steps are taken.
    """

    ink: Floats
    change: float


def integrate_gradients(
    model: nn.Module,
    seen: Inspection,
    digit: int,
    rather_than: int | None = None,
    *,
    steps: int = 32,
) -> Integrated:
    """Add up the gradients on the straight way from blank paper to the image.

    Args:
        model: the network of which `seen` was made.
        seen: what it made of the image.
        digit: whose score it is.
        rather_than: the digit whose score is subtracted; None for none.
        steps: how many places on the way to look at, each in the middle of its part; at least 1.

    Raises:
        ValueError: there is no such digit, or no step.
    """
    if steps < 1:
        raise ValueError(Message("inspection.steps", steps=steps))
    weights = torch.from_numpy(_choice(len(seen.scores), seen, digit, rather_than))
    image = torch.from_numpy(seen.layers[0].values).unsqueeze(0)  # [1, 1, 28, 28]
    paper = torch.full_like(image, PAPER)
    total = torch.zeros_like(image)
    for places in torch.split((torch.arange(steps) + 0.5) / steps, BATCH_SIZE):
        on_the_way = run(model, paper + places.view(-1, 1, 1, 1) * (image - paper))
        scores = on_the_way[-1].output  # [places, 10]
        total += gradients_of(scores, weights.expand_as(scores), on_the_way[:1])[0].cpu().sum(dim=0)
    blank = _scores(model, paper)[0] @ weights
    ink = (image - paper) * total / steps
    return Integrated(ink[0, 0].numpy(), float(weights.numpy() @ seen.scores - blank.item()))


def occlude(
    model: nn.Module,
    seen: Inspection,
    digit: int,
    rather_than: int | None = None,
    *,
    window: int = 6,
    stride: int = 2,
) -> Floats:
    """Cover one square after another with paper; no theory, only the network's word.

    Args:
        model: the network of which `seen` was made.
        seen: what it made of the image.
        digit: whose score it is.
        rather_than: the digit whose score is subtracted; None for none.
        window: the side of the square, in pixels.
        stride: from one square to the next, in pixels.

    Returns:
        [rows, columns] of squares, [12, 12] by default: by how much the score falls without what is
        in that square.

    Raises:
        ValueError: there is no such digit, or no such square.
    """
    side = seen.image.shape[0]
    if not (1 <= window <= side and stride >= 1):
        raise ValueError(Message("inspection.window", side=side))
    weights = torch.from_numpy(_choice(len(seen.scores), seen, digit, rather_than))
    image = torch.from_numpy(seen.layers[0].values)  # [1, 28, 28]
    corners = range(0, side - window + 1, stride)
    covered = image.repeat(len(corners) ** 2, 1, 1, 1)
    for number, (top, left) in enumerate((top, left) for top in corners for left in corners):
        covered[number, :, top : top + window, left : left + window] = PAPER
    falls = float(weights.numpy() @ seen.scores) - _scores(model, covered) @ weights
    fallen: Floats = falls.view(len(corners), len(corners)).numpy()
    return fallen


def _choice(classes: int, seen: Inspection, digit: int, rather_than: int | None) -> Floats:
    """Return what the scores are multiplied by, [10]: 1 for the digit, -1 for the other."""
    weights = np.zeros(classes, dtype=np.float32)
    weights[seen.check_digit(digit)] += 1
    if rather_than is not None:
        weights[seen.check_digit(rather_than)] -= 1
    return weights


def _scores(model: nn.Module, images: Tensor) -> Tensor:
    """Return the scores of images [n, 1, 28, 28], [n, 10], on the CPU."""
    parts = torch.split(images, BATCH_SIZE)
    return torch.cat([run(model, part, differentiable=False)[-1].output.cpu() for part in parts])

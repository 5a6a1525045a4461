"""A preview: what an augmentation makes of training images."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import torch
from PIL import Image
from torch import Tensor

from mnist_core.augmentation import augment
from mnist_core.data import load_mnist

SHOWN = 10  # the digits 0 to 9
COPIES = 4  # of the batch that is changed: the last is the one that "handwriting" only bends
GAP = 4  # white pixels between two images

_previews: dict[str, str] = {}


def known_preview(kind: str) -> str | None:
    """Return the preview of an augmentation if it has been made before."""
    return _previews.get(kind)


def make_preview(kind: str) -> str:
    """Draw the digits 0 to 9 as they are, and below them changed.

    Draws from torch's random generator, so it is an errand for `JobQueue.do`.

    Args:
        kind: one of `AUGMENTATIONS`.

    Returns:
        HTML with a picture: black ink on white paper.

    Raises:
        FileNotFoundError: MNIST is not there yet.
    """
    if kind not in _previews:
        train = load_mnist().train
        chosen = torch.stack([(train.labels == digit).nonzero()[0, 0] for digit in range(SHOWN)])
        images, labels = train.images[chosen], train.labels[chosen]
        torch.manual_seed(2)
        changed, _ = augment(images.repeat(COPIES, 1, 1, 1), labels.repeat(COPIES), kind)
        _previews[kind] = _to_html(torch.stack([images, changed[-SHOWN:]]))
    return _previews[kind]


def _to_html(images: Tensor) -> str:
    """Set [rows, columns, 1, 28, 28], -1 (paper) to 1 (ink), as a picture."""
    padded = torch.nn.functional.pad(images.squeeze(2), [GAP // 2] * 4, value=-1.0)
    rows = torch.cat([torch.cat(list(row), dim=1) for row in padded])
    pixels = ((1 - rows) * 127.5).round().clamp(0, 255).byte().numpy()
    file = BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    data = b64encode(file.getvalue()).decode("ascii")
    alt = "Above: training images. Below: what the network is shown in their place."
    return f'<img src="data:image/png;base64,{data}" alt="{alt}" title="{alt}">'

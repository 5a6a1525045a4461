"""A preview: what an augmentation makes of training images."""

from __future__ import annotations

import html
import threading
from base64 import b64encode
from io import BytesIO

import torch
from PIL import Image
from torch import Tensor

from mnist_core.augmentation import augment
from mnist_core.data import DATASETS, has_images, map_images, seeded
from mnist_core.text import say

SHOWN = 10  # the digits 0 to 9
COPIES = 4  # of the batch that is changed: the last is the one that "handwriting" only bends
GAP = 4  # white pixels between two images

_pictures: dict[str, str] = {}
_drawing = threading.Lock()


def show_augmentation(kind: str) -> str:
    """Draw the digits 0 to 9 as they are, and below them changed; once for each kind.

    Args:
        kind: one of `AUGMENTATIONS`.

    Returns:
        HTML with a picture, black ink on white paper, or why there is none.
    """
    with _drawing:
        if kind not in _pictures:
            if not has_images(DATASETS["mnist"]):
                return f"<p>{html.escape(say('form.no_preview'))}</p>"
            _pictures[kind] = _draw(kind)
        picture = _pictures[kind]
    words = html.escape(say("form.preview"))
    return f'<img src="{picture}" alt="{words}" title="{words}">'


def _draw(kind: str) -> str:
    train = map_images(DATASETS["mnist"]).train
    chosen = [int((train.labels == digit).nonzero()[0, 0]) for digit in range(SHOWN)]
    images, labels = train.__getitems__(chosen)
    with seeded(2):
        changed, _ = augment(images.repeat(COPIES, 1, 1, 1), labels.repeat(COPIES), kind)
    return _to_url(torch.stack([images, changed[-SHOWN:]]))


def _to_url(images: Tensor) -> str:
    """Set [rows, columns, 1, 28, 28], -1 (paper) to 1 (ink), as a picture in a data URL."""
    padded = torch.nn.functional.pad(images.squeeze(2), [GAP // 2] * 4, value=-1.0)
    rows = torch.cat([torch.cat(list(row), dim=1) for row in padded])
    pixels = ((1 - rows) * 127.5).round().clamp(0, 255).byte().numpy()
    file = BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode('ascii')}"

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
from mnist_core.data import DataSet, has_images, map_images, seeded
from mnist_core.text import say

SHOWN = 10  # classes at most, an image of each
COPIES = 4  # of the batch that is changed: the last is the one that "handwriting" only bends
GAP = 4  # white pixels between two images

MOST = 20  # pictures that are kept

_pictures: dict[tuple[str, str], str] = {}  # of a kind and a data set; the oldest comes first
_drawing = threading.Lock()


def show_augmentation(kind: str, data_set: DataSet) -> str:
    """Draw an image of each class as it is, and below it changed; once for each kind and set.

    Args:
        kind: one of `AUGMENTATIONS`.
        data_set: whose training images.

    Returns:
        HTML with a picture, or why there is none. What can be drawn is black ink on white paper.
    """
    with _drawing:
        key = kind, data_set.key
        if key not in _pictures:
            if not has_images(data_set):
                return f"<p>{html.escape(say('form.no_preview', title=data_set.title))}</p>"
            _pictures[key] = _draw(kind, data_set)
        picture = _pictures[key]
        if data_set.is_own:  # nothing is kept of what is somebody's own
            del _pictures[key]
        while len(_pictures) > MOST:
            del _pictures[next(iter(_pictures))]
    words = html.escape(say("form.preview"))
    is_ink = "" if data_set.is_drawable else ' class="photograph"'
    return f'<img src="{picture}" alt="{words}" title="{words}"{is_ink}>'


def _draw(kind: str, data_set: DataSet) -> str:
    train = map_images(data_set).train
    count = min(len(data_set.classes), SHOWN)
    chosen = [int((train.labels == label).nonzero()[0, 0]) for label in range(count)]
    images, labels = train.__getitems__(chosen)
    with seeded(2):
        changed, _ = augment(images.repeat(COPIES, 1, 1, 1), labels.repeat(COPIES), kind)
    return _to_url(torch.stack([images, changed[-count:]]), is_ink=data_set.is_drawable)


def _to_url(images: Tensor, *, is_ink: bool) -> str:
    """Set [rows, columns, *shape], -1 to 1, as a picture in a data URL; ink is dark on white."""
    shown = -images if is_ink else images
    padded = torch.nn.functional.pad(shown, [GAP // 2] * 4, value=1.0)
    rows = torch.cat([torch.cat(list(row), dim=2) for row in padded], dim=1)  # [channels, h, w]
    pixels = ((rows + 1) * 127.5).round().clamp(0, 255).byte().permute(1, 2, 0).numpy()
    file = BytesIO()
    Image.fromarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels).save(file, format="PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode('ascii')}"

"""A picture from afar, where the digit is looked for, and its digit from near by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from mnist_core.preprocessing.ink import (
    Gray,
    Ink,
    blur,
    find_ink,
    fitting,
    is_light_on_dark,
    paper_under,
    resize,
)
from mnist_core.preprocessing.pieces import Box
from mnist_core.preprocessing.things import Thing, find_things

OVERVIEW = 256  # pixels, the picture's longer side while the digit is looked for
CLOSE_UP = 144  # pixels, the digit's longer side while its ink is looked at


@dataclass(frozen=True)
class Page:
    """A picture as it is seen from far enough away to find the digit.

    Attributes:
        gray: the picture, mode "L" or "F".
        overview: the same, smaller, dark ink on light paper.
        is_negative: whether its light and dark were exchanged for that.
        paper: how light the paper is, of the overview's shape.
        things: what there is on it; the first is the digit.
    """

    gray: Image.Image
    overview: Gray
    is_negative: bool
    paper: Gray
    things: list[Thing]

    @property
    def pixel(self) -> float:
        """Return how many of the picture's pixels one of the overview is wide."""
        return float(max(self.gray.size) / max(self.overview.shape))


def look_at(gray: Image.Image) -> Page:
    """Find what there is in a picture, mode "L" or "F"."""
    height, width = fitting((gray.height, gray.width), OVERVIEW)
    overview = np.array(gray.resize((width, height), reducing_gap=1.0), dtype=np.float32)
    is_negative = is_light_on_dark(overview)
    if is_negative:
        overview = 255 - overview
    paper = paper_under(overview)
    ink = find_ink(overview, paper, softness=0.6, near=5)
    things = find_things(ink) if ink.strong.any() else []
    return Page(gray, overview, is_negative, paper, things)


def look_closely(page: Page, thing: Thing) -> Ink:
    """Find a thing's ink once more, where it is large: 144 pixels, however large in the picture."""
    height, width = page.overview.shape
    margin = max(2, round(0.15 * thing.box.longer))  # of paper, to tell the ink from
    left, top = max(0, thing.box.left - margin), max(0, thing.box.top - margin)
    right, bottom = min(width, thing.box.right + margin), min(height, thing.box.bottom + margin)
    part = Box(left, top, right, bottom)

    zoom = CLOSE_UP / thing.box.longer
    across, down = max(1, round(part.width * zoom)), max(1, round(part.height * zoom))
    x, y = page.gray.width / width, page.gray.height / height
    where = (left * x, top * y, right * x, bottom * y)
    gray = np.array(page.gray.resize((across, down), box=where, reducing_gap=2.0), np.float32)
    gray = 255 - gray if page.is_negative else gray
    paper = resize(part.cut(page.paper), down, across)
    near = resize(blur(part.cut(thing.ink).astype(np.float32), 1), down, across) > 0.1
    ink = find_ink(gray, paper, softness=2.25, near=15)
    if not (ink.faint & near).any():
        return Ink(near, near, near.astype(np.float32))
    return Ink(ink.strong & near, ink.faint & near, ink.coverage * near)

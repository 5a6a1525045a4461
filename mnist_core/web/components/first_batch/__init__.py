"""The first batch: what a network will learn from, before it does."""

from __future__ import annotations

import json
from typing import TypedDict

from mnist_core.web.components.base import Component


class LabelledImage(TypedDict):
    """An image of the batch.

    Attributes:
        pixels: its bytes in base64, 0 (paper) to 255 (ink), one channel after the other.
        label: its class, from 0; of MNIST its digit.
    """

    pixels: str
    label: int


class FirstBatchView(TypedDict):
    """The batch as it is shown.

    Attributes:
        title: of the data set.
        classes: their names, in the page's language; None where they are the digits.
        shape: of an image: channels, rows, columns.
        size: how many images it holds; 0 while the data set is not here.
        of: how many there are to learn from.
        seed: by which they are shuffled.
        images: the first of them.
    """

    title: str
    classes: list[str] | None
    shape: list[int]
    size: int
    of: int
    seed: int
    images: list[LabelledImage]


class FirstBatch(Component):
    """Shows a `FirstBatchView`, and makes room once there are curves beside it.

    Its `input` event asks for the batch when it is in sight and not there. None says nothing: the
    answer has not come.
    """

    def postprocess(self, value: FirstBatchView | None) -> str:
        """Pack the batch as one text of JSON: Gradio walks through all else leaf by leaf."""
        return json.dumps(value, separators=(",", ":"))

"""Many small images as one picture, which `tiles.js` cuts up again."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLUMNS = 40


def pack_sprite(images: NDArray[np.uint8]) -> str:
    """Pack images into one picture, 40 in a row: a PNG in base64.

    Args:
        images: [images, channels, side, side] with one channel or three, 0 to 255; at least one.
    """
    count, channels, side, _ = images.shape
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    sheet = np.zeros((rows * columns, channels, side, side), np.uint8)
    sheet[:count] = images
    # [rows, columns, channels, side, side] → [rows, side, columns, side, channels]
    lines = sheet.reshape(rows, columns, channels, side, side).transpose(0, 3, 1, 4, 2)
    pixels = lines.reshape(rows * side, columns * side, channels)
    buffer = BytesIO()
    Image.fromarray(pixels[..., 0] if channels == 1 else pixels).save(buffer, "PNG")
    return b64encode(buffer.getvalue()).decode("ascii")

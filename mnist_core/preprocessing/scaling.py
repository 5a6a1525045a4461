"""A digit's ink → the 28×28 image: as wide as the pen drew it, or drawn anew along its line.

A picture's ink is as wide as some pen and some size of writing made it. MNIST's digits were all
written on the same forms and scaled to the same size, so their ink is about as wide in all of them.
Where a pen was as wide as theirs or wider, the digit reads best as it is. Where it was thinner, the
line along which it went is found and drawn anew, unless the digit is only a few pixels large: then
that line is lost, as holes and gaps of a pixel close. In between the two are mixed.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from mnist_core.preprocessing.ink import Gray, Ink
from mnist_core.preprocessing.page import CLOSE_UP
from mnist_core.preprocessing.strokes import (
    CENTER,
    DIGIT_SIDE,
    LINE_SIDE,
    SIDE,
    SOFT_EDGE,
    GrayImage,
    Stroke,
    center_of_mass,
    image_from_dots,
)
from mnist_core.preprocessing.thinning import Mask, thin

SMALL, LARGE = 30.0, 60.0  # pixels, a digit's longer side: up to here left, from here drawn anew
THIN, WIDE = 2.0, 2.5  # pixels of the 28×28, its pen: up to here drawn anew, from here left
SOFT = 0.1  # of ink; so little is the soft edge of a large digit, but part of a small one
MAX_GAIN = 1.6  # of a thin pen's ink that is left as it is


def image_from_ink(ink: Ink, size: float) -> GrayImage:
    """Scale a digit to MNIST's size and place it by its centre of mass.

    Args:
        ink: of the digit alone, its longer side `CLOSE_UP` pixels.
        size: in pixels; how long that was in the picture.
    """
    is_large = min(max((size - SMALL) / (LARGE - SMALL), 0.0), 1.0)
    is_thin = min(max((WIDE - pen_width(ink.faint)) / (WIDE - THIN), 0.0), 1.0)
    anew = is_large * is_thin
    image = np.zeros((SIDE, SIDE))
    if anew < 1:
        edge = SOFT * is_large
        image += (1 - anew) * np.clip((_left_as_it_is(ink) - 255 * edge) / (1 - 2 * edge), 0, 255)
    if anew > 0:
        image += anew * image_from_dots(_scale_to_digit_size(thin(ink.faint)))
    return np.rint(image).astype(np.uint8)


def pen_width(ink: Mask) -> float:
    """Return how wide the pen was, in pixels of the 28×28: twice the ink's area by its outline.

    Args:
        ink: of a digit whose longer side is `CLOSE_UP` pixels.
    """
    all_around = np.pad(ink, 1)
    above, below = all_around[:-1], all_around[1:]
    straight = (above != below).sum() + (all_around[:, 1:] != all_around[:, :-1]).sum()
    diagonal = (above[:, 1:] != below[:, :-1]).sum() + (above[:, :-1] != below[:, 1:]).sum()
    # How often lines in four directions cross an outline tells its length (Crofton's formula).
    outline = np.pi / 8 * (straight + diagonal / np.sqrt(2))
    return float(2 * ink.sum() / outline * DIGIT_SIDE / CLOSE_UP)


def _scale_to_digit_size(line: Mask) -> Stroke:
    """Scale a line to 20 pixels, ink included, about the origin; a mere dot is not blown up."""
    dots = np.argwhere(line)[:, ::-1].astype(np.float64)  # [n, 2], x and y
    low, high = dots.min(axis=0), dots.max(axis=0)
    dot = CLOSE_UP / 4  # what is as wide as long has a line no longer than that
    scale = LINE_SIDE / max((high - low).max(), dot)
    scaled: Stroke = (dots - (low + high) / 2) * scale
    return scaled


def _left_as_it_is(ink: Ink) -> Gray:
    """Scale ink to 20 pixels and place it by its centre of mass, as wide as the pen drew it.

    Returns:
        [28, 28], 0 (paper) to 255 (ink).
    """
    rows, columns = np.nonzero(ink.faint)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    height, width = bottom - top, right - left
    is_dot = ink.faint.sum() > 0.75 * height * width and max(height, width) < 1.3 * min(
        height, width
    )
    longer = max(height, width) * (4 if is_dot else 1)  # a mere dot is not blown up
    pixel = longer / (DIGIT_SIDE - SOFT_EDGE)  # of the 28×28, in these
    x, y = center_of_mass(ink.coverage.astype(np.float64)) - CENTER * pixel
    x = np.clip(x, right - SIDE * pixel, left)  # no farther than the edge of the image allows
    y = np.clip(y, bottom - SIDE * pixel, top)
    far = SIDE * pixel  # from one end of the image to the other
    beyond = (-x, -y, x + far - ink.coverage.shape[1], y + far - ink.coverage.shape[0])
    pad = int(np.ceil(max(*beyond, 0)))
    padded = Image.fromarray(np.pad(ink.coverage, pad))
    box = (x + pad, y + pad, x + pad + far, y + pad + far)
    small = padded.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box)
    image: Gray = np.asarray(small)
    # A thin pen leaves no pixel quite black at this size; MNIST's are.
    darkest = np.quantile(image[image > 0.2], 0.9) if (image > 0.2).any() else 1.0
    whole: Gray = np.clip(image * min(1 / darkest, MAX_GAIN), 0, 1) * 255
    return whole


def already_mnists(gray: Image.Image) -> GrayImage | None:
    """Return the pixels of a picture that already has MNIST's form, or its negative."""
    if gray.size != (SIDE, SIDE) or gray.mode != "L":
        return None
    pixels = np.array(gray)
    for image in (pixels, 255 - pixels):
        rows, columns = np.nonzero(image >= 16)  # JPEG does not leave paper quite bare
        if not len(rows) or image.max() < 192:
            continue
        span = max(np.ptp(rows), np.ptp(columns)) + 1
        off = np.abs(center_of_mass(image.astype(np.float64)) - CENTER).max()
        if abs(span - DIGIT_SIDE) <= 1 and off <= 1:
            return image
    return None

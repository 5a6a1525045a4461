"""A picture of one digit → how much of each pixel is ink.

The light may be uneven, the paper rough, the ink faint, in part only, or lighter than the paper,
and the sheet may lie on a table. Every size here is a share of the picture's, so that it hardly
matters how many pixels that has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_core.preprocessing.thinning import Mask

Gray = NDArray[np.float32]
"""[height, width], 0 (black) to 255 (white)."""

Value = TypeVar("Value", bound=np.generic)

LEAST_CONTRAST = 0.1  # of the paper's brightness; what differs less is no ink
LEAST_CERTAINTY = 5  # standard deviations of the paper's noise that ink has to stand out by

CELLS = 64  # the longer side of a picture when it is looked at for its paper
REACH = 8  # cells, from ink to paper
HALF_PEN = 12  # cells; no pen is twice as wide


# --- paper -------------------------------------------------------------------------------------


def is_light_on_dark(gray: Gray) -> bool:
    """Tell whether the ink is lighter than its paper, by two votes.

    What stands out most from its surroundings is ink, as there is less ink than paper. And ink is
    surrounded by paper: where the surroundings of what differs end, there is paper.
    """
    cells = _sheet_in(resize(gray, *fitting(gray.shape, CELLS), Image.Resampling.BOX))
    apart = (cells - blur(cells, REACH)) ** 3
    stands_out = apart.sum() / max(np.abs(apart).sum(), 1e-9)  # -1 (all that does is dark) to 1

    lightest, darkest = greatest_near(cells, REACH), -greatest_near(-cells, REACH)
    contrast = lightest - darkest
    differs = contrast > max(0.35 * contrast.max(), 1e-9)
    beyond = np.pad(~differs, 1, constant_values=True)
    rim = differs & greatest_near(beyond, 1)[1:-1, 1:-1]
    shade = (cells - darkest)[rim] / contrast[rim] - 0.5  # that of ink or of paper: ±0.5
    surrounds = shade.sum() / max(np.abs(shade).sum(), 1e-9)
    return bool(stands_out > surrounds)


def _sheet_in(cells: Gray) -> Gray:
    """Cut out the sheet of paper, if the picture shows a table around it, too.

    A sheet is as light as no more than a quarter of the picture's border is (or as dark), takes up
    most of the picture each way, and nearly all of a rectangle, corners included.
    """
    light = cells > _otsu(cells)
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]]).mean()
    if 0.25 < border < 0.75:
        return cells
    sheet = light if border <= 0.25 else ~light
    if not sheet.any():
        return cells
    rows, columns = (
        np.flatnonzero(share > 0.3 * share.max())
        for share in (sheet.mean(axis=1), sheet.mean(axis=0))
    )
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    sheet = sheet[top:bottom, left:right]
    sides = [(side, axis) for axis in (0, 1) for side in (sheet, np.flip(sheet, axis))]
    reached = [np.maximum.accumulate(side, axis) for side, axis in sides]
    reached[1::2] = [np.flip(reached[1], 0), np.flip(reached[3], 1)]
    filled = np.logical_and.reduce(reached)  # what is written on it included
    y, x = len(rows) // 10, len(columns) // 10
    has_corners = filled[[y, y, -1 - y, -1 - y], [x, -1 - x, x, -1 - x]].all()  # no 0 has those
    height, width = cells.shape
    is_large = bottom - top >= 0.6 * height and right - left >= 0.6 * width
    within = cells[top + 2 : bottom - 2, left + 2 : right - 2]
    if not (has_corners and is_large and filled.mean() > 0.85 and within.size):
        return cells
    has_ink = np.ptp(within) > 0.3 * np.ptp(cells)
    return within if has_ink else cells


def paper_under(gray: Gray) -> Gray:
    """Tell how light the paper is everywhere, under dark ink as well.

    It is as light there as beside the ink. Morphology calls this a closing: take the lightest that
    is near, then go as far back (J. Serra, "Image analysis and mathematical morphology", 1982). It
    is done with the picture at 64 pixels, where noise has averaged out.
    """
    cells = resize(gray, *fitting(gray.shape, CELLS), Image.Resampling.BOX)
    lightest = greatest_near(cells, HALF_PEN)
    paper = blur(-greatest_near(-lightest, HALF_PEN), 1)
    return resize(paper, *gray.shape)


def greatest_near(cells: NDArray[Value], reach: int) -> NDArray[Value]:
    """Take the greatest value of the square around each cell."""
    for _ in range(2):  # down, then across
        greatest = _lengthened(cells, reach)
        wide, sought = 1, 2 * reach + 1
        while wide < sought:  # twice as wide each time, as far as that is not too wide
            step = min(wide, sought - wide)
            greatest = np.maximum(greatest[:-step], greatest[step:])
            wide += step
        cells = np.ascontiguousarray(greatest.T)
    return cells


# --- ink ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ink:
    """What has been found of it.

    Attributes:
        strong: true where there is ink beyond doubt, as dark as ink is elsewhere in the picture.
        faint: true there and where it is half as dark, at least, as anything near: ink that fades,
            but also the lines of ruled paper and the edges of shadows.
        coverage: [height, width], 0 (paper) to 1 (ink), one half where `faint` ends.
    """

    strong: Mask
    faint: Mask
    coverage: Gray


def find_ink(gray: Gray, paper: Gray, softness: float, near: int) -> Ink:
    """Tell dark ink from light paper.

    Args:
        gray: the picture.
        paper: how light its paper is, of the same shape.
        softness: in pixels; details finer than that are taken for noise.
        near: in pixels; farther than the ink's soft edge reaches.
    """
    black = 16.0  # keeps noise small where all is black
    dark = blur((paper - gray) / (paper + black), softness)  # the share of the light it swallows
    sample = dark[::2, ::2].ravel() if dark.size > 2_000 else dark.ravel()
    # The lightest third is paper, for sure. Were the noise in paper a bell curve about its middle,
    # a twentieth of it would lie 1.645 standard deviations below that, a third 0.43.
    lightest, light = np.quantile(sample, [0.05, 1 / 3])
    noise = (light - lightest) / (1.645 - 0.43)
    bare = light + 0.43 * noise
    least = float(bare) + max(LEAST_CONTRAST, LEAST_CERTAINTY * noise)
    usual = max(least, _otsu(np.maximum(sample, bare)))
    half = bare + (greatest_near(dark, near) - bare) / 2
    here = np.clip(half, least, usual)
    strong = dark > usual
    fading = (dark > here) & ~greatest_near(strong, near)
    if fading.any():
        # Ink that fades is held against the strong where that is near; now it is no more.
        lowest = -greatest_near(np.where(fading, -here, -usual), near + 1)
        here = np.minimum(here, lowest)
    coverage = np.clip((dark - bare) / (2 * (here - bare)), 0, 1)
    return Ink(strong, dark > here, coverage.astype(np.float32))


def _otsu(values: Gray) -> float:
    """Find the threshold that parts values best into low and high.

    N. Otsu, "A threshold selection method from gray-level histograms", 1979: the means of the two
    classes lie furthest apart, weighted by how many values are in each.
    """
    low_end, high_end = float(values.min()), float(values.max())
    width = max(high_end - low_end, 1e-9) / 256  # of a class of the histogram
    classes = np.minimum((values.ravel() - low_end) / width, 255).astype(np.uint8)
    counts = np.bincount(classes, minlength=256)
    middles = low_end + (np.arange(256) + 0.5) * width
    low, low_sum = np.cumsum(counts)[:-1], np.cumsum(counts * middles)[:-1]
    high, high_sum = counts.sum() - low, (counts * middles).sum() - low_sum
    gap = low_sum / np.maximum(low, 1) - high_sum / np.maximum(high, 1)
    between = low * high * gap**2  # an empty class parts nothing: 0
    return float(low_end + (between.argmax() + 1) * width)


# --- sizes and blur ----------------------------------------------------------------------------


def fitting(shape: tuple[int, ...], longer: float) -> tuple[int, int]:
    """Return the height and the width at which the longer side has so many pixels."""
    scale = longer / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def resize(
    pixels: Gray,
    height: int,
    width: int,
    way: Image.Resampling = Image.Resampling.BICUBIC,
) -> Gray:
    """Resample; where that makes it smaller, each new pixel is a mean of what it covers."""
    image = Image.fromarray(pixels).resize((width, height), way)
    return np.array(image, dtype=np.float32)


def blur(pixels: Gray, radius: float) -> Gray:
    """Mix each pixel with its neighbours, weighted by a bell curve of this standard deviation."""
    reach = int(np.ceil(2.5 * radius))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1, dtype=np.float32) / radius) ** 2)
    weights /= weights.sum()
    for _ in range(2):  # down, then across
        longer = _lengthened(pixels, reach)
        height = len(pixels)
        mixed = weights[reach] * pixels
        for away in range(1, reach + 1):
            above, below = longer[reach - away :][:height], longer[reach + away :][:height]
            mixed += weights[reach + away] * (above + below)
        pixels = np.ascontiguousarray(mixed.T)
    return pixels


def _lengthened(pixels: NDArray[Value], reach: int) -> NDArray[Value]:
    """Repeat the first and the last row so many times."""
    above, below = np.repeat(pixels[:1], reach, axis=0), np.repeat(pixels[-1:], reach, axis=0)
    return np.concatenate([above, pixels, below])

"""A picture of one digit → which of its pixels are the digit's ink.

The light may be uneven, the paper rough, the ink faint or lighter than the paper, and other things
may be in the picture: an edge, a frame, specks. Every size here is a share of the picture's, so
that it hardly matters how many pixels that has.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from mnist_core.preprocessing.thinning import Mask

Gray = NDArray[np.float64]
"""[height, width], 0 (black) to 255 (white)."""

LEAST_CONTRAST = 0.1  # of the paper's brightness; what differs less is no ink
LEAST_CERTAINTY = 5  # standard deviations of the paper's noise that ink has to stand out by


def is_light_on_dark(gray: Gray) -> bool:
    """Tell whether the ink is lighter than its paper.

    There is less ink than paper, so what stands out most from its surroundings is ink. The rim
    does not count: there, a table may stand out from a sheet of paper.
    """
    height, width = fitting(gray, 80)
    small = resize(gray, height, width, Image.Resampling.BOX)
    apart = small - blur(small, 10)
    rim_y, rim_x = height // 5, width // 5
    apart = apart[rim_y : height - rim_y, rim_x : width - rim_x]
    return bool((apart**3).sum() > 0)


def paper_under(gray: Gray) -> Gray:
    """Tell how light the paper is everywhere, under dark ink as well.

    It is as light there as beside the ink. Morphology calls this a closing: take the lightest that
    is near, then go as far back (J. Serra, "Image analysis and mathematical morphology", 1982). It
    is done with the picture at 64 pixels, where noise has averaged out.
    """
    height, width = fitting(gray, 64)
    cells = torch.from_numpy(resize(gray, height, width, Image.Resampling.BOX))
    reach = 8  # cells; no pen is twice as wide
    lightest = _greatest_near(cells, reach)
    paper = blur((-_greatest_near(-lightest, reach)).numpy(), 1)
    return resize(paper, *gray.shape)


def find_ink(gray: Gray, paper: Gray, softness: float) -> Mask:
    """Tell dark ink from light paper.

    Args:
        gray: the picture.
        paper: how light its paper is, of the same shape.
        softness: in pixels; details finer than that are taken for noise.
    """
    black = 16.0  # keeps noise small where all is black
    dark = blur((paper - gray) / (paper + black), softness)  # the share of the light it swallows
    # The lightest third is paper, for sure. Were the noise in paper a bell curve about its middle,
    # a twentieth of it would lie 1.645 standard deviations below that, a third 0.43.
    lightest, light = np.quantile(dark, [0.05, 1 / 3])
    noise = (light - lightest) / (1.645 - 0.43)
    bare = light + 0.43 * noise
    least = bare + max(LEAST_CONTRAST, LEAST_CERTAINTY * noise)
    ink: Mask = dark > max(least, _otsu(np.maximum(dark, bare)))
    return ink


def _greatest_near(cells: Tensor, reach: int) -> Tensor:
    """Take the greatest value of the square around each cell."""
    padded = functional.pad(cells[None, None], [reach] * 4, mode="replicate")
    return functional.max_pool2d(padded, 2 * reach + 1, stride=1)[0, 0]


def _otsu(values: Gray) -> float:
    """Find the threshold that parts values best into low and high.

    N. Otsu, "A threshold selection method from gray-level histograms", 1979: the means of the two
    classes lie furthest apart, weighted by how many values are in each.
    """
    counts, edges = np.histogram(values, bins=256)
    middles = (edges[:-1] + edges[1:]) / 2
    low, low_sum = np.cumsum(counts)[:-1], np.cumsum(counts * middles)[:-1]
    high, high_sum = counts.sum() - low, (counts * middles).sum() - low_sum
    gap = low_sum / np.maximum(low, 1) - high_sum / np.maximum(high, 1)
    between = low * high * gap**2  # an empty class parts nothing: 0
    return float(edges[1:-1][between.argmax()])


def keep_digit(ink: Mask) -> Mask:
    """Drop what is not the digit: edges and frames, if there is ink within them, and specks."""
    pieces, of_piece = np.unique(_pieces_of(ink), return_inverse=True)
    rows, columns = np.nonzero(ink)
    height, width = ink.shape
    top, left = np.full(len(pieces), height), np.full(len(pieces), width)
    bottom, right = np.zeros_like(top), np.zeros_like(left)
    np.minimum.at(top, of_piece, rows)
    np.maximum.at(bottom, of_piece, rows)
    np.minimum.at(left, of_piece, columns)
    np.maximum.at(right, of_piece, columns)
    length = np.maximum(bottom - top, right - left) + 1

    at_edge = (top <= 1) | (left <= 1) | (bottom >= height - 2) | (right >= width - 2)
    is_frame = (bottom - top > 0.85 * height) & (right - left > 0.85 * width)
    inside = ~at_edge & ~is_frame
    if length[inside].max(initial=0) < 0.15 * max(height, width):
        inside[:] = True  # so it is the digit itself that reaches the edge
    kept = inside & (length > 0.12 * length[inside].max())
    digit = np.zeros_like(ink)
    digit[rows, columns] = kept[of_piece]
    return digit


def _pieces_of(ink: Mask) -> NDArray[np.int64]:
    """Tell which piece each pixel of ink belongs to: those that touch have the same number.

    Returns:
        One number for each pixel, in the order of `np.nonzero`.
    """
    count = int(ink.sum())
    numbers = np.pad(np.full(ink.shape, -1), 1, constant_values=-1)
    numbers[1:-1, 1:-1][ink] = np.arange(count)
    here = numbers[1:-1, 1:-1]
    east, south_west = numbers[1:-1, 2:], numbers[2:, :-2]
    south, south_east = numbers[2:, 1:-1], numbers[2:, 2:]
    pairs = []
    for other in (east, south_west, south, south_east):
        touching = (here >= 0) & (other >= 0)
        pairs.append(np.stack([here[touching], other[touching]]))
    first, second = np.concatenate(pairs, axis=1)
    # Union-find for all pairs at once: join pieces that touch, each to a lower number, then let
    # every pixel follow the numbers to the lowest.
    piece = np.arange(count)
    while True:
        low, high = np.sort([piece[first], piece[second]], axis=0)
        apart = low < high
        if not apart.any():
            return piece
        first, second = first[apart], second[apart]
        piece[high[apart]] = low[apart]
        while (piece != piece[piece]).any():
            piece = piece[piece]


# --- sizes and blur ----------------------------------------------------------------------------


def fitting(pixels: Gray, longer: float) -> tuple[int, int]:
    """Return the height and the width at which the longer side has so many pixels."""
    scale = longer / max(pixels.shape)
    return max(1, round(pixels.shape[0] * scale)), max(1, round(pixels.shape[1] * scale))


def resize(
    pixels: Gray,
    height: int,
    width: int,
    way: Image.Resampling = Image.Resampling.BICUBIC,
) -> Gray:
    """Resample; where that makes it smaller, each new pixel is a mean of what it covers."""
    image = Image.fromarray(pixels.astype(np.float32)).resize((width, height), way)
    return np.array(image, dtype=np.float64)


def blur(pixels: Gray, radius: float) -> Gray:
    """Mix each pixel with its neighbours, weighted by a bell curve of this standard deviation."""
    reach = int(np.ceil(2.5 * radius))
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / radius) ** 2).double()
    weights = (weights / weights.sum()).view(1, 1, -1)
    rows = torch.from_numpy(pixels).unsqueeze(1)  # [h, 1, w]
    rows = functional.conv1d(functional.pad(rows, [reach, reach], mode="replicate"), weights)
    columns = rows.transpose(0, 2)  # [w, 1, h]
    columns = functional.conv1d(functional.pad(columns, [reach, reach], mode="replicate"), weights)
    blurred: Gray = columns[:, 0].T.contiguous().numpy()
    return blurred

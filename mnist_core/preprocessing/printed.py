"""What is printed on a form and touches the digit, its box or its line, is taken off it.

Both are straight, and a box's sides are as long as the box. No digit has two such sides upright,
but a 0 or an 8 of straight strokes, and of those next to nothing would be left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mnist_core.preprocessing.pieces import Box, find_pieces
from mnist_core.preprocessing.thinning import Mask

STEEPEST = 0.08  # how far a picture may be turned: 4.6 degrees
LEAST_SHARE = 0.85  # of a line's length that has to be inked
LEAST_LENGTH = 1.3  # of a line, against the longer side of what is written on it
LEAST_REST = 0.25  # of a box's height, what is written in it


class Line(NamedTuple):
    """A straight line across a mask.

    Attributes:
        middle: the row at which it crosses the middle column.
        slope: how many rows it falls with each column.
        share: of its columns, how many are inked, 0 to 1.
    """

    middle: float
    slope: float
    share: float


def without_box(piece: Mask) -> Mask | None:
    """Take the box off what is written in it.

    Args:
        piece: [height, width], cut out as tightly as can be.

    Returns:
        What is left: nothing, if it is a mere box; None if the piece has no box around it.
    """
    width = piece.shape[1]
    left, right = (_line(half) for half in _halves(piece.T))
    if min(left.share, right.share) < LEAST_SHARE or right.middle - left.middle < width / 2:
        return None
    top, bottom = (_line(half) for half in _halves(piece))
    sides = [line for line in (top, bottom) if line.share >= LEAST_SHARE]
    if not sides:
        return None
    rest = piece.copy()
    thin = [_take_off(rest, line) for line in sides]
    thin += [_take_off(rest.T, line) for line in (left, right)]
    return rest if all(thin) else None


def without_line(piece: Mask) -> Mask | None:
    """Take the line of a form off what is written on it or across it.

    Args:
        piece: [height, width], cut out as tightly as can be.

    Returns:
        What is left; None if the piece has no line that is much longer than all the rest.
    """
    if piece.shape[1] < LEAST_LENGTH * piece.shape[0]:
        return None
    line = max((_line(half) for half in _halves(piece)), key=lambda line: line.share)
    if line.share < LEAST_SHARE:
        return None
    rest = piece.copy()
    if not _take_off(rest, line):
        return None
    boxes = find_pieces(rest).boxes
    if not boxes:
        return None
    longest = max(boxes, key=lambda box: box.longer)
    kept = [box for box in boxes if box.longer > 0.12 * longest.longer]
    left, right = min(box.left for box in kept), max(box.right for box in kept)
    beyond = min(left, piece.shape[1] - right)
    is_long = piece.shape[1] >= LEAST_LENGTH * max(longest.longer, right - left)
    return rest if is_long and beyond >= 0.05 * piece.shape[1] else None


def is_much(rest: Mask, box: Box) -> bool:
    """Tell whether what is left in a box is large enough to have been written there."""
    boxes = find_pieces(rest).boxes
    return max((piece.height for piece in boxes), default=0) >= LEAST_REST * box.height


def _halves(piece: Mask) -> list[Mask]:
    """Return the mask twice, without its lower and without its upper half."""
    middle = (len(piece) + 1) // 2
    upper, lower = piece.copy(), piece.copy()
    upper[middle:] = False
    lower[:middle] = False
    return [upper, lower]


def _line(piece: Mask) -> Line:
    """Find the straight line, nearly level, along which most columns are inked."""
    width = piece.shape[1]
    thick = piece.copy()  # so that a line need not hit every pixel in its middle
    thick[1:] |= piece[:-1]
    thick[:-1] |= piece[1:]
    step = max(1, width // 60)  # so many columns are enough to find it
    rows, columns = np.nonzero(thick[:, ::step])
    looked_at = len(range(0, width, step))
    columns = columns * step
    best = Line(0.0, 0.0, 0.0)
    if thick.any(axis=0).mean() < LEAST_SHARE:
        return best
    from_middle = columns - (width - 1) / 2
    room = int(np.ceil(STEEPEST * width / 2)) + 1
    for slope in _slopes(width):
        level = np.rint(rows - slope * from_middle).astype(int) + room
        counts = np.bincount(level)
        most = counts.max()
        if most / looked_at > best.share:
            middle = float(np.flatnonzero(counts == most).mean())
            best = Line(middle - room, slope, float(most / looked_at))
    return best


def _slopes(width: int) -> list[float]:
    """Return slopes, level first, of which the best leaves no line by more than a pixel."""
    count = int(np.ceil(STEEPEST * width / 4))
    return sorted(np.linspace(-STEEPEST, STEEPEST, 2 * count + 1).tolist(), key=abs)


def _take_off(piece: Mask, line: Line) -> bool:
    """Erase a line, but not where the ink is thicker, as a stroke lies on it or crosses it.

    Returns:
        Whether it is as thin as printed lines are; if not, nothing is erased.
    """
    height, width = piece.shape
    most = max(3, round(0.1 * max(height, width)))  # pixels, that a printed line is thick
    on_line = np.rint(line.middle + line.slope * (np.arange(width) - (width - 1) / 2)).astype(int)
    reach = 2 * most
    padded = np.pad(piece, ((reach + 1, reach + 1), (0, 0)))
    columns = np.arange(width)
    rows = np.clip(on_line, -1, height) + reach + 1  # of each column, in the padded piece
    for away in (1, -1):  # where rounding has missed it
        missed = ~padded[rows, columns]
        rows[missed] += away * padded[rows + away, columns][missed]
    around = np.arange(reach)[:, None]
    up = np.cumprod(padded[np.maximum(rows - around, 0), columns], axis=0).sum(axis=0)
    down = np.cumprod(padded[np.minimum(rows + around, len(padded) - 1), columns], axis=0).sum(
        axis=0
    )
    thickness = up + down - 1  # -1 where there is no ink
    inked = thickness[thickness > 0]
    usual = np.quantile(inked, 0.25) if inked.size else 0.0
    if not 0 < usual <= most:
        return False
    for column in np.flatnonzero((thickness > 0) & (thickness <= usual + max(2, usual / 2))):
        top = rows[column] - up[column] - reach
        piece[top : top + thickness[column], column] = False
    return True

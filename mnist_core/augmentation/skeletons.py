"""The lines of a pen → images of what it writes, each time as another hand would write it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.augmentation.glyphs import DIGITS, NON_DIGITS
from mnist_core.augmentation.pen import CENTER, DIGIT_SIDE, SIDE, draw_dots, uniform

DOTS = 80  # of the pen along each shape, less than a pixel apart


def draw_digits(labels: Tensor) -> Tensor:
    """Draw digits, each in one of its ways; return [batch, 1, 28, 28], 0 to 1."""
    return _draw(_pick(labels))


def draw_non_digits(count: int) -> Tensor:
    """Draw letters, signs and figures that are no digits; return [count, 1, 28, 28], 0 to 1."""
    return _draw(_pick(torch.full((count,), len(DIGITS))))


def _pick(groups: Tensor) -> Tensor:
    """Choose one shape of each group: digits 0 to 9, or 10 for what is none."""
    first, size = _FIRST[groups], _SIZE[groups]
    return first + (torch.rand(len(groups)) * size).long()


def _draw(shapes: Tensor) -> Tensor:
    """Write shapes by hand, scale them as MNIST is, and place them as MNIST is.

    Args:
        shapes: which ones, [batch].
    """
    count = len(shapes)
    wild = uniform(0.2, 1, count, 1, 1)  # some people write neatly, others do not
    knots, ways, stroke = _KNOTS[shapes], _WAYS[shapes], _STROKE[shapes]
    # The hand misses each point by a little, and sets each stroke a little elsewhere.
    knots = knots + 0.55 * wild * torch.randn(knots.shape)
    shift = 0.7 * wild * torch.randn(count, int(_STROKE.max()) + 1, 2)
    knots = knots + shift.gather(1, stroke.unsqueeze(2).expand(-1, -1, 2))
    dots = ways @ knots - 5  # [batch, dots, 2], about the middle of the paper
    x, y = dots.unbind(2)
    bend = 0.02 * wild * torch.randn(count, 3, 2)
    dots = dots + torch.stack([x * x, x * y, y * y], dim=2) @ bend

    angle, slant = 0.15 * torch.randn(count), 0.25 * torch.randn(count)
    width = uniform(-0.7, 0.4, count).exp()
    cos, sin = angle.cos(), angle.sin()
    matrix = torch.stack([cos * width, sin * width, slant * cos - sin, slant * sin + cos], dim=1)
    dots = dots @ matrix.view(-1, 2, 2)

    radius = uniform(0.9, 1.45, count, 1)
    low, high = dots.amin(dim=1), dots.amax(dim=1)  # [batch, 2]
    line_side = DIGIT_SIDE - 1 - 2 * radius  # without the pen's width and its soft edge
    scale = line_side / (high - low).amax(dim=1, keepdim=True).clamp(min=1)
    dots = (dots - ((low + high) / 2).unsqueeze(1)) * scale.unsqueeze(2) + SIDE / 2
    margin = (SIDE - DIGIT_SIDE) / 2
    dots = dots + (CENTER - dots.mean(dim=1, keepdim=True)).clamp(-margin, margin)
    return draw_dots(dots, radius)


# --- from text to a curve ----------------------------------------------------------------------


def _read_shape(text: str) -> tuple[Tensor, Tensor, Tensor]:
    """Return a shape's points [n, 2], the stroke that each belongs to [n], and the pen's way.

    The way, [dots, n], is how far each dot of the pen goes along with each point, so that
    dots = way @ points however the points are moved.
    """
    words = [(number, word) for number, line in enumerate(text.split("/")) for word in line.split()]
    points = torch.tensor([[float(x) for x in word.strip("!").split(",")] for _, word in words])
    stroke = [number for number, _ in words]
    last = len(words) - 1
    # Where the pen may change its direction at once: at a corner, and where it is set down or up.
    is_sharp = [
        word.endswith("!")
        or i in (0, last)
        or stroke[i - 1] != stroke[i]
        or stroke[i + 1] != stroke[i]
        for i, (_, word) in enumerate(words)
    ]
    starts = [i for i in range(last) if stroke[i] == stroke[i + 1]]  # of the lines between points
    lengths = torch.stack([(points[i + 1] - points[i]).norm() for i in starts])
    ends = lengths.cumsum(0)
    way = []
    for place in (torch.arange(DOTS) + 0.5) / DOTS * ends[-1]:
        line = int((place > ends).sum())
        t = 1 - (ends[line] - place) / lengths[line]  # 0 to 1 along the line
        way.append(_curve(t, starts[line], is_sharp))
    return points, torch.tensor(stroke), torch.stack(way)


def _curve(t: Tensor, i: int, is_sharp: list[bool]) -> Tensor:
    """Return the share of each point, [n], in the place at t between points i and i + 1.

    The curve is a cubic whose slope at a point is that of the line between the point's neighbours
    (Catmull and Rom, "A class of local interpolating splines", 1974).
    """
    point = torch.eye(len(is_sharp))
    slope_out = point[i + 1] - point[i]
    slope_in = slope_out
    if not is_sharp[i]:
        slope_out = (point[i + 1] - point[i - 1]) / 2
    if not is_sharp[i + 1]:
        slope_in = (point[i + 2] - point[i]) / 2
    ease = t * t * (3 - 2 * t)
    along = t * (1 - t) * ((1 - t) * slope_out - t * slope_in)
    return (1 - ease) * point[i] + ease * point[i + 1] + along


_GROUPS = (*DIGITS, NON_DIGITS)
_SIZE = torch.tensor([len(group) for group in _GROUPS])
_FIRST = _SIZE.cumsum(0) - _SIZE
_SHAPES = [_read_shape(text) for group in _GROUPS for text in group]
_MOST = max(len(knots) for knots, _, _ in _SHAPES)
_KNOTS = torch.stack([functional.pad(k, (0, 0, 0, _MOST - len(k))) for k, _, _ in _SHAPES])
_STROKE = torch.stack([functional.pad(s, (0, _MOST - len(s))) for _, s, _ in _SHAPES])
_WAYS = torch.stack([functional.pad(w, (0, _MOST - w.shape[1])) for _, _, w in _SHAPES])

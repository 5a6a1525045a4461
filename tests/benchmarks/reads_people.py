"""How well are real pen digits read? Run it from the checkout:

    python -m tests.benchmarks.reads_people [--every N] [--ways strokes ...] [--pictures]

Prints what the networks that come with the project read right, in per cent, for digits drawn on a
quarter, half and four fifths of the canvas and three ways from there to the network: from the
strokes as the page sends them, from a picture of the canvas (280 pixels, a brush of 20), and from
that picture merely squeezed to 28×28. With --pictures also from pictures of many kinds, and how
long one takes. Exits with 1 if the strokes' figures differ by more than half a point between the
sizes, or fall short of what is promised.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np
import torch
from PIL import Image, ImageDraw

from mnist_core.calibration import compute_logits
from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN, load_checkpoint
from mnist_core.data import ImageDataset, normalize
from mnist_core.drawings import LabelledDrawing, read_drawings
from mnist_core.preprocessing import (
    GrayImage,
    Stroke,
    image_from_picture,
    image_from_strokes,
)
from mnist_core.web.components.canvas import parse_drawing
from tests.paper import KINDS, take_picture
from tests.real_pen_digits import ADVICE, find_pen_digits

READERS = {"SimpleNN": SHIPPED, "CNN": SHIPPED_CNN}
PROMISED = {"SimpleNN": 0.905, "CNN": 0.975}
SIZES = (0.25, 0.5, 0.8)  # of the canvas
CANVAS, BRUSH = 280, 20  # pixels, of the picture
SPACING = 2  # thousandths, as in the page: points closer than this are not sent

BLANK: GrayImage = np.zeros((28, 28), dtype=np.uint8)


def as_sent(strokes: Sequence[Stroke], size: float) -> list[Stroke]:
    """Let a digit be drawn that large in the middle of the canvas; return what then arrives."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 1000 * size / max((high - low).max(), 1e-9)
    placed = [(stroke - (low + high) / 2) * scale + 500 for stroke in strokes]
    payload = {"seq": 1, "strokes": [thinned_out(np.round(stroke, 1)) for stroke in placed]}
    return list(parse_drawing(payload).strokes)


def thinned_out(stroke: Stroke) -> list[list[float]]:
    points = stroke.tolist()
    kept = points[:1]
    for x, y in points[1:]:
        if np.hypot(x - kept[-1][0], y - kept[-1][1]) >= SPACING:
            kept.append([x, y])
    return kept


def as_picture(strokes: Sequence[Stroke]) -> Image.Image:
    """Paint what is on the canvas, dark on light."""
    fine = 4  # painted this many times as large, then scaled down: soft edges
    unit = CANVAS * fine / 1000
    picture = Image.new("L", (CANVAS * fine, CANVAS * fine), 255)
    brush = ImageDraw.Draw(picture)
    reach = BRUSH * fine / 2
    for stroke in strokes:
        line = [(x * unit, y * unit) for x, y in stroke.tolist()]
        brush.line(line, fill=0, width=BRUSH * fine)
        for x, y in line:
            brush.ellipse((x - reach, y - reach, x + reach, y + reach), fill=0)
    return picture.resize((CANVAS, CANVAS), Image.Resampling.BOX)


def squeezed(strokes: list[Stroke]) -> GrayImage:
    small = as_picture(strokes).resize((28, 28), Image.Resampling.BOX)
    return 255 - np.array(small)


WAYS: dict[str, Callable[[list[Stroke]], GrayImage | None]] = {
    "strokes": image_from_strokes,
    "pixels": lambda strokes: image_from_picture(as_picture(strokes)),
    "squeezed": squeezed,
}


class Judge:
    """Tells what share of images each network reads right; one that is None is read wrongly."""

    def __init__(self, drawings: Sequence[LabelledDrawing]) -> None:
        self.labels = torch.tensor([drawing.label for drawing in drawings])
        checkpoints = {name: path for name, path in READERS.items() if path.is_file()}
        self.models = {name: load_checkpoint(path).model for name, path in checkpoints.items()}

    def shares_right(self, images: Sequence[GrayImage | None]) -> list[float]:
        pixels = np.stack([BLANK if image is None else image for image in images])
        dataset = ImageDataset(normalize(torch.from_numpy(pixels)), self.labels)
        there = torch.tensor([image is not None for image in images])
        return [
            ((compute_logits(model, dataset).argmax(dim=1) == self.labels) & there)
            .double()
            .mean()
            .item()
            for model in self.models.values()
        ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="take every Nth digit only")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--pictures", action="store_true", help="pictures of many kinds as well")
    options = parser.parse_args()
    torch.set_num_threads(1)
    file = find_pen_digits()
    if file is None:
        sys.exit(ADVICE)
    drawings = read_drawings(file)[:: options.every]
    judge = Judge(drawings)

    print(f"{len(drawings):,} digits, per cent read right")
    sent = {size: [as_sent(d.strokes, size) for d in drawings] for size in SIZES}
    print(f"{'way in':10}{'size':>6}" + "".join(f"{name:>10}" for name in judge.models))
    shares = {}
    for way in options.ways:
        for size in SIZES:
            images = [WAYS[way](strokes) for strokes in sent[size]]
            shares[way, size] = judge.shares_right(images)
            print_row(f"{way:10}{size:6.0%}", shares[way, size])
    if options.pictures:
        print_pictures(drawings, judge)

    if "strokes" not in options.ways:
        return 0
    from_strokes = np.array([shares["strokes", size] for size in SIZES])  # [sizes, classifiers]
    promised = [PROMISED[name] for name in judge.models]
    steady = np.ptp(from_strokes, axis=0) <= 0.005
    return 0 if (from_strokes >= promised).all() and steady.all() else 1


def print_pictures(drawings: Sequence[LabelledDrawing], judge: Judge) -> None:
    print_row(
        f"{'the strokes':32}", judge.shares_right([image_from_strokes(d.strokes) for d in drawings])
    )
    for kind in KINDS:
        pictures = [take_picture(d.strokes, kind, seed) for seed, d in enumerate(drawings)]
        started = perf_counter()
        images = [image_from_picture(picture) for picture in pictures]
        milliseconds = (perf_counter() - started) / len(drawings) * 1000
        print_row(f"{kind:32}", judge.shares_right(images), f"{milliseconds:8.0f} ms")


def print_row(name: str, shares: Sequence[float], more: str = "") -> None:
    print(name + "".join(f"{100 * share:10.2f}" for share in shares) + more, flush=True)


if __name__ == "__main__":
    sys.exit(main())

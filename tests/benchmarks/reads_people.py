"""How well are people's digits read? Run it from the checkout:

    python -m tests.benchmarks.reads_people [--sets FOLDER] [--ways WAY ...] [--sizes SHARE ...]
                                            [--pictures] [--every N]

Prints one table: what the networks that come with the project read right, in per cent with one
standard error, for each set of digits and each way from there to the network.

A set is a file below FOLDER: `*.json` or `*.json.gz` of labelled strokes, or a `*.zip` of pictures
in folders named 0 to 9. Strokes go three ways: as the page sends them, as a picture of the canvas
(280 pixels, a brush of 20), and as that picture merely squeezed to 28×28; with --pictures also as
pictures of many kinds. --sizes says how much of the canvas they are drawn on. Exits with 1 if the
strokes' figures differ by more than half a point between the sizes, or fall short of what is
promised.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath

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
from tests.real_pen_digits import ADVICE, find_sets

NETWORKS = {"SimpleNN": SHIPPED, "CNN": SHIPPED_CNN}
PROMISED = {  # by set and network, of what is read right from strokes
    "unipen": {"SimpleNN": 0.925, "CNN": 0.984},
    "pendigits_train": {"SimpleNN": 0.885, "CNN": 0.978},
}
CANVAS, BRUSH = 280, 20  # pixels, of the picture
SPACING = 2  # thousandths, as in the page: points closer than this are not sent

BLANK: GrayImage = np.zeros((28, 28), dtype=np.uint8)

Images = list[GrayImage | None]
"""What arrives at the network; None where nothing was found."""


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
    "canvas": lambda strokes: image_from_picture(as_picture(strokes)),
    "squeezed": squeezed,
}


# --- sets ---------------------------------------------------------------------------------------


def read_pictures(path: Path, every: int) -> tuple[Images, list[int]]:
    """Read the pictures of a zip, and the digit after which the folder of each is named.

    Raises:
        ValueError: there is none.
    """
    images: Images = []
    labels = []
    with zipfile.ZipFile(path) as archive:
        names = [name for name in sorted(archive.namelist()) if not name.endswith("/")]
        folders = [PurePosixPath(name).parent.name for name in names]
        found = [
            (name, int(folder))
            for name, folder in zip(names, folders, strict=True)
            if folder in {str(digit) for digit in range(10)}
        ]
        for name, label in found[::every]:
            images.append(image_from_picture(Image.open(BytesIO(archive.read(name)))))
            labels.append(label)
    if not labels:
        raise ValueError(f"{path.name}: no picture lies in a folder named 0 to 9.")
    return images, labels


def ways_of_strokes(
    drawings: Sequence[LabelledDrawing], options: argparse.Namespace
) -> Iterator[tuple[str, Images]]:
    """Bring drawings to the network each way that is asked for."""
    for way in options.ways:
        for size in options.sizes:
            images = [WAYS[way](as_sent(drawing.strokes, size)) for drawing in drawings]
            yield f"{way} {size:.0%}", images
    for kind in KINDS if options.pictures else ():
        pictures = (take_picture(d.strokes, kind, seed) for seed, d in enumerate(drawings))
        yield kind, [image_from_picture(picture) for picture in pictures]


def rows_of(path: Path, options: argparse.Namespace) -> Iterator[tuple[str, Images, list[int]]]:
    """Yield a set's ways to the network: their names, the images, the labels.

    Raises:
        ValueError: the file is not a set of digits.
    """
    if path.suffix == ".zip":
        yield "pictures", *read_pictures(path, options.every)
        return
    drawings = read_drawings(path)[:: options.every]
    labels = [drawing.label for drawing in drawings]
    for way, images in ways_of_strokes(drawings, options):
        yield way, images, labels


# --- the table ----------------------------------------------------------------------------------


class Judge:
    """Tells what share of images each network reads right; one that is None is read wrongly."""

    def __init__(self) -> None:
        self.models = {name: load_checkpoint(path).model for name, path in NETWORKS.items()}

    def shares_right(self, images: Images, labels: list[int]) -> dict[str, float]:
        pixels = np.stack([BLANK if image is None else image for image in images])
        meant = torch.tensor(labels)
        dataset = ImageDataset(normalize(torch.from_numpy(pixels)), meant)
        there = torch.tensor([image is not None for image in images])
        return {
            name: ((compute_logits(model, dataset).argmax(dim=1) == meant) & there)
            .double()
            .mean()
            .item()
            for name, model in self.models.items()
        }


def in_per_cent(share: float, count: int) -> str:
    """Write a share with one standard error of it, that of a count of independent trials."""
    error = (share * (1 - share) / count) ** 0.5
    return f"{100 * share:.2f} ± {100 * error:.2f}"


def keeps_promises(name: str, ways: dict[str, dict[str, float]]) -> bool:
    """Tell whether strokes of any size are read alike, and as well as is promised of the set."""
    from_strokes = [shares for way, shares in ways.items() if way.startswith("strokes")]
    for network, promised in PROMISED.get(name, {}).items():
        shares = [row[network] for row in from_strokes]
        if shares and (min(shares) < promised or max(shares) - min(shares) > 0.005):
            return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=Path, metavar="FOLDER", help="default: those at hand")
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    parser.add_argument("--sizes", nargs="+", type=float, default=[0.5], metavar="SHARE")
    parser.add_argument("--pictures", action="store_true", help="pictures of many kinds as well")
    parser.add_argument("--every", type=int, default=1, help="take every Nth digit only")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    files = find_sets(options.sets)
    if not files:
        sys.exit(ADVICE)
    judge = Judge()
    kept = True
    print_row("set", "way in", "digits", judge.models)
    for path in files:
        name = path.name.split(".")[0]
        ways = {}
        try:
            for way, images, labels in rows_of(path, options):
                ways[way] = judge.shares_right(images, labels)
                shares = [in_per_cent(share, len(labels)) for share in ways[way].values()]
                print_row(name, way, f"{len(labels):,}", shares)
        except ValueError as error:
            print(f"left out: {error}", file=sys.stderr)
        kept &= keeps_promises(name, ways)
    return 0 if kept else 1


def print_row(name: str, way: str, digits: str, figures: Sequence[str] | dict[str, object]) -> None:
    print(f"{name:18}{way:32}{digits:>8}" + "".join(f"{f:>16}" for f in figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())

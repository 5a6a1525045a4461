"""How well and how quickly are pictures read? Run it from the checkout:

    python -m tests.benchmarks.reads_pictures [--digits N] [--sizes 16 24 ...] [--scans FILE.zip]

Prints per cent read right by the CNN that comes with the project, for digits of 16 to 600 pixels:
MNIST's test images, enlarged, and pen digits by thin and thick pens; each left as it is, drawn
anew, and as the project mixes the two. `--scans` takes a zip of pictures in folders 0 to 9, which
are read as they are. Then how long a photograph of 12 megapixels takes beyond its decoding. Exits
with 1 if at any size the mix is worse by more than half a point, and by more than chance, than the
better of the two.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from PIL import Image, ImageDraw

from mnist_core.checkpoints import SHIPPED_CNN, load_checkpoint
from mnist_core.data import DATASETS, load_images, normalize
from mnist_core.drawings import read_drawings
from mnist_core.preprocessing import (
    GrayImage,
    Stroke,
    image_from_picture,
    open_picture,
    scaling,
)
from tests import real_mnist, real_pen_digits

SIZES = (16, 20, 24, 32, 40, 60, 90, 140, 240, 600)
PENS = (0.02, 0.07, 0.15, 0.2)  # of the digit's longer side
WAYS = {  # by the limits of `scaling`: of size and of the pen's width
    "as it is": {"THIN": -2.0, "WIDE": -1.0},
    "anew": {"SMALL": -2.0, "LARGE": -1.0, "THIN": 1e6, "WIDE": 2e6},
    "mixed": {},
}

Sample = tuple[Sequence[Image.Image], Sequence[int]]


@contextmanager
def way(limits: dict[str, float]) -> Iterator[None]:
    """Let other sizes and pens decide whether digits are left as they are or drawn anew."""
    before = {name: getattr(scaling, name) for name in limits}
    for name, limit in limits.items():
        setattr(scaling, name, limit)
    yield
    for name, limit in before.items():
        setattr(scaling, name, limit)


class Judge:
    """Tells what share of pictures the CNN reads right, by each way."""

    def __init__(self) -> None:
        self.model = load_checkpoint(SHIPPED_CNN).model.eval()

    def share_right(self, images: Sequence[GrayImage | None], labels: Sequence[int]) -> float:
        blank: GrayImage = np.zeros((28, 28), dtype=np.uint8)
        pixels = np.stack([blank if image is None else image for image in images])
        with torch.inference_mode():
            read = self.model(normalize(torch.from_numpy(pixels))).argmax(dim=1).tolist()
        return float(np.mean([a == b for a, b in zip(read, labels, strict=True)]))

    def row(self, name: str, sample: Sample) -> bool:
        """Print one row of the table; return whether the mix is as good as it must be."""
        pictures, labels = sample
        shares = {}
        for title, limits in WAYS.items():
            with way(limits):
                images = [image_from_picture(picture) for picture in pictures]
            shares[title] = self.share_right(images, labels)
        best = max(shares["as it is"], shares["anew"])
        error = np.sqrt(best * (1 - best) / len(labels))
        print(
            f"{name:28}{len(labels):6,}"
            + "".join(f"{100 * share:10.2f}" for share in shares.values())
            + f"   ± {100 * error:.2f}",
            flush=True,
        )
        return bool(shares["mixed"] >= best - 0.005 - 2 * error)


def enlarged(image: GrayImage, size: int) -> Image.Image:
    """Show an image of MNIST, dark on light, with its digit that large; never in MNIST's form."""
    side = round(28 * size / 20)
    picture = Image.fromarray(255 - image).resize((side, side), Image.Resampling.BICUBIC)
    wider = Image.new("L", (side + 4, side + 2), 255)
    wider.paste(picture, (1, 1))
    return wider


def drawn(strokes: Sequence[Stroke], size: int, pen: float) -> Image.Image:
    """Draw strokes dark on light, so large from ink to ink, with soft edges."""
    fine = max(1, -(-400 // size))  # drawn this many times as large, then scaled down
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    width = max(1.0, pen * size * fine)
    scale = (size * fine - width) / max((high - low).max(), 1e-9)
    margin = 0.35 * size * fine + width / 2
    sides = np.ceil(((high - low) * scale + 2 * margin) / fine).astype(int).tolist()
    picture = Image.new("L", (sides[0] * fine, sides[1] * fine), 255)
    brush, reach = ImageDraw.Draw(picture), width / 2
    for stroke in strokes:
        line = [(x, y) for x, y in ((stroke - low) * scale + margin).tolist()]
        brush.line(line, fill=0, width=round(width))
        for x, y in line:
            brush.ellipse((x - reach, y - reach, x + reach, y + reach), fill=0)
    return picture.resize((sides[0], sides[1]), Image.Resampling.BOX)


def scans_in(path: Path) -> Sample:
    """Read pictures from folders named by their digits."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        pictures = [Image.open(io.BytesIO(archive.read(name))) for name in names]
    return pictures, [int(name.split("/")[-2]) for name in names]


def print_speed() -> None:
    """Print how long a photograph of 12 megapixels takes, from its file and beyond that."""
    strokes = [np.array([[0.0, 0.0], [60.0, 0.0], [25.0, 100.0]])]
    seven = drawn(strokes, 600, 0.1)
    light = 0.6 + 0.4 * np.indices((3000, 4000))[1] / 4000
    page = np.full((3000, 4000), 235.0)
    page[1800 : 1800 + seven.height, 2900 : 2900 + seven.width] = np.asarray(seven) * 0.9
    page = page * light + np.random.default_rng(0).normal(0, 5, page.shape)
    gray = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photograph.jpg"
        Image.merge("RGB", [gray, gray, gray.point(lambda value: value * 0.9)]).save(path)
        picture = open_picture(path)
        times: dict[str, list[float]] = {"decoded in full": [], "opened": [], "beyond": []}
        for _ in range(7):
            started = perf_counter()
            Image.open(path).load()
            decoded = perf_counter()
            picture = open_picture(path)
            opened = perf_counter()
            image_from_picture(picture)
            ended = perf_counter()
            times["decoded in full"].append(decoded - started)
            times["opened"].append(opened - decoded)
            times["beyond"].append(ended - opened)
    full, opened_, beyond = (1000 * min(seconds) for seconds in times.values())
    print(
        f"12 megapixels: {full:.0f} ms to decode in full, {opened_:.0f} ms to open (by a process of"
        f" its own), {beyond:.1f} ms beyond that: {beyond / full:.2f} of the decoding"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digits", type=int, default=500, help="so many of each set")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="pixels")
    parser.add_argument("--scans", type=Path, help="a zip of pictures, in folders 0 to 9")
    options = parser.parse_args()
    torch.set_num_threads(1)
    judge = Judge()
    print_speed()

    print(f"{'per cent read right':28}{'digits':>6}" + "".join(f"{title:>10}" for title in WAYS))
    good = True
    if options.scans:
        good &= judge.row(options.scans.name, scans_in(options.scans))
    root, file = real_mnist.find_mnist(), real_pen_digits.find_pen_digits()
    if root is not None:
        test = load_images(DATASETS["mnist"], root).test
        every = max(1, len(test) // options.digits)
        images = ((test.images[::every, 0] + 1) * 127.5).round().byte().numpy()
        labels = test.labels[::every].tolist()
        plain = [Image.fromarray(image) for image in images]
        print(f"MNIST as it is: {100 * judge.share_right(list(images), labels):.2f}")
        good &= judge.row("MNIST, 28×28 PNG", (plain, labels))
        for size in options.sizes:
            sample = ([enlarged(image, size) for image in images], labels)
            good &= judge.row(f"MNIST, {size} pixels", sample)
    if file is not None:
        drawings = read_drawings(file)
        drawings = drawings[:: max(1, len(drawings) // options.digits)]
        labels = [drawing.label for drawing in drawings]
        for pen in PENS:
            for size in options.sizes:
                sample = ([drawn(d.strokes, size, pen) for d in drawings], labels)
                good &= judge.row(f"pen of {pen:.0%}, {size} pixels", sample)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

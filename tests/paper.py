"""Pictures of pen strokes, as a scanner, a telephone or a drawing program would make them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_core.preprocessing import Stroke

Gray = NDArray[np.float64]
"""[height, width], 0 is black, 255 is white."""

SIDE = 300  # pixels


@dataclass
class Paper:
    """A sheet with one digit on it, before anybody takes a picture of it.

    Attributes:
        ink: [300, 300], 0 where the paper is bare, 1 where the pen has covered it.
        random: for whatever is left to chance.
    """

    ink: Gray
    random: np.random.Generator

    def seen(self, paper: Gray | float = 245.0, ink: Gray | float = 40.0) -> Gray:
        """Return what light the sheet throws back, its paper and its ink of these shades."""
        shades: Gray = paper * (1 - self.ink) + ink * self.ink
        return shades

    def light(self) -> Gray:
        """Return a light that is three times as strong on one side as on the other."""
        down, across = np.indices(self.ink.shape) / SIDE - 0.5
        turn = self.random.uniform(0, 2 * np.pi)
        slope = across * np.cos(turn) + down * np.sin(turn)  # about -0.7 to 0.7
        shade: Gray = np.clip(0.65 + 0.5 * slope, 0.3, 1.0)
        return shade

    def grain(self, strength: float) -> Gray:
        """Return the texture of paper: noise, fine and coarse."""
        fine = self.random.normal(0, strength, self.ink.shape)
        coarse = Image.fromarray(self.random.normal(0, strength, (40, 40)).astype(np.float32))
        texture: Gray = fine + np.asarray(coarse.resize(self.ink.shape, Image.Resampling.BICUBIC))
        return texture


def write_on_paper(
    strokes: list[Stroke], random: np.random.Generator, *, pen: float, size: float = 0.55
) -> Paper:
    """Draw strokes somewhere on a sheet.

    Args:
        strokes: of one digit, in any unit.
        random: decides where on the sheet.
        pen: the width of the pen, as a share of the digit's longer side.
        size: the digit's longer side, as a share of the sheet's.
    """
    fine = 4  # drawn this many times as large, then scaled down: soft edges
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    longer = size * SIDE * fine
    scale = longer / max((high - low).max(), 1e-9)
    width = max(pen * longer, 1.0)
    room = SIDE * fine - (high - low) * scale - 2 * width
    corner = width + random.uniform(0.2, 0.8, 2) * room
    sheet = Image.new("L", (SIDE * fine, SIDE * fine))
    draw = ImageDraw.Draw(sheet)
    for stroke in strokes:
        line = [tuple(point) for point in ((stroke - low) * scale + corner).tolist()]
        draw.line(line, fill=255, width=round(width))
        for x, y in line:  # round ends and corners
            reach = width / 2
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
    small = sheet.resize((SIDE, SIDE), Image.Resampling.BOX)
    return Paper(np.asarray(small, dtype=np.float64) / 255, random)


def write_on(
    picture: Image.Image,
    strokes: list[list[list[float]]],
    box: tuple[float, float, float],
    pen: float,
    ink: object = 0,
) -> Image.Image:
    """Draw strokes into a picture, with round ends and without soft edges.

    Args:
        picture: of any mode; it is changed.
        strokes: of one digit, in any unit.
        box: left, top and height of their points, in pixels.
        pen: its width in pixels.
        ink: its colour.

    Returns:
        The picture.
    """
    left, top, height = box
    points = np.concatenate([np.array(stroke) for stroke in strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = height / (high - low)[1]
    draw = ImageDraw.Draw(picture)
    for stroke in strokes:
        line = [((x - low[0]) * scale + left, (y - low[1]) * scale + top) for x, y in stroke]
        draw.line(line, fill=ink, width=round(pen))  # type: ignore[arg-type]
        for x, y in line:
            reach = pen / 2
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=ink)  # type: ignore[arg-type]
    return picture


def picture(shades: Gray) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(shades), 0, 255).astype(np.uint8))


def blurred(shades: Gray, times: int = 3) -> Gray:
    """Average each pixel with its neighbours, several times over."""
    for _ in range(times):
        padded = np.pad(shades, 1, mode="edge")
        shades = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
        shades = (shades[:, :-2] + 2 * shades[:, 1:-1] + shades[:, 2:]) / 4
    return shades


def saved_as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def on_nothing(paper: Paper, shade: int) -> Image.Image:
    """Return what a drawing program saves that knows no paper, only ink."""
    layers = np.full((SIDE, SIDE, 4), shade, dtype=np.uint8)
    layers[..., 3] = np.rint(255 * paper.ink)
    return Image.fromarray(layers)


def in_a_frame(paper: Paper) -> Image.Image:
    """Return a form's box: a frame drawn around the digit, not touching it."""
    image = picture(paper.seen())
    ImageDraw.Draw(image).rectangle((6, 6, SIDE - 7, SIDE - 7), outline=40, width=4)
    return image


def with_dark_edges(paper: Paper) -> Image.Image:
    """Return a careless scan: two of its edges are black, where the sheet ended."""
    shades = paper.seen()
    shades[: SIDE // 15] = 20
    shades[:, -SIDE // 12 :] *= np.linspace(0.9, 0.05, SIDE // 12)
    return picture(shades)


def on_ruled_paper(paper: Paper, spacing: int = 33) -> Image.Image:
    lines = np.zeros_like(paper.ink)
    lines[spacing // 2 :: spacing] = lines[spacing // 2 + 1 :: spacing] = 1
    rgb = [paper.seen(shade - (shade - blue) * lines) for shade, blue in ((248, 150), (246, 180))]
    return Image.fromarray(np.stack([rgb[0], rgb[1], rgb[1]], axis=-1).astype(np.uint8))


def on_squared_paper(paper: Paper, spacing: int = 25) -> Image.Image:
    lines = np.zeros_like(paper.ink)
    lines[spacing // 2 :: spacing] = lines[:, spacing // 2 :: spacing] = 1
    return picture(paper.seen(245 - 75 * lines))


def photographed(paper: Paper) -> Image.Image:
    """Return all at once: pencil, uneven light, texture, out of focus, coloured, JPEG."""
    shades = blurred(paper.seen(235, 95) * paper.light() + paper.grain(4))
    tinted = [picture(shades * share) for share in (1.0, 0.95, 0.82)]
    return saved_as_jpeg(Image.merge("RGB", tinted), 40)


def with_specks(paper: Paper) -> Image.Image:
    shades = paper.seen()
    for down, across in paper.random.integers(5, SIDE - 8, (12, 2)):
        shades[down : down + 3, across : across + 3] = 60
    return picture(shades)


def cropped(paper: Paper, shades: Gray) -> Image.Image:
    """Return no more of the sheet than the ink takes up."""
    rows, columns = (np.flatnonzero(paper.ink.max(axis=axis) > 0.5) for axis in (1, 0))
    return picture(shades[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def in_a_hard_shadow(paper: Paper) -> Image.Image:
    """Return a sheet on which the shadow of a hand or a telephone falls."""
    down, across = np.indices(paper.ink.shape) / SIDE
    shadow = across + 0.4 * down > paper.random.uniform(0.5, 0.9)
    light = blurred(np.where(shadow, 0.55, 1.0), 6)
    return picture(paper.seen() * light + paper.grain(3))


def on_a_dark_table(paper: Paper) -> Image.Image:
    """Return a sheet and the table around it."""
    table = np.full((SIDE + 120, SIDE + 100), 50.0)
    table[60:-60, 50:-50] = paper.seen()
    return picture(table + paper.random.normal(0, 4, table.shape))


NORMAL, HAIR, FELT_TIP = 0.07, 0.012, 0.16

KINDS: dict[str, tuple[float, Callable[[Paper], Image.Image]]] = {
    "dark on light": (NORMAL, lambda paper: picture(paper.seen())),
    "light on dark": (NORMAL, lambda paper: picture(paper.seen(30, 230))),
    "hairline": (HAIR, lambda paper: picture(paper.seen())),
    "felt-tip": (FELT_TIP, lambda paper: picture(paper.seen())),
    "faint pencil": (0.03, lambda paper: picture(paper.seen(235, 175) + paper.grain(4))),
    "uneven light": (NORMAL, lambda paper: picture(paper.seen() * paper.light())),
    "uneven light on a blackboard": (
        NORMAL,
        lambda paper: picture(paper.seen(60, 220) * paper.light() + paper.grain(5)),
    ),
    "rough paper": (NORMAL, lambda paper: picture(paper.seen() + paper.grain(14))),
    "out of focus": (NORMAL, lambda paper: picture(blurred(paper.seen(), 20))),
    "JPEG": (NORMAL, lambda paper: saved_as_jpeg(picture(paper.seen()), 10)),
    "transparent": (NORMAL, lambda paper: on_nothing(paper, 0)),
    "transparent, white ink": (NORMAL, lambda paper: on_nothing(paper, 255)),
    "in a frame": (NORMAL, in_a_frame),
    "dark edges": (NORMAL, with_dark_edges),
    "specks": (NORMAL, with_specks),
    "ruled paper": (NORMAL, on_ruled_paper),
    "squared paper": (0.05, on_squared_paper),
    "photograph": (NORMAL, photographed),
    "photograph, hairline": (0.02, photographed),
    "photograph, felt-tip": (FELT_TIP, photographed),
    "cropped": (NORMAL, lambda paper: cropped(paper, paper.seen())),
    "cropped, light on dark": (0.12, lambda paper: cropped(paper, paper.seen(0, 255))),
    "hard shadow": (NORMAL, in_a_hard_shadow),
    "dark table": (NORMAL, on_a_dark_table),
    "28 pixels": (
        0.115,
        lambda paper: picture(paper.seen()).resize((28, 28), Image.Resampling.BOX),
    ),
}
"""The width of the pen, and how the picture is taken."""


def take_picture(strokes: list[Stroke], kind: str, seed: int = 0) -> Image.Image:
    """Write strokes on paper and take a picture of the given kind of it."""
    pen, take = KINDS[kind]
    return take(write_on_paper(strokes, np.random.default_rng(seed), pen=pen))

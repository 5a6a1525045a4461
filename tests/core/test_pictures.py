"""Pictures as people have them: drawn small by the tests, and read by the CNN that is shipped."""

from __future__ import annotations

import io
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_core.checkpoints import SHIPPED_CNN, load_checkpoint
from mnist_core.data import Splits
from mnist_core.drawings import LabelledDrawing
from mnist_core.inference import predict
from mnist_core.preprocessing import (
    DIGIT_SIDE,
    PICTURE_KINDS,
    Box,
    GrayImage,
    decoder,
    find_digits,
    image_from_picture,
    image_from_strokes,
    open_picture,
    parse_strokes,
    sandbox,
    scaling,
)
from mnist_core.preprocessing.decoder import PICTURE_FORMATS
from mnist_core.preprocessing.page import CLOSE_UP
from mnist_core.preprocessing.pieces import find_pieces
from mnist_core.preprocessing.thinning import thin
from tests.each import each
from tests.paper import write_on

Strokes = list[list[list[float]]]


def ring(x: float, y: float, across: float, down: float) -> list[list[float]]:
    turns = np.linspace(0, 2 * np.pi, 33)
    return [[x + across * np.sin(turn), y - down * np.cos(turn)] for turn in turns]


DIGITS: dict[int, Strokes] = {
    2: [[[5, 15], [30, 0], [55, 20], [0, 100], [62, 100]]],
    3: [[[5, 5], [35, 0], [55, 18], [30, 45]], [[30, 45], [60, 65], [45, 95], [0, 92]]],
    4: [[[40, 0], [0, 65], [75, 65]], [[52, 30], [52, 100]]],
    5: [[[60, 0], [10, 0], [5, 42]], [[5, 42], [40, 38], [62, 60], [52, 88], [20, 98], [0, 88]]],
    7: [[[0, 0], [60, 0], [25, 100]]],
    8: [ring(30, 25, 22, 25), ring(30, 75, 28, 25)],
}
every_digit = pytest.mark.parametrize("digit", DIGITS)

TALL_FOUR: Strokes = [[[3, 0], [0, 20], [30, 20]], [[22, 4], [22, 100]]]  # its head is a fifth


def read(picture: Image.Image, crop: Box | None = None) -> GrayImage:
    image = image_from_picture(picture, crop)
    assert image is not None
    return image


def likeness(image: GrayImage, strokes: Strokes) -> float:
    """Return the correlation of an image with what the strokes alone become."""
    expected = image_from_strokes(parse_strokes(strokes))
    assert expected is not None
    return float(np.corrcoef(image.ravel(), expected.ravel())[0, 1])


def digit_in(picture: Image.Image, crop: Box | None = None) -> int:
    """Return what the shipped CNN reads."""
    checkpoint = load_checkpoint(SHIPPED_CNN)
    return predict(checkpoint.model, read(picture, crop), checkpoint.calibration).digit


def holes(image: NDArray[np.uint8]) -> int:
    """Return how many patches of paper the ink encloses."""
    paper = find_pieces(np.pad(image < 128, 1, constant_values=True))
    return len(paper.boxes) - 1


def sheet(side: int = 300, shade: int = 255) -> Image.Image:
    return Image.new("L", (side, side), shade)


# --- where the digit lies ----------------------------------------------------------------------


CORNERS = {
    "top left": (20, 20),
    "top right": (700, 20),
    "bottom left": (20, 660),
    "bottom right": (700, 660),
    "edge": (30, 340),
}


def test_a_digit_near_a_corner_is_found() -> None:
    for paper, ink in each([(255, 0), (0, 255)]):
        for place in each(CORNERS):
            picture = write_on(sheet(800, paper), DIGITS[7], (*CORNERS[place], 120), 10, ink)
            assert likeness(read(picture), DIGITS[7]) > 0.9
            assert digit_in(picture) == 7


def test_a_digit_near_a_corner_of_a_photographed_page_is_found() -> None:
    for table in each([None, 50]):
        for place in each(CORNERS):
            random = np.random.default_rng(0)
            page = write_on(sheet(800, 240), DIGITS[5], (*CORNERS[place], 120), 10, 50)
            light = 0.6 + 0.4 * np.indices((800, 800))[1] / 800
            shades = np.asarray(page) * light
            if table is not None:
                shades = np.pad(shades, ((90, 110), (60, 70)), constant_values=table)
            shades += random.normal(0, 4, shades.shape)
            photograph = Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8))
            assert likeness(read(photograph), DIGITS[5]) > 0.9
            assert digit_in(photograph) == 5


# --- small and fat -----------------------------------------------------------------------------


def test_a_picture_that_has_mnists_form_already_is_left_as_it_is() -> None:
    for digit in each(DIGITS):
        for negative in each([False, True]):
            image = image_from_strokes(parse_strokes(DIGITS[digit]))
            assert image is not None
            picture = Image.fromarray(255 - image if negative else image)
            assert np.array_equal(read(picture), image)


def test_mnists_own_images_are_left_as_they_are(mnist: Splits) -> None:
    pixels = ((mnist.test.images[:1000, 0] + 1) * 127.5).round().to(torch.uint8).numpy()
    same = [np.array_equal(read(Image.fromarray(image)), image) for image in pixels]
    assert np.mean(same) > 0.98


def test_a_picture_of_28_pixels_that_is_not_mnists_is_brought_to_its_form() -> None:
    small = write_on(sheet(28, 0), DIGITS[7], (3, 3, 10), 2, 255)
    assert not np.array_equal(read(small), np.asarray(small))
    assert likeness(read(small), DIGITS[7]) > 0.8


def test_the_holes_of_an_eight_stay_open_however_fat_its_pen() -> None:
    for side in each([28, 56, 280]):
        for pen in each([3, 4, 5]):
            large = write_on(sheet(280), DIGITS[8], (90, 50, 180), 10 * pen)
            picture = large.resize((side, side), Image.Resampling.BOX)
            assert digit_in(picture) == 8
            assert holes(read(picture)) == 2


def tall_four(height: int) -> Image.Image:
    return write_on(
        sheet(3 * height // 2), TALL_FOUR, (height / 2, height / 5, height), max(2, height // 16)
    )


@pytest.mark.parametrize("height", [24, 100, 300])
def test_a_tall_four_keeps_its_small_head(height: int) -> None:
    assert likeness(read(tall_four(height)), TALL_FOUR) > 0.85


@pytest.mark.parametrize("height", [24, 100, 300])
def test_a_tall_four_with_a_small_head_is_a_four(height: int) -> None:
    assert digit_in(tall_four(height)) == 4


@pytest.mark.parametrize("side", [24, 32, 40])
def test_a_hole_of_two_pixels_is_not_closed(side: int) -> None:
    picture = sheet(side)
    draw = ImageDraw.Draw(picture)
    middle = side // 2
    draw.rectangle((middle - 4, 3, middle + 3, 10), fill=0)  # a nine's head
    draw.rectangle((middle - 1, 6, middle, 7), fill=255)  # and its hole
    draw.rectangle((middle + 1, 3, middle + 3, 21), fill=0)
    assert holes(read(picture)) == 1


SMALL_AND_LARGE = [16, 20, 28, 40, 60, 100, 250]


@pytest.mark.parametrize("size", SMALL_AND_LARGE)
def test_a_digit_is_read_at_any_size(pen_digits: list[LabelledDrawing], size: int) -> None:
    model = load_checkpoint(SHIPPED_CNN).model
    sample = pen_digits[::160]  # 61
    right = {"strokes": 0, "picture": 0}
    for drawing in sample:
        strokes = [stroke.tolist() for stroke in drawing.strokes]
        points = np.concatenate(drawing.strokes)
        span = np.ptp(points, axis=0)
        fine = 8  # drawn this many times as large, then scaled down: soft edges
        height = max(fine * size * 0.9 * span[1] / span.max(), 1.0)
        picture = write_on(
            sheet(2 * size * fine), strokes, (0.4 * size * fine, 0.4 * size * fine, height),
            0.1 * size * fine,
        ).resize((2 * size, 2 * size), Image.Resampling.BOX)  # fmt: skip
        from_strokes = image_from_strokes(drawing.strokes)
        assert from_strokes is not None
        right["strokes"] += predict(model, from_strokes).digit == drawing.label
        right["picture"] += predict(model, read(picture)).digit == drawing.label
    assert right["picture"] >= right["strokes"] - 2  # within chance of the same


def test_from_left_as_it_is_to_drawn_anew_it_is_a_smooth_way() -> None:
    large = write_on(sheet(800), DIGITS[4], (200, 150, 500), 60)
    images = [
        read(large.resize((side, side), Image.Resampling.BOX)).astype(float)
        for side in range(40, 104, 4)  # the digit is 28 to 70 pixels high
    ]
    steps = [np.abs(b - a).mean() for a, b in pairwise(images)]
    assert max(steps) < 6
    assert np.abs(images[-1] - images[0]).mean() > 0


def test_from_a_thin_pen_to_a_wide_one_it_is_a_smooth_way() -> None:
    images = [
        read(write_on(sheet(800), DIGITS[4], (200, 150, 500), pen)).astype(float)
        for pen in range(10, 110, 4)  # 0.4 to 4 of the 28 pixels
    ]
    steps = [np.abs(b - a).mean() for a, b in pairwise(images)]
    assert max(steps) < 6
    ink = [image.sum() for image in images]
    assert ink[0] == pytest.approx(ink[5], rel=0.15)  # drawn anew, by one pen
    assert ink[-1] > 1.25 * ink[0]  # left as wide as it is


@pytest.mark.parametrize("turn", [0, 10, 20, 45, 70, 90])
def test_the_width_of_a_pen_is_measured_whichever_way_it_goes(turn: int) -> None:
    for wide in each([14, 20, 28]):
        line = Image.new("1", (200, 200))
        ImageDraw.Draw(line).rectangle((28, 100 - wide // 2, 171, 99 + wide // 2), fill=1)
        ink = np.asarray(line.rotate(turn))
        whole = wide * 144 / (144 + wide) * DIGIT_SIDE / CLOSE_UP  # its ends are outline, too
        assert scaling.pen_width(ink) == pytest.approx(whole, rel=0.08)


# --- ink and paper -----------------------------------------------------------------------------


@pytest.mark.parametrize("faint", [130, 170, 200, 215])
def test_ink_that_is_faint_in_part_is_read_whole(faint: int) -> None:
    (corner, turn, foot), belly = DIGITS[5]
    picture = sheet(200)
    draw = ImageDraw.Draw(picture)
    for line, shade in (([turn, foot], faint), ([corner, turn], 30), (belly, 30)):
        draw.line([(60 + x, 50 + y) for x, y in line], fill=shade, width=9, joint="curve")
    assert likeness(read(picture), DIGITS[5]) > 0.85
    assert digit_in(picture) == 5


COLORS = {
    "green on red": ((0, 150, 60), (255, 66, 66)),
    "red on green": ((255, 66, 66), (0, 150, 60)),
    "green on red, darker": ((20, 128, 100), (200, 60, 60)),
    "blue on olive": ((60, 90, 255), (110, 110, 20)),
    "yellow on white": ((255, 255, 0), (255, 255, 255)),
}


@pytest.mark.parametrize("kind", COLORS)
def test_colors_of_equal_lightness_are_told_apart(kind: str, tmp_path: Path) -> None:
    ink, paper = COLORS[kind]
    picture = write_on(Image.new("RGB", (200, 200), paper), DIGITS[4], (60, 40, 110), 12, ink)
    assert likeness(read(picture), DIGITS[4]) > 0.9
    picture.save(tmp_path / "colors.jpg", quality=85)
    assert likeness(read(open_picture(tmp_path / "colors.jpg")), DIGITS[4]) > 0.85


# --- printed forms and screens -----------------------------------------------------------------


def touching_its_box(digit: int) -> Image.Image:
    picture = write_on(sheet(), DIGITS[digit], (110, 80, 150), 12)
    ImageDraw.Draw(picture).rectangle((60, 60, 240, 231), outline=0, width=3)
    return picture


def crossing_its_box(digit: int) -> Image.Image:
    picture = write_on(sheet(), DIGITS[digit], (110, 60, 150), 12)
    ImageDraw.Draw(picture).rectangle((50, 30, 230, 205), outline=0, width=3)
    return picture


def in_a_turned_box(digit: int) -> Image.Image:
    return touching_its_box(digit).rotate(3, Image.Resampling.BICUBIC, fillcolor=255)


def on_a_line(digit: int) -> Image.Image:
    picture = write_on(sheet(), DIGITS[digit], (110, 60, 150), 12)
    ImageDraw.Draw(picture).line((20, 212, 280, 214), fill=0, width=3)
    return picture


def across_a_line(digit: int) -> Image.Image:
    picture = write_on(sheet(), DIGITS[digit], (110, 60, 150), 12)
    ImageDraw.Draw(picture).line((0, 190, 299, 190), fill=0, width=3)
    return picture


def above_a_line(digit: int) -> Image.Image:
    picture = write_on(sheet(), DIGITS[digit], (110, 60, 150), 12)
    ImageDraw.Draw(picture).line((30, 240, 270, 240), fill=0, width=3)
    return picture


def screenshot(digit: int) -> Image.Image:
    picture = Image.new("RGB", (300, 600), (250, 250, 250))
    write_on(picture, DIGITS[digit], (110, 150, 150), 12, (0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((40, 450, 260, 510), 20, fill=(0, 110, 240))
    draw.text((130, 470), "Send", fill="white")
    draw.text((100, 20), "12:34  Notes", fill="black")
    return picture


def close_above_a_button(digit: int) -> Image.Image:
    picture = write_on(Image.new("RGB", (300, 500), "white"), DIGITS[digit], (110, 150, 150), 12)
    ImageDraw.Draw(picture).rounded_rectangle((90, 325, 210, 370), 20, fill=(0, 110, 240))
    return picture


FORMS: dict[str, Callable[[int], Image.Image]] = {
    "touching its box": touching_its_box,
    "crossing its box": crossing_its_box,
    "in a turned box": in_a_turned_box,
    "on a line": on_a_line,
    "across a line": across_a_line,
    "above a line": above_a_line,
    "screenshot": screenshot,
    "close above a button": close_above_a_button,
}


def test_what_is_printed_beside_a_digit_is_not_read() -> None:
    for kind in each(FORMS):
        for digit in each(DIGITS):
            picture = FORMS[kind](digit)
            assert likeness(read(picture), DIGITS[digit]) > 0.8
            assert digit_in(picture) == digit


@pytest.mark.parametrize("digit", [0, 8])
def test_a_digit_of_straight_strokes_is_no_box(digit: int) -> None:
    strokes: Strokes = [[[0, 0], [50, 0], [50, 100], [0, 100], [0, 0]]]
    if digit == 8:
        strokes.append([[0, 50], [50, 50]])
    picture = write_on(sheet(), strokes, (110, 70, 160), 10)
    assert likeness(read(picture), strokes) > 0.9


def test_a_box_alone_is_read_as_what_it_is() -> None:
    picture = sheet()
    ImageDraw.Draw(picture).rectangle((60, 60, 240, 240), outline=0, width=6)
    assert holes(read(picture)) == 1


# --- several things in one picture -------------------------------------------------------------


def pair(colors: tuple[int, int] = (0, 255)) -> Image.Image:
    ink, paper = colors
    picture = Image.new("L", (600, 300), paper)
    write_on(picture, DIGITS[4], (80, 60, 180), 14, ink)
    return write_on(picture, DIGITS[7], (380, 80, 150), 14, ink)


@pytest.mark.parametrize("colors", [(0, 255), (255, 0)])
def test_each_digit_is_found_and_can_be_read_alone(colors: tuple[int, int]) -> None:
    four, seven = find_digits(pair(colors))  # the larger one first
    for box, (left, top, right, bottom), digit in (
        (four, (80, 60, 215, 240), 4),
        (seven, (380, 80, 470, 230), 7),
    ):
        assert box.left <= left
        assert box.top <= top
        assert box.right >= right
        assert box.bottom >= bottom
        assert box.width * box.height < 2.2 * (right - left) * (bottom - top)
        assert digit_in(pair(colors), box) == digit
    assert likeness(read(pair(colors)), DIGITS[4]) > 0.9  # else the first one is read


def test_of_one_digit_there_is_one_box() -> None:
    for kind in ("touching its box", "on a line", "screenshot", "close above a button"):
        (box,) = find_digits(FORMS[kind](5))
        assert box.left < 115
        assert box.right > 195


def test_a_five_whose_bar_stands_apart_is_one_digit() -> None:
    apart: Strokes = [[[12, 0], [60, 0]], [[5, 16], [3, 46], *DIGITS[5][1][1:]]]
    picture = write_on(sheet(), apart, (110, 60, 160), 12)
    assert len(find_digits(picture)) == 1
    assert likeness(read(picture), apart) > 0.9


def test_nothing_is_found_on_bare_paper() -> None:
    assert find_digits(sheet()) == []


def test_boxes_are_in_the_pixels_of_a_large_picture() -> None:
    (box,) = find_digits(write_on(sheet(2400), DIGITS[7], (1500, 300, 600), 50))
    assert box.left == pytest.approx(1475 - 65, abs=40)
    assert box.top == pytest.approx(275 - 65, abs=40)
    assert box.bottom == pytest.approx(925 + 65, abs=40)


def test_a_crop_may_reach_beyond_the_picture_but_not_lie_outside() -> None:
    picture = pair()
    assert digit_in(picture, Box(300, -50, 900, 900)) == 7
    for outside in (Box(600, 0, 700, 100), Box(10, 10, 10, 20), Box(50, 50, 40, 60)):
        with pytest.raises(ValueError, match="outside a picture of 600×300"):
            image_from_picture(picture, outside)


# --- files -------------------------------------------------------------------------------------


SAVED = {"PGM": "PPM", "JPEG": "JPEG", "WebP": "WEBP"}


def test_each_kind_that_is_named_is_read_without_an_extension(tmp_path: Path) -> None:
    for kind in each(PICTURE_KINDS):
        picture = write_on(sheet(200), DIGITS[4], (60, 40, 110), 12)
        picture = picture.convert("RGB") if kind in ("PPM", "AVIF") else picture
        picture.save(tmp_path / "four", SAVED.get(kind, kind))
        assert likeness(read(open_picture(tmp_path / "four")), DIGITS[4]) > 0.9
        (tmp_path / "four").rename(tmp_path / "four.txt")
        assert likeness(read(open_picture(tmp_path / "four.txt")), DIGITS[4]) > 0.9


def test_all_that_is_decoded_is_named() -> None:
    assert {SAVED.get(kind, kind) for kind in PICTURE_KINDS} == set(PICTURE_FORMATS)


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_heic_is_refused_with_the_kinds_that_are_read(tmp_path: Path, brand: bytes) -> None:
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + b"\0" * 64)
    with pytest.raises(ValueError, match=r"IMG_0001\.HEIC is not an image that can be read: PNG, "):
        open_picture(path)


@pytest.mark.parametrize("compression", ["group4", "group3", "tiff_lzw"])
def test_the_first_page_of_a_tiff_is_read(tmp_path: Path, compression: str) -> None:
    pages = [
        write_on(sheet(200), DIGITS[digit], (60, 40, 110), 12).convert("1") for digit in (4, 7)
    ]
    pages[0].save(
        tmp_path / "fax.tiff", compression=compression, save_all=True, append_images=pages[1:]
    )
    assert likeness(read(open_picture(tmp_path / "fax.tiff")), DIGITS[4]) > 0.9


TRANSPARENT: dict[str, Callable[[], Image.Image]] = {
    "black on nothing": lambda: Image.new("RGBA", (200, 200), (0, 0, 0, 0)),
    "black on white nothing": lambda: Image.new("RGBA", (200, 200), (255, 255, 255, 0)),
    "black on white": lambda: Image.new("RGBA", (200, 200), (255, 255, 255, 255)),
    "black on half of white": lambda: Image.new("RGBA", (200, 200), (255, 255, 255, 128)),
    "white on nothing": lambda: Image.new("RGBA", (200, 200), (0, 0, 0, 0)),
    "white on white nothing": lambda: Image.new("RGBA", (200, 200), (255, 255, 255, 0)),
    "white on black": lambda: Image.new("RGBA", (200, 200), (0, 0, 0, 255)),
    "red on nothing": lambda: Image.new("RGBA", (200, 200), (0, 0, 0, 0)),
}


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    for kind in each(TRANSPARENT):
        colors = {"black": (0, 0, 0, 255), "white": (255, 255, 255, 255), "red": (220, 20, 20, 255)}
        picture = write_on(
            TRANSPARENT[kind](), DIGITS[4], (60, 40, 110), 12, colors[kind.split()[0]]
        )
        assert likeness(read(picture), DIGITS[4]) > 0.9
        picture.save(tmp_path / "layer.png")
        assert likeness(read(open_picture(tmp_path / "layer.png")), DIGITS[4]) > 0.9


@pytest.mark.parametrize("colors", ["gray", "gray_r", "viridis", "Blues"])
def test_a_figure_that_matplotlib_has_saved_is_read(colors: str) -> None:
    image = image_from_strokes(parse_strokes(DIGITS[4]))
    figure = Figure(figsize=(3, 3))
    axes = figure.add_subplot()
    axes.imshow(image, cmap=matplotlib.colormaps[colors])
    axes.axis("off")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    assert likeness(read(Image.open(file)), DIGITS[4]) > 0.85
    assert digit_in(Image.open(file)) == 4


# --- thinning is left for large digits ---------------------------------------------------------


def test_a_small_digit_is_never_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    thinned = []

    def note(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
        thinned.append(ink.shape)
        return thin(ink)

    monkeypatch.setattr(scaling, "thin", note)
    read(write_on(sheet(60), DIGITS[4], (20, 15, 24), 3))
    assert thinned == []
    read(write_on(sheet(200), DIGITS[4], (60, 40, 110), 12))
    assert len(thinned) == 1


# --- the process that decodes ------------------------------------------------------------------

SANDBOX = """
import os, socket, sys
sys.path.append(sys.argv[3])
import decoder

is_offline = decoder.leave_the_network()
decoder.limit_myself()
say = lambda word: print(word, file=sys.stderr)

def attempt(word, act):
    try:
        act()
    except OSError:
        say(f"no {word}")
    else:
        say(word)

attempt("writing", lambda: open(sys.argv[1], "wb", 0).write(b"x"))
attempt("files", lambda: [os.dup(0) for _ in range(decoder.MAX_FILES)])
if is_offline:
    attempt("connection", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 10))
else:
    say("the system does not let it leave the network")
"""


def test_whoever_gets_hold_of_the_decoder_can_do_nothing_with_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port, folder = server.getsockname()[1], Path(decoder.__file__).parent
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                SANDBOX,
                tmp_path / "x",
                str(port),
                folder,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    said = done.stderr.splitlines()
    assert said[:2] == ["no writing", "no files"]
    assert said[2] in ("no connection", "the system does not let it leave the network")
    assert (tmp_path / "x").stat().st_size == 0


def test_the_decoder_learns_no_secret_and_it_is_said_once_if_it_has_the_network(
    four: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    given: list[dict[str, str]] = []
    run = subprocess.run

    def look(*arguments: Any, env: dict[str, str], **settings: Any) -> Any:
        given.append(env)
        done = run(*arguments, env=env, **settings)
        done.stdout = re.sub(rb"(true|false)]", b"false]", done.stdout, count=1)
        return done

    monkeypatch.setenv("HF_TOKEN", "a secret")
    monkeypatch.setattr("mnist_core.preprocessing.sandbox.subprocess.run", look)
    sandbox.note_network.cache_clear()
    for _ in range(2):
        open_picture(four)
    sandbox.note_network.cache_clear()
    assert set(given[0]) <= {"SYSTEMROOT", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH"}
    assert caplog.messages == ["pictures are decoded by a process that has the network"]

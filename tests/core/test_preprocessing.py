from __future__ import annotations

import io
import math
import resource
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from mnist_core.checkpoints import SHIPPED, load_checkpoint
from mnist_core.data import Splits
from mnist_core.drawings import LabelledDrawing
from mnist_core.inference import predict
from mnist_core.preprocessing import (
    DIGIT_SIDE,
    MAX_COORDINATE,
    MAX_PICTURE_PIXELS,
    MAX_POINTS,
    MAX_STROKES,
    GrayImage,
    Stroke,
    image_from_picture,
    image_from_strokes,
    ink_of_each,
    open_picture,
    parse_strokes,
    sandbox,
)
from mnist_core.preprocessing.decoder import MAX_MEMORY_BYTES, decode
from mnist_core.preprocessing.pictures import MAX_PICTURE_BYTES
from mnist_core.preprocessing.thinning import thin
from tests.bombs import PICTURE_BOMBS, png_that_claims, small_picture
from tests.each import each
from tests.in_chinese import in_chinese
from tests.paper import FELT_TIP, KINDS, take_picture

MIDDLE = 14.5  # pixels from the edge: the centre of the 15th, where MNIST's digits balance

CIRCLE = [
    [500 + 200 * math.sin(turn / 20 * math.pi), 500 - 300 * math.cos(turn / 20 * math.pi)]
    for turn in range(41)
]
DIGITS = {  # drawn on a paper of 1000 × 1000
    "zero": [CIRCLE],
    "one": [[[500, 100], [500, 900]]],
    "four": [[[400, 100], [300, 500], [700, 500]], [[600, 100], [600, 900]]],
    "seven": [[[300, 200], [700, 200], [450, 800]]],
    "flat line": [[[100, 500], [900, 500]]],
}
every_digit = pytest.mark.parametrize("strokes", DIGITS.values(), ids=DIGITS.keys())


def draw(strokes: object) -> GrayImage:
    image = image_from_strokes(parse_strokes(strokes))
    assert image is not None
    return image


def box(image: GrayImage) -> tuple[int, int]:
    """Return the width and the height of what is at least half ink."""
    inked = image >= 128
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)


def mass_center(image: GrayImage) -> tuple[float, float]:
    """Return where the ink balances: x, y, each pixel's mass in its middle."""
    down, across = np.indices(image.shape) + 0.5
    mass = image.astype(np.float64) / image.sum(dtype=np.float64)
    return float((across * mass).sum()), float((down * mass).sum())


def difference(first: GrayImage, second: GrayImage) -> int:
    """Return the largest difference of two pixels, 0 to 255."""
    return int(np.abs(first.astype(int) - second.astype(int)).max())


# --- strokes → image ---------------------------------------------------------------------------


@every_digit
def test_the_longer_side_of_a_drawing_becomes_twenty_pixels(
    strokes: list[list[list[float]]],
) -> None:
    assert max(box(draw(strokes))) == pytest.approx(DIGIT_SIDE, abs=1)


@every_digit
def test_the_ink_of_a_drawing_balances_in_the_middle(strokes: list[list[list[float]]]) -> None:
    assert mass_center(draw(strokes)) == pytest.approx((MIDDLE, MIDDLE), abs=0.1)


@every_digit
@given(
    scale=st.floats(0.1, 100),
    right=st.floats(-100_000, 100_000),
    down=st.floats(-100_000, 100_000),
)
def test_neither_size_nor_place_of_a_drawing_matters(
    strokes: list[list[list[float]]], scale: float, right: float, down: float
) -> None:
    moved = [[[x * scale + right, y * scale + down] for x, y in stroke] for stroke in strokes]
    assert difference(draw(moved), draw(strokes)) <= 2


@every_digit
def test_neither_direction_nor_order_of_strokes_matters(strokes: list[list[list[float]]]) -> None:
    backwards = [stroke[::-1] for stroke in strokes[::-1]]
    assert difference(draw(backwards), draw(strokes)) <= 2


@every_digit
def test_points_between_points_change_nothing(strokes: list[list[list[float]]]) -> None:
    finer = [
        [
            [x + (to_x - x) * part / 5, y + (to_y - y) * part / 5]
            for (x, y), (to_x, to_y) in pairwise(stroke)
            for part in range(6)
        ]
        for stroke in strokes
    ]
    assert difference(draw(finer), draw(strokes)) <= 2


def test_proportions_are_kept() -> None:
    rectangle = [[[0, 0], [300, 0], [300, 600], [0, 600], [0, 0]]]
    width, height = box(draw(rectangle))
    assert height == pytest.approx(20, abs=1)
    assert width == pytest.approx(300 / 600 * (20 - 3.3) + 2.3, abs=1)  # the pen's width stays


def test_x_is_to_the_right_and_y_is_down() -> None:
    seven = draw(DIGITS["seven"])
    top, bottom = seven[:14], seven[14:]
    assert top.sum(dtype=int) > bottom.sum(dtype=int)
    assert seven[20:, 14:].sum(dtype=int) < seven[20:, :14].sum(dtype=int)


def test_a_line_is_as_wide_as_the_pen_of_mnist() -> None:
    ink_across = draw(DIGITS["one"])[14].sum(dtype=int) / 255
    assert ink_across == pytest.approx(2.3, abs=0.2)


def test_the_gap_between_two_strokes_is_left_open() -> None:
    image = draw([[[0, 0], [0, 1000]], [[800, 0], [800, 1000]]])
    assert image[14, 13:15].max() == 0


def test_a_tap_is_a_dot_and_not_blown_up() -> None:
    for tap in ([[[500, 500]]], [[[500, 500], [503, 501]]]):
        image = draw(tap)
        assert max(box(image)) <= 6
        assert image.max() > 200
        assert mass_center(image) == pytest.approx((MIDDLE, MIDDLE), abs=0.5)


@pytest.mark.parametrize("strokes", [[], [[]], [[], [], []]])
def test_nothing_drawn_is_no_image(strokes: object) -> None:
    assert image_from_strokes(parse_strokes(strokes)) is None


def test_a_scribble_of_all_the_points_allowed_is_drawn() -> None:
    points = np.random.default_rng(0).uniform(0, 1000, (MAX_POINTS, 2)).tolist()
    for strokes in ([points], [points[start::MAX_STROKES] for start in range(MAX_STROKES)]):
        image = draw(strokes)
        assert image[6:22, 6:22].mean() > 200  # black all over
        assert mass_center(image) == pytest.approx((MIDDLE, MIDDLE), abs=0.5)


COORDINATES = st.one_of(
    st.floats(-MAX_COORDINATE, MAX_COORDINATE),
    st.integers(-int(MAX_COORDINATE), int(MAX_COORDINATE)),
    st.sampled_from([0, -0.0, 5e-324, MAX_COORDINATE, -MAX_COORDINATE]),
)
POINTS = st.lists(COORDINATES, min_size=2, max_size=2)


@given(st.lists(st.lists(POINTS, max_size=20), max_size=8))
def test_whatever_is_drawn_gives_an_image_or_nothing(strokes: list[list[list[float]]]) -> None:
    image = image_from_strokes(parse_strokes(strokes))
    if not any(strokes):
        assert image is None
        return
    assert image is not None
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() > 128


# --- where MNIST has its digits ----------------------------------------------------------------


def balance(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the index of the row and of the column at which each image's ink balances, [n, 2]."""
    mass = images.sum(axis=(1, 2), dtype=np.float64)
    index = np.arange(28)
    rows, columns = images.sum(axis=2) @ index, images.sum(axis=1) @ index
    return np.stack([rows, columns], axis=1) / mass[:, None]


def spans(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many pixels lie from the first to the last with any ink, the longer way, [n]."""
    sides = []
    for axis in (1, 2):
        inked = (images > 0).any(axis=axis)
        sides.append(28 - inked[:, ::-1].argmax(axis=1) - inked.argmax(axis=1))
    return np.maximum(*sides)


def mnist_pixels(mnist: Splits) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = ((mnist.train.images[:, 0] + 1) * 127.5).round().byte().numpy()
    return pixels


def check_placement(images: NDArray[np.uint8], mnist: Splits) -> None:
    """Hold the mean place and the mean size of images against those of MNIST's 60,000."""
    theirs = mnist_pixels(mnist)
    assert balance(images).mean(axis=0) == pytest.approx(balance(theirs).mean(axis=0), abs=0.1)
    assert spans(images).mean() == pytest.approx(spans(theirs).mean(), abs=0.5)


def test_drawings_lie_where_mnists_images_do_and_are_as_large(mnist: Splits) -> None:
    check_placement(np.stack([draw(strokes) for strokes in DIGITS.values()]), mnist)


def test_real_digits_lie_where_mnists_images_do_and_are_as_large(
    mnist: Splits, pen_digits: list[LabelledDrawing]
) -> None:
    images = [image_from_strokes(drawing.strokes) for drawing in pen_digits[::40]]
    check_placement(np.stack([image for image in images if image is not None]), mnist)


@pytest.mark.parametrize("kind", ["hairline", "photograph, felt-tip"])
def test_pictures_lie_where_mnists_images_do_and_are_as_large(mnist: Splits, kind: str) -> None:
    pictures = [take_picture(parse_strokes(strokes), kind) for strokes in DIGITS.values()]
    check_placement(np.stack([read(picture) for picture in pictures]), mnist)


# --- strokes from strangers --------------------------------------------------------------------


def test_strokes_become_arrays_and_empty_ones_are_left_out() -> None:
    strokes = parse_strokes([[[1, 2], [3.5, -4]], [], [[0, 0]]])
    assert [stroke.tolist() for stroke in strokes] == [[[1.0, 2.0], [3.5, -4.0]], [[0.0, 0.0]]]
    assert all(stroke.dtype == np.float64 for stroke in strokes)


def point_of(value: object) -> object:
    return [[[0, 0], [value, 1]]]


HOSTILE = {
    "nothing": None,
    "a text": "[[[1, 2]]]",
    "a number": 7,
    "a dict": {"strokes": [[[1, 2]]]},
    "a tuple": ([[1, 2]],),
    "a stroke that is none": [None],
    "a stroke that is a text": ["12"],
    "a stroke that is a dict": [{"0": [1, 2]}],
    "points without strokes": [[1, 2]],
    "a point of one number": [[[1]]],
    "a point of three numbers": [[[1, 2, 3]]],
    "a point that is a text": [["12"]],
    "a point that is a dict": [[{"x": 1, "y": 2}]],
    "a point in a point": [[[[1, 2], [3, 4]]]],
    "not a number": point_of(math.nan),
    "infinity": point_of(math.inf),
    "minus infinity": point_of(-math.inf),
    "a huge float": point_of(1e300),
    "a huge whole number": point_of(10**400),
    "just too large": point_of(MAX_COORDINATE + 1),
    "true": point_of(True),
    "none": point_of(None),
    "a text for a number": point_of("1"),
    "a complex number": point_of(1j),
    "a point too many": [[[0, 0]] * (MAX_POINTS + 1)],
    "a point too many in all": [[[0, 0]] * (MAX_POINTS // 2), [[0, 0]] * (MAX_POINTS // 2 + 1)],
    "a million points": [[[0, 0]] * 1_000_000],
    "a million strokes": [[]] * 1_000_000,
}


def test_anything_else_is_refused_in_one_sentence() -> None:
    for kind in each(HOSTILE):
        with pytest.raises(ValueError, match=r"^[A-Z][^\n]{20,120}\.$"):
            parse_strokes(HOSTILE[kind])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON | st.lists(JSON) | st.lists(st.lists(JSON)) | st.lists(st.lists(st.lists(JSON))))
def test_any_json_is_strokes_or_refused(payload: object) -> None:
    try:
        strokes: list[Stroke] = parse_strokes(payload)
    except ValueError:
        return
    assert all(stroke.ndim == 2 and stroke.shape[1] == 2 for stroke in strokes)
    image_from_strokes(strokes)


# --- pictures → image --------------------------------------------------------------------------


def four(ink: object, paper: object, mode: str = "L", size: int = 100) -> Image.Image:
    """Paint a four, which no turning or mirroring leaves as it is."""
    picture = Image.new(mode, (size, size), paper)  # type: ignore[arg-type]
    pen = ImageDraw.Draw(picture)
    points = [[(40, 15), (30, 55), (70, 55)], [(60, 25), (60, 85)]]
    for line in points:
        scaled = [(x * size / 100, y * size / 100) for x, y in line]
        pen.line(scaled, fill=ink, width=round(0.08 * size))  # type: ignore[arg-type]
    return picture


def read(picture: Image.Image) -> GrayImage:
    image = image_from_picture(picture)
    assert image is not None
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    return image


def palette_picture() -> Image.Image:
    return four("black", "white", "RGB").convert("P", palette=Image.Palette.ADAPTIVE, colors=4)


def sixteen_bits() -> Image.Image:
    pixels: NDArray[np.uint16] = np.asarray(four(0, 255)).astype(np.uint16) * 257
    return Image.fromarray(pixels)


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "light on dark": lambda: four(255, 0),
    "black and white": lambda: four(0, 1, "1"),
    "colours": lambda: four((20, 0, 90), (250, 255, 220), "RGB"),
    "red on green": lambda: four((200, 30, 30), (90, 255, 90), "RGB"),
    "palette": palette_picture,
    "16 bits": sixteen_bits,
    "for the press": lambda: four("black", "white", "RGB").convert("CMYK"),
    "black on nothing": lambda: four((0, 0, 0, 255), (0, 0, 0, 0), "RGBA"),
    "black on white nothing": lambda: four((0, 0, 0, 255), (255, 255, 255, 0), "RGBA"),
    "white on nothing": lambda: four((255, 255, 255, 255), (255, 255, 255, 0), "RGBA"),
    "grey with transparency": lambda: four((0, 255), (255, 0), "LA"),
    "faint": lambda: four(170, 230),
}


def test_a_picture_of_any_kind_is_read_as_dark_on_light() -> None:
    for kind in each(PICTURES):
        assert difference(read(PICTURES[kind]()), read(four(0, 255))) <= 16


def test_a_picture_is_read_alike_from_its_file(tmp_path: Path) -> None:
    for kind in each(PICTURES):
        picture = PICTURES[kind]()
        picture.save(tmp_path / "four.tiff")
        assert difference(read(open_picture(tmp_path / "four.tiff")), read(four(0, 255))) <= 16


@pytest.mark.parametrize("size", [60, 400, 3000])
def test_the_size_of_a_picture_hardly_matters(size: int) -> None:
    small, large = read(four(0, 255)).astype(float), read(four(0, 255, size=size)).astype(float)
    assert np.abs(small - large).mean() < 6


def test_margins_do_not_matter() -> None:
    wide = Image.new("L", (500, 300), 255)
    wide.paste(four(0, 255), (350, 180))
    assert np.abs(read(wide).astype(float) - read(four(0, 255))).mean() < 3


def test_the_digit_of_a_picture_has_the_size_and_place_of_mnists() -> None:
    image = read(four(0, 255))
    width, height = box(image)
    assert height == pytest.approx(20, abs=1)
    assert width == pytest.approx(20 * 44 / 70, abs=2)
    assert mass_center(image) == pytest.approx((MIDDLE, MIDDLE), abs=0.5 + 1e-9)


FOUR = [[[40, 15], [30, 55], [70, 55]], [[60, 25], [60, 85]]]


def test_a_picture_of_strokes_becomes_the_image_that_the_strokes_become() -> None:
    for kind in each(KINDS):
        from_strokes = draw(FOUR).astype(float)
        from_picture = read(take_picture(parse_strokes(FOUR), kind)).astype(float)
        mirrored = np.corrcoef(from_strokes[:, ::-1].ravel(), from_picture.ravel())[0, 1]
        assert np.corrcoef(from_strokes.ravel(), from_picture.ravel())[0, 1] > 0.9 > mirrored
        # The lines of a thinner pen become as wide as MNIST's, those of a wider one stay wider.
        wider = 1.1 if KINDS[kind][0] == FELT_TIP else 1.0
        assert from_picture.sum() == pytest.approx(wider * from_strokes.sum(), rel=0.1)


@pytest.mark.parametrize("kind", ["hairline", "photograph, felt-tip"])
def test_pictures_of_real_digits_are_read_as_well_as_their_strokes(
    pen_digits: list[LabelledDrawing], kind: str
) -> None:
    sample = pen_digits[::240]  # 41
    model = load_checkpoint(SHIPPED).model
    labels = [drawing.label for drawing in sample]
    from_pictures = [
        predict(model, read(take_picture(drawing.strokes, kind, seed))).digit
        for seed, drawing in enumerate(sample)
    ]
    from_strokes = [
        predict(model, image).digit
        for drawing in sample
        if (image := image_from_strokes(drawing.strokes)) is not None
    ]
    right, expected = (
        sum(read == label for read, label in zip(digits, labels, strict=True))
        for digits in (from_pictures, from_strokes)
    )
    assert right >= expected - 3  # within chance of the same


def test_a_mere_blot_is_a_dot_in_the_middle() -> None:
    picture = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(picture).ellipse((60, 90, 100, 130), fill=0)
    image = read(picture)
    assert max(box(image)) <= 8
    assert mass_center(image) == pytest.approx((MIDDLE, MIDDLE), abs=0.5)


@pytest.mark.parametrize("line", [(20, 150, 280, 150), (150, 20, 150, 280), (20, 20, 280, 280)])
def test_a_line_in_a_picture_is_as_long_and_as_wide_as_from_strokes(
    line: tuple[int, int, int, int],
) -> None:
    picture = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(picture).line(line, fill=0, width=24)
    from_strokes = draw([[list(line[:2]), list(line[2:])]]).astype(float)
    assert np.abs(read(picture) - from_strokes).mean() < 5


def test_a_scribble_over_a_whole_picture_is_an_image() -> None:
    points = np.random.default_rng(0).uniform(0, 300, (400, 2))
    picture = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(picture).line([tuple(point) for point in points.tolist()], fill=0, width=3)
    assert read(picture).max() == 255


def test_many_bits_a_pixel_are_brought_to_their_own_range() -> None:
    gray = np.asarray(four(60, 200)).astype(np.float64)
    expected = read(four(60, 200))
    for pixels in (
        (gray * 257).astype(np.uint16),
        (gray * 1000 - 50_000).astype(np.int32),
        (gray / 255).astype(np.float32),
    ):
        assert np.abs(read(Image.fromarray(pixels)).astype(float) - expected).mean() < 3
    broken = (gray / 255).astype(np.float32)
    broken[3, 3] = np.nan
    assert np.abs(read(Image.fromarray(broken)).astype(float) - expected).mean() < 5


def test_noise_of_any_shape_is_read_in_bounded_time() -> None:
    for shape in each([(1, 1), (1, 300), (300, 1), (2, 2), (40, 6000)]):
        for seed in each(range(3)):
            pixels = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
            image = image_from_picture(Image.fromarray(pixels))
            assert image is None or image.shape == (28, 28)


def test_a_photograph_taken_sideways_is_turned_upright(tmp_path: Path) -> None:
    turned_right = 6  # as EXIF counts
    exif = Image.Exif()
    exif[0x0112] = turned_right
    four(0, 255).rotate(90).save(tmp_path / "photo.png", exif=exif)
    assert difference(read(open_picture(tmp_path / "photo.png")), read(four(0, 255))) == 0


def test_a_blank_picture_is_no_image() -> None:
    for value in each([0, 128, 255]):
        for size in each([(1, 1), (28, 28), (1, 5000), (5000, 1)]):
            assert image_from_picture(Image.new("L", size, value)) is None
            assert image_from_picture(Image.new("RGBA", size, (value, value, value, 0))) is None


def test_noise_in_the_paper_is_no_ink() -> None:
    noise = np.random.default_rng(0).integers(225, 256, (50, 50)).astype(np.uint8)
    assert image_from_picture(Image.fromarray(noise)) is None


def test_a_speck_and_a_hair_are_images() -> None:
    for size in ((1, 1), (1, 60), (60, 1)):
        picture = Image.new("L", (100, 100), 255)
        picture.paste(0, (20, 20, 20 + size[0], 20 + size[1]))
        assert read(picture).max() > 128


@settings(max_examples=40)
@given(
    st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(
        lambda size: st.tuples(st.just(size), st.binary(min_size=4 * 144, max_size=4 * 144))
    ),
    st.sampled_from(["L", "RGB", "RGBA", "LA", "CMYK", "1", "P", "I;16"]),
)
def test_any_pixels_are_an_image_or_blank(sized: tuple[tuple[int, int], bytes], mode: str) -> None:
    size, content = sized
    image = image_from_picture(Image.frombytes(mode, size, content[: needed(mode, size)]))
    assert image is None or (image.shape == (28, 28) and image.dtype == np.uint8)


def needed(mode: str, size: tuple[int, int]) -> int:
    """Return how many bytes the pixels of a picture take."""
    return len(Image.new(mode, size).tobytes())


# --- thinning ----------------------------------------------------------------------------------


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=12)))
def test_thinning_keeps_what_hangs_together(ink: NDArray[np.bool_]) -> None:
    line = thin(ink)
    assert not (line & ~ink).any()
    assert line.any() == ink.any()
    assert np.array_equal(thin(line), line)


def test_a_bar_is_thinned_to_its_middle() -> None:
    for width in each([1, 2, 5, 9]):
        ink = np.zeros((30, 60), dtype=bool)
        ink[10 : 10 + width, 5:55] = True
        rows, columns = np.nonzero(thin(ink))
        assert rows.mean() + 0.5 == pytest.approx(10 + width / 2, abs=1)
        assert len(set(columns)) == len(columns) > 49 - width  # one pixel wide


def test_a_ring_stays_a_ring() -> None:
    down, across = np.indices((40, 40)) - 20
    distance = np.hypot(down, across)
    line = thin((distance > 8) & (distance < 16))
    rows, columns = np.nonzero(line)
    assert np.hypot(rows - 20, columns - 20) == pytest.approx(12, abs=1.5)
    assert line.sum() > 60


# --- files from strangers ----------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(ValueError, match=r"^[^\n]{1,120}\.$") as error:
        open_picture(path)
    assert path.name in str(error.value)
    assert path.name in in_chinese(error.value)
    return str(error.value)


def test_an_enormous_picture_is_refused_unread(tmp_path: Path) -> None:
    for side in each([math.isqrt(MAX_PICTURE_PIXELS) + 1, 12_000, 30_000, 2**31 - 1]):
        (tmp_path / "bomb.png").write_bytes(png_that_claims(side, side))
        assert "megapixels" in refusal(tmp_path / "bomb.png")


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    for content in each([b"", b"hello", b"\0" * 100, b"GIF89a", b"<svg/>", png_that_claims(9, 9)]):
        (tmp_path / "other.png").write_bytes(content)
        assert "not an image" in refusal(tmp_path / "other.png")


FORMATS = ["PNG", "GIF", "BMP", "TIFF", "JPEG", "WEBP", "ICO", "PPM", "QOI", "DDS"]


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_damaged_picture_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(small_picture(kind))
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        content[place] = value
    cut = data.draw(st.integers(0, len(content)) | st.none())
    try:  # in this process, which is quicker; what it raises there ends the other one
        picture = decode(io.BytesIO(content[:cut]))
    except Exception:
        return
    assert picture is None or picture.mode in ("L", "RGB", "RGBA", "F")
    if picture is not None:
        image_from_picture(picture)


# --- files that are worse than damaged ---------------------------------------------------------


@pytest.mark.parametrize("make", PICTURE_BOMBS.values(), ids=PICTURE_BOMBS)
def test_a_picture_that_would_take_hours_or_all_memory_is_refused(
    tmp_path: Path, make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bomb.img").write_bytes(make())
    monkeypatch.setattr(sandbox, "DECODING_TIMEOUT_SECONDS", 1.0)
    before, before_of_children = memory_peaks()
    said = refusal(tmp_path / "bomb.img")
    assert "not an image" in said or "too long" in said
    after, after_of_children = memory_peaks()
    assert after - before < 200_000
    # An earlier child, such as a whole app, may have needed more.
    assert (
        after_of_children == before_of_children or after_of_children < 1.2 * MAX_MEMORY_BYTES / 1024
    )


def memory_peaks() -> tuple[int, int]:
    """Return the most memory that this process has had, and any of its children, in kilobytes."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    own, of_children = (resource.getrusage(kind).ru_maxrss for kind in kinds)
    return own, of_children


def test_of_a_picture_that_moves_the_first_frame_is_read(tmp_path: Path) -> None:
    first = ImageOps.invert(four(0, 255, size=60))
    others = [Image.new("L", first.size, value % 256) for value in range(500)]
    first.save(tmp_path / "many.gif", save_all=True, append_images=others)
    image = image_from_picture(open_picture(tmp_path / "many.gif"))
    assert image is not None
    assert np.array_equal(image, image_from_picture(first))


@pytest.mark.parametrize("mode", ["RGBA", "I;16"])
def test_the_largest_pictures_are_read(tmp_path: Path, mode: str) -> None:
    side = math.isqrt(MAX_PICTURE_PIXELS)
    Image.new(mode, (side, side)).save(tmp_path / "large", "PNG", compress_level=1)
    picture = open_picture(tmp_path / "large")
    assert max(picture.size) == 1_000
    assert image_from_picture(picture) is None  # it is blank


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(MAX_PICTURE_BYTES + 1)
    assert "megabytes" in refusal(tmp_path / "large.png")


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.png", tmp_path):
        with pytest.raises(FileNotFoundError, match=path.name):
            open_picture(path)


def test_the_ink_of_each_stroke_lies_where_it_lies_in_the_image() -> None:
    generator = np.random.default_rng(7)
    for count in (1, 2, 5):
        strokes = [generator.uniform(0, 1000, (6, 2)) for _ in range(count)]
        each_ = ink_of_each([*strokes, np.empty((0, 2))])
        assert len(each_) == count
        image = image_from_strokes(strokes)
        assert image is not None
        assert (np.maximum.reduce(each_) == image).all()
    assert ink_of_each([]) == []

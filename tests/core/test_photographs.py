"""Photographs of things, brought to the shape of a data set's images."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_core.data import DATASETS
from mnist_core.preprocessing import Box
from mnist_core.preprocessing.photographs import image_of_thing, middle_square
from tests.each import each

GREY, COLOUR = DATASETS["fashion_mnist"].shape, DATASETS["cifar10"].shape


def thing(ground: int, ink: int, size: tuple[int, int] = (300, 300)) -> Image.Image:
    """Paint a square thing in the middle of an even ground."""
    picture = Image.new("L", size, ground)
    width, height = size
    box = (width // 2 - 60, height // 2 - 60, width // 2 + 60, height // 2 + 60)
    ImageDraw.Draw(picture).rectangle(box, fill=ink)
    return picture


def test_a_thing_becomes_light_on_black_whatever_it_lies_on() -> None:
    for ground, ink in each([(255, 0), (230, 90), (0, 255), (60, 200), (128, 20)]):
        image = image_of_thing(thing(ground, ink), GREY, is_on_black=True)
        assert image.shape == GREY and image.dtype == np.uint8
        assert (image[0, 0] == 0).all() and (image[0, :, 0] == 0).all()
        assert image[0, 14, 14] > 150


def test_what_has_the_form_already_stays_as_it_is() -> None:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[6:20, 8:21] = np.random.default_rng(0).integers(30, 256, (14, 13))
    image = image_of_thing(Image.fromarray(pixels), GREY, is_on_black=True)
    assert (image[0] == pixels).all()


def test_other_sets_keep_their_ground() -> None:
    image = image_of_thing(thing(230, 90), GREY, is_on_black=False)
    assert (image[0, 0] == 230).all() and image[0, 14, 14] == 90


def test_colours_stay_and_what_is_transparent_is_white() -> None:
    picture = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    picture.paste((10, 120, 240, 255), (16, 16, 48, 48))
    image = image_of_thing(picture, COLOUR, is_on_black=False)
    assert image.shape == COLOUR
    assert image[:, 0, 0].tolist() == [255, 255, 255]
    assert image[:, 16, 16].tolist() == [10, 120, 240]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "F", "CMYK"])
def test_pictures_of_every_mode_are_brought_to_every_shape(mode: str) -> None:
    picture = thing(200, 30, (260, 200)).convert(mode if mode != "I;16" else "I")
    for shape in (GREY, COLOUR):
        image = image_of_thing(picture, shape, is_on_black=shape == GREY)
        assert image.shape == shape
        assert image.min() < image.max()


def test_a_blank_picture_is_an_image_without_anything() -> None:
    for ground in (0, 128, 255):
        image = image_of_thing(Image.new("L", (50, 50), ground), GREY, is_on_black=True)
        assert image.shape == GREY
        assert image.min() == image.max()


def test_the_middle_of_a_part_is_a_square() -> None:
    assert middle_square(Box(10, 20, 110, 60)) == Box(40, 20, 80, 60)
    assert middle_square(Box(0, 0, 3, 9)) == Box(0, 3, 3, 6)

"""A drawing → the 28×28 image that MNIST would have made of it.

MNIST's makers cropped each digit, scaled its longer side to 20 pixels with its proportions kept,
and placed it by its centre of mass in 28×28 (LeCun, Bottou, Bengio and Haffner, "Gradient-based
learning applied to document recognition", 1998, section III.A). A network that learned from such
images misreads any other, so every drawing goes the same way.

`strokes` draws the lines of a pen anew at that size, as wide as MNIST's pen drew. A picture has
no lines: `decoder` opens its file in a `sandbox`, `colours` makes it grey, `ink` tells what is
written from the paper, `things` the digit from what else there is (`pieces`, `printed`), `thinning`
finds the middle of its lines, and `scaling` gives those to the same pen where the one that drew
them was thinner; else it leaves the ink as wide as it is.
"""

from mnist_core.preprocessing.decoder import MAX_PICTURE_PIXELS
from mnist_core.preprocessing.pictures import (
    PICTURE_KINDS,
    find_digits,
    image_from_picture,
    open_picture,
)
from mnist_core.preprocessing.pieces import Box
from mnist_core.preprocessing.strokes import (
    DIGIT_SIDE,
    MAX_COORDINATE,
    MAX_POINTS,
    MAX_STROKES,
    PEN_WIDTH,
    SIDE,
    GrayImage,
    Stroke,
    center_of_mass,
    image_from_strokes,
    ink_of_each,
    parse_strokes,
)

__all__ = [
    "DIGIT_SIDE",
    "MAX_COORDINATE",
    "MAX_PICTURE_PIXELS",
    "MAX_POINTS",
    "MAX_STROKES",
    "PEN_WIDTH",
    "PICTURE_KINDS",
    "SIDE",
    "Box",
    "GrayImage",
    "Stroke",
    "center_of_mass",
    "find_digits",
    "image_from_picture",
    "image_from_strokes",
    "ink_of_each",
    "open_picture",
    "parse_strokes",
]

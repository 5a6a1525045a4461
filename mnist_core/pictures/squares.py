"""Image files → small squares of pixels, many of them by one process.

The process is that of `preprocessing.sandbox`, which ends if it is given something that would take
all memory or hours. Whatever it ends at, the others are read by the next one.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_core.preprocessing.decoder import FAILED, LENGTH_BYTES
from mnist_core.preprocessing.sandbox import note_network, run_decoder


class Square:
    """What came of an image file.

    Attributes:
        found: `IN_COLOUR` or `IN_GRAY`, or why there is nothing: `FAILED` or `TOO_MANY_PIXELS`.
        colours: [3, side, side], uint8, red, green and blue.
        grays: [1, side, side], uint8; blank unless it is `IN_GRAY`.
    """

    __slots__ = ("colours", "found", "grays")

    def __init__(self, answer: NDArray[np.uint8], sides: tuple[int, int]) -> None:
        colour_side, gray_side = sides
        self.found = int(answer[0])
        middle = 1 + 3 * colour_side**2
        colours = answer[1:middle].reshape(colour_side, colour_side, 3)
        self.colours: NDArray[np.uint8] = colours.transpose(2, 0, 1)
        self.grays: NDArray[np.uint8] = answer[middle:].reshape(1, gray_side, gray_side)


def shrink_all(contents: Sequence[bytes], sides: tuple[int, int]) -> Iterator[Square]:
    """Bring pictures to small squares, one after the other.

    Args:
        contents: of image files, or of what claims to be such.
        sides: of the square in colour, and of that in grey, in pixels.

    Yields:
        One square for each, in their order.
    """
    length = 1 + 3 * sides[0] ** 2 + sides[1] ** 2
    done = 0
    while done < len(contents):
        answers = _ask(contents[done:], sides, length)
        if not len(answers):  # the first one has ended the process, and none that came before it
            answers = np.zeros((1, length), dtype=np.uint8)
            answers[0, 0] = FAILED
        for answer in answers:
            yield Square(answer, sides)
        done += len(answers)


def _ask(contents: Sequence[bytes], sides: tuple[int, int], length: int) -> NDArray[np.uint8]:
    """Return as many answers as a process has given before it ended, [n, length]."""
    question = b"".join(
        part
        for content in contents
        for part in (len(content).to_bytes(LENGTH_BYTES, "little"), content)
    )
    try:
        said = run_decoder(content=question, sides=sides)
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
    if said[:1] == b"\0":
        note_network()
    count = max(len(said) - 1, 0) // length
    return np.frombuffer(said, np.uint8, count * length, 1 if said else 0).reshape(count, length)

"""An image file from a stranger → plain pixels, by a process that may take only so much.

A file of a few kilobytes can name more pixels than memory holds. Others are worse than large: a
JPEG of a hundred thousand scans, a GIF whose comment has a million pieces, or a TIFF in which a
thousand tags name the same megabytes keep Pillow busy for hours, or fill the memory. No list of
such files is ever complete. So `sandbox` starts this file as a program, with the image as its
input, and the system ends it if it takes too much. Given two sides, it reads many images, one after
the other, and brings each to a small square.

It imports nothing else of ours, and not even numpy, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import sys
import warnings
from typing import IO, cast

from PIL import Image, ImageOps, features

MAX_PICTURE_PIXELS = 40_000_000  # what the camera of a telephone takes
PICTURE_FORMATS = (
    *("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"),  # none that starts a program
    # Pillow has it from 11.3 on, if it was built with it.
    *(["AVIF"] if "avif" in features.modules and features.check("avif") else []),
)

MAX_SIDE_PIXELS = 1_000  # pixels, plenty for one digit
LENGTH_BYTES = 8  # that say how long each of many images is
FAILED, TOO_MANY_PIXELS, IN_COLOUR, IN_GRAY = range(4)  # what came of one of many images
MAX_MEMORY_BYTES = 2**30  # bytes; the largest pictures need up to half of it
MAX_COMPUTING_SECONDS = 10  # of computing; the largest pictures need about three
MAX_SECONDS_OF_MANY = 5  # of computing; who has not read all by then is followed by another
MAX_FILES = 32  # open at once: Python's own, and those of Pillow that are loaded on demand
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # Linux: what this process shares no longer


def simplify(picture: Image.Image) -> Image.Image:
    """Bring a picture to one of four modes, and to 1,000 pixels on its longer side at most.

    Args:
        picture: any size and mode.

    Returns:
        "L" (grey), "RGB" if it has colours, "RGBA" if it may be transparent, or "F" if its pixels
        have more than eight bits.
    """
    if picture.mode.startswith(("I", "F")):
        picture = picture.convert("I") if picture.mode.startswith("I;") else picture
        return _smaller(picture.convert("F"))
    if _has_transparency(picture):
        return _smaller(picture if picture.mode == "RGBA" else picture.convert("RGBA"))
    if picture.mode in ("1", "L"):
        return _smaller(picture.convert("L"))
    return _smaller(picture if picture.mode == "RGB" else picture.convert("RGB"))


def _smaller(picture: Image.Image) -> Image.Image:
    """Bring a picture to 1,000 pixels on its longer side at most."""
    if max(picture.size) <= MAX_SIDE_PIXELS:
        return picture
    scale = MAX_SIDE_PIXELS / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, reducing_gap=2.0)  # averages whole pixels first, which is quick


def _has_transparency(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def decode(file: IO[bytes]) -> Image.Image | None:
    """Read an image file of `PICTURE_FORMATS`; of several frames only the first.

    Returns:
        The picture as `simplify` leaves it, upright; None if it has too many pixels.

    Raises:
        Exception: nearly any, if the file is damaged.
    """
    warnings.simplefilter("ignore")  # what is wrong with a file is said once, by who asked
    try:
        with Image.open(file, formats=PICTURE_FORMATS) as picture:
            if picture.width * picture.height <= MAX_PICTURE_PIXELS:
                picture.draft(None, (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))  # JPEG can be read smaller
                ImageOps.exif_transpose(picture, in_place=True)  # cameras may lie on their side
                return simplify(picture)
    except Image.DecompressionBombError:
        pass
    return None


def shrink(file: IO[bytes], side: int) -> Image.Image | None:
    """Read an image file of `PICTURE_FORMATS`, and bring the picture to a small square.

    Args:
        file: the image file.
        side: of the square, in pixels.

    Returns:
        Mode "RGB"; None if it has too many pixels.

    Raises:
        Exception: nearly any, if the file is damaged.
    """
    warnings.simplefilter("ignore")
    try:
        with Image.open(file, formats=PICTURE_FORMATS) as picture:
            if picture.width * picture.height <= MAX_PICTURE_PIXELS:
                return to_square(picture, side)
    except Image.DecompressionBombError:
        pass
    return None


def to_square(picture: Image.Image, side: int) -> Image.Image:
    """Scale a picture until its shorter side fits, and keep the middle of the longer one.

    Squeezed pictures would show long cats and short ones alike; with bars beside them, a network
    could learn the shape of a photograph instead of what it shows.

    Args:
        picture: just opened, of any size and mode.
        side: of the square, in pixels.

    Returns:
        Mode "RGB", upright, on white where it was transparent.
    """
    picture.draft(None, (8 * side, 8 * side))  # JPEG can be read smaller, which is quick
    ImageOps.exif_transpose(picture, in_place=True)  # cameras may lie on their side
    if picture.mode.startswith(("I", "F")):  # more than eight bits, in whatever range they are
        numbers = picture.convert("I").convert("F") if picture.mode != "F" else picture
        low, high = cast("tuple[float, float]", numbers.getextrema())
        scale = 255 / max(high - low, 1e-30)
        picture = numbers.point(lambda value: value * scale + -low * scale).convert("L")
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return ImageOps.fit(picture.convert("RGB"), (side, side))
    small = ImageOps.fit(picture.convert("RGBA"), (side, side))
    white = Image.new("RGBA", small.size, "white")
    return Image.alpha_composite(white, small).convert("RGB")


def shrink_many(files: IO[bytes], answers: IO[bytes], sides: tuple[int, int]) -> None:
    """Read image files until there are no more, and answer each at once.

    Args:
        files: for each file its length, in `LENGTH_BYTES`, the lowest first, and its content.
        answers: gets for each file as many bytes as for any other: what came of it, its square in
            colour, three bytes a pixel, and its square in grey, a byte a pixel, if it is grey.
        sides: of the square in colour, and of that in grey.
    """
    while length := files.read(LENGTH_BYTES):
        content = files.read(int.from_bytes(length, "little"))
        answers.write(_answer(content, *sides))
        answers.flush()


def _answer(content: bytes, colour_side: int, gray_side: int) -> bytes:
    squares = bytes(3 * colour_side**2), bytes(gray_side**2)
    found = FAILED
    with contextlib.suppress(Exception):  # whatever a damaged file does to Pillow
        colours = shrink(io.BytesIO(content), colour_side)
        if colours is None:
            found = TOO_MANY_PIXELS
        elif not _is_gray(colours):
            found, squares = IN_COLOUR, (colours.tobytes(), squares[1])
        elif grays := shrink(io.BytesIO(content), gray_side):
            found, squares = IN_GRAY, (colours.tobytes(), grays.convert("L").tobytes())
    return bytes([found]) + b"".join(squares)


def _is_gray(picture: Image.Image) -> bool:
    red, green, blue = (band.tobytes() for band in picture.split())
    return red == green == blue


def limit_myself(seconds: int = MAX_COMPUTING_SECONDS) -> None:
    """Have the system end this process if it takes too much, where the system can do that.

    Args:
        seconds: of computing that it may take.
    """
    try:
        import resource
    except ImportError:  # on Windows only the time is limited, by who waits for the answer
        return
    limits = {
        "RLIMIT_AS": MAX_MEMORY_BYTES,
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": 0,  # no file can be written; the answer goes through a pipe
        "RLIMIT_NOFILE": MAX_FILES,
        "RLIMIT_NPROC": 0,  # no process and no thread can be started, but by the system's owner
    }
    for name, most in limits.items():
        kind = getattr(resource, name, None)  # not every system has all
        with contextlib.suppress(ValueError, OSError):  # stricter limits may be in force already
            if kind is not None:
                resource.setrlimit(kind, (most, most))


def leave_the_network() -> bool:
    """Give up the network for good, where the system lets a process do that (Linux, mostly).

    Returns:
        Whether it is given up.
    """
    try:
        unshare = ctypes.CDLL(None).unshare
    except (AttributeError, OSError, TypeError):  # no Linux
        return False
    return bool(unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


def main() -> None:
    """Read the image from stdin; write one line of JSON and then the pixels to stdout.

    With two sides as arguments, read many: a byte, 1 without the network, and then the answers.
    """
    is_offline = leave_the_network()
    limit_myself(MAX_SECONDS_OF_MANY if sys.argv[1:] else MAX_COMPUTING_SECONDS)
    if sys.argv[1:]:
        colour_side, gray_side = map(int, sys.argv[1:])
        sys.stdout.buffer.write(bytes([is_offline]))
        shrink_many(sys.stdin.buffer, sys.stdout.buffer, (colour_side, gray_side))
        return
    picture = decode(sys.stdin.buffer)
    output = sys.stdout.buffer
    if picture is None:
        output.write(b"null\n")
    else:
        output.write(json.dumps([picture.mode, *picture.size, is_offline]).encode("ascii") + b"\n")
        output.write(picture.tobytes())
    output.flush()


if __name__ == "__main__":
    main()

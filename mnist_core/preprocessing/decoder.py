"""An image file from a stranger → plain pixels, by a process that may take only so much.

A file of a few kilobytes can name more pixels than memory holds. Others are worse than large: a
JPEG of a hundred thousand scans, a GIF whose comment has a million pieces, or a TIFF in which a
thousand tags name the same megabytes keep Pillow busy for hours, or fill the memory. No list of
such files is ever complete. So `pictures.open_picture` starts this file as a program, with the
image as its input, and the system ends it if it takes too much.

It imports nothing else of ours, and not even numpy, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
import warnings
from typing import IO

from PIL import Image, ImageOps, features

MAX_PICTURE_PIXELS = 40_000_000  # what the camera of a telephone takes
PICTURE_FORMATS = (
    *("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"),  # none that starts a program
    # Pillow has it from 11.3 on, if it was built with it.
    *(["AVIF"] if "avif" in features.modules and features.check("avif") else []),
)

MAX_SIDE_PIXELS = 1_000  # pixels, plenty for one digit
MAX_MEMORY_BYTES = 2**30  # bytes; the largest pictures need up to half of it
MAX_COMPUTING_SECONDS = 10  # of computing; the largest pictures need about three
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


def limit_myself() -> None:
    """Have the system end this process if it takes too much, where the system can do that."""
    try:
        import resource
    except ImportError:  # on Windows only the time is limited, by who waits for the answer
        return
    limits = {
        "RLIMIT_AS": MAX_MEMORY_BYTES,
        "RLIMIT_CPU": MAX_COMPUTING_SECONDS,
        "RLIMIT_FSIZE": 0,  # no file can be written; the answer goes through a pipe
        "RLIMIT_NOFILE": MAX_FILES,
        "RLIMIT_NPROC": 0,  # no process and no thread can be started, but by the system's owner
    }
    for name, most in limits.items():
        kind = getattr(resource, name, None)  # not every system has all
        with contextlib.suppress(ValueError, OSError):  # stricter limits may be in force already
            if kind is not None:
                resource.setrlimit(kind, (most, most))
    os.nice(5)  # it can wait, while somebody draws


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
    """Read the image from stdin; write one line of JSON and then the pixels to stdout."""
    is_offline = leave_the_network()
    limit_myself()
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

"""Where real pen digits lie on this machine, if they do: to measure on, never to train on."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

from mnist_core.preprocessing import Stroke, parse_strokes
from tests.real_mnist import REPOSITORY

OTHERS = "pendigits_train.json.gz"  # digits of other people, beside the file of pen digits
LETTERS = "letters.json.gz"  # the same format, but the label is a letter
TWINS = frozenset("OolIZzSsqbgBD")  # letters that are written like a digit

ADVICE = (
    "No real pen digits are here: let the variable PEN_DIGITS name a file of labelled drawings, "
    'a list of {"label": 0-9, "strokes": [[[x, y], ...], ...]} as .json or .json.gz.'
)


def find_pen_digits() -> Path | None:
    """Return the file that PEN_DIGITS names, else the one beside the checkout."""
    named = os.environ.get("PEN_DIGITS")
    beside = REPOSITORY.parent / "shared" / "data" / "pen_digits" / "unipen.json.gz"
    file = Path(named) if named else beside
    return file.resolve() if file.is_file() else None


def find_beside(name: str) -> Path | None:
    """Return the file of this name in the folder of the pen digits."""
    digits = find_pen_digits()
    file = digits.with_name(name) if digits else None
    return file if file and file.is_file() else None


def read_letters(file: Path) -> list[tuple[str, list[Stroke]]]:
    """Read a file of letters: each with its strokes."""
    with gzip.open(file, "rt", encoding="utf-8") as content:
        return [(entry["label"], parse_strokes(entry["strokes"])) for entry in json.load(content)]


def read_writers(file: Path) -> list[str]:
    """Read who has written each drawing of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as content:
        return [entry["writer"] for entry in json.load(content)]


def find_sets(folder: Path | None = None) -> list[Path]:
    """Return the files of strokes and of pictures below a folder, or those beside the checkout."""
    folder = folder or REPOSITORY.parent / "shared" / "data"
    kinds = ("*.json", "*.json.gz", "*.zip")
    return sorted(path for kind in kinds for path in folder.rglob(kind))

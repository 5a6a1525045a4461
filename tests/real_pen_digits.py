"""Where real pen digits lie on this machine, if they do: to measure on, never to train on."""

from __future__ import annotations

import os
from pathlib import Path

from tests.real_mnist import REPOSITORY

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

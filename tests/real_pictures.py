"""Where real pictures of cats and dogs lie on this machine, if they do."""

from __future__ import annotations

import os
from pathlib import Path

from tests.real_mnist import REPOSITORY

CATS_AND_DOGS = "cats_and_dogs.zip"
ADVICE = (
    f"No real pictures are here: let the variable PICTURES name the folder that holds "
    f"{CATS_AND_DOGS}, with train/cats, train/dogs, test/cats and test/dogs in it."
)


def find_cats_and_dogs() -> Path | None:
    """Return the file in the folder that PICTURES names, else the one beside the checkout."""
    named = os.environ.get("PICTURES")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data" / "pictures"
    file = folder / CATS_AND_DOGS
    return file.resolve() if file.is_file() else None

"""The folder in which Gradio keeps the files that it serves, uploads among them."""

from __future__ import annotations

import os
from pathlib import Path

from gradio import routes
from gradio.utils import get_upload_folder


def upload_folder() -> Path:
    """Return the folder; it need not exist."""
    return Path(get_upload_folder())


def use_upload_folder(folder: Path) -> None:
    """Let Gradio keep its files here; call it before any component is made."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    routes.DEFAULT_TEMP_DIR = str(folder)  # type: ignore[attr-defined] # read once, at its import

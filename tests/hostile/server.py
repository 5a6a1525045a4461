"""The app on a tiny data set: `python -m tests.hostile.server FOLDER`.

`routes.json` in FOLDER says what Gradio would answer, once the app does: "described", Gradio's own
description (OpenAPI), and "routes", a list of [method, path] with those that it does not describe.

The settings that a hostile request happens to hold may be good ones, and then a network trains.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import app
from tests.tiny_mnist import make_tiny_mnist


def tell_routes(file: Path) -> None:
    """Write down every route, those as well that the app does not describe to anybody."""
    routes = [
        (method, re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path))
        for route in app.demo.app.routes
        if hasattr(route, "path")
        for method in getattr(route, "methods", None) or ["GET"]
    ]
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps({"described": app.demo.app.openapi(), "routes": routes}))
    unfinished.replace(file)


def main() -> None:
    folder = Path(sys.argv[1])
    tiny = make_tiny_mnist(folder)
    tiny.replace_mnist()
    os.environ["MNIST_DATA"] = str(tiny.root)
    block = app.demo.block_thread

    def tell_and_block() -> None:
        tell_routes(folder / "routes.json")
        block()

    app.demo.block_thread = tell_and_block  # which `launch` does when the app answers
    app.main()


if __name__ == "__main__":
    main()

"""The app on a tiny data set: `python -m tests.hostile.server FOLDER`.

The settings that a hostile request happens to hold may be good ones, and then a network trains.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import app
from tests.tiny_mnist import make_tiny_mnist

if __name__ == "__main__":
    tiny = make_tiny_mnist(Path(sys.argv[1]))
    tiny.replace_mnist()
    os.environ["MNIST_DATA"] = str(tiny.root)
    app.main()

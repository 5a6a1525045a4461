"""How many times as long as on the command line does the recipe take in an open page?

    python -m tests.benchmarks.recipe_in_page [--rounds N]

The same epochs, the second to the fifth, by turns: on the command line with one thread, and in the
app, which a real browser shows while nobody draws. The tests between the epochs count, and so does
all that the page and its server do meanwhile. Each is judged by its fastest round. It exits with 1
if the page takes more than 1.3 times as long.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.pen_to_bars import open_page, running_app
from tests.browser.conftest import ARGUMENTS, find_browser
from tests.browser.test_train import open_train_tab, press_train
from tests.real_mnist import ADVICE, REPOSITORY, find_mnist

MOST_RATIO = 1.3
EPOCHS_SHOWN = """
  (start) => document.querySelector('[data-testid="epochs"]').textContent.startsWith(start)
"""
TIMEOUT = 600_000  # ms


def on_the_command_line() -> float:
    """Train the recipe; return the seconds from the end of its first epoch to that of its last."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "simple_nn_mnist.pth"
        command = ["-u", "-m", "mnist_core", "train", "--threads", "1", "--out", str(out)]
        with subprocess.Popen(
            [sys.executable, *command], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            ends = [time.monotonic() for line in process.stdout if line.startswith("Epoch [")]
    return ends[-1] - ends[0]


def in_the_page(page: Page) -> float:
    """Train it by a press of Train; return the same seconds."""
    press_train(page)
    page.wait_for_function(EPOCHS_SHOWN, arg="1 of", timeout=TIMEOUT)
    began = time.monotonic()
    page.wait_for_function(EPOCHS_SHOWN, arg="5 of", timeout=TIMEOUT)
    return time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    root = find_mnist()
    if root is None:
        sys.exit(ADVICE)
    os.environ["MNIST_DATA"] = str(root)
    there, here = [], []
    with running_app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(playwright.chromium.executable_path), args=ARGUMENTS
        )
        page = open_page(browser, url)
        open_train_tab(page)
        for _ in range(options.rounds):
            there.append(on_the_command_line())
            here.append(in_the_page(page))
        browser.close()

    ratio = min(here) / min(there)
    print(f"four epochs of the recipe, best of {options.rounds}:")
    print(f"on the command line {min(there):6.2f} s")
    print(f"in an open page     {min(here):6.2f} s")
    print(f"ratio               {ratio:6.2f}   (at most {MOST_RATIO:g})")
    return 0 if ratio <= MOST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())

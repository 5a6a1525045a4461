"""How fast does the page go through what a network was? With the real MNIST, from the checkout:

    python -m tests.benchmarks.scrub [--epochs N] [--rounds N]

Trains a network in the app, and then moves the scrubber through all of its moments, a frame of the
browser each. Prints how long one takes with its layout, and exits with 1 if it is more than a
twentieth of a second in 5 of 100 cases.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, DESKTOP, find_browser
from tests.real_mnist import ADVICE, find_mnist
from tests.running_app import running_app

MOST_MS = 50.0  # for 20 frames a second
TRAINING_MS = 600_000
SCRUB = """
async (rounds) => {
  const slider = document.querySelector("[data-testid=moment]");
  const times = [];
  for (let round = 0; round < rounds; round++)
    for (let moment = 0; moment <= Number(slider.max); moment++) {
      slider.value = moment;
      const began = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      document.body.getBoundingClientRect();
      times.push(performance.now() - began);
      await new Promise(requestAnimationFrame);
    }
  return times;
}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5, help="times through all the moments")
    options = parser.parse_args()
    root = find_mnist()
    if root is None:
        sys.exit(ADVICE)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "log.txt", {**os.environ, "MNIST_DATA": str(root)}) as app,
        sync_playwright() as playwright,
    ):
        executable = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        page = browser.new_page(**DESKTOP)
        page.goto(app.url)
        page.locator("#train-button").click()
        page.locator("#epochs input").fill(str(options.epochs))
        page.keyboard.press("Tab")
        page.wait_for_function("sessionStorage.getItem('mnist-session')")
        page.locator("#start").click()
        run, scrubber = page.get_by_test_id("run"), page.get_by_test_id("scrubber")
        expect(run).to_have_attribute("data-state", "finished", timeout=TRAINING_MS)
        moments = str(11 + options.epochs)  # 0, 64, 128 … images, then each epoch
        expect(scrubber).to_have_attribute("data-moments", moments, timeout=TRAINING_MS)
        times: list[float] = page.evaluate(SCRUB, options.rounds)
        browser.close()
    slow = statistics.quantiles(times, n=20)[-1]
    print(f"{moments} moments, {len(times)} frames:")
    print(f"median {statistics.median(times):5.1f} ms, 95th percentile {slow:5.1f} ms")
    return 0 if slow <= MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main())

"""How long from the press of a cell of the confusion matrix to its images, in a real browser.

    python -m tests.benchmarks.open_cell

It starts the app and opens the mistakes of both networks that come with the project. Then it
presses each cell that has images, each row and each column, and measures inside the page from the
press to the moment when the images have been painted, up to sixty of them. It exits with 1 if the
median is above 100 ms.
"""

from __future__ import annotations

import statistics
import sys

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.pen_to_bars import running_app
from tests.browser.conftest import ARGUMENTS, DESKTOP, find_browser

MOST_MS = 100.0
SECONDS_TO_WAIT = 30

# Presses all that has images, one after another; each is over when the list has them.
PRESS_ALL = """
  async (patience) => {
    const found = document.querySelector('[data-testid="found"]');
    const buttons = [...document.querySelectorAll('[data-testid="confusion"] button')].filter(
      (button) => button.textContent !== "0" && button.getAttribute("aria-pressed") !== "true");
    const times = [];
    for (const button of buttons) {
      const start = performance.now();
      await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("no images")), 1000 * patience);
        const watcher = new MutationObserver(() => {
          times.push(performance.now() - start);
          watcher.disconnect();
          clearTimeout(timer);
          resolve();
        });
        watcher.observe(found, { attributeFilter: ["data-shown"] });
        button.click();
      });
    }
    return times;
  }
"""


def open_mistakes(page: Page, url: str, network: str) -> None:
    """Open the tab and wait until a network has read the test images."""
    page.goto(url)
    page.locator("#mistakes-button").click()
    page.get_by_test_id("network").select_option(network)
    page.locator(f'[data-testid="mistakes"][data-network="{network}"]').wait_for()
    page.locator('[data-testid="found"]:not([data-shown=""])').wait_for()


def main() -> int:
    """Measure, print, and compare with the bound."""
    slowest = 0.0
    with running_app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(playwright.chromium.executable_path), args=ARGUMENTS
        )
        page = browser.new_context(**DESKTOP).new_page()
        for network in ("simple_nn", "cnn"):
            open_mistakes(page, url, network)
            page.evaluate(PRESS_ALL, SECONDS_TO_WAIT)  # warm up
            times = page.evaluate(PRESS_ALL, SECONDS_TO_WAIT)
            median, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(f"{network}: {len(times)} presses, p50 {median:.1f} ms, p95 {late:.1f} ms")
            slowest = max(slowest, median)
        browser.close()
    return 0 if slowest < MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main())

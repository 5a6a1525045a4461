"""How long from a movement of the pen to new bars on the screen, in a real browser.

    python -m tests.benchmarks.pen_to_bars              with the server idle
    python -m tests.benchmarks.pen_to_bars --training   while another visitor trains a network

It starts the app, draws strokes by mouse at about 60 movements a second, and measures inside the
page, per answer: from the last pen movement that the request carried to the frame in which the
answer's bars are drawn. It exits with 1 if the median or the 95th percentile is above its bound:
25 and 40 ms idle, 60 ms for the percentile during training.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, DESKTOP, find_browser, free_port, wait_for_answer
from tests.browser.pen import on_page
from tests.browser.test_train import (
    choose_epochs,
    has_begun_to_learn,
    open_train_tab,
    press_train,
    state_is,
)
from tests.real_mnist import REPOSITORY, find_mnist

# Remembers when the pen last moved before each sending, and when the answer to it was drawn.
STOPWATCH = """
  window.latencies = [];
  const movedBefore = new Map();
  let moved = 0;
  addEventListener("pointermove", (event) => { moved = event.timeStamp; }, { capture: true });
  const send = window.fetch;
  window.fetch = (address, options) => {
    const seq = /"seq":(\\d+)/.exec(options?.body ?? "")?.[1];
    if (seq && !movedBefore.has(seq)) movedBefore.set(seq, moved);
    return send(address, options);
  };
  function drawn(changes) {
    const seq = changes.at(-1).target.dataset.seq;
    requestAnimationFrame(() => {
      if (movedBefore.get(seq)) window.latencies.push(performance.now() - movedBefore.get(seq));
    });
  }
  window.startStopwatch = () => new MutationObserver(drawn).observe(
    document.querySelector('[data-testid="reading"]'), { attributeFilter: ["data-seq"] });
"""

STROKE = [(0.3, 0.25), (0.5, 0.15), (0.7, 0.3), (0.5, 0.5), (0.72, 0.68), (0.5, 0.85), (0.28, 0.75)]
MOVEMENTS = 10  # from one corner to the next


@contextmanager
def running_app() -> Iterator[str]:
    """Start `python app.py` as a user would, and return its address."""
    port = free_port()
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port)}
    root = find_mnist()
    if root:
        environment["MNIST_DATA"] = str(root)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        with log.open("wb") as output:
            app = subprocess.Popen(
                [sys.executable, "app.py"], cwd=REPOSITORY, env=environment, stdout=output
            )
        try:
            url = f"http://127.0.0.1:{port}/"
            wait_for_answer(url, app, log)
            yield url
        finally:
            app.terminate()
            app.wait()


def open_page(browser: Browser, url: str) -> Page:
    """Open the app as a new visitor."""
    page = browser.new_context(**DESKTOP).new_page()
    page.add_init_script(STOPWATCH)
    page.goto(url)
    page.get_by_test_id("reading").wait_for()
    page.evaluate("startStopwatch()")
    return page


def draw_strokes(page: Page, strokes: int) -> list[float]:
    """Draw the stroke again and again; return the latency of every answer, in ms."""
    page.evaluate("latencies.length = 0")
    corners = on_page(page, STROKE)
    for _ in range(strokes):
        page.mouse.move(*corners[0])
        page.mouse.down()
        for (x0, y0), (x1, y1) in itertools.pairwise(corners):
            for step in range(1, MOVEMENTS + 1):
                x, y = x0 + (x1 - x0) * step / MOVEMENTS, y0 + (y1 - y0) * step / MOVEMENTS
                page.mouse.move(x, y)
                page.evaluate("new Promise(requestAnimationFrame)")  # one movement a frame
        page.mouse.up()
        page.get_by_test_id("clear").click()
    latencies: list[float] = page.evaluate("latencies")
    return latencies


def main() -> int:
    """Measure, print, and compare with the bounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=10)
    parser.add_argument("--training", action="store_true", help="while another visitor trains")
    options = parser.parse_args()
    with running_app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(playwright.chromium.executable_path), args=ARGUMENTS
        )
        page = open_page(browser, url)
        draw_strokes(page, 2)  # warm up: the first answers wait for imports and the checkpoint
        if options.training:
            trainer = open_page(browser, url)
            open_train_tab(trainer)
            choose_epochs(trainer, 20)
            press_train(trainer)
            has_begun_to_learn(trainer)
        latencies = draw_strokes(page, options.strokes)
        if options.training:
            state_is(trainer, "training")  # it trained all the while
        browser.close()

    median = statistics.median(latencies)
    percentile_95 = statistics.quantiles(latencies, n=20)[-1]
    print(
        f"{'training' if options.training else 'idle'}: {len(latencies)} answers in "
        f"{options.strokes} strokes, p50 {median:.1f} ms, p95 {percentile_95:.1f} ms"
    )
    within = percentile_95 < 60 if options.training else median < 25 and percentile_95 < 40
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())

"""How long a page takes on a slow line. Run it in the root of the checkout:

    python -m tests.benchmarks.slow_line

A phone on slow 3G (400 kbit a second, 400 ms for each answer) with a processor four times slower
opens the page twice: with nothing in its cache, and again. There should be something to read within
3 s; it should be drawn on within 12 s, and the second time within 4 s.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser.conftest import ARGUMENTS, PHONE, find_browser
from tests.browser.test_loading import ADD_UP_SHIFTS, SLOW_3G, SLOWER_PROCESSOR
from tests.running_app import running_app

LOAD_MS = 120_000

# Usable: it is what a finger in its middle touches, and it has its size.
NOTE_THE_TIMES = """
window.readAt = window.drawableAt = null;
(function look() {
    const now = performance.now();
    if (readAt === null && document.body?.innerText.trim()) readAt = now;
    const canvas = document.querySelector("[data-testid=canvas]");
    if (canvas) {
        const { x, y, width, height } = canvas.getBoundingClientRect();
        const touched = document.elementFromPoint(x + width / 2, y + height / 2);
        if (touched === canvas && width > 100 && canvas.width > 300) drawableAt ??= now;
    }
    requestAnimationFrame(look);
})();
"""


def measure(context: BrowserContext, address: str) -> tuple[float, float, float]:
    """Return when there is something to read, when the canvas is usable (s), and the shift."""
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_3G)
    line.send("Emulation.setCPUThrottlingRate", SLOWER_PROCESSOR)
    page.add_init_script(ADD_UP_SHIFTS + NOTE_THE_TIMES)
    page.goto(address, wait_until="commit", timeout=LOAD_MS)
    page.wait_for_function("window.drawableAt", timeout=LOAD_MS)
    page.locator('[data-key="cnn"]').wait_for(timeout=LOAD_MS)
    read, drawable, shift = page.evaluate("[readAt, drawableAt, shift]")
    page.close()
    return read / 1000, drawable / 1000, shift


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "log.txt") as app,
        sync_playwright() as playwright,
    ):
        executable = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        with browser.new_context(**PHONE) as context:
            for visit in ("cold", "warm"):
                read, drawable, shift = measure(context, app.url)
                print(
                    f"{visit}: to read after {read:.1f} s, to draw on after {drawable:.1f} s, "
                    f"layout shift {shift:.3f}"
                )
        browser.close()


if __name__ == "__main__":
    main()

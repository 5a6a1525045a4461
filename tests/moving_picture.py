"""The moving pictures of the two READMEs, taken from the running app.

    python -m tests.moving_picture [--only en]

It draws a seven, opens what the network makes of it, trains two epochs, and writes what is seen
meanwhile to `mnist_core/text/tour.en.webp` and `tour.zh.webp`, in a minute. Training needs MNIST.
"""

from __future__ import annotations

import argparse
import io
import itertools
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, find_browser
from tests.browser.pen import SEVEN, on_page
from tests.real_mnist import ADVICE, REPOSITORY, find_mnist
from tests.running_app import running_app

FOLDER = REPOSITORY / "mnist_core" / "text"  # beside the README in Chinese
SCREEN = {"width": 1120, "height": 700}
WIDTH = 800  # pixels of the picture
MOST_BYTES = 1_500_000
PATIENCE = 300_000  # ms


class Film:
    """Pictures of a page, each with how long it stays, in ms."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._pictures: list[Image.Image] = []
        self._stay: list[int] = []

    def take(self, stay: int = 80) -> None:
        """Take one."""
        picture = Image.open(io.BytesIO(self._page.screenshot())).convert("RGB")
        height = round(picture.height * WIDTH / picture.width)
        self._pictures.append(picture.resize((WIDTH, height), Image.Resampling.LANCZOS))
        self._stay.append(stay)

    def write(self, path: Path) -> int:
        """Write them as one moving picture; return its bytes."""
        first, *rest = self._pictures
        file = io.BytesIO()  # a file that is there stays whole until the new one is
        first.save(
            file,
            "WEBP",
            save_all=True,
            append_images=rest,
            duration=self._stay,
            loop=0,
            quality=60,
            method=4,
        )
        path.write_bytes(file.getvalue())
        return path.stat().st_size


def act(page: Page, film: Film) -> None:
    """Draw, look inside, train."""
    film.take(600)
    corners = on_page(page, SEVEN)
    page.mouse.move(*corners[0])
    page.mouse.down()
    for (x0, y0), (x1, y1) in itertools.pairwise(corners):
        for step in range(1, 9):
            page.mouse.move(x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
            if step % 2 == 0:
                film.take()
    page.mouse.up()
    page.locator("[data-testid=prediction][data-digit='7']").wait_for()
    film.take(1500)
    page.locator("[data-open=why]").click()
    page.wait_for_timeout(700)  # the picture is drawn
    film.take(2000)
    page.locator("[data-open=why]").click()

    page.locator("#train-button").click()
    page.locator("#epochs input").fill("2")
    page.keyboard.press("Tab")
    page.locator("#start").click()
    run = page.locator("[data-testid=run]")
    for _ in range(200):
        film.take(120)
        if run.get_attribute("data-state") == "finished":
            break
        page.wait_for_timeout(300)
    film.take(2500)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("en", "zh"))
    options = parser.parse_args()
    root = find_mnist()
    if root is None:
        sys.exit(ADVICE)
    environment = {**os.environ, "MNIST_DATA": str(root)}
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "log.txt", environment) as app,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=find_browser(playwright.chromium.executable_path), args=ARGUMENTS
        )
        for language in [options.only] if options.only else ("en", "zh"):
            page = browser.new_context(viewport=SCREEN, locale=language).new_page()
            page.set_default_timeout(PATIENCE)
            page.goto(f"{app.url}?lang={language}")
            page.get_by_test_id("canvas").wait_for()
            page.wait_for_function("sessionStorage.getItem('mnist-session')")
            film = Film(page)
            act(page, film)
            path = FOLDER / f"tour.{language}.webp"
            size = film.write(path)
            print(f"{path.relative_to(REPOSITORY)}: {size / 1000:.0f} kB")
            if size > MOST_BYTES:
                print(f"That is more than {MOST_BYTES / 1000:.0f} kB.")
                return 1
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

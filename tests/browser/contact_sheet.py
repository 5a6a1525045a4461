"""Every tab and state of the page as pictures, to be looked at. Run it in the root of the checkout:

    python -m tests.browser.contact_sheet FOLDER [--only PART]

In both languages, on three screens, by day and by night; `index.html` in the folder shows them side
by side. A test sees that nothing is cut off, but not whether it is beautiful. MNIST has to be there
(see README.md). It takes ten minutes.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, find_browser
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_card, open_tab
from tests.browser.test_experiments import state_is as experiment_is
from tests.browser.test_train import (
    choose_epochs,
    has_begun_to_learn,
    open_train_tab,
    press_stop,
    press_train,
    state_is,
)
from tests.real_mnist import find_mnist
from tests.running_app import RunningApp, running_app

TOUCH = {"has_touch": True, "is_mobile": True}
SCREENS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 360, "height": 640}, **TOUCH},
    "tablet": {"viewport": {"width": 820, "height": 1180}, **TOUCH},
    "projector": {"viewport": {"width": 1920, "height": 1080}},
}
COLORS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}  # and what the browser speaks: Gradio goes by that
SESSION = "mnist-session"

STYLE = "img { height: 320px; margin: 4px; border: 1px solid gray } h2 { font: 16px sans-serif }"


class ContactSheet:
    """Takes the pictures.

    Attributes:
        taken: the names of the states, each with its pictures, in order.
    """

    def __init__(self, folder: Path, only: str) -> None:
        self._folder = folder
        self._only = only
        self.taken: dict[str, list[str]] = {}

    def take(self, page: Page, state: str, wearing: str) -> None:
        """Take one picture of the whole page."""
        if self._only not in state:
            return
        name = f"{state}-{wearing}.png"
        page.screenshot(path=self._folder / name, full_page=True)
        if page.evaluate("navigator.maxTouchPoints"):  # which taking a picture makes it forget
            touch = {"enabled": True, "maxTouchPoints": 1}
            device = page.context.new_cdp_session(page)
            device.send("Emulation.setTouchEmulationEnabled", touch)
        self.taken.setdefault(state, []).append(name)

    def write_index(self) -> None:
        """Write the page that shows all pictures."""
        rows = (
            f"<h2>{state}</h2>"
            + "".join(f'<a href="{name}"><img src="{name}"></a>' for name in names)
            for state, names in self.taken.items()
        )
        page = f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>" + "\n".join(rows)
        (self._folder / "index.html").write_text(page, encoding="utf-8")


def fresh_states(page: Page, files: Path) -> Iterator[str]:
    """Lead a new visitor through the states of the page, and stop at each."""
    yield "draw-empty"
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    yield "draw-read"
    for view, panel in (("input", "pipeline"), ("inside", "views"), ("why", "views")):
        page.locator(f'[data-open="{view}"]').click()
        expect(page.locator(".draw")).to_have_attribute("data-view", view)
        expect(page.get_by_test_id(panel)).to_have_attribute("data-digit", "7")
        if view == "why":
            expect(page.get_by_test_id("explained")).to_have_value("7")
        yield f"draw-{view}"
    page.locator('[data-open="teach"]').click()
    expect(page.locator(".draw")).to_have_attribute("data-view", "teach")
    yield "draw-teach"
    page.locator('[data-open="teach"]').click()
    page.get_by_test_id("clear").click()
    page.evaluate("scrollTo(0, 0)")
    draw_by_mouse(page, [(0.2, 0.2), (0.8, 0.8), (0.5, 0.9)])
    draw_by_mouse(page, [(0.8, 0.2), (0.2, 0.5)])
    expect(page.get_by_test_id("prediction")).not_to_have_attribute("data-digit", "")
    expect(page.locator(".prediction.stale")).to_have_count(0)  # all of it is read, not a part
    yield "draw-scribble"
    for name, state in (("seven.png", "read"), ("broken.png", "problem")):
        page.get_by_test_id("picture-file").set_input_files(files / name)
        expect(page.get_by_test_id("picture")).to_have_attribute("data-state", state)
        yield f"draw-picture-{state}"
    open_train_tab(page)
    expect(page.get_by_test_id("batch-words")).not_to_have_text("")
    yield "train-idle"
    choose_data_set(page, "CIFAR-10")
    expect(page.locator("#data-set-about")).to_be_visible()
    yield "train-data-set"
    choose_data_set(page, "MNIST")
    expect(page.locator("#reset")).to_be_hidden()
    page.locator("#more-settings button").first.click()
    yield "train-more"
    choose_epochs(page, 20)
    press_train(page)
    has_begun_to_learn(page)
    yield "train-training"
    press_stop(page)
    state_is(page, "stopped")
    yield "train-stopped"


def experienced_states(page: Page) -> Iterator[str]:
    """Show what a visitor sees who has trained and tried out a lot."""
    open_train_tab(page)
    expect(page.get_by_test_id("run")).not_to_have_attribute("data-state", "idle")
    tabs = page.locator("#train .results > .tab-wrapper").get_by_role("tab")
    for number in range(tabs.count()):
        tabs.nth(number).click()
        yield f"train-finished-{number}"
    open_tab(page, "Experiments")
    cards = {"large_rate": "diverged", "batch": "done", "cnn": "untried", "flatten": "shown"}
    for experiment, name in cards.items():
        open_card(page, experiment)
        yield f"experiments-{name}"
    open_tab(page, "Runs")
    yield "runs"
    page.get_by_test_id("name").nth(1).click()  # the first is open already
    page.get_by_test_id("open").and_(page.locator(":visible")).click()
    page.get_by_test_id("program").and_(page.locator(":visible")).wait_for()
    yield "runs-open"
    open_tab(page, "Mistakes")
    panel = page.get_by_test_id("mistakes")
    for view in ("matrix", "quiz", "sureness", "map"):
        panel.locator(f'[data-open="{view}"]').click()
        expect(panel).to_have_attribute("data-view", view)
        expect(panel).not_to_have_attribute("data-network", "")
        if view == "map":
            expect(page.get_by_test_id("map-note")).not_to_have_text("")
        yield f"mistakes-{view}"


def choose_data_set(page: Page, title: str) -> None:
    """Choose what is to be learned."""
    page.locator("#dataset input").click()
    page.get_by_role("option", name=title).first.click()


def guide_states(page: Page) -> Iterator[str]:
    """Open the book beside the page, at the page that its address names, and the next one."""
    book = page.get_by_test_id("book")
    expect(book.locator("[data-said]:visible")).not_to_have_text("")
    yield "guide-4"
    book.get_by_test_id("next").click()
    expect(page.get_by_test_id("guide")).to_have_attribute("data-page", "5")
    expect(page.get_by_test_id("batch-words")).not_to_have_text("")
    yield "guide-5"


def gain_experience(page: Page) -> str:
    """Train, and try experiments out; return the key of the session."""
    open_tab(page, "Experiments")
    open_card(page, "large_rate").get_by_test_id("try").click()
    experiment_is(page, "diverged")
    open_card(page, "batch").get_by_test_id("try").click()
    experiment_is(page, "done")
    open_card(page, "flatten").get_by_test_id("try").click()
    experiment_is(page, "done")
    open_train_tab(page)
    choose_epochs(page, 3)
    press_train(page)
    state_is(page, "finished")
    key: str = page.evaluate(f"sessionStorage.getItem('{SESSION}')")
    return key


def open_page(browser: Browser, address: str, key: str | None = None, **settings: Any) -> Page:
    """Open the page as a new visitor, or as the one whose session has this key."""
    page = browser.new_context(**settings).new_page()
    page.goto(address)
    page.wait_for_function(f"sessionStorage.getItem('{SESSION}')")
    if key is not None:
        page.evaluate(f"key => sessionStorage.setItem('{SESSION}', key)", key)
        page.reload()
    page.locator(".strip").wait_for()
    return page


def make_files(folder: Path) -> Path:
    """Write a picture that can be read, and one that cannot."""
    paper = np.full((280, 280), 235, np.uint8)
    paper[60:80, 80:200] = paper[80:220, 180:200] = 30
    Image.fromarray(paper).save(folder / "seven.png")
    (folder / "broken.png").write_text("no picture", encoding="utf-8")
    return folder


def photograph(browser: Browser, app: RunningApp, sheet: ContactSheet, files: Path) -> None:
    """Take a picture of each state, dressed in every way."""
    key = gain_experience(open_page(browser, app.url))
    for (screen, device), colors, language in product(SCREENS.items(), COLORS, LANGUAGES):
        wearing = f"{screen}-{colors}-{language}"
        address = f"{app.url}?lang={language}"
        visits: list[tuple[str, str | None, Callable[[Page], Iterator[str]]]] = [
            (address, None, lambda page: fresh_states(page, files)),
            (address, key, experienced_states),
            (f"{address}&guide=4", None, guide_states),
        ]
        for at, whose, walk in visits:
            page = open_page(
                browser, at, whose, color_scheme=colors, locale=LANGUAGES[language], **device
            )
            for state in walk(page):
                sheet.take(page, state, wearing)
            page.context.close()
        print(wearing, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="for the pictures")
    parser.add_argument("--only", default="", help="states whose names hold this")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    root = find_mnist()
    if root is None:
        parser.error("MNIST is missing: see README.md.")
    environment = {**os.environ, "MNIST_DATA": str(root)}
    sheet = ContactSheet(options.folder, options.only)
    with (
        running_app(options.folder / "app.log", environment) as app,
        sync_playwright() as playwright,
    ):
        executable = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        photograph(browser, app, sheet, make_files(options.folder))
        browser.close()
    sheet.write_index()


if __name__ == "__main__":
    main()

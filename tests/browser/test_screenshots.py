"""The page as it looks, in the folder `screenshots`, and that it fits the screen.

To be looked at: a test sees that nothing is cut off, but not whether it is beautiful.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import DESKTOP, PHONE, PageErrors
from tests.browser.pen import SEVEN, draw_by_finger, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_card, open_tab
from tests.browser.test_experiments import state_is as experiment_is
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is
from tests.real_mnist import REPOSITORY

FOLDER = REPOSITORY / "screenshots"


DEVICES = {"desktop": DESKTOP, "phone": PHONE}
COLORS: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.usefixtures("mnist_root")
@pytest.mark.parametrize("device", DEVICES)
def test_the_page_fits(new_page: Callable[..., Page], page_errors: PageErrors, device: str) -> None:
    page = new_page(**DEVICES[device])
    (draw_by_finger if device == "phone" else draw_by_mouse)(page, SEVEN)
    for colors in COLORS:
        wear(page, colors, page_errors)
        digit_read(page, 7)
        fits_and_is_kept(page, f"draw-{device}-{colors}")

    open_train_tab(page)
    choose_epochs(page, 2)
    page.get_by_label("256").check()
    press_train(page)
    state_is(page, "finished")
    for colors in COLORS:
        wear(page, colors, page_errors)
        open_train_tab(page)
        state_is(page, "finished")
        expect(page.get_by_role("button", name="Weights (.pth)")).to_be_enabled()
        fits_and_is_kept(page, f"train-{device}-{colors}")


@pytest.mark.usefixtures("mnist_root")
def test_the_experiments_and_runs_fit(
    new_page: Callable[..., Page], page_errors: PageErrors
) -> None:
    first = new_page()
    open_tab(first, "Experiments")
    open_card(first, "large_rate").get_by_test_id("try").click()
    experiment_is(first, "diverged")
    open_card(first, "batch").get_by_test_id("try").click()
    experiment_is(first, "done")
    key = first.evaluate("sessionStorage.getItem('mnist-session')")
    for device, settings in DEVICES.items():
        page = new_page(**settings)
        page.wait_for_function("sessionStorage.getItem('mnist-session')")  # its own has come
        page.evaluate("key => sessionStorage.setItem('mnist-session', key)", key)
        for colors in COLORS:
            wear(page, colors, page_errors)
            for tab in ("Experiments", "Runs"):
                open_tab(page, tab)
                shown = page.get_by_test_id("losses").and_(page.locator(":visible"))
                expect(shown).to_have_count(1)
                # The table of runs may be longer than a screen, but not wider.
                name = f"{tab.lower()}-{device}-{colors}"
                fits_and_is_kept(page, name, may_scroll=tab == "Runs")


def wear(page: Page, colors: Literal["light", "dark"], page_errors: PageErrors) -> None:
    page.emulate_media(color_scheme=colors)
    page_errors.reload(page)


def fits_and_is_kept(page: Page, name: str, may_scroll: bool = False) -> None:
    """Take the picture; fail if the page is wider than the screen, or a desktop has to scroll."""
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    width, height = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    screen = page.viewport_size
    assert screen is not None
    assert width <= screen["width"]
    if "desktop" in name and not may_scroll:
        assert height <= screen["height"]
    assert barriers(page) == []

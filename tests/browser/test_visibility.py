"""What eyes need: focus that is seen, the system's own colours, paper, and plots in the dark."""

from __future__ import annotations

import io
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PageErrors
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_card, open_tab
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is

MOST_STOPS = 80  # of the Tab key, in one tab


def pixels(part: Locator) -> NDArray[np.float64]:
    """Return how a part looks, in shades of grey from 0 to 255."""
    picture = Image.open(io.BytesIO(part.screenshot(animations="disabled"))).convert("L")
    return np.asarray(picture, np.float64)


def focused(page: Page) -> tuple[str, bool]:
    """Return what has the focus, and whether a line around it shows that."""
    name, is_shown = page.evaluate(
        """() => {
            const node = document.activeElement;
            const isOutlined = (place) => {
                if (!place) return false;
                const { outlineStyle, outlineWidth } = getComputedStyle(place);
                return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
            };
            const places = [node, node.closest("label"), node.closest(".sheet")];
            const name = `${node.tagName} ${node.type ?? ""} ${node.id} ${node.className}`;
            return [name, places.some(isOutlined)];
        }"""
    )
    return str(name), bool(is_shown)


@pytest.mark.parametrize("tab", ["Draw", "Train", "Experiments", "Runs"])
def test_whatever_has_the_focus_shows_it(page: Page, tab: str) -> None:
    open_tab(page, tab)
    if tab == "Draw":
        draw_by_mouse(page, SEVEN)
        digit_read(page, 7)
        page.locator('[data-open="input"]').click()
    if tab == "Train":
        page.locator("#more-settings button").first.click()
    if tab == "Experiments":
        open_card(page, "batch")
    page.locator("[data-language]").first.focus()
    stops, unseen = 0, []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        name, is_shown = focused(page)
        stops += 1
        if not is_shown:
            unseen.append(name)
    assert stops > 5
    assert unseen == []


def test_the_chosen_radio_keeps_its_dot_under_focus(page: Page) -> None:
    chosen = page.locator('[data-key="cnn"] input')
    expect(chosen).to_be_checked()
    unfocused = pixels(chosen)
    chosen.focus()
    size = slice(3, -3)  # without the line around it
    assert np.abs(pixels(chosen) - unfocused)[size, size].mean() < 10
    assert np.ptp(pixels(chosen)) > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_tick_is_seen_on_its_ground(
    page: Page, page_errors: PageErrors, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page_errors.reload(page)
    page.locator('[data-open="teach"]').click()
    box = page.get_by_test_id("teach-augment")
    expect(box).to_be_checked()
    within = slice(3, -3)  # its edge
    assert np.ptp(pixels(box)[within, within]) > 80


def test_bars_and_chosen_tab_are_seen_in_the_systems_colours(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    column = ".bars .bar[data-digit='{}'] .column"
    full, empty = (pixels(page.locator(column.format(digit))) for digit in (7, 0))
    assert abs(full.mean() - empty.mean()) > 50
    assert np.ptp(empty) > 100  # its edge
    chosen, other = (
        pixels(page.locator(f"#{tab}-button"))[-3:].mean(axis=1) for tab in ("draw", "train")
    )
    assert np.abs(chosen - other).max() > 50  # a line below it
    open_train_tab(page)
    button = page.locator("#start")
    assert float(button.evaluate("node => parseFloat(getComputedStyle(node).borderWidth)")) >= 1


def test_bars_are_printed(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_train_tab(page)
    page.emulate_media(media="print")
    for part in (".winner .fill", ".bars .column", "#train progress", "#draw-button"):
        adjust = page.locator(part).first.evaluate(
            "part => getComputedStyle(part).printColorAdjust"
        )
        assert adjust == "exact", part


def grid_lines(plot: Locator) -> int:
    """Count the horizontal lines that run across a plot and are fainter than its curves."""
    shades = pixels(plot)
    paper = np.median(shades)
    differs = np.abs(shades - paper)
    is_faint = (differs > 8) & (differs < 100)
    return int(np.count_nonzero(is_faint.mean(axis=1) > 0.6))


@pytest.mark.usefixtures("mnist_root")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plots_keep_their_grid_and_the_printout_its_last_line(
    page: Page, page_errors: PageErrors, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page_errors.reload(page)
    open_train_tab(page)
    page.locator("#article-button").click()
    expect(page.get_by_test_id("lines")).to_be_visible()
    page.get_by_role("tab", name="Curves").click()  # the printout is hidden while it grows
    choose_epochs(page, 3)
    press_train(page)
    state_is(page, "finished")
    for chart in ("loss-chart", "accuracy-chart"):
        assert grid_lines(page.get_by_test_id(chart)) >= 2
    page.locator("#article-button").click()
    assert grid_lines(page.locator("#article .paper img")) >= 2
    lines = page.get_by_test_id("lines")
    expect(lines).to_contain_text("Accuracy on the test set")
    hidden = lines.evaluate("box => box.scrollHeight - box.clientHeight - box.scrollTop")
    assert hidden <= 1
    least = page.locator("#article .paper img").evaluate("plot => 20 * plot.clientWidth / 720")
    assert least >= 9  # pixels of its text, which is 20 points high on a figure of 720

"""The book beside the page: opened, followed, ticked off, remembered, and never in the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageErrors
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_languages import change_language, speaks
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is


def article(page: Page, number: int) -> Locator:
    return page.get_by_test_id("book").locator(f"article[data-page='{number}']")


def step(page: Page, number: int) -> Locator:
    return page.locator(f".step[data-step='{number}']")


def is_open(page: Page, number: int) -> None:
    expect(page.get_by_test_id("guide")).to_have_attribute("data-page", str(number))
    expect(article(page, number)).to_be_visible()


def is_done(page: Page, number: int) -> None:
    expect(article(page, number)).to_have_attribute("data-done", "")


def test_each_step_is_one_press_away_and_lights_up_its_place(page: Page) -> None:
    places = {1: "#seed", 4: "#learning-rate", 5: "#start", 8: "[data-testid=try]"}
    for number in range(1, 10):
        step(page, number).click()
        is_open(page, number)
        expect(page.locator(".lit")).to_have_count(1)
        if number in places:
            expect(page.locator(f"{places[number]}.lit")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("book")).to_be_hidden()
    expect(step(page, 9)).to_be_focused()


def test_it_is_opened_by_the_address_and_remembered(
    page: Page, page_errors: PageErrors, app_url: str
) -> None:
    page_errors.go(page, f"{app_url}?guide=5")
    is_open(page, 5)
    expect(article(page, 5)).to_contain_text("938 steps of 64 images")
    expect(article(page, 5).locator("pre")).to_contain_text("loss.backward()")
    page.get_by_test_id("next").click()
    is_open(page, 6)
    assert "guide=6" in page.url
    page_errors.reload(page)
    is_open(page, 6)
    page.get_by_test_id("close").click()
    assert "guide" not in page.url
    page_errors.reload(page)
    expect(page.get_by_test_id("book")).to_be_hidden()
    page_errors.go(page, f"{app_url}?guide=77")
    expect(page.get_by_text("left out: guide=77.")).to_be_visible()
    expect(page.get_by_test_id("book")).to_be_hidden()


@pytest.mark.usefixtures("mnist_root")
def test_what_the_reader_has_done_is_ticked_off(page: Page, page_errors: PageErrors) -> None:
    step(page, 2).click()
    expect(article(page, 2)).not_to_have_attribute("data-done", "")
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    is_done(page, 2)
    page.locator(".dock [data-open=inside]").click()
    is_done(page, 3)
    open_train_tab(page)
    page.locator("#code-tab-button").click()
    is_done(page, 1)
    choose_epochs(page, 1)
    press_train(page)
    state_is(page, "finished")
    is_done(page, 4)
    is_done(page, 5)
    expect(article(page, 6).locator("[data-said]")).to_contain_text("of the test images right, so")
    page.locator("#article-button").click()
    is_done(page, 6)
    with page.expect_download():
        page.locator("#weights").click()
    is_done(page, 7)
    expect(step(page, 7)).to_have_class("step done")
    page_errors.reload(page)
    for number in range(1, 8):
        is_done(page, number)
    expect(article(page, 8)).not_to_have_attribute("data-done", "")


def test_it_speaks_both_languages_and_hides_nothing(page: Page) -> None:
    step(page, 3).click()
    book = page.get_by_test_id("book").bounding_box()
    for name in ("canvas", "prediction"):
        box = page.get_by_test_id(name).bounding_box()
        assert book and box and box["x"] + box["width"] <= book["x"]
    change_language(page, "zh")
    speaks(page, "zh-CN")
    expect(article(page, 3)).to_contain_text("784 个数")
    expect(article(page, 3)).to_contain_text("101,770 个参数")
    expect(step(page, 3)).to_have_attribute("title", "网络")
    assert barriers(page) == []


def test_on_a_phone_the_book_lies_below_the_page(new_page: Callable[..., Page]) -> None:
    phone = new_page(**PHONE)
    expect(step(phone, 1)).to_be_hidden()
    phone.get_by_test_id("open-guide").click()
    is_open(phone, 1)
    book, screen = phone.get_by_test_id("book").bounding_box(), phone.viewport_size
    assert book and screen and book["y"] > screen["height"] / 2
    phone.get_by_test_id("next").click()
    is_open(phone, 2)
    phone.get_by_test_id("close").click()
    expect(phone.get_by_test_id("book")).to_be_hidden()

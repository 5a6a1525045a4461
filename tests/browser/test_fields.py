"""Number fields do what was meant: no wheel, no silent change, one way to read a number."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_train import open_train_tab, press_train, state_is


def field(page: Page, elem_id: str) -> Locator:
    return page.locator(f"#{elem_id} input")


def note_says(page: Page, words: str) -> None:
    """Wait until the server has said what it makes of the settings."""
    expect(page.locator("#settings-note")).to_contain_text(words)


def test_the_wheel_never_changes_a_number(page: Page) -> None:
    open_train_tab(page)
    for elem_id, value in (("learning-rate", "0.001"), ("epochs", "5"), ("seed", "42")):
        field(page, elem_id).click()
        field(page, elem_id).hover()
        for _ in range(3):
            page.mouse.wheel(0, -120)
            page.mouse.wheel(0, 120)
        expect(field(page, elem_id)).to_be_focused()
        expect(field(page, elem_id)).to_have_value(value)
    assert page.locator("input[type=number]").count() == 0  # which the wheel would change
    note_says(page, "These are the article's settings.")


def test_the_learning_rate_steps_by_factors(page: Page) -> None:
    open_train_tab(page)
    rate = field(page, "learning-rate")
    rate.focus()
    for key, value in [
        *(("ArrowUp", value) for value in ("0.002", "0.005", "0.01", "0.02")),
        *(("ArrowDown", value) for value in ("0.01", "0.005", "0.002", "0.001", "0.0005")),
    ]:
        page.keyboard.press(key)
        expect(rate).to_have_value(value)
        expect(rate).to_have_attribute("aria-valuenow", value)
    note_says(page, "learning rate 0.0005")
    rate.fill("0.003")
    page.keyboard.press("ArrowUp")
    expect(rate).to_have_value("0.005")
    rate.fill("100")
    page.keyboard.press("ArrowUp")
    expect(rate).to_have_value("100")  # which is as far as it goes
    page.locator("#learning-rate").get_by_test_id("less").click()
    expect(rate).to_have_value("50")


def test_whole_numbers_step_by_one_and_stop_at_the_end(page: Page) -> None:
    open_train_tab(page)
    epochs = field(page, "epochs")
    epochs.focus()
    page.keyboard.press("ArrowUp")
    expect(epochs).to_have_value("6")
    epochs.fill("1")
    page.keyboard.press("ArrowDown")
    expect(epochs).to_have_value("1")


def test_dropout_steps_by_twentieths(page: Page) -> None:
    open_train_tab(page)
    page.locator("#model input").click()
    page.get_by_role("option", name="dropout").click()
    page.locator("#more-settings > button").click()
    dropout = field(page, "dropout")
    expect(dropout).to_have_value("0.2")
    dropout.focus()
    for value in ("0.15", "0.1", "0.05", "0"):
        page.keyboard.press("ArrowDown")
        expect(dropout).to_have_value(value)


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "zh-CN", "fr-FR"])
def test_a_rate_is_read_alike_in_every_language_of_the_browser(
    new_page: Callable[..., Page], locale: str
) -> None:
    page = new_page(locale=locale)
    page.locator("#train-button").click()
    rate = field(page, "learning-rate")
    for text in ("0,01", "1e-2", "0.01", ".01", "０。０１"):
        rate.fill("0.5")
        note_says(page, "0.5")
        rate.fill(text)
        note_says(page, "0.01")
        expect(rate).to_have_attribute("aria-invalid", "false")
        expect(rate).to_have_value(text)  # as it was typed


def test_what_is_out_of_range_is_said_beside_the_field_and_stays(page: Page) -> None:
    open_train_tab(page)
    for elem_id, text, problem in (
        ("epochs", "1000", "A whole number from 1 to 100."),
        ("epochs", "1,000", "A whole number from 1 to 100."),
        ("epochs", "2.5", "A whole number from 1 to 100."),
        ("epochs", "", "A whole number from 1 to 100."),
        ("learning-rate", "0", "A number above 0, at most 100."),
        ("learning-rate", "fast", "A number above 0, at most 100."),
        ("seed", "-1", "A whole number from 0 to 4294967295."),
    ):
        before = field(page, elem_id).input_value()
        field(page, elem_id).fill(text)
        told = page.locator(f"#{elem_id}").get_by_test_id("problem")
        expect(told).to_have_text(problem)
        expect(told).to_have_role("status")
        expect(field(page, elem_id)).to_have_attribute("aria-invalid", "true")
        note_says(page, "must be")
        page.keyboard.press("Tab")
        expect(field(page, elem_id)).to_have_value(text)
        field(page, elem_id).fill(before)
        expect(told).to_have_text("")
    note_says(page, "These are the article's settings.")


def test_the_range_is_said_in_the_page_s_language(page: Page) -> None:
    open_train_tab(page)
    field(page, "epochs").fill("1000")
    page.locator("[data-language=zh]").click()
    told = page.locator("#epochs").get_by_test_id("problem")
    expect(told).to_have_text("请填 1 到 100 之间的整数。")
    expect(page.get_by_role("spinbutton", name="学习率")).to_have_value("0.001")


def test_a_change_of_language_leaves_fields_that_were_never_seen_as_they_are(page: Page) -> None:
    page.locator("[data-language=zh]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("#train-button").click()
    expect(page.get_by_role("spinbutton", name="学习率")).to_have_value("0.001")
    expect(field(page, "learning-rate")).to_be_enabled()
    field(page, "epochs").press("ArrowUp")
    expect(field(page, "epochs")).to_have_value("6")
    page.locator("#more-settings > button").click()
    expect(page.get_by_role("spinbutton", name="Dropout")).to_be_disabled()


@pytest.mark.usefixtures("mnist_root")
def test_how_many_more_epochs_is_such_a_field_too(page: Page) -> None:
    open_train_tab(page)
    field(page, "epochs").fill("1")
    page.get_by_label("256").check()
    press_train(page)
    state_is(page, "finished")
    page.locator("#runs-button").click()
    more = page.locator(".run").get_by_test_id("more")
    more.click()
    page.mouse.wheel(0, -120)
    expect(more).to_have_value("5")
    more.press("ArrowUp")
    expect(more).to_have_value("6")
    more.fill("0")
    assert "A whole number from 1 to 100." in more.evaluate("input => input.validationMessage")
    expect(more).to_have_attribute("aria-invalid", "true")

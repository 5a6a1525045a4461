"""Everything by keyboard: drawing, the question below it, tabs, groups, and where the focus is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pen import FOUR, ONE, SEVEN, canvas, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_card, open_tab
from tests.browser.test_own_test_set import count_is, row
from tests.browser.test_train import choose_epochs, open_train_tab, state_is


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def draw_seven_by_keys(page: Page) -> None:
    """Draw a seven with the arrow keys: to its corner, along the top, aslant to its foot."""
    press(page, *["ArrowUp"] * 8, *["ArrowLeft"] * 6, "Space", *["ArrowRight"] * 12)
    for _ in range(8):
        press(page, "End", "ArrowDown")
    press(page, "Space")


def test_arrow_keys_move_a_pen_that_space_lowers_and_lifts(page: Page) -> None:
    pen = page.get_by_test_id("key-pen")
    expect(pen).to_be_hidden()
    page.get_by_role("tab", name="Draw").focus()
    while page.evaluate("document.activeElement.dataset.testid") != "canvas":
        page.keyboard.press("Tab")  # as somebody would come there
    expect(pen).to_be_visible()
    expect(page.get_by_test_id("help")).to_contain_text("Arrow keys move the pen")
    before = pen.bounding_box()
    press(page, "ArrowLeft")
    after = pen.bounding_box()
    assert before is not None and after is not None and after["x"] < before["x"]
    expect(page.get_by_test_id("pen-said")).to_have_text("46% across, 50% down")
    digit_read(page, None)  # a pen that is up leaves no ink

    press(page, "ArrowRight")
    draw_seven_by_keys(page)
    digit_read(page, 7)
    expect(page.get_by_test_id("pen-said")).to_have_text("Pen up.")
    expect(canvas(page)).to_be_focused()

    press(page, "7")
    count_is(page, 1)
    digit_read(page, None)
    expect(canvas(page)).to_be_focused()


def test_undo_takes_back_a_whole_stroke_of_the_keys(page: Page) -> None:
    canvas(page).focus()
    draw_seven_by_keys(page)
    digit_read(page, 7)
    press(page, "ArrowUp", "Space", "ArrowRight", "ArrowRight")  # and the pen stays down
    expect(page.get_by_test_id("pen-said")).to_have_text("Pen down.")
    page.keyboard.press("Control+z")
    digit_read(page, 7)
    page.keyboard.press("Control+z")
    digit_read(page, None)


def test_the_mouse_draws_on_where_the_keys_have_been(page: Page) -> None:
    canvas(page).focus()
    press(page, "Space", "ArrowRight")
    draw_by_mouse(page, SEVEN)
    expect(page.get_by_test_id("key-pen")).to_be_hidden()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    digit_read(page, None)
    expect(page.get_by_test_id("undo")).to_be_disabled()


def test_digits_of_other_people_can_be_tried(page: Page) -> None:
    for digit in (4, 9, 7):
        page.get_by_role("button", name=f"Try a {digit}").press("Enter")
        digit_read(page, digit)
        expect(page.get_by_test_id("prediction")).to_have_attribute("data-sure", "true")
    page.keyboard.press("Control+z")
    digit_read(page, 9)


def test_a_digit_key_says_something_only_in_the_drawing_and_its_question(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    for elsewhere in (
        page.get_by_role("tab", name="Draw"),
        page.get_by_test_id("undo"),
        row(page, "SimpleNN").get_by_role("radio"),
        page.locator("[data-language=en]"),
    ):
        elsewhere.focus()
        press(page, "3")
    digit_read(page, 7)
    count_is(page, 0)
    page.get_by_test_id("yes").focus()
    press(page, "7")
    count_is(page, 1)
    expect(canvas(page)).to_be_focused()  # the question is gone


def test_undo_takes_the_count_back(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    press(page, "3")
    count_is(page, 1)
    draw_by_mouse(page, FOUR[0])
    draw_by_mouse(page, FOUR[1])
    digit_read(page, 4)
    press(page, "4")
    count_is(page, 2)
    page.get_by_test_id("undo").click()
    digit_read(page, 4)
    count_is(page, 1)
    expect(page.get_by_test_id("score-note")).to_have_text("Taken back: it counts as a 4 no more.")
    page.locator("[data-language=zh]").click()
    expect(page.get_by_test_id("score-note")).to_have_text("已撤回，不再记作 4。")
    for _ in range(3):  # the two strokes of the four, and then what was counted before them
        page.get_by_test_id("undo").click()
    digit_read(page, 7)
    count_is(page, 0)


def test_forgetting_asks_first(page: Page) -> None:
    for stroke, digit in ((SEVEN, 7), (ONE, 1)):
        draw_by_mouse(page, stroke)
        digit_read(page, digit)
        press(page, str(digit))
        digit_read(page, None)
    count_is(page, 2)
    page.get_by_test_id("forget").press("Enter")
    expect(page.get_by_test_id("sure")).to_have_text("Forget 2 drawings for good?")
    expect(page.get_by_test_id("keep")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_test_id("forget")).to_be_focused()
    count_is(page, 2)
    page.get_by_test_id("forget").press("Enter")
    page.locator("[data-language=zh]").click()
    expect(page.get_by_test_id("sure")).to_have_text("彻底清空 2 个手写数字？")
    page.get_by_test_id("really").click()
    count_is(page, 0)
    expect(page.get_by_test_id("sure")).to_be_hidden()


# --- what Gradio leaves out ----------------------------------------------------------------------


def test_tabs_have_the_keys_and_names_of_the_pattern(page: Page) -> None:
    outer = page.get_by_role("tablist").first.get_by_role("tab")
    draw, train, runs = outer.nth(0), outer.nth(1), outer.last
    draw.focus()
    press(page, "ArrowRight")
    expect(train).to_be_focused()
    expect(train).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Train", exact=True)).to_be_visible()
    expect(train).to_have_attribute("tabindex", "0")
    expect(draw).to_have_attribute("tabindex", "-1")
    press(page, "End")
    expect(runs).to_be_focused()
    press(page, "ArrowRight")
    expect(draw).to_be_focused()
    press(page, "ArrowLeft")
    expect(runs).to_be_focused()
    press(page, "Home", "ArrowRight")

    inner = page.locator(".results").get_by_role("tab")
    names = inner.all_inner_texts()
    assert len(names) >= 3
    inner.first.focus()
    for number, name in enumerate(names):
        expect(inner.nth(number)).to_be_focused()
        expect(page.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
        press(page, "ArrowRight")
    expect(inner.first).to_be_focused()
    for tab in page.get_by_role("tab").all():
        assert tab.get_attribute("id") and tab.get_attribute("aria-controls")


def test_a_group_of_radio_buttons_has_a_name_and_is_one_stop(page: Page) -> None:
    open_train_tab(page)
    group = page.get_by_role("radiogroup", name="Batch size")
    expect(group.get_by_role("radio")).to_have_count(3)
    group.get_by_role("radio", name="64").focus()
    press(page, "ArrowRight")
    expect(group.get_by_role("radio", name="128")).to_be_checked()
    expect(page.locator("#settings-note")).to_contain_text("batch size 128")
    press(page, "Tab")
    expect(page.locator("#epochs input")).to_be_focused()
    page.locator("#more-settings > button").click()
    expect(page.get_by_role("radiogroup", name="Optimiser")).to_be_visible()
    page.locator("[data-language=zh]").click()
    expect(page.get_by_role("radiogroup", name="批大小")).to_be_visible()


def test_no_plot_is_undefined(page: Page) -> None:
    open_train_tab(page)
    page.locator("#article-button").click()
    plot = page.get_by_role("img", name="The article's figure: nothing to see before the first")
    expect(plot).to_be_visible()
    assert page.locator("[aria-label*=visualising], [aria-label*=undefined]").count() == 0
    page.locator("[data-language=zh]").click()
    expect(page.get_by_role("img", name="文章中的图：第一轮结束之前")).to_be_visible()


@pytest.mark.usefixtures("mnist_root")
def test_training_keeps_the_focus_and_says_little_and_its_result(page: Page) -> None:
    open_train_tab(page)
    page.evaluate(
        """() => {
            const said = (window.said = []);
            const listen = (records) => records.forEach(({ target }) => {
                const region = target.parentElement?.closest("[role=status]") ?? target;
                if (region.getAttribute?.("role") === "status") said.push(region.textContent);
            });
            new MutationObserver(listen).observe(document.querySelector("#train"),
                { childList: true, characterData: true, subtree: true });
        }"""
    )
    choose_epochs(page, 1)
    page.get_by_label("256").check()
    page.locator("#start").focus()
    press(page, "Enter")
    expect(page.locator("#stop")).to_be_focused()
    state_is(page, "finished")
    expect(page.locator("#train-on")).to_be_focused()  # Stop, beside it, can be pressed no more
    accuracy = page.get_by_test_id("accuracy").inner_text()
    expect(page.get_by_test_id("run-said")).to_contain_text(f"Test accuracy {accuracy}")
    assert page.get_by_test_id("message").get_attribute("role") is None
    said = list(filter(None, page.evaluate("window.said")))
    assert 1 <= len(said) <= 5, said
    page.locator("#article-button").click()
    words = "The article's figure, 1 epoch: training loss goes from"
    expect(page.get_by_role("img", name=words)).to_be_visible()


@pytest.mark.usefixtures("mnist_root")
def test_an_experiment_keeps_the_focus(page: Page) -> None:
    open_tab(page, "Experiments")
    card = open_card(page, "batch")
    card.get_by_test_id("try").focus()
    press(page, "Enter")
    expect(card.get_by_test_id("stop")).to_be_focused()
    press(page, "Enter")
    expect(card.get_by_test_id("try")).to_be_focused()


def test_the_focus_goes_to_what_is_next_and_leaves_alone_who_presses_beside_it(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    page.get_by_test_id("clear").focus()
    press(page, "Enter")
    expect(page.get_by_test_id("clear")).to_be_disabled()
    expect(page.locator("#read-picture")).to_be_focused()
    page.get_by_role("heading", name="Handwritten digits").click()
    assert page.evaluate("document.activeElement === document.body")


def test_the_program_can_be_scrolled_by_keyboard(page: Page) -> None:
    open_train_tab(page)
    page.locator("#code-tab-button").click()
    program = page.get_by_test_id("program").first
    program.focus()
    press(page, "PageDown")
    page.wait_for_function("document.querySelector('[data-testid=program]').scrollTop > 100")

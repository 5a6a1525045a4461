"""The visitor's own score and who reads, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from mnist_core.drawings import read_drawings
from tests.browser.conftest import PHONE, PageErrors, until
from tests.browser.pen import FOUR, ONE, SEVEN, canvas, draw_by_finger, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_train import (
    TRAINING_SECONDS,
    choose_epochs,
    open_train_tab,
    press_train,
    state_is,
)


def count_is(page: Page, drawings: int) -> None:
    """Wait until so many drawings count."""
    board = page.get_by_test_id("leaderboard")
    expect(board).to_have_attribute("data-drawings", str(drawings))


def row(page: Page, name: str) -> Locator:
    """Return the line of one classifier."""
    return page.get_by_test_id("classifiers").get_by_role("row").filter(has_text=name)


def draw_and_say(page: Page, strokes: list[list[tuple[float, float]]], digit: int) -> None:
    for stroke in strokes:
        draw_by_mouse(page, stroke)
    expect(page.get_by_test_id("yes")).to_be_enabled()
    page.get_by_role("button", name=f"It was {'an' if digit == 8 else 'a'} {digit}").click()
    expect(page.get_by_test_id("hint")).to_be_visible()  # the canvas is free for the next
    digit_read(page, None)


def test_one_click_counts_a_drawing_and_makes_room_for_the_next(page: Page) -> None:
    expect(page.get_by_test_id("question")).not_to_be_visible()
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    page.get_by_role("button", name="Yes, a 7").click()
    count_is(page, 1)
    digit_read(page, None)
    expect(row(page, "SimpleNN").locator(".right")).to_have_text("1 of 1")
    expect(row(page, "SimpleNN").locator(".accuracy")).to_have_text("96.5%")
    expect(page.get_by_test_id("score-note")).to_have_text("Counted as a 7.")
    expect(page.get_by_test_id("question")).not_to_be_visible()
    draw_and_say(page, FOUR, 4)
    draw_and_say(page, [ONE], 7)  # so the network was wrong
    count_is(page, 3)
    expect(row(page, "SimpleNN").locator(".right")).to_have_text("2 of 3")


def test_what_comes_late_does_not_undo_a_count(page: Page, page_errors: PageErrors) -> None:
    held: list[Route] = []
    # On a slow network what the tabs show comes late:
    page.route("**/queue/data**", lambda request: held.append(request))
    page_errors.reload(page)
    until(page, lambda: bool(held))
    draw_and_say(page, [SEVEN], 7)
    count_is(page, 1)
    for request in held:
        request.continue_()
    open_train_tab(page)
    expect(page.get_by_text("Press Train: a network")).to_be_visible()  # what came with it is there
    page.get_by_role("tab", name="Draw").click()
    count_is(page, 1)
    expect(row(page, "SimpleNN").locator(".right")).to_have_text("1 of 1")


def test_a_phone_counts_too(phone: Page) -> None:
    draw_by_finger(phone, SEVEN)
    digit_read(phone, 7)
    phone.get_by_test_id("yes").click()
    count_is(phone, 1)
    digit_read(phone, None)


def test_a_wrong_label_is_corrected_by_taking_the_drawing_back(page: Page) -> None:
    draw_and_say(page, [SEVEN], 1)
    count_is(page, 1)
    expect(row(page, "SimpleNN").locator(".right")).to_have_text("0 of 1")
    page.keyboard.press("Control+z")
    digit_read(page, 7)
    page.get_by_test_id("yes").click()
    expect(row(page, "SimpleNN").locator(".right")).to_have_text("1 of 1")
    count_is(page, 1)


def test_the_keys_name_the_digit(page: Page) -> None:
    page.keyboard.press("7")  # nothing is drawn yet
    for digits, (stroke, key) in enumerate([(SEVEN, "7"), (ONE, "1")], start=1):
        draw_by_mouse(page, stroke)
        digit_read(page, int(key))
        page.keyboard.press(key)
        digit_read(page, None)
        count_is(page, digits)
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_train_tab(page)
    page.get_by_label("Seed").fill("7")  # typed elsewhere, and the drawing cannot be seen
    page.keyboard.press("7")
    page.locator("#draw-button").click()
    expect(canvas(page)).to_be_visible()
    digit_read(page, 7)
    count_is(page, 2)


def test_drawings_are_saved_forgotten_and_opened(page: Page, tmp_path: Path) -> None:
    draw_and_say(page, [SEVEN], 7)
    draw_and_say(page, FOUR, 4)
    count_is(page, 2)
    with page.expect_download() as download:
        page.get_by_test_id("save").click()
    file = tmp_path / "drawings.json"
    download.value.save_as(file)
    drawings = read_drawings(file)
    assert [drawing.label for drawing in drawings] == [7, 4]
    assert [len(drawing.strokes) for drawing in drawings] == [1, 2]

    page.get_by_test_id("forget").click()
    page.get_by_test_id("really").and_(page.locator(":visible")).click()
    count_is(page, 0)
    expect(page.get_by_test_id("save")).to_be_disabled()
    open_file(page, file)
    count_is(page, 2)
    expect(row(page, "SimpleNN").locator(".right")).to_have_text("2 of 2")
    open_file(page, file)
    expect(page.get_by_test_id("score-note")).to_contain_text("2 drawings opened")
    count_is(page, 2)


def open_file(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("open").click()
    chooser.value.set_files(file)


def test_a_file_of_something_else_is_refused_in_a_sentence(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "else.json"
    file.write_text(json.dumps([{"label": 12, "strokes": [[[1, 2]]]}]))
    open_file(page, file)
    expect(page.get_by_text("A label must be a digit from 0 to 9")).to_be_visible()
    file.write_text(" " * 5_000_001)
    open_file(page, file)
    expect(page.get_by_test_id("score-note")).to_contain_text("too large")
    count_is(page, 0)


def test_the_score_survives_a_reload_and_is_nobody_else_s(
    new_page: Callable[..., Page], page_errors: PageErrors
) -> None:
    first, second = new_page(), new_page(**PHONE)
    draw_and_say(first, [SEVEN], 7)
    count_is(first, 1)
    page_errors.reload(first)
    count_is(first, 1)
    count_is(second, 0)


@pytest.mark.usefixtures("mnist_root")
def test_the_network_in_training_changes_its_mind_about_the_drawing(
    page: Page, page_errors: PageErrors
) -> None:
    draw_and_say(page, [ONE], 1)
    draw_by_mouse(page, SEVEN)
    page_errors.reload(page)  # what is read from here on is the whole drawing, no part of it
    digit_read(page, 7)
    prediction = page.get_by_test_id("prediction")
    shipped_seq = prediction.get_attribute("data-seq")
    open_train_tab(page)
    choose_epochs(page, 6)
    press_train(page)
    page.locator("#draw-button").click()
    patient = TRAINING_SECONDS * 1000
    expect(prediction).to_have_attribute(
        "data-classifier", "Run 1 · 6 epochs, in training", timeout=patient
    )
    expect(row(page, "Run 1")).to_contain_text("in training")
    assert prediction.get_attribute("data-seq") != shipped_seq  # read again without the pen
    expect(prediction).to_have_attribute("data-classifier", "Run 1 · 6 epochs", timeout=patient)
    digit_read(page, 7)
    expect(row(page, "Run 1").locator(".accuracy")).to_contain_text("9")
    expect(row(page, "Run 1").locator(".right")).to_have_text("1 of 1")

    page.get_by_label("SimpleNN").check()
    expect(prediction).to_have_attribute("data-classifier", "SimpleNN")
    page_errors.reload(page)
    expect(page.get_by_label("SimpleNN")).to_be_checked()
    expect(prediction).to_have_attribute(
        "data-classifier", "SimpleNN"
    )  # the drawing came back, too
    page.get_by_label("Run 1").check()
    expect(prediction).to_have_attribute("data-classifier", "Run 1 · 6 epochs")
    open_train_tab(page)
    state_is(page, "finished")

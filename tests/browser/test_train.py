"""The Train tab in a real browser, on the real MNIST: it streams, stops, and gives its network."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_core.checkpoints import load_checkpoint
from tests.browser.conftest import PHONE, PageErrors
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read

pytestmark = pytest.mark.usefixtures("mnist_root")

TRAINING_SECONDS = 120  # an epoch takes one or two; a busy machine needs more


def open_train_tab(page: Page) -> None:
    page.locator("#train-button").click()


def press_train(page: Page) -> None:
    page.wait_for_function("sessionStorage.getItem('mnist-session')")  # it has found its session
    page.locator("#start").click()


def press_stop(page: Page) -> None:
    page.locator("#stop").click()


def choose_epochs(page: Page, epochs: int) -> None:
    page.locator("#epochs input").fill(str(epochs))
    page.keyboard.press("Tab")


def state_is(page: Page, state: str) -> None:
    """Wait until the run is in this state."""
    run = page.get_by_test_id("run")
    expect(run).to_have_attribute("data-state", state, timeout=TRAINING_SECONDS * 1000)


def has_begun_to_learn(page: Page) -> None:
    """Wait for the first loss."""
    expect(page.get_by_test_id("loss")).to_have_text(
        re.compile(r"\d"), timeout=TRAINING_SECONDS * 1000
    )


def test_one_epoch_from_the_button_to_a_network_of_ones_own(page: Page, tmp_path: Path) -> None:
    open_train_tab(page)
    choose_epochs(page, 1)
    press_train(page)
    state_is(page, "finished")

    expect(page.get_by_test_id("epochs")).to_have_text("1 of 1")
    expect(page.get_by_test_id("accuracy")).to_have_text(re.compile(r"^9\d\.\d\d%$"))
    expect(page.get_by_test_id("train-accuracy")).to_have_text(re.compile(r"^training 9\d\."))
    expect(page.get_by_test_id("title")).to_have_text("Run 1 · 1 epoch")
    expect(page.get_by_test_id("curves")).to_have_attribute("data-epochs", "1")
    page.locator("#article-button").click()
    expect(page.get_by_test_id("lines")).to_contain_text("Image batch shape: torch.Size([64, 1, 28")
    expect(page.get_by_test_id("lines")).to_contain_text("Epoch [1/1], Loss: 0.3")
    expect(page.get_by_test_id("lines")).to_contain_text("Accuracy on the test set: 9")

    for button, name in (("#weights", "mine.pth"), ("#metadata", "mine.json")):
        with page.expect_download() as download:
            page.locator(button).click()
        download.value.save_as(tmp_path / name)
    checkpoint = load_checkpoint(tmp_path / "mine.pth")
    assert checkpoint.model_name == "simple_nn"
    assert checkpoint.metadata["config"]["epochs"] == 1

    page.locator("#draw-button").click()
    expect(page.get_by_label("Run 1")).to_be_checked()
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    expect(page.get_by_test_id("classifier")).to_have_text("Read by Run 1 · 1 epoch")
    page.get_by_label("SimpleNN").check()
    expect(page.get_by_test_id("classifier")).to_have_text("Read by SimpleNN")
    digit_read(page, 7)


def test_stop_keeps_what_was_learned_and_the_next_run_starts_clean(page: Page) -> None:
    open_train_tab(page)
    press_train(page)
    has_begun_to_learn(page)
    press_stop(page)
    state_is(page, "stopped")
    expect(page.locator("#start")).to_be_enabled()
    expect(page.locator("#stop")).to_be_disabled()
    expect(page.locator("#weights")).to_be_enabled()

    choose_epochs(page, 1)
    press_train(page)
    state_is(page, "finished")
    expect(page.get_by_test_id("title")).to_have_text("Run 2 · 1 epoch")


def test_a_reload_finds_the_run_that_still_trains_and_its_settings(
    page: Page, page_errors: PageErrors
) -> None:
    open_train_tab(page)
    page.locator("#model input").click()
    page.get_by_role("option", name="dropout").click()
    page.locator("#more-settings > button").click()
    dropout = page.locator("#dropout input")
    expect(dropout).to_have_value("0.2")
    dropout.fill("0.5")
    choose_epochs(page, 20)
    change = "SimpleNN with dropout, 20 epochs, dropout 0.5"
    expect(page.get_by_text(f"Other than the article's recipe: {change}.")).to_be_visible()
    press_train(page)
    has_begun_to_learn(page)
    page_errors.reload(page)
    open_train_tab(page)
    state_is(page, "training")
    has_begun_to_learn(page)
    expect(page.get_by_test_id("title")).to_have_text(f"Run 1 · {change}")
    expect(page.locator("#start")).to_be_disabled()
    press_stop(page)
    state_is(page, "stopped")

    expect(page.get_by_text(f"Other than the article's recipe: {change}.")).to_be_visible()
    page.locator("#more-settings > button").click()
    expect(dropout).to_have_value("0.5")
    expect(dropout).to_be_enabled()
    page_errors.reload(page)
    open_train_tab(page)
    state_is(page, "stopped")
    expect(page.locator("#weights")).to_be_enabled()


def test_the_key_to_the_session_is_no_part_of_the_page(page: Page) -> None:
    stored = "sessionStorage.getItem('mnist-session')"
    page.wait_for_function(stored)
    key = page.evaluate(stored)
    assert len(key) >= 43
    assert key not in page.content()
    assert key not in page.url


def test_with_a_key_that_nobody_has_the_session_is_a_new_one(
    page: Page, page_errors: PageErrors
) -> None:
    page.wait_for_function("sessionStorage.getItem('mnist-session')")
    for key in ("", "x" * 100_000, "<script>alert(1)</script>"):
        page.evaluate("key => sessionStorage.setItem('mnist-session', key)", key)
        page_errors.reload(page)
        page.wait_for_function("key => sessionStorage.getItem('mnist-session') !== key", arg=key)
    open_train_tab(page)
    state_is(page, "idle")


def test_a_second_visitor_waits_and_takes_over_when_the_first_leaves(
    new_page: Callable[..., Page],
) -> None:
    first, second, third = new_page(), new_page(), new_page()
    for visitor in (first, second, third):
        open_train_tab(visitor)
        choose_epochs(visitor, 20)
    press_train(first)
    has_begun_to_learn(first)
    press_train(second)
    expect(second.get_by_test_id("message")).to_contain_text("1st in the queue")
    press_train(third)
    expect(third.get_by_test_id("message")).to_contain_text("2nd in the queue")
    first.context.close()
    has_begun_to_learn(second)
    expect(third.get_by_test_id("message")).to_contain_text("1st in the queue")
    press_stop(second)
    state_is(second, "stopped")
    has_begun_to_learn(third)
    press_stop(third)
    state_is(third, "stopped")


def test_who_waits_can_stop_and_nobody_else_notices(new_page: Callable[..., Page]) -> None:
    first, second = new_page(), new_page()
    for visitor in (first, second):
        open_train_tab(visitor)
        choose_epochs(visitor, 20)
    press_train(first)
    has_begun_to_learn(first)
    press_train(second)
    state_is(second, "waiting")
    press_stop(second)
    state_is(second, "stopped")
    state_is(first, "training")
    press_stop(first)
    state_is(first, "stopped")


def test_another_visitor_never_has_the_network(new_page: Callable[..., Page]) -> None:
    first, second = new_page(), new_page()
    open_train_tab(first)
    press_train(first)
    has_begun_to_learn(first)
    press_stop(first)
    state_is(first, "stopped")
    open_train_tab(second)
    state_is(second, "idle")
    expect(second.locator("#weights")).to_be_disabled()
    second.locator("#draw-button").click()
    draw_by_mouse(second, SEVEN)
    digit_read(second, 7)
    expect(second.get_by_label("Run 1")).to_have_count(0)
    expect(second.get_by_test_id("classifier")).not_to_contain_text("Run")


def test_the_drawing_is_read_while_the_network_trains(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_train_tab(page)
    choose_epochs(page, 20)
    press_train(page)
    expect(page.get_by_test_id("drawing-read")).to_contain_text(
        re.compile(r"\d → \d .*%\)"), timeout=TRAINING_SECONDS * 1000
    )
    page.locator("#draw-button").click()
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_train_tab(page)
    state_is(page, "training")
    press_stop(page)
    state_is(page, "stopped")


def test_a_setting_out_of_range_is_refused_and_nothing_is_lost(page: Page) -> None:
    open_train_tab(page)
    page.locator("#learning-rate input").fill("-1")
    press_train(page)
    # The answer to the press: the note in the form has said the same before.
    refusal = page.locator(".toast-body").filter(has_text="Learning rate must be a number above 0")
    expect(refusal).to_be_visible()
    expect(page.locator("#start")).to_be_enabled()
    page.locator("#learning-rate input").fill("0.002")
    press_train(page)
    has_begun_to_learn(page)
    press_stop(page)
    state_is(page, "stopped")


def test_a_loss_that_explodes_is_explained_and_tried_again_with_a_smaller_rate(page: Page) -> None:
    open_train_tab(page)
    choose_epochs(page, 1)
    page.locator("#learning-rate input").fill("10")
    press_train(page)
    state_is(page, "diverged")
    expect(page.get_by_test_id("message")).to_contain_text("Try 1.")
    page.locator("#retry").click()
    expect(page.get_by_test_id("title")).to_contain_text(
        "learning rate 1.0", timeout=TRAINING_SECONDS * 1000
    )
    expect(page.locator("#learning-rate input")).to_have_value("1")
    page.wait_for_function(
        "['finished', 'diverged'].includes("
        "document.querySelector('[data-testid=run]').dataset.state)",
        timeout=TRAINING_SECONDS * 1000,
    )


def test_a_run_trains_on(page: Page) -> None:
    open_train_tab(page)
    choose_epochs(page, 1)
    page.get_by_label("256").check()
    press_train(page)
    state_is(page, "finished")
    page.locator("#train-on").click()
    expect(page.get_by_test_id("epochs")).to_have_text(
        re.compile("[1-6] of 6"), timeout=TRAINING_SECONDS * 1000
    )
    press_stop(page)
    state_is(page, "stopped")
    expect(page.get_by_test_id("title")).to_contain_text("Run 1")


def test_the_settings_say_how_they_differ_and_the_code_follows_them(page: Page) -> None:
    open_train_tab(page)
    expect(page.get_by_text("These are the article's settings.")).to_be_visible()
    page.locator("#model input").click()
    page.get_by_role("option", name="CNN").click()
    expect(page.get_by_text("Other than the article's recipe: CNN.")).to_be_visible()
    page.locator("#code-tab-button").click()
    expect(page.get_by_test_id("program").first).to_contain_text('"""Train CNN on MNIST."""')
    page.locator("#more-settings > button").click()
    expect(page.locator("#dropout input")).to_be_enabled()
    with page.expect_download() as download:
        page.get_by_test_id("download").first.click()
    assert download.value.suggested_filename == "cnn_mnist.py"
    assert "class CNN" in Path(download.value.path()).read_text()
    ast.parse(Path(download.value.path()).read_text())
    page.locator("#reset").click()
    expect(page.get_by_text("These are the article's settings.")).to_be_visible()
    expect(page.locator("#dropout input")).to_be_disabled()
    expect(page.get_by_test_id("program").first).to_contain_text('"""Train SimpleNN on MNIST."""')


def test_the_augmentation_is_shown(page: Page) -> None:
    open_train_tab(page)
    page.locator("#more-settings > button").click()
    page.locator("#augmentation input").click()
    page.get_by_role("option", name="Small turns").click()
    preview = page.get_by_alt_text("Above: training images.")
    expect(preview).to_be_visible()
    width = preview.evaluate("async image => { await image.decode(); return image.naturalWidth; }")
    assert width > 100
    page.locator("#augmentation input").click()
    page.get_by_role("option", name="None").click()
    expect(preview).to_be_hidden()


@pytest.mark.parametrize("settings", [{}, PHONE], ids=["desktop", "phone"])
def test_the_buttons_stay_where_they_are_when_more_settings_open(
    new_page: Callable[..., Page], settings: dict[str, object]
) -> None:
    page = new_page(**settings)
    open_train_tab(page)
    page.wait_for_function("sessionStorage.getItem('mnist-session')")  # all of the page is there
    train = page.locator("#start")
    train.hover()  # which waits until it no longer moves
    before = train.bounding_box()
    page.locator("#more-settings > button").click()
    expect(page.locator("#augmentation input")).to_be_visible()
    assert train.bounding_box() == before
    viewport = page.viewport_size
    assert before is not None and viewport is not None
    assert before["y"] + before["height"] <= viewport["height"]


def test_a_number_out_of_range_is_said_at_once_and_stays_as_it_was_typed(page: Page) -> None:
    open_train_tab(page)
    epochs = page.locator("#epochs input")
    epochs.fill("")
    epochs.press_sequentially("1000")  # 1, 10 and 100 on the way
    expect(page.get_by_text("Epochs must be").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(epochs).to_have_value("1000")
    press_train(page)
    expect(page.get_by_test_id("toast-body")).to_contain_text("Epochs must be")
    expect(epochs).to_have_value("1000")

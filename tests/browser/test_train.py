"""The Train tab in a real browser, on the real MNIST: it streams, stops, and gives its network."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_core.checkpoints import load_checkpoint
from tests.browser.conftest import PageErrors
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read

pytestmark = pytest.mark.usefixtures("mnist_root")

TRAINING_SECONDS = 120  # an epoch takes one or two; a busy machine needs more


def open_train_tab(page: Page) -> None:
    page.get_by_role("tab", name="Train").click()


def press_train(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()


def press_stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()


def choose_epochs(page: Page, epochs: int) -> None:
    page.get_by_label("number input for Epochs").fill(str(epochs))
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
    plot = page.locator(".paper img")
    empty_plot = plot.get_attribute("src")
    press_train(page)
    state_is(page, "finished")

    expect(page.get_by_test_id("epochs")).to_have_text("1 of 1")
    expect(page.get_by_test_id("accuracy")).to_have_text(re.compile(r"^9\d\.\d\d %$"))
    expect(page.get_by_test_id("lines")).to_contain_text("Image batch shape: torch.Size([64, 1, 28")
    expect(page.get_by_test_id("lines")).to_contain_text("Epoch [1/1], Loss: 0.3")
    expect(page.get_by_test_id("lines")).to_contain_text("Accuracy on the test set: 9")
    assert plot.get_attribute("src") != empty_plot

    with page.expect_download() as download:
        page.get_by_role("button", name="Download my network").click()
    download.value.save_as(tmp_path / "mine.pth")
    assert load_checkpoint(tmp_path / "mine.pth").model_name == "simple_nn"

    page.get_by_role("tab", name="Draw").click()
    expect(page.get_by_label("Run 1")).to_be_checked()
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    expect(page.get_by_test_id("reader")).to_have_text("Read by Run 1")
    page.get_by_label("SimpleNN").check()
    expect(page.get_by_test_id("reader")).to_have_text("Read by SimpleNN")
    digit_read(page, 7)


def test_stop_keeps_what_was_learned_and_the_next_run_starts_clean(page: Page) -> None:
    open_train_tab(page)
    press_train(page)
    has_begun_to_learn(page)
    press_stop(page)
    state_is(page, "stopped")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    expect(page.get_by_role("button", name="Download my network")).to_be_enabled()

    choose_epochs(page, 1)
    press_train(page)
    state_is(page, "finished")
    expect(page.get_by_test_id("lines")).to_contain_text("Epoch [1/1], Loss: 0.3")


def test_a_reload_frees_the_place_and_the_page_works_again(
    page: Page, page_errors: PageErrors
) -> None:
    open_train_tab(page)
    press_train(page)
    has_begun_to_learn(page)
    page.reload()
    page.get_by_role("tab").first.wait_for()
    page_errors.messages.clear()  # Gradio's page complains of its broken stream while it goes
    open_train_tab(page)
    state_is(page, "idle")
    press_train(page)
    has_begun_to_learn(page)
    press_stop(page)
    state_is(page, "stopped")


def test_a_second_visitor_waits_and_takes_over_when_the_first_leaves(
    new_page: Callable[..., Page],
) -> None:
    first, second = new_page(), new_page()
    for visitor in (first, second):
        open_train_tab(visitor)
        choose_epochs(visitor, 20)
    press_train(first)
    has_begun_to_learn(first)
    press_train(second)
    state_is(second, "waiting")
    first.context.close()
    has_begun_to_learn(second)
    press_stop(second)
    state_is(second, "stopped")


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
    draw_by_mouse(second, SEVEN)
    digit_read(second, 7)
    expect(second.get_by_label("Run 1")).to_have_count(0)
    expect(second.get_by_test_id("reader")).not_to_contain_text("Run")


def test_the_drawing_is_read_while_the_network_trains(page: Page) -> None:
    open_train_tab(page)
    choose_epochs(page, 20)
    press_train(page)
    has_begun_to_learn(page)
    page.get_by_role("tab", name="Draw").click()
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_train_tab(page)
    state_is(page, "training")
    press_stop(page)
    state_is(page, "stopped")


def test_a_setting_out_of_range_is_refused_and_nothing_is_lost(page: Page) -> None:
    open_train_tab(page)
    page.get_by_label("Learning rate").fill("-1")
    press_train(page)
    expect(page.get_by_text("learning_rate must be a number above 0")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    page.get_by_label("Learning rate").fill("0.002")
    press_train(page)
    has_begun_to_learn(page)
    press_stop(page)
    state_is(page, "stopped")

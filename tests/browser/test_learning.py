"""Learning, seen, in a real browser: the first batch, then every loss while it falls."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, PageErrors
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_train import (
    TRAINING_SECONDS,
    choose_epochs,
    open_train_tab,
    press_stop,
    press_train,
    state_is,
)

pytestmark = pytest.mark.usefixtures("mnist_root")


def curves(page: Page) -> Locator:
    return page.get_by_test_id("curves")


def has_losses(page: Page) -> None:
    """Wait until losses of batches are drawn."""
    expect(curves(page)).to_have_attribute(
        "data-batches", re.compile(r"^[1-9]"), timeout=TRAINING_SECONDS * 1000
    )


def number(page: Page, name: str) -> int:
    return int(curves(page).get_attribute(name) or "nan")


def height_of_first_loss(page: Page) -> tuple[float, float]:
    """Return how high the curve begins, and how high guessing is, both in pixels from the top."""
    begins = page.evaluate(
        "document.querySelector('[data-testid=loss-chart] .curve.batch').getPointAtLength(0).y"
    )
    guessing = page.locator("[data-testid=loss-chart] line.reference").get_attribute("y1")
    return float(begins), float(guessing or "nan")


def at_cursor(page: Page) -> Locator:
    return page.get_by_test_id("at-cursor")


def first_labels(page: Page, count: int = 8) -> list[str]:
    return page.get_by_test_id("batch-images").locator("figcaption").all_text_contents()[:count]


def test_the_first_batch_stands_where_the_curves_will_be_and_follows_the_settings(
    page: Page,
) -> None:
    open_train_tab(page)
    batch = page.get_by_test_id("first-batch")
    expect(batch).to_have_attribute("data-size", "64")
    expect(curves(page)).to_be_hidden()
    images = page.get_by_test_id("batch-images").locator("figure")
    expect(images).to_have_count(64)
    expect(page.get_by_test_id("batch-shapes")).to_contain_text("[64, 1, 28, 28]")
    expect(page.get_by_test_id("batch-words")).to_contain_text("seed 42")
    ink = page.evaluate(
        "[...document.querySelectorAll('[data-testid=batch-images] canvas')].map((canvas) =>"
        " Math.max(...canvas.getContext('2d').getImageData(0, 0, 28, 28).data.filter("
        "(value, i) => i % 4 === 0)))"
    )
    assert min(ink) > 200  # there is a digit in each

    before = first_labels(page)
    page.locator("#seed input").fill("7")
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("batch-words")).to_contain_text("seed 7")
    assert first_labels(page) != before
    page.get_by_label("256").check()
    expect(batch).to_have_attribute("data-size", "256")
    expect(page.get_by_test_id("batch-words")).to_contain_text("64 of the 256 images")
    expect(images).to_have_count(64)


def test_the_loss_of_each_batch_is_drawn_while_it_trains_and_comes_back_after_a_reload(
    page: Page, page_errors: PageErrors
) -> None:
    open_train_tab(page)
    choose_epochs(page, 20)
    press_train(page)
    has_losses(page)
    expect(page.get_by_test_id("batch-images")).to_be_hidden()  # it has made room
    begins, guessing = height_of_first_loss(page)
    assert begins == pytest.approx(guessing, abs=12)
    seen = number(page, "data-batches")
    page.wait_for_function(
        "(seen) => +document.querySelector('[data-testid=curves]').dataset.batches > seen",
        arg=seen,
    )
    expect(curves(page)).to_have_attribute(
        "data-epochs", re.compile(r"^[1-9]"), timeout=TRAINING_SECONDS * 1000
    )
    press_stop(page)
    state_is(page, "stopped")
    batches, epochs = number(page, "data-batches"), number(page, "data-epochs")
    expect(curves(page).locator("circle.point.test")).to_have_count(2 * epochs)

    page_errors.reload(page)
    open_train_tab(page)
    expect(curves(page)).to_have_attribute("data-batches", str(batches))
    expect(curves(page)).to_have_attribute("data-epochs", str(epochs))
    assert height_of_first_loss(page)[0] == pytest.approx(guessing, abs=12)
    page.get_by_test_id("first-batch").locator("summary").click()  # and can be looked at again
    expect(page.get_by_test_id("batch-images").locator("figure")).to_have_count(64)


def test_a_run_that_explodes_has_its_curve_on_a_logarithmic_axis(page: Page) -> None:
    open_train_tab(page)
    choose_epochs(page, 1)
    page.locator("#learning-rate input").fill("10")
    press_train(page)
    state_is(page, "diverged")
    has_losses(page)
    expect(curves(page)).to_have_attribute("data-scale", "log")
    expect(page.get_by_test_id("loss-chart").locator("text.y", has_text="10")).not_to_have_count(0)


def scrubber(page: Page) -> Locator:
    return page.get_by_test_id("scrubber")


def has_all_moments(page: Page, moments: int, *, read: bool) -> None:
    expect(scrubber(page)).to_have_attribute("data-moments", str(moments))
    expect(scrubber(page)).to_have_attribute("data-read", str(moments if read else 0))


def shown(page: Page) -> tuple[str, str, str, str]:
    """Return all that moves with the scrubber."""
    pixels = page.get_by_test_id("moment-tiles").evaluate("(canvas) => canvas.toDataURL()")
    confusion = page.get_by_test_id("moment-confusion").inner_text()
    words = page.get_by_test_id("reading-words").inner_text()
    return pixels, confusion, words, at_cursor(page).inner_text()


def test_the_scrubber_goes_back_to_the_beginning_and_after_a_reload_as_well(
    page: Page, page_errors: PageErrors
) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_train_tab(page)
    choose_epochs(page, 2)
    page.get_by_label("256").check()
    press_train(page)
    expect(scrubber(page)).to_be_visible(timeout=TRAINING_SECONDS * 1000)  # while it trains
    state_is(page, "finished")
    has_all_moments(page, 11, read=True)  # 0, 256, 512 … 32,768 images, two epochs
    words = page.get_by_test_id("moment-words")
    expect(words).to_contain_text("Epoch 2, after 120,000 images")
    expect(words).to_contain_text(page.get_by_test_id("accuracy").inner_text())

    slider = page.get_by_test_id("moment")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    slider.focus()
    page.keyboard.press("Home")
    expect(words).to_contain_text("Epoch 0, random weights")
    expect(at_cursor(page)).to_contain_text("first batch")
    beginning = shown(page)
    page.keyboard.press("End")
    expect(scrubber(page)).to_have_attribute("data-epoch", "2")
    end = shown(page)
    assert all(one != other for one, other in zip(beginning, end, strict=True))
    expect(page.get_by_test_id("reading-words")).to_contain_text("a 7")
    assert not [url for url in requests if "presence" not in url]  # all is in the page already

    page_errors.reload(page)
    open_train_tab(page)
    has_all_moments(page, 11, read=True)
    page.get_by_test_id("moment").focus()
    page.keyboard.press("Home")
    expect(words).to_contain_text("Epoch 0, random weights")
    assert shown(page) == beginning


def test_a_stopped_run_can_be_scrubbed_and_the_next_one_takes_its_place(page: Page) -> None:
    open_train_tab(page)
    choose_epochs(page, 20)
    press_train(page)
    expect(curves(page)).to_have_attribute(
        "data-epochs", re.compile(r"^[1-9]"), timeout=TRAINING_SECONDS * 1000
    )
    press_stop(page)
    state_is(page, "stopped")
    epochs = number(page, "data-epochs")
    has_all_moments(page, 11 + epochs, read=False)
    expect(page.get_by_test_id("reading-words")).to_contain_text("Draw a digit")
    page.get_by_test_id("moment").focus()
    page.keyboard.press("ArrowLeft")
    expect(scrubber(page)).to_have_attribute("data-at", str(9 + epochs))
    choose_epochs(page, 1)
    page.get_by_label("256").check()
    press_train(page)
    state_is(page, "finished")
    has_all_moments(page, 10, read=False)


def lit_line(page: Page) -> str:
    return page.get_by_test_id("loop").locator("[aria-current]").inner_text().strip()


def test_the_loop_by_hand_goes_line_by_line_in_both_languages(page: Page) -> None:
    open_train_tab(page)
    page.locator("#one-step-button").click()
    panel, next_line = page.get_by_test_id("one-step"), page.get_by_test_id("next-line")
    phases = page.get_by_test_id("phases").locator("li")
    expect(next_line).to_have_text("First line")
    next_line.click()
    expect(panel).to_have_attribute("data-phase", "batch")
    lines = [lit_line(page)]
    for name in ("zero_grad", "forward", "loss", "backward", "step"):
        next_line.click()
        expect(panel).to_have_attribute("data-phase", name)
        lines.append(lit_line(page))
    assert lines == [
        "for images, labels in train_loader:",
        "optimizer.zero_grad()",
        "loss = criterion(model(images), labels)",
        "loss = criterion(model(images), labels)",
        "loss.backward()",
        "optimizer.step()",
    ]
    expect(phases).to_have_count(6)
    expect(phases.nth(3)).to_contain_text(re.compile(r"loss: 2\.\d{4}"))
    expect(page.get_by_test_id("hand-losses")).to_have_text(re.compile(r": 2\.\d{4}$"))

    page.get_by_test_id("whole-step").click()
    expect(panel).to_have_attribute("data-number", "2")
    expect(panel).to_have_attribute("data-phase", "step")
    expect(page.get_by_test_id("hand-losses")).to_have_text(
        re.compile(r": 2\.\d{4} → [12]\.\d{4}$")
    )
    page.locator("[data-language=zh]").click()
    expect(phases.first).to_contain_text("第 2 批")
    expect(panel).to_have_attribute("data-phase", "step")
    page.locator("[data-language=en]").click()
    expect(phases.first).to_contain_text("Batch 2 of 938")

    page.locator("#learning-rate input").fill("0.01")
    page.keyboard.press("Tab")
    next_line.click()  # with other settings it is another run
    expect(panel).to_have_attribute("data-number", "1")
    page.get_by_test_id("again").click()
    expect(panel).to_have_attribute("data-phase", "batch")
    expect(phases).to_have_count(1)


@pytest.mark.parametrize("settings", [{}, PHONE], ids=["desktop", "phone"])
def test_the_curves_answer_the_pointer_and_the_keyboard(
    new_page: Callable[..., Page], settings: dict[str, object]
) -> None:
    page = new_page(**settings)
    open_train_tab(page)
    choose_epochs(page, 2)
    page.get_by_label("256").check()
    press_train(page)
    state_is(page, "finished")
    chart = page.get_by_test_id("loss-chart")
    picture = chart.locator("g").first.evaluate("(node) => node.innerHTML")

    chart.focus()
    page.keyboard.press("Home")
    expect(at_cursor(page)).to_contain_text(re.compile(r"first batch.*loss 2\.[2-4]"))
    page.keyboard.press("End")
    accuracy = page.get_by_test_id("accuracy").inner_text()
    expect(at_cursor(page)).to_contain_text("Epoch 2")
    expect(at_cursor(page)).to_contain_text(accuracy)
    expect(chart).to_have_attribute("aria-valuenow", "2")
    page.keyboard.press("ArrowLeft")
    expect(at_cursor(page)).to_contain_text("Epoch 1")
    at = number(page, "data-at")
    assert at == 235
    page.keyboard.press("Escape")
    expect(curves(page)).to_have_attribute("data-at", "")

    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    x, y = box["x"] + 44, box["y"] + 60  # where the axis begins
    width = box["width"] - 56
    if settings:
        page.touchscreen.tap(x + width / 2, y)
    else:
        page.mouse.move(x + width / 4, y)
        expect(at_cursor(page)).to_contain_text(re.compile(r"[Bb]atch 11\d: loss 0\.\d{4}"))
        page.mouse.move(x + width / 2, y)
    expect(at_cursor(page)).to_contain_text("Epoch 1")
    assert chart.locator("g").first.evaluate("(node) => node.innerHTML") == picture  # no flicker


def test_the_curves_of_several_runs_say_the_values_of_each_at_an_epoch(page: Page) -> None:
    open_train_tab(page)
    page.get_by_label("256").check()
    for epochs in (1, 2):
        choose_epochs(page, epochs)
        press_train(page)
        expect(page.get_by_test_id("epochs")).to_have_text(
            f"{epochs} of {epochs}", timeout=TRAINING_SECONDS * 1000
        )
    page.locator("#runs-button").click()
    table = page.get_by_test_id("runs")
    values, slider = table.get_by_test_id("at-epoch"), table.get_by_test_id("epoch-slider")
    picture = table.get_by_test_id("losses")
    expect(picture).to_be_visible()
    source = picture.get_attribute("src")
    slider.focus()
    page.keyboard.press("End")
    expect(values).to_contain_text("Epoch 2")
    expect(values).not_to_contain_text("Run 1")  # it has no second epoch
    expect(values).to_contain_text(re.compile(r"Run 2.*loss 0\.\d{4}, test accuracy 9\d\.\d\d%"))

    box = picture.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    expect(values).to_contain_text(re.compile(r"Epoch 1.*Run 1.*Run 2|Epoch 1.*Run 2.*Run 1"))
    expect(table.locator(".plots .cursor")).to_have_count(2)
    assert picture.get_attribute("src") == source  # nothing is drawn anew


def test_a_run_of_a_hundred_epochs_is_drawn_and_can_be_scrubbed(page: Page) -> None:
    open_train_tab(page)
    page.locator("#more-settings button").first.click()
    page.locator("#images input").fill("100")
    choose_epochs(page, 100)
    press_train(page)
    state_is(page, "finished")
    expect(curves(page)).to_have_attribute("data-epochs", "100")
    expect(curves(page)).to_have_attribute("data-batches", "200")
    assert number(page, "data-batches") == 200
    moments = 1 + 1 + 100  # the beginning, after 64 images, each epoch
    expect(scrubber(page)).to_have_attribute("data-moments", str(moments))
    page.get_by_test_id("moment").focus()
    for key, at in (("Home", 0), ("End", moments - 1), ("ArrowLeft", moments - 2)):
        page.keyboard.press(key)
        expect(scrubber(page)).to_have_attribute("data-at", str(at))
    expect(at_cursor(page)).to_contain_text("Epoch 99")
    kept = page.evaluate("JSON.parse(localStorage.getItem('mnist-results'))")
    assert len(kept[-1]["epochs"]) == 100

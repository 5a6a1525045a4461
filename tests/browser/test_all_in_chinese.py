"""A walk through every tab and state in Chinese, in which no English sentence is left."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_core.checkpoints import SHIPPED
from mnist_core.drawings import format_drawings
from tests.browser.conftest import PageErrors
from tests.browser.english import english_on
from tests.browser.pen import FOUR, SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_card, open_row, open_tab
from tests.browser.test_experiments import state_is as experiment_is
from tests.browser.test_own_browser import DIVERGED, RESULT
from tests.browser.test_own_test_set import count_is
from tests.browser.test_picture import as_file, seven_and_one
from tests.browser.test_teach import LEARNING_MS
from tests.browser.test_train import (
    choose_epochs,
    has_begun_to_learn,
    open_train_tab,
    press_stop,
    press_train,
    state_is,
)
from tests.made_pictures import LYING, UPRIGHT, two_classes, write_zip
from tests.own_symbols import draw_symbols

MOST_EPOCHS = "1000"  # more than a run may have


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Return the page of a Chinese browser, which has found its session."""
    page = new_page(locale="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.wait_for_function("sessionStorage.getItem('mnist-session')")
    return page


def is_all_chinese(page: Page, state: str) -> None:
    left = english_on(page)
    assert not left, f"{state}: {left}"


def toast(page: Page) -> None:
    """Wait for what is said in a corner of the page, and put it away."""
    said = page.get_by_test_id("toast-body")
    expect(said.first).to_be_visible()
    expect(page.get_by_test_id("toast-close").first).to_have_attribute("aria-label", "关闭")
    is_all_chinese(page, "said in a corner")
    page.get_by_test_id("toast-close").evaluate_all("all => all.forEach(one => one.click())")
    expect(said).to_have_count(0)


def learn_quickly(page: Page) -> None:
    """Set the form to a run of a second: few images, one epoch."""
    open_train_tab(page)
    more = page.locator("#more-settings button").first
    if not page.locator("#images input").is_visible():
        more.click()
    page.locator("#images input").fill("1000")
    choose_epochs(page, 1)


def lines_in_chinese() -> dict[str, bytes]:
    """Return pictures of two classes whose names are Chinese."""
    return {
        path.replace(LYING, "横").replace(UPRIGHT, "竖"): content
        for path, content in two_classes(75).items()
    }


# --- the check itself ----------------------------------------------------------------------------


def test_a_planted_sentence_is_found_wherever_it_stands(page: Page) -> None:
    """Or the walk could not fail."""
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg"><text>Loss per batch</text></svg>'
    picture = "data:image/svg+xml;base64," + b64encode(drawn).decode()
    page.evaluate(
        """picture => {
            const box = document.createElement("section");
            box.innerHTML = `<p>It was here.</p><b aria-label="Press to see">7</b><i>Stop</i>
                <img alt="" src="${picture}"><pre translate="no">for images in loader</pre>
                <q lang="en">shapes cannot be multiplied</q><p hidden>Not to be seen</p>`;
            document.body.append(box);
        }""",
        picture,
    )
    assert english_on(page) == ["It was here.", "Press to see", "Stop", "Loss per batch"]


# --- Draw ----------------------------------------------------------------------------------------


def test_the_draw_tab(page: Page, page_errors: PageErrors, tmp_path: Path) -> None:
    is_all_chinese(page, "empty")
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    is_all_chinese(page, "read")
    for view, panel in (("input", "pipeline"), ("inside", "views"), ("why", "views")):
        page.locator(f'[data-open="{view}"]').click()
        expect(page.locator(".draw")).to_have_attribute("data-view", view)
        expect(page.get_by_test_id(panel)).to_have_attribute("data-digit", "7")
        is_all_chinese(page, view)
    page.locator('[data-open="why"]').click()

    page.get_by_test_id("yes").click()
    count_is(page, 1)
    is_all_chinese(page, "counted")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.locator("[data-offer=link]:visible").click()
    expect(page.get_by_test_id("link").locator("visible=true")).to_be_visible()
    is_all_chinese(page, "a link to copy by hand")
    page.get_by_test_id("forget").click()
    is_all_chinese(page, "about to forget")
    page.get_by_test_id("keep").click()
    page.get_by_test_id("undo").click()
    count_is(page, 0)
    is_all_chinese(page, "taken back")
    page.get_by_test_id("clear").click()
    draw_by_mouse(page, [(0.2, 0.2), (0.8, 0.8), (0.5, 0.9)])
    draw_by_mouse(page, [(0.8, 0.2), (0.2, 0.5)])
    expect(page.get_by_test_id("prediction")).not_to_have_attribute("data-digit", "")
    is_all_chinese(page, "not sure")

    for content, state in ((as_file(seven_and_one()), "read"), (b"no picture", "problem")):
        file = {"name": "1.png", "mimeType": "image/png", "buffer": content}
        page.get_by_test_id("picture-file").set_input_files(file)
        expect(page.get_by_test_id("picture")).to_have_attribute("data-state", state)
        is_all_chinese(page, f"a picture: {state}")
    page.get_by_test_id("clear").click()

    wrong = {"name": "1.json", "mimeType": "application/json", "buffer": b'[{"label": 77}]'}
    page.get_by_test_id("leaderboard").locator("input[type=file]").set_input_files(wrong)
    toast(page)

    for stroke in FOUR:
        draw_by_mouse(page, stroke)
    digit_read(page, 4)
    page.get_by_test_id("yes").click()
    count_is(page, 1)
    page.evaluate("sessionStorage.setItem('mnist-session', 'gone+')")
    page_errors.reload(page)
    toast(page)
    expect(page.get_by_test_id("bring-back")).to_be_visible()
    is_all_chinese(page, "drawings of before")
    page.get_by_test_id("forget-kept").click()
    is_all_chinese(page, "about to forget those")
    page.get_by_test_id("keep-kept").click()
    page.get_by_test_id("bring-back").click()
    count_is(page, 1)
    is_all_chinese(page, "brought back")


def test_the_teaching(page: Page, tmp_path: Path) -> None:
    page.locator('[data-open="teach"]').click()
    expect(page.get_by_test_id("teach")).to_be_visible()
    is_all_chinese(page, "nothing to teach")
    page.get_by_test_id("class-name").fill("圈")
    page.get_by_test_id("class-name").press("Enter")
    expect(page.get_by_test_id("teach")).to_have_attribute("data-classes", "1")
    is_all_chinese(page, "a class")
    mine = draw_symbols(5, names=("圈", "叉", "折线"))
    open_file = page.get_by_test_id("teach").locator("input[type=file]")
    for name, content in (("a.json", b"[5]"), ("b.json", format_drawings(mine))):
        (tmp_path / name).write_bytes(content)
        open_file.set_input_files(tmp_path / name)
        expect(page.get_by_test_id("teach-said")).not_to_have_text("")
        is_all_chinese(page, f"the file {name}")
    expect(page.get_by_test_id("teach")).to_have_attribute("data-drawings", "15")
    page.get_by_test_id("teach-train").click()
    expect(page.get_by_test_id("exam")).not_to_have_text("", timeout=LEARNING_MS)
    is_all_chinese(page, "taught")
    draw_by_mouse(page, SEVEN)
    expect(page.get_by_test_id("answer")).not_to_have_text("")
    is_all_chinese(page, "it reads")
    page.get_by_test_id("teach-files").click()
    expect(page.locator("#own-weights")).to_be_visible()
    is_all_chinese(page, "its files")
    page.get_by_test_id("teach-forget").click()
    expect(page.get_by_test_id("teach")).to_have_attribute("data-classes", "0")
    expect(page.locator("#own-weights")).to_be_hidden()
    is_all_chinese(page, "forgotten")


def test_the_address_is_answered(page: Page, page_errors: PageErrors, app_url: str) -> None:
    page_errors.go(page, f"{app_url}?epochs=0")
    toast(page)
    page_errors.go(page, f"{app_url}?hide=experiments,seed")
    is_all_chinese(page, "parts are hidden")


def test_every_page_of_the_guide(page: Page) -> None:
    for number in range(1, 10):
        page.locator(f".step[data-step='{number}']").click()
        expect(page.get_by_test_id("guide")).to_have_attribute("data-page", str(number))
        is_all_chinese(page, f"page {number}")


# --- Train ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("mnist_root")
def test_the_train_tab(page: Page, tmp_path: Path) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    learn_quickly(page)
    expect(page.get_by_test_id("batch-images").locator("figure")).to_have_count(64)
    is_all_chinese(page, "the first batch")
    choose_epochs(page, int(MOST_EPOCHS))
    is_all_chinese(page, "a number out of range")
    page.locator("#start").click()
    toast(page)
    choose_epochs(page, 1)
    bring = page.locator("input[type=file][accept*='.zip']")
    pictures = write_zip(tmp_path / "线.zip", lines_in_chinese())
    (tmp_path / "1.zip").write_bytes(b"no zip file")
    for file in (tmp_path / "1.zip", SHIPPED):  # no zip file; of another kind
        bring.set_input_files(file)
        toast(page)
    bring.set_input_files(pictures)
    expect(page.locator("#data-set-about")).to_contain_text("横")
    is_all_chinese(page, "own pictures")
    page.locator("#dataset input").click()
    is_all_chinese(page, "the data sets")
    page.get_by_role("option", name="MNIST", exact=True).click()
    expect(page.get_by_test_id("batch-images").locator("figure")).to_have_count(64)
    page.locator("#augmentation input").click()
    is_all_chinese(page, "the augmentations")
    page.keyboard.press("Escape")
    page.locator("#model input").click()
    is_all_chinese(page, "the networks")
    page.keyboard.press("Escape")

    page.locator("#one-step-button").click()
    is_all_chinese(page, "one step, not begun")
    for phase in ("batch", "zero_grad", "forward", "loss", "backward", "step"):
        page.get_by_test_id("next-line").click()
        expect(page.get_by_test_id("one-step")).to_have_attribute("data-phase", phase)
        is_all_chinese(page, f"one step: {phase}")
    page.get_by_test_id("whole-step").click()
    expect(page.get_by_test_id("one-step")).to_have_attribute("data-number", "2")
    is_all_chinese(page, "two steps")

    choose_epochs(page, 100)
    press_train(page)
    has_begun_to_learn(page)
    is_all_chinese(page, "it trains")
    press_stop(page)
    state_is(page, "stopped")
    is_all_chinese(page, "it is stopped")
    choose_epochs(page, 2)
    press_train(page)
    state_is(page, "finished")
    page.locator("#train .results > .tab-wrapper").get_by_role("tab").first.click()
    expect(page.get_by_test_id("scrubber")).to_have_attribute("data-read", re.compile("[1-9]"))
    page.get_by_test_id("moment").focus()
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        is_all_chinese(page, f"the scrubber after {key}")
    page.get_by_test_id("loss-chart").hover()
    is_all_chinese(page, "a batch is pointed at")
    tabs = page.locator("#train .results > .tab-wrapper").get_by_role("tab")
    for number in range(tabs.count()):
        tabs.nth(number).click()
        is_all_chinese(page, f"finished, tab {number}")
    page.locator("#learning-rate input").fill("10")
    press_train(page)
    state_is(page, "diverged")
    tabs.first.click()
    is_all_chinese(page, "it diverged")
    page.locator("#learning-rate input").fill("0.001")
    page.locator("#flatten input").uncheck()
    press_train(page)
    state_is(page, "failed")
    is_all_chinese(page, "it cannot run")


# --- Mistakes ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("mnist_root")
def test_the_mistakes_tab(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_tab(page, "Mistakes")
    page.get_by_test_id("network").select_option("simple_nn")
    found = page.get_by_test_id("found")
    expect(found).to_have_attribute("data-total", re.compile(r"\d"))
    is_all_chinese(page, "all mistakes")
    for place in ('[data-label="4"][data-digit="9"]', '[data-label="8"][data-digit="8"]'):
        page.get_by_test_id("confusion").locator(f"button{place}").click()
        expect(found.locator(".tile").first).to_be_visible()
        is_all_chinese(page, f"the cell {place}")
    page.get_by_test_id("per-cent").check()
    is_all_chinese(page, "per cent")
    page.get_by_test_id("other-network").select_option("cnn")
    expect(page.get_by_test_id("comparison")).to_be_visible()
    is_all_chinese(page, "two are compared")

    page.locator("[data-open=quiz]").click()
    expect(page.get_by_test_id("quiz")).to_have_attribute("data-place", re.compile(r"\d"))
    is_all_chinese(page, "a question")
    page.get_by_test_id("quiz").locator(".digit").first.click()
    expect(page.get_by_test_id("told")).not_to_have_text("")
    is_all_chinese(page, "an answer")
    page.locator("[data-open=sureness]").click()
    page.locator("[data-shows=sureness] summary").click()
    expect(page.get_by_test_id("bins").locator("tbody tr").first).to_be_visible()
    is_all_chinese(page, "how sure")
    page.locator("[data-open=map]").click()
    expect(page.get_by_test_id("map-note")).not_to_have_text("")
    expect(page.get_by_test_id("map-drawing")).not_to_have_text("")
    page.locator("[data-shows=map] summary").click()
    box = page.get_by_test_id("map")
    box.focus()
    page.keyboard.press("+")
    expect(box).to_have_attribute("data-brushed", re.compile(r"\d"))
    is_all_chinese(page, "the map")

    page.locator("[data-open=matrix]").click()
    found.locator(".tile").first.click()
    expect(page.get_by_test_id("test-help")).to_be_visible()
    is_all_chinese(page, "a test image in the drawing's place")


# --- Experiments ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("mnist_root")
def test_the_experiments_tab(page: Page) -> None:
    open_tab(page, "Experiments")
    for name in page.locator("[data-experiment]").evaluate_all(
        "all => all.map(card => card.dataset.experiment)"
    ):
        open_card(page, name)
        is_all_chinese(page, f"the card {name}")
    for name in ("flatten", "find_rate"):
        open_card(page, name).get_by_test_id("try").click()
        experiment_is(page, "done")
        is_all_chinese(page, f"what {name} shows")
    open_card(page, "large_rate").get_by_test_id("try").click()
    experiment_is(page, "running")
    is_all_chinese(page, "running")
    experiment_is(page, "diverged")
    is_all_chinese(page, "diverged")
    card = open_card(page, "batch")
    is_all_chinese(page, "the baseline is there")
    card.get_by_test_id("try").click()
    experiment_is(page, "running")
    experiment_is(page, "done")
    card.get_by_test_id("epoch-slider").focus()
    page.keyboard.press("End")
    is_all_chinese(page, "done")
    card.get_by_test_id("seeds").click()
    experiment_is(page, "running")
    card.get_by_test_id("stop").click()
    experiment_is(page, "done")
    is_all_chinese(page, "more seeds, stopped")


# --- Runs ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("mnist_root")
def test_the_runs_tab(page: Page, page_errors: PageErrors, tmp_path: Path) -> None:
    kept = json.dumps([RESULT, DIVERGED])
    page.evaluate("text => localStorage.setItem('mnist-results', text)", kept)
    page_errors.reload(page)
    open_tab(page, "Runs")
    expect(page.get_by_test_id("past-result")).to_have_count(2)
    is_all_chinese(page, "results of before")
    page.get_by_test_id("forget-results").click()
    is_all_chinese(page, "about to forget them")
    page.get_by_test_id("keep-results").click()
    page.get_by_test_id("past-result").last.get_by_test_id("train-again").click()
    expect(page.locator("#epochs input")).to_have_value("2")
    page.locator("#reset").click()

    learn_quickly(page)
    press_train(page)
    state_is(page, "finished")
    open_tab(page, "Runs")
    upload = page.locator("input[type=file][accept*='.pth']")
    upload.set_input_files(SHIPPED)
    expect(page.locator(".run[data-run]")).to_have_count(2)
    row = open_row(page, "训练 1")
    is_all_chinese(page, "two runs")
    page.get_by_test_id("epoch-slider").locator("visible=true").focus()
    page.keyboard.press("End")
    is_all_chinese(page, "an epoch is pointed at")
    row.get_by_test_id("open").click()
    page.get_by_test_id("program").and_(page.locator(":visible")).wait_for()
    is_all_chinese(page, "code and files")
    row.get_by_test_id("more").fill("500")
    row.get_by_test_id("train_on").click()
    is_all_chinese(page, "too many more epochs")
    row.get_by_test_id("delete").click()
    is_all_chinese(page, "about to delete")
    row.get_by_test_id("keep").click()
    for name in ("1.pth", "1.txt"):
        (tmp_path / name).write_bytes(b"no network")
        upload.set_input_files(tmp_path / name)
        toast(page)

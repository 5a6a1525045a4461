"""What the visitor's own browser keeps: it outlives the session, and is believed nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mnist_core.drawings import parse_drawings
from mnist_core.text import say, speaking
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageErrors
from tests.browser.pen import FOUR, ONE, SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_tab
from tests.browser.test_layout import overflow, small_targets
from tests.browser.test_own_test_set import count_is, draw_and_say
from tests.browser.test_restart import app_at, look_away_and_back
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is
from tests.running_app import free_port

NewPage = Callable[..., Page]


def offers(page: Page, drawings: int) -> None:
    """Wait until so many drawings of before are offered."""
    offer = page.get_by_test_id("kept-offer")
    if drawings:
        expect(offer).to_have_text(say("keepsakes.offer", count=drawings))
    else:
        expect(page.get_by_test_id("bring-back")).to_be_hidden()


def keeps(page: Page, drawings: int) -> None:
    expect(page.get_by_test_id("keepsakes")).to_have_attribute("data-kept", str(drawings))


def has_found_its_session(page: Page) -> None:
    page.wait_for_function("sessionStorage.getItem('mnist-counted')")


def come_again(page: Page, page_errors: PageErrors) -> Page:
    """Open the page anew in the same browser, as a visitor whose session is another one."""
    again = page.context.new_page()
    page_errors.watch(again)
    again.goto(page.url)
    again.get_by_role("tab").first.wait_for()
    has_found_its_session(again)
    return again


def test_drawings_outlive_the_server(browser: Browser, tmp_path: Path) -> None:
    port, page = free_port(), browser.new_page()
    page.set_default_timeout(40_000)
    with app_at(port, tmp_path) as app:
        page.goto(app.url)
        has_found_its_session(page)
        draw_and_say(page, [SEVEN], 7)
        draw_and_say(page, [ONE], 7)
        count_is(page, 2)
        page.locator("body").press("Control+z")  # it was none
        page.get_by_test_id("clear").click()
        draw_and_say(page, FOUR, 4)
        count_is(page, 2)
        keeps(page, 2)
        offers(page, 0)
    with app_at(port, tmp_path):
        look_away_and_back(page)
        offers(page, 2)
        draw_and_say(page, [ONE], 1)  # a new one is none of before
        count_is(page, 1)
        offers(page, 2)
        page.get_by_test_id("bring-back").click()
        count_is(page, 3)
        offers(page, 0)
        expect(page.get_by_test_id("score-note")).to_have_text("2 drawings are back.")
        page.reload()
        count_is(page, 3)
        keeps(page, 3)
        offers(page, 0)
        kept = page.evaluate("localStorage.getItem('mnist-drawings')")
        assert [drawing.label for drawing in parse_drawings(kept.encode())] == [1, 7, 4]

        page.evaluate("sessionStorage.removeItem('mnist-counted')")  # even if it has forgotten
        page.reload()
        offers(page, 3)
        page.get_by_test_id("bring-back").click()
        offers(page, 0)
        count_is(page, 3)
    page.close()


def test_forget_forgets_in_the_browser_too(page: Page, page_errors: PageErrors) -> None:
    has_found_its_session(page)
    draw_and_say(page, [SEVEN], 7)
    draw_and_say(page, FOUR, 4)
    keeps(page, 2)
    again = come_again(page, page_errors)
    offers(again, 2)
    draw_and_say(again, [ONE], 1)
    keeps(again, 3)
    keeps(page, 3)  # the other tab hears of it

    again.get_by_test_id("forget-kept").click()
    expect(again.get_by_test_id("forget-kept-question")).to_be_visible()
    again.get_by_test_id("keep-kept").click()
    offers(again, 2)
    again.get_by_test_id("forget-kept").click()
    again.get_by_test_id("really-forget-kept").click()
    offers(again, 0)
    keeps(again, 1)  # that of this visit is still there
    count_is(again, 1)

    again.get_by_test_id("forget").click()
    again.get_by_test_id("really").click()
    keeps(again, 0)
    assert again.evaluate("localStorage.getItem('mnist-drawings')") is None


def test_a_file_that_is_opened_is_kept_unless_it_is_wrong(page: Page, tmp_path: Path) -> None:
    has_found_its_session(page)
    file = tmp_path / "drawings.json"
    stroke = [[5, 5], [90.5, 200]]
    entries = [{"label": 3, "strokes": [stroke], "writer": "somebody"}]
    file.write_text(json.dumps([*entries, {"label": 12, "strokes": [stroke]}]))
    picker = page.get_by_test_id("leaderboard").locator("input[type=file]")
    picker.set_input_files(file)
    expect(page.get_by_test_id("toast-body")).to_be_visible()
    keeps(page, 0)
    file.write_text(json.dumps(entries))
    picker.set_input_files(file)
    count_is(page, 1)
    keeps(page, 1)
    kept = page.evaluate("JSON.parse(localStorage.getItem('mnist-drawings'))")
    assert kept == [{"label": 3, "strokes": [stroke]}]  # and nobody's name


@pytest.mark.usefixtures("mnist_root")
def test_what_runs_came_to_outlives_the_session(page: Page, page_errors: PageErrors) -> None:
    open_train_tab(page)
    choose_epochs(page, 1)
    press_train(page)
    state_is(page, "finished")
    accuracy = page.locator("#train").get_by_test_id("accuracy").first.inner_text()
    page.wait_for_function("localStorage.getItem('mnist-results')")
    open_tab(page, "Runs")
    expect(page.get_by_test_id("past-results")).to_be_hidden()  # it is in the table

    again = come_again(page, page_errors)
    open_tab(again, "Runs")
    result = again.get_by_test_id("past-result")
    expect(result).to_have_count(1)
    expect(result.locator(".name")).to_have_text("Run 1")
    expect(result.locator(".settings")).to_have_text("1 epoch")
    share = re.search(r"9\d\.\d\d%", accuracy)
    assert share, accuracy
    expect(result.locator(".outcome")).to_contain_text(f"{share[0]} of the test images")
    again.locator("[data-language=zh]").click()
    expect(result.locator(".name")).to_have_text("训练 1")
    expect(result.locator(".settings")).to_have_text("1 轮")
    again.locator("[data-language=en]").click()
    result.get_by_test_id("train-again").click()
    expect(again.locator("#epochs input")).to_have_value("1")
    expect(again.locator("#train-button")).to_have_attribute("aria-selected", "true")

    open_tab(again, "Runs")
    result.get_by_test_id("forget-result").click()
    expect(result).to_have_count(0)
    assert again.evaluate("localStorage.getItem('mnist-results')") is None


RESULT = {
    "id": "one",
    "number": 3,
    "settings": "model=cnn&epochs=2",
    "diverged": False,
    "at": 1_790_000_000_000,
    "epochs": [
        {"loss": 0.5, "accuracy": 0.91, "train_accuracy": 0.92},
        {"loss": 0.25, "accuracy": 0.95, "train_accuracy": None},
    ],
}
NO_EPOCHS: dict[str, object] = {"diverged": True, "epochs": []}
DIVERGED = {**RESULT, "id": "two", "number": 4, "settings": "lr=0.1", **NO_EPOCHS}


def open_with(
    new_page: NewPage, page_errors: PageErrors, results: object, **device: object
) -> Page:
    """Open the page in a browser that has kept this."""
    page = new_page(**device)
    page.evaluate("text => localStorage.setItem('mnist-results', text)", json.dumps(results))
    page_errors.reload(page)
    has_found_its_session(page)
    return page


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_past_results_have_room_and_can_all_be_forgotten(
    new_page: NewPage, page_errors: PageErrors, device: dict[str, object]
) -> None:
    page = open_with(new_page, page_errors, [RESULT, DIVERGED], **device)
    open_tab(page, "Runs")
    names = page.get_by_test_id("past-result").locator(".name")
    expect(names).to_have_text(["Run 4", "Run 3"])
    outcomes = page.get_by_test_id("past-result").locator(".outcome")
    expect(outcomes).to_have_text(["diverged", re.compile("^95.00% .* after 2 epochs, .* 0.2500$")])
    assert overflow(page) == []
    assert barriers(page) == []
    if device:
        assert small_targets(page) == []
    page.get_by_test_id("forget-results").click()
    expect(page.get_by_test_id("forget-results-question")).to_have_text(say("past.really", count=2))
    page.get_by_test_id("really-forget-results").click()
    expect(page.get_by_test_id("past-results")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('mnist-results')") is None


MARKUP = "<img src=x onerror=\"document.title='hurt'\">"
HOSTILE_RESULTS: dict[str, object] = {
    "no list": {"id": MARKUP},
    "text": MARKUP,
    "no object": [None, 5, MARKUP, []],
    "settings of markup": [{**RESULT, "settings": MARKUP}],
    "settings of the language": [{**RESULT, "settings": "constructor"}],
    "settings beyond": [{**RESULT, "settings": "epochs=100000"}],
    "a name of markup": [{**RESULT, "number": MARKUP}],
    "an epoch of markup": [{**RESULT, "epochs": [{"loss": MARKUP, "accuracy": MARKUP}]}],
    "too sure": [{**RESULT, "epochs": [{"loss": 1, "accuracy": 5, "train_accuracy": None}]}],
    "no epochs": [{**RESULT, "epochs": []}],
    "a huge text": [{**RESULT, "id": "x" * 4_000_000}],
    "too many": [{**RESULT, "id": str(number)} for number in range(5_000)],
}
HOSTILE_DRAWINGS: dict[str, str] = {
    "no JSON": "[[[",
    "markup": MARKUP,
    "no list": '{"label": 7}',
    "a label of markup": json.dumps([{"label": MARKUP, "strokes": [[[1, 2]]]}]),
    "a label beyond": json.dumps([{"label": 77, "strokes": [[[1, 2]]]}]),
    "no strokes": json.dumps([{"label": 7, "strokes": []}, {"label": 7}]),
    "points of markup": json.dumps([{"label": 7, "strokes": [[[MARKUP, 2]]]}]),
    "a huge text": "[" + " " * 4_900_000 + "]",
    "deep": "[" * 1_000_000,
}


def test_what_was_never_kept_is_passed_over(new_page: NewPage, page_errors: PageErrors) -> None:
    page = new_page()
    title = page.title()
    open_tab(page, "Runs")
    for name, results in HOSTILE_RESULTS.items():
        kept = "text => localStorage.setItem('mnist-results', text)"
        page.evaluate(kept, json.dumps(results))
        page_errors.reload(page)
        has_found_its_session(page)
        open_tab(page, "Runs")
        expect(page.get_by_test_id("runs")).to_be_visible()
        expect(page.get_by_test_id("past-results")).to_be_hidden()
        assert page.locator("img[src=x]").count() == 0, name
    page.evaluate("localStorage.removeItem('mnist-results')")
    open_tab(page, "Draw")
    for name, drawings in HOSTILE_DRAWINGS.items():
        page.evaluate("text => localStorage.setItem('mnist-drawings', text)", drawings)
        page.evaluate("sessionStorage.setItem('mnist-counted', '{\"visit\": {}, \"counted\": 5}')")
        page_errors.reload(page)
        has_found_its_session(page)
        expect(page.get_by_test_id("kept-where")).to_be_visible()
        keeps(page, 0)
        offers(page, 0)
        assert page.locator("img[src=x]").count() == 0, name
    assert page.title() == title
    draw_and_say(page, [SEVEN], 7)  # and what is kept now takes its place
    count_is(page, 1)
    keeps(page, 1)


REFUSALS = {
    "shut": "Object.defineProperty(window, 'localStorage', { get() { throw new Error('shut'); } })",
    "no room": "Storage.prototype.setItem = () => { throw new Error('QuotaExceededError'); }",
    "full": "localStorage.clear(); localStorage.setItem('filler', 'x'.repeat(5 * 1024 * 1024 - 6))",
}


@pytest.mark.parametrize("script", REFUSALS.values(), ids=REFUSALS)
def test_a_browser_that_keeps_nothing_is_told_of(
    new_page: NewPage, page_errors: PageErrors, script: str
) -> None:
    page = new_page()
    page.context.add_init_script(script)
    page_errors.reload(page)
    draw_and_say(page, [SEVEN], 7)
    count_is(page, 1)
    expect(page.get_by_test_id("kept-where")).to_have_text(say("keepsakes.nowhere"))
    offers(page, 0)


def test_it_says_what_is_kept_where(page: Page) -> None:
    where = page.get_by_test_id("kept-where")
    expect(where).to_have_text(say("keepsakes.where"))
    page.locator("[data-language=zh]").click()
    with speaking("zh"):
        expect(where).to_have_text(say("keepsakes.where"))


def test_no_more_is_kept_than_has_room(page: Page) -> None:
    has_found_its_session(page)
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    long = [[[x % 1000, (x * 7) % 1000] for x in range(10_000)]]  # some 90,000 letters
    for label in range(4):
        detail = {"label": label, "strokes": [[[label, 0], *long[0]]]}
        page.evaluate(
            "detail => document.dispatchEvent(new CustomEvent('mnist:labelled', { detail }))",
            detail,
        )
    kept = page.evaluate("localStorage.getItem('mnist-drawings')")
    assert len(kept) <= 250_000
    assert [entry["label"] for entry in json.loads(kept)] == [2, 3]  # the newest

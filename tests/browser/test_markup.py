"""Text from strangers is shown as text, whatever it looks like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_experiments import open_tab
from tests.browser.test_own_test_set import draw_and_say, open_file

MARKUP = "<img src=x onerror='window.hurt = 1'>"
NOT_TEXT = ("__type__", "key", "id", "state", "color", "image", "pictures", "losses", "accuracies")


def is_unhurt(page: Page) -> bool:
    return page.locator("img[src=x]").count() == 0 and page.evaluate("window.hurt") is None


def marked(value: Any, key: str = "") -> Any:
    """Put markup into every text that the server sends."""
    if isinstance(value, dict):
        return {key: marked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner, key) for inner in value]
    if isinstance(value, str) and value.startswith("{"):  # packed: its texts lie inside
        return json.dumps(marked(json.loads(value)))
    return f"{value}{MARKUP}" if isinstance(value, str) and key not in NOT_TEXT else value


def test_the_page_shows_every_text_of_an_answer_as_text(page: Page) -> None:
    """Names and messages may quote what a stranger has sent."""

    def mark_answer(route: Route) -> None:
        response = route.fetch()
        answer = response.json()
        route.fulfill(response=response, json={**answer, "data": marked(answer.get("data"))})

    page.route("**/run/predict*", mark_answer)
    draw_by_mouse(page, SEVEN)
    expect(page.get_by_test_id("prediction")).to_contain_text("<img src=x")
    page.get_by_role("button", name="Input", exact=True).click()
    draw_and_say(page, [SEVEN], 7)
    expect(page.get_by_test_id("score-note")).to_contain_text("<img src=x")
    expect(page.get_by_test_id("classifiers")).to_contain_text("<img src=x")
    assert is_unhurt(page)


def test_the_name_of_a_file_is_never_markup(page: Page, tmp_path: Path) -> None:
    name = "<img src=x onerror=hurt=1>"
    (tmp_path / f"{name}.png").write_text("no image")
    with page.expect_file_chooser() as chooser:
        page.locator("#read-picture").click()
    chooser.value.set_files(tmp_path / f"{name}.png")
    expect(page.get_by_text("is not an image that can be read")).to_be_visible()
    assert is_unhurt(page)


def test_what_is_written_in_files_is_never_markup(page: Page, tmp_path: Path) -> None:
    drawings = [{"label": MARKUP, "strokes": [[[MARKUP, 1]]], MARKUP: MARKUP}]
    (tmp_path / "drawings.json").write_text(json.dumps(drawings))
    open_file(page, tmp_path / "drawings.json")
    expect(page.get_by_text("Each point of a drawing must be")).to_be_visible()
    open_tab(page, "Runs")
    (tmp_path / "mine.pth").write_bytes(b"no network")
    (tmp_path / "mine.json").write_text(json.dumps({"config": {"model": MARKUP}}))
    choose = page.locator('input[type="file"][accept*=".pth"]')
    choose.set_input_files([tmp_path / "mine.pth", tmp_path / "mine.json"])
    expect(page.get_by_text("is not a PyTorch file of weights")).to_be_visible()
    assert is_unhurt(page)

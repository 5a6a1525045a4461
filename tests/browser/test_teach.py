"""Classes of a visitor's own, named, drawn and taught in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from mnist_core.drawings import format_drawings, read_named_drawings
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageErrors
from tests.browser.pen import Points, canvas, draw_by_finger, draw_by_mouse
from tests.browser.test_experiments import open_tab
from tests.browser.test_own_test_set import count_is, draw_and_say, row
from tests.browser.test_taken_home import take
from tests.own_symbols import draw_symbols

LEARNING_MS = 60_000  # some seconds on a quiet machine, with a worker that has to be started
MARKUP = "<img src=x onerror=alert(1)>"


def panel(page: Page) -> Locator:
    return page.get_by_test_id("teach")


def open_panel(page: Page) -> None:
    expect(row(page, "CNN").locator(".accuracy")).to_have_text("99.5%")  # its session is there
    page.get_by_role("button", name="Teach", exact=True).click()
    expect(panel(page)).to_be_visible()


def name_class(page: Page, name: str) -> None:
    page.get_by_test_id("class-name").fill(name)
    page.get_by_test_id("class-name").press("Enter")
    expect(label(page, name)).to_be_visible()
    expect(page.get_by_test_id("class-name")).to_have_value("")


def label(page: Page, name: str) -> Locator:
    return page.get_by_test_id("prediction").get_by_role(
        "button", name=f"It was {name}", exact=True
    )


def drawings_are(page: Page, count: int) -> None:
    expect(panel(page)).to_have_attribute("data-drawings", str(count))


def shifted(stroke: Points, by: float) -> Points:
    return [(x + by, y + by / 2) for x, y in stroke]


FLAT: Points = [(0.2, 0.5), (0.75, 0.5)]
TALL: Points = [(0.5, 0.2), (0.5, 0.75)]


def test_two_classes_are_drawn_taught_read_taken_along_and_brought_back(
    page: Page, new_page: Callable[..., Page], page_errors: PageErrors, tmp_path: Path
) -> None:
    open_panel(page)
    name_class(page, "flat")
    name_class(page, "tall")
    expect(page.get_by_test_id("teach-train")).to_be_disabled()
    count = 0
    for by in (0.0, 0.05, 0.1, 0.15):
        for name, stroke in (("flat", FLAT), ("tall", TALL)):
            draw_by_mouse(page, shifted(stroke, by))
            label(page, name).click()
            count += 1
            drawings_are(page, count)
            expect(page.get_by_test_id("hint")).to_be_visible()  # room for the next
    expect(page.locator(".drawing[data-number] canvas")).to_have_count(8)
    page.get_by_test_id("teach-train").click()
    expect(page.get_by_test_id("exam")).to_contain_text("2 of 2 right", timeout=LEARNING_MS)
    prediction = page.get_by_test_id("prediction")
    draw_by_mouse(page, FLAT)
    expect(prediction).to_have_attribute("data-classifier", "Your network")
    expect(page.get_by_test_id("answer")).to_have_text("flat")
    expect(prediction.get_by_role("meter")).to_have_count(2)
    expect(prediction.get_by_role("meter", name="flat")).to_have_class("bar winner")
    expect(row(page, "Your network")).to_contain_text("exam: 2 of 2 right")

    page.get_by_label("SimpleNN").check()
    expect(prediction.get_by_role("meter")).to_have_count(10)
    page.get_by_role("button", name="Teach", exact=True).click()  # closed
    expect(page.get_by_role("button", name="It was a 7")).to_be_visible()

    page.get_by_role("button", name="Teach", exact=True).click()
    page.get_by_test_id("teach-files").click()
    expect(page.get_by_test_id("teach-said")).to_contain_text("the names of the classes")
    file = take(page, page.locator("#own-safetensors"), tmp_path)
    assert file.name == "your_network_drawings.safetensors"
    page_errors.reload(page)
    other = new_page()  # somebody else, to whom the file was passed on
    for visitor in (page, other):
        read_by_upload(visitor, file)


def read_by_upload(page: Page, file: Path) -> None:
    """Upload a network that knows flat and tall, and let it read both."""
    open_tab(page, "Runs")
    page.locator('input[type="file"][accept*=".safetensors"]').set_input_files(file)
    upload = page.locator(".run").first
    expect(upload.get_by_test_id("dataset")).to_have_text("Your drawings")
    open_tab(page, "Draw")
    for name, stroke in (("flat", FLAT), ("tall", TALL)):
        draw_by_mouse(page, stroke)
        expect(page.get_by_test_id("answer")).to_have_text(name)
        expect(page.get_by_test_id("prediction").get_by_role("meter")).to_have_count(2)
        page.get_by_test_id("clear").click()


def test_keys_name_the_class_and_undo_takes_it_back(page: Page) -> None:
    open_panel(page)
    name_class(page, "flat")
    name_class(page, "tall")
    draw_by_mouse(page, TALL)
    expect(label(page, "tall")).to_be_enabled()
    canvas(page).focus()
    page.keyboard.press("2")
    drawings_are(page, 1)
    expect(panel(page).locator("li[data-name=tall] .count")).to_have_text("1 drawing")
    page.keyboard.press("Control+z")
    drawings_are(page, 0)
    page.get_by_test_id("teach-undo").click()
    drawings_are(page, 1)


def test_a_class_is_renamed_and_a_drawing_removed(page: Page, tmp_path: Path) -> None:
    open_panel(page)
    (tmp_path / "mine.json").write_bytes(format_drawings(draw_symbols(3)))
    open_file(page, tmp_path / "mine.json")
    drawings_are(page, 9)
    field = panel(page).get_by_label("Name of the class ring")
    field.fill("circle")
    field.press("Enter")
    expect(panel(page).locator("li[data-name=circle]")).to_be_visible()
    panel(page).get_by_role("button", name="Remove drawing 2 of circle").click()
    drawings_are(page, 8)
    panel(page).get_by_role("button", name="Remove the class cross").click()
    drawings_are(page, 5)
    page.get_by_test_id("teach-undo").click()
    drawings_are(page, 8)
    with page.expect_download() as download:
        page.get_by_test_id("teach-save").click()
    download.value.save_as(tmp_path / "saved.json")
    labels = [drawing.label for drawing in read_named_drawings(tmp_path / "saved.json")]
    assert sorted(labels) == ["circle"] * 2 + ["cross"] * 3 + ["zigzag"] * 3


def open_file(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("teach-open").click()
    chooser.value.set_files(file)


def test_names_with_markup_are_text_and_a_wrong_file_is_one_sentence(
    page: Page, tmp_path: Path
) -> None:
    open_panel(page)
    name_class(page, MARKUP)
    expect(page.locator("img[src=x]")).to_have_count(0)
    (tmp_path / "else.json").write_text(json.dumps([{"label": [], "strokes": []}]))
    open_file(page, tmp_path / "else.json")
    expect(page.get_by_text("Drawing 1: A class needs a name")).to_be_visible()
    expect(panel(page)).to_have_attribute("data-classes", "1")


def test_classes_survive_a_reload_and_are_nobody_else_s(
    new_page: Callable[..., Page], page_errors: PageErrors
) -> None:
    first, second = new_page(), new_page()
    open_panel(first)
    name_class(first, "star")
    page_errors.reload(first)
    open_panel(first)
    expect(panel(first)).to_have_attribute("data-classes", "1")
    open_panel(second)
    expect(panel(second)).to_have_attribute("data-classes", "0")


def test_a_phone_teaches_too(new_page: Callable[..., Page]) -> None:
    phone = new_page(**PHONE)
    open_panel(phone)
    name_class(phone, "flat")
    canvas(phone).scroll_into_view_if_needed()
    draw_by_finger(phone, FLAT)
    label(phone, "flat").click()
    drawings_are(phone, 1)
    for button in panel(phone).get_by_role("button").all():
        if button.is_visible():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44, button


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_barriers(new_page: Callable[..., Page], tmp_path: Path, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    open_panel(page)
    (tmp_path / "mine.json").write_bytes(format_drawings(draw_symbols(4)))
    open_file(page, tmp_path / "mine.json")
    drawings_are(page, 12)
    page.get_by_test_id("teach-train").click()
    expect(page.get_by_test_id("exam")).to_contain_text("3 of 3 right", timeout=LEARNING_MS)
    draw_by_mouse(page, TALL)
    expect(page.get_by_test_id("prediction")).to_have_attribute("data-classifier", "Your network")
    page.get_by_test_id("teach-files").click()
    expect(page.locator("#own-safetensors")).to_be_visible()
    assert barriers(page) == []


@pytest.mark.usefixtures("mnist_root")
def test_the_hand_is_learned_from_counted_digits_and_there_is_a_way_back(
    page: Page, tmp_path: Path
) -> None:
    page.get_by_label("SimpleNN").check()
    for number in range(10):
        draw_and_say(page, [shifted(TALL, number / 100)], 1)
    count_is(page, 10)
    open_panel(page)
    page.get_by_test_id("learn-hand").click()
    said = page.get_by_test_id("hand-said")
    expect(said).to_contain_text("SimpleNN has learned your hand: of 2 digits", timeout=LEARNING_MS)
    expect(said).to_contain_text("MNIST: 96.46% before")
    expect(page.get_by_label("SimpleNN, your hand")).to_be_checked()
    page.get_by_test_id("hand-files").click()
    assert take(page, page.locator("#own-weights"), tmp_path).name == "your_hand_mnist.pth"
    page.get_by_test_id("hand-back").click()
    expect(page.locator("#own-weights")).to_be_hidden()
    expect(row(page, "your hand")).to_have_count(0)
    expect(page.get_by_label("SimpleNN")).to_be_checked()

"""Pictures of one's own in a real browser: brought, shown, learned, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PageErrors
from tests.browser.test_experiments import open_tab
from tests.browser.test_picture import choose
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is
from tests.made_pictures import content_of, picture, two_classes, write_zip

MARKUP = "<img src=x onerror=alert(1)>"


def bring(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#bring-pictures").click()
    chooser.value.set_files(path)


def test_pictures_are_brought_shown_and_learned(
    page: Page, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    files = {name.replace("lying", MARKUP): content for name, content in two_classes(75).items()}
    path = write_zip(tmp_path / "lines.zip", files | {"upright/note.txt": b"no picture"})
    open_train_tab(page)
    bring(page, path)
    found = page.locator("#data-set-about")
    expect(found).to_contain_text(f"{MARKUP}: 60 to learn from, 15 for the test")
    expect(found).to_contain_text("upright/note.txt: no picture that can be read")
    expect(found.locator("img")).to_have_count(1)
    expect(page.locator("#dataset input")).to_have_value("Your pictures")
    batch = page.get_by_test_id("batch-images").locator("figcaption")
    expect(batch.filter(has_text=MARKUP).first).to_be_visible()
    expect(page.get_by_test_id("batch-shapes")).to_contain_text("[64, 3, 32, 32]")

    choose_epochs(page, 2)
    press_train(page)
    state_is(page, "finished")
    expect(page.get_by_test_id("accuracy")).to_have_text(re.compile(r"^\d+\.\d\d%$"))
    expect(page.get_by_test_id("curves")).to_contain_text("ln 2 = 0.69")
    see_mistakes_in_colour(page)
    read_a_test_image_and_a_picture(page)
    page.reload()
    open_train_tab(page)
    expect(page.locator("#dataset input")).to_have_value("Your pictures")
    expect(page.locator("#data-set-about")).to_contain_text("60 to learn from")

    other = new_page()
    open_train_tab(other)
    expect(other.locator("#dataset input")).to_have_value("MNIST")
    expect(other.get_by_text("60 to learn from")).to_have_count(0)


IS_IN_COLOUR = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, place) => place % 4 === 0 && value !== data[place + 1]);
}"""


def see_mistakes_in_colour(page: Page) -> None:
    """Look at test images that the network reads right, and let it read one in Draw."""
    open_tab(page, "Mistakes")
    expect(page.get_by_test_id("headline")).to_contain_text("of 30 test images")
    found = page.get_by_test_id("found")
    matrix = page.get_by_test_id("confusion")
    for place in ("0", "1"):  # one of the two is read right somewhere
        matrix.locator(f"button[data-label='{place}'][data-digit='{place}']").click()
        expect(found).to_have_attribute("data-total", re.compile(r"^\d+$"))
        if found.get_attribute("data-total") != "0":
            break
    tile = found.locator(".tile").first
    assert tile.locator("canvas").evaluate(IS_IN_COLOUR)
    tile.click()
    expect(page.get_by_test_id("test-help")).to_contain_text(" of Your pictures: ")


def read_a_test_image_and_a_picture(page: Page) -> None:
    """Press an image of the strip, then bring a picture: both are read, by the classes' names."""
    tile = page.get_by_test_id("strip").locator(".tile").nth(3)
    assert tile.locator("canvas").evaluate(IS_IN_COLOUR)
    tile.click()
    expect(tile).to_have_attribute("aria-pressed", "true")
    panel = page.get_by_test_id("prediction")
    expect(panel).to_have_attribute("data-digit", re.compile("^[01]$"))
    bars = panel.locator(".bar")
    assert bars.evaluate_all("all => all.map(bar => bar.getAttribute('aria-label'))") == [
        MARKUP,
        "upright",
    ]
    expect(page.get_by_test_id("canvas")).to_be_hidden()
    choose(page, content_of(picture(99, is_upright=True)))
    expect(page.get_by_test_id("read-box")).to_be_visible()
    expect(panel).to_have_attribute("data-digit", re.compile("^[01]$"))
    expect(page.get_by_test_id("answer")).to_have_text(re.compile("upright|<img"))
    assert page.get_by_test_id("image").evaluate(IS_IN_COLOUR)


def test_what_is_no_zip_file_of_pictures_is_said_in_a_sentence(
    page: Page, page_errors: PageErrors, tmp_path: Path
) -> None:
    (tmp_path / "bad.zip").write_bytes(b"no zip file")
    open_train_tab(page)
    bring(page, tmp_path / "bad.zip")
    expect(page.get_by_text("bad.zip is not a zip file that can be read.")).to_be_visible()
    expect(page.locator("#dataset input")).to_have_value("MNIST")

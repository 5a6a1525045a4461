"""Pictures of one's own in a real browser: brought, shown, learned, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PageErrors
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is
from tests.made_pictures import two_classes, write_zip

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
    page.reload()
    open_train_tab(page)
    expect(page.locator("#dataset input")).to_have_value("Your pictures")
    expect(page.locator("#data-set-about")).to_contain_text("60 to learn from")

    other = new_page()
    open_train_tab(other)
    expect(other.locator("#dataset input")).to_have_value("MNIST")
    expect(other.get_by_text("60 to learn from")).to_have_count(0)


def test_what_is_no_zip_file_of_pictures_is_said_in_a_sentence(
    page: Page, page_errors: PageErrors, tmp_path: Path
) -> None:
    (tmp_path / "bad.zip").write_bytes(b"no zip file")
    open_train_tab(page)
    bring(page, tmp_path / "bad.zip")
    expect(page.get_by_text("bad.zip is not a zip file that can be read.")).to_be_visible()
    expect(page.locator("#dataset input")).to_have_value("MNIST")

"""What a visitor takes home: pictures, the notebook, and weights in two forms that come back."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from mnist_core.checkpoints import load_checkpoint
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_tab, row
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is


def take(page: Page, button: Locator, folder: Path) -> Path:
    """Press a button that saves a file; return the file, by the name that the page gives it."""
    with page.expect_download() as download:
        button.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def offer(page: Page, name: str) -> Locator:
    return page.locator(f"[data-offer={name}]:visible")


def test_the_drawing_and_what_the_network_sees_are_pictures(page: Page, tmp_path: Path) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    drawing = Image.open(take(page, offer(page, "drawing"), tmp_path)).convert("L")
    assert drawing.width == drawing.height > 200
    low, high = drawing.getextrema()
    assert high - low > 150
    seen = Image.open(take(page, offer(page, "seen"), tmp_path)).convert("L")
    assert seen.size == (280, 280)
    assert (tmp_path / "digit.png").exists() and (tmp_path / "digit_28x28.png").exists()
    small = seen.resize((28, 28), Image.Resampling.NEAREST)
    shown = page.evaluate(
        "() => [...document.querySelector('[data-testid=image]').getContext('2d')"
        ".getImageData(0, 0, 28, 28).data].filter((_, place) => place % 4 === 0)"
    )
    assert list(small.tobytes()) == shown


@pytest.mark.usefixtures("mnist_root")
def test_a_run_is_taken_home_in_every_form(page: Page, tmp_path: Path) -> None:
    open_train_tab(page)
    choose_epochs(page, 1)
    press_train(page)
    state_is(page, "finished")
    svg = take(page, offer(page, "svg"), tmp_path)
    assert svg.name == "curves.svg"
    whole = ElementTree.parse(svg).getroot()
    plots = [part for part in whole if part.tag.endswith("svg")]
    assert len(plots) == 2
    ids = [node.get("id") for node in whole.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    png = Image.open(take(page, offer(page, "png"), tmp_path)).convert("RGB")
    assert png.width > 2 * png.height
    assert len(png.getcolors(png.width * png.height) or []) > 10
    for button, name in (("#weights", "mine.pth"), ("#safetensors", "theirs.safetensors")):
        with page.expect_download() as download:
            page.locator(button).click()
        download.value.save_as(tmp_path / name)
        assert load_checkpoint(tmp_path / name).model_name == "simple_nn"
    assert load_checkpoint(tmp_path / "theirs.safetensors").metadata["config"]["epochs"] == 1

    page.locator("#code-tab-button").click()
    notebook = take(page, page.locator("[data-testid=notebook]:visible"), tmp_path)
    assert notebook.name == "simple_nn_mnist.ipynb"
    assert json.loads(notebook.read_text())["nbformat"] == 4

    open_tab(page, "Runs")
    page.locator('input[type="file"][accept*=".safetensors"]').set_input_files(
        tmp_path / "theirs.safetensors"
    )
    uploaded = row(page, "Upload 2")
    expect(uploaded).to_have_count(1)
    expect(uploaded.locator("[data-figure=accuracy]")).to_have_text(
        row(page, "Run 1").locator("[data-figure=accuracy]").inner_text()
    )
    expect(offer(page, "svg")).to_have_count(1)
    assert take(page, offer(page, "svg"), tmp_path).name == "runs.svg"

"""Other data sets than MNIST in a real browser: from training to the mistakes and to Draw."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image
from playwright.sync_api import Page, expect

from mnist_core.checkpoints import describe_run, metadata_path, save_checkpoint
from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, map_images
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageErrors
from tests.browser.pen import SEVEN, canvas, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_card, open_row, open_tab
from tests.browser.test_experiments import state_is as experiment_is
from tests.browser.test_picture import choose
from tests.browser.test_train import press_train, state_is

FASHION = DATASETS["fashion_mnist"]
SETTINGS = "?tab=train&data=fashion_mnist&epochs=1&images=3000"


def train_on_fashion(page: Page, page_errors: PageErrors, app_url: str) -> None:
    page_errors.go(page, app_url + SETTINGS)
    press_train(page)
    state_is(page, "finished")


def label_of(place: int, root: Path) -> int:
    return int(map_images(FASHION, root).test.labels[place])


def reads_a_class(page: Page) -> None:
    panel = page.get_by_test_id("prediction")
    expect(panel).to_have_attribute("data-digit", re.compile(r"^\d$"))
    expect(panel.locator(".bar")).to_have_count(10)


def test_fashion_from_the_button_over_its_mistakes_to_a_test_image(
    page: Page, page_errors: PageErrors, app_url: str, fashion_root: Path
) -> None:
    page_errors.go(page, app_url + SETTINGS)
    first = page.get_by_test_id("batch-images").locator("figcaption").first
    expect(first).to_have_text(re.compile("|".join(map(str, FASHION.classes))))
    press_train(page)
    state_is(page, "finished")
    expect(page.get_by_test_id("run")).to_contain_text("Fashion-MNIST")

    open_tab(page, "Mistakes")
    matrix = page.get_by_test_id("confusion")
    expect(matrix.locator("thead button").nth(1)).to_have_text("T-shirt")
    expect(page.get_by_test_id("headline")).to_contain_text("of 10,000 test images")
    total = page.get_by_test_id("found")
    matrix.locator("button[data-label='6'][data-digit='0']").click()  # shirts read as T-shirts
    expect(total.locator("h2")).to_have_text(re.compile(r"^shirt read as T-shirt: \d+"))
    expect(total).to_have_attribute("data-total", re.compile(r"[1-9]"))
    total.locator(".tile").first.click()

    # In Draw there is no canvas for clothes, but test images to press.
    expect(page.get_by_test_id("test-help")).to_have_text(
        re.compile(r"^Test image [\d,]+ of Fashion-MNIST: shirt\.$")
    )
    reads_a_class(page)
    expect(page.get_by_test_id("prediction")).to_have_attribute("data-digit", "0")
    expect(page.get_by_test_id("canvas")).to_be_hidden()
    expect(page.get_by_test_id("examples")).to_be_hidden()
    strip = page.get_by_test_id("strip")
    expect(strip).to_have_attribute("data-set", "fashion_mnist")
    tile = strip.locator(".tile").nth(2)
    place = int(tile.get_attribute("data-place") or "")
    tile.click()
    expect(tile).to_have_attribute("aria-pressed", "true")
    name = FASHION.classes[label_of(place, fashion_root)]
    expect(page.get_by_test_id("test-help")).to_have_text(
        f"Test image {place} of Fashion-MNIST: {name}."
    )
    reads_a_class(page)
    bars = page.get_by_test_id("prediction").locator(".bar")
    assert bars.evaluate_all("all => all.map(bar => bar.getAttribute('aria-label'))") == [
        str(one) for one in FASHION.classes
    ]
    expect(page.get_by_test_id("question")).to_be_hidden()  # only digits are counted
    page.get_by_test_id("strip-on").click()
    expect(strip).to_have_attribute("data-first", "24")
    assert barriers(page) == []

    # A network that reads digits has the canvas back.
    page.locator('[data-key="cnn"] input').check()
    expect(strip).to_be_hidden()
    expect(page.get_by_test_id("picture-note")).to_contain_text("has learned other images")
    page.get_by_test_id("clear").click()
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)


def test_an_experiment_is_made_on_the_set_that_is_chosen(
    page: Page, page_errors: PageErrors, app_url: str, fashion_root: Path
) -> None:
    open_tab(page, "Experiments")
    page.get_by_test_id("experiment-data").select_option("fashion_mnist")
    expect(page.get_by_test_id("experiments")).to_have_attribute("data-set", "fashion_mnist")
    card = open_card(page, "large_rate")
    expect(card.get_by_test_id("expectation")).to_contain_text("measured on MNIST alone")
    card.get_by_test_id("try").click()
    experiment_is(page, "running")
    card.get_by_test_id("stop").click()
    experiment_is(page, "stopped")
    page_errors.reload(page)  # the choice is the session's
    open_tab(page, "Experiments")
    expect(page.get_by_test_id("experiment-data")).to_have_value("fashion_mnist")
    experiment_is(page, "stopped")
    page.get_by_test_id("experiment-data").select_option("mnist")
    experiment_is(page, "untried")  # what came of one set is not shown as that of another
    open_tab(page, "Runs")
    expect(page.locator(".run").get_by_test_id("dataset").first).to_have_text("Fashion-MNIST")


def test_a_photograph_is_read_and_a_drawing_waits_for_who_reads_it(
    page: Page, page_errors: PageErrors, app_url: str, fashion_root: Path
) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    train_on_fashion(page, page_errors, app_url)
    open_tab(page, "Draw")
    digit_read(page, None)  # no digit is taken for a piece of clothing
    expect(page.get_by_test_id("ask")).to_have_text("Press a test image, or have a picture read")
    picture = Image.new("RGB", (200, 120), (245, 245, 245))
    picture.paste((40, 40, 160), (70, 20, 130, 100))
    content = io.BytesIO()
    picture.save(content, "PNG")
    choose(page, content.getvalue())
    reads_a_class(page)
    expect(page.get_by_test_id("read-box")).to_be_visible()
    pixel = "canvas => [...canvas.getContext('2d').getImageData(1, 1, 1, 1).data]"
    assert page.get_by_test_id("image").evaluate(pixel) == [0, 0, 0, 255]  # light on black
    page.get_by_test_id("clear").click()
    page.locator('[data-key="cnn"] input').check()
    digit_read(page, 7)  # it was only put aside


def test_by_keyboard_on_a_phone_in_chinese(
    new_page: Callable[..., Page], page_errors: PageErrors, app_url: str, fashion_root: Path
) -> None:
    page = new_page(**{**PHONE, "locale": "zh-CN"})
    train_on_fashion(page, page_errors, app_url)
    page.locator("#draw-button").focus()
    page.keyboard.press("Enter")
    strip = page.get_by_test_id("strip")
    expect(strip.locator(".tile")).to_have_count(24)
    strip.locator(".tile").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(strip.locator(".tile").nth(1)).to_have_attribute("aria-pressed", "true")
    reads_a_class(page)
    bar = page.get_by_test_id("prediction").locator(".bar").first
    expect(bar).to_have_attribute("aria-label", "T 恤")
    expect(page.get_by_test_id("test-help")).to_have_text(
        re.compile(r"^Fashion-MNIST 的测试图像 1：套头衫。$")
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page) == []
    page.locator("#mistakes-button").focus()
    page.keyboard.press("Enter")
    corner = page.get_by_test_id("confusion").locator("button").first
    expect(corner).to_have_text("全部")
    corner.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("found").locator("h2")).to_contain_text("T 恤 认成 裤子")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page) == []


def test_a_network_for_colours_reads_a_photograph_and_its_bars_have_names(
    page: Page, tmp_path: Path
) -> None:
    config = TrainConfig(dataset="cifar10", model="cnn", epochs=1)
    torch.manual_seed(0)
    path = tmp_path / "colours.pth"
    save_checkpoint(path, config.create_model(), describe_run(config, []))
    open_tab(page, "Runs")
    upload = page.locator('input[type="file"][accept*=".pth"]')
    upload.set_input_files([path, metadata_path(path)])
    expect(page.locator(".run")).to_have_count(1)
    expect(page.locator(".run").get_by_test_id("dataset")).to_have_text("CIFAR-10")
    open_tab(page, "Draw")
    expect(page.get_by_test_id("strip-note")).to_contain_text("CIFAR-10")  # they are not here
    picture = Image.new("RGB", (64, 64), (200, 30, 30))
    content = io.BytesIO()
    picture.save(content, "PNG")
    choose(page, content.getvalue())
    reads_a_class(page)
    pixel = "canvas => [canvas.width, ...canvas.getContext('2d').getImageData(9, 9, 1, 1).data]"
    assert page.get_by_test_id("image").evaluate(pixel) == [32, 200, 30, 30, 255]
    bar = page.get_by_test_id("prediction").locator(".bar").first
    expect(bar).to_have_attribute("aria-label", "airplane")
    page.locator("[data-open=inside]").click()
    expect(page.get_by_test_id("unavailable")).to_contain_text("reads images in colour")


def test_of_a_file_without_metadata_it_is_asked_what_it_has_learned(
    page: Page, tmp_path: Path
) -> None:
    config = TrainConfig(dataset="kmnist", epochs=1)
    torch.manual_seed(0)
    path = tmp_path / "letters.pth"
    save_checkpoint(path, config.create_model(), {})
    open_tab(page, "Runs")
    page.locator('input[type="file"][accept*=".pth"]').set_input_files(path)
    row = open_row(page, "Upload 1")
    expect(row.get_by_test_id("message")).to_have_text(
        "its file does not say which data set it has learned"
    )
    expect(row.get_by_test_id("read")).to_be_hidden()
    assert page.locator('[data-testid="classifiers"] tr[data-key]').count() == 2
    row.get_by_test_id("learned").select_option("kmnist")
    row.get_by_test_id("tell").click()
    expect(row.get_by_test_id("dataset")).to_have_text("KMNIST")
    expect(row.get_by_test_id("tell")).to_be_hidden()
    open_tab(page, "Draw")
    expect(canvas(page)).to_be_visible()
    draw_by_mouse(page, SEVEN)
    reads_a_class(page)
    bar = page.get_by_test_id("prediction").locator(".bar").first
    expect(bar).to_have_attribute("aria-label", "お o")

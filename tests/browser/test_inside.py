"""Inside the network, and why: opened, pressed and rubbed out in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.conftest import PHONE, PageErrors, until
from tests.browser.pen import FOUR, ONE, SEVEN, draw_by_finger, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is


def open_view(page: Page, view: str) -> None:
    switch(page, view).click()
    expect(views(page)).to_have_attribute("data-view", view)


def switch(page: Page, view: str) -> Locator:
    """Return the button of a view, which has its name once its script has run."""
    return page.get_by_role("button", name=view.capitalize(), exact=True)


def views(page: Page) -> Locator:
    return page.get_by_test_id("views")


def view_reads(page: Page, digit: str) -> None:
    expect(views(page)).to_have_attribute("data-digit", digit)


def choose_classifier(page: Page, key: str, name: str) -> None:
    page.locator(f'tr[data-key="{key}"] input').check()
    expect(views(page)).to_have_attribute("data-network", name)


def is_chosen(page: Page, kind: str) -> None:
    expect(views(page)).to_have_attribute("data-chosen", kind)


def adds_up(page: Page, within: float = 1e-4) -> None:
    chosen = page.get_by_test_id("chosen")
    parts, total = (float(chosen.get_attribute(f"data-{n}") or "nan") for n in ("sum", "total"))
    assert abs(parts - total) < within


def part(page: Page, name: str) -> float:
    exact = page.locator(f'[data-part="{name}"]').get_attribute("data-exact")
    return float(exact or "nan")


def difference(page: Page) -> float:
    return float(page.get_by_test_id("evidence").get_attribute("data-score") or "nan")


def colors_of(canvas: Locator) -> tuple[int, int]:
    """Count the pixels that are clearly blue, and those that are clearly red."""
    counts: list[int] = canvas.evaluate(
        """canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let [blue, red] = [0, 0];
          for (let i = 0; i < data.length; i += 4) {
            blue += data[i + 2] > data[i] + 40;
            red += data[i] > data[i + 2] + 40;
          }
          return [blue, red];
        }"""
    )
    return counts[0], counts[1]


def test_while_it_is_closed_nothing_is_asked_or_shown(page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and '\\"view\\"' in (request.post_data or ""):
            asked.append(request.url)

    page.on("request", note)
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    expect(page.get_by_test_id("shapes")).to_be_hidden()
    expect(page.get_by_test_id("pipeline")).to_be_hidden()
    assert asked == []
    open_view(page, "inside")
    view_reads(page, "7")
    assert asked
    switch(page, "inside").click()
    expect(views(page)).to_have_attribute("data-view", "")
    page.get_by_test_id("clear").click()
    asked.clear()
    draw_by_mouse(page, ONE)
    digit_read(page, 1)
    assert asked == []


def test_a_neuron_and_a_score_say_where_their_numbers_come_from(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    open_view(page, "inside")
    choose_classifier(page, "simple_nn", "SimpleNN")
    expect(page.get_by_test_id("shapes")).to_have_text(
        "[1, 28, 28] → view → [784] → fc1 → [128] → ReLU → fc2 → [10] → softmax"
    )
    expect(page.get_by_test_id("learned")).to_have_text(
        "SimpleNN has learned 101,770 numbers: fc1 100,352 + 128 + fc2 1,280 + 10"
    )
    assert page.locator(".layer").count() == 1

    page.locator('.score[data-digit="7"]').click()
    is_chosen(page, "score")
    adds_up(page)
    tiles = page.locator("[data-testid=chosen] .tile")
    assert 2 <= tiles.count() <= 8
    blue, red = colors_of(tiles.first.locator("canvas"))
    assert blue
    assert red

    tiles.first.click()
    is_chosen(page, "neuron")
    adds_up(page)
    assert page.locator("[data-testid=chosen] .product canvas").count() == 3
    assert page.locator("[data-testid=chosen] .share-of").count() == 10

    cells = page.locator(".layer canvas.cells")
    box = cells.bounding_box()
    assert box is not None
    cells.click(position={"x": box["width"] * 1.5 / 16, "y": box["height"] * 2.5 / 8})
    expect(page.locator("[data-testid=chosen] h2")).to_have_text("Neuron 33 of fc1")
    cells.focus()
    cells.press("ArrowDown")
    expect(page.locator("[data-testid=chosen] h2")).to_have_text("Neuron 49 of fc1")
    adds_up(page)


def test_a_feature_map_says_how_its_pixels_are_made(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    open_view(page, "inside")
    view_reads(page, "7")
    assert page.locator(".layer").count() == 3
    expect(page.get_by_test_id("kernels")).to_be_visible()
    for name, in_all in (("relu", 16), ("relu_1", 32)):
        layer = page.locator(f'.layer[data-layer="{name}"]')
        expect(layer.locator("figcaption")).to_contain_text(f"of {in_all} feature maps on")
        layer.locator("canvas").focus()
        layer.locator("canvas").press("ArrowRight")
        expect(page.locator("[data-testid=chosen] h2")).to_contain_text("of map 0 of conv")
        is_chosen(page, "pixel")
        adds_up(page, within=0.1)  # its parts have travelled as bytes
    page.locator('.score[data-digit="1"]').click()
    is_chosen(page, "score")
    adds_up(page)

    heading = page.locator("[data-testid=chosen] h2")
    map_, in_map = page.locator('.layer[data-layer="relu"] canvas'), {"x": 20, "y": 20}
    map_.hover(position=in_map)  # as long as the mouse points at a pixel, its numbers are shown
    is_chosen(page, "pixel")
    expect(heading).to_contain_text("of map 0 of conv1")
    adds_up(page, within=0.5)  # its parts have travelled as bytes
    heading.hover()
    is_chosen(page, "score")
    map_.click(position=in_map)
    heading.hover()
    is_chosen(page, "pixel")


def test_it_follows_the_pen(page: Page) -> None:
    open_view(page, "inside")
    expect(page.get_by_test_id("remark")).to_contain_text("blank")
    draw_by_mouse(page, SEVEN)
    view_reads(page, "7")
    expect(page.get_by_test_id("remark")).to_have_text("")
    page.get_by_test_id("clear").click()
    expect(page.get_by_test_id("remark")).to_contain_text("blank")
    draw_by_mouse(page, ONE)
    view_reads(page, "1")


def test_the_evidence_adds_up_and_follows_the_eraser(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    open_view(page, "why")
    choose_classifier(page, "simple_nn", "SimpleNN")
    page.get_by_test_id("against").select_option("3")
    expect(page.get_by_test_id("total")).to_have_text("Score of 7 less that of 3")
    total = part(page, "ink") + part(page, "paper") + part(page, "biases")
    assert total == pytest.approx(part(page, "sum"), abs=1e-4)
    assert total == pytest.approx(difference(page), abs=1e-4)
    blue, red = colors_of(page.get_by_test_id("evidence"))
    assert blue > red

    before = difference(page)
    rub(page, [(0.15, 0.35), (0.75, 0.35)])
    expect(page.get_by_test_id("rubbed")).to_contain_text("has become")
    until(page, lambda: difference(page) < before - 1)
    page.get_by_test_id("restore").click()
    until(page, lambda: difference(page) == before)
    expect(page.get_by_test_id("rubbed")).to_have_text("")

    rub(page, [(0.15, 0.35), (0.75, 0.35)])
    expect(page.get_by_test_id("rubbed")).to_contain_text("has become")
    page.evaluate("scrollTo(0, 0)")
    draw_by_mouse(page, ONE)  # the pen goes on, so nothing is rubbed out any more
    expect(page.get_by_test_id("restore")).to_be_hidden()


def test_the_eraser_keeps_the_question_when_the_digit_read_changes(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    open_view(page, "why")
    view_reads(page, "7")
    for height in (0.3, 0.38, 0.46):  # its bar is gone, and a one is left
        rub(page, [(0.1, height), (0.85, height)])
    until(page, lambda: views(page).get_attribute("data-digit") != "7")
    expect(page.get_by_test_id("rubbed")).to_contain_text("has become")
    expect(page.get_by_test_id("explained")).to_have_value("7")
    page.get_by_test_id("clear").click()
    draw_by_mouse(page, ONE)
    view_reads(page, "1")
    expect(page.get_by_test_id("explained")).to_have_value("1")


def test_a_stroke_is_taken_away_and_put_back(page: Page) -> None:
    for stroke in FOUR:
        draw_by_mouse(page, stroke)
    open_view(page, "why")
    view_reads(page, "4")
    strokes = page.get_by_test_id("strokes").get_by_role("button")
    expect(strokes).to_have_count(2)
    whole = difference(page)

    strokes.last.click()  # without its bar it is no 4 any more
    expect(page.get_by_test_id("rubbed")).to_contain_text("has become")
    expect(strokes.last).to_have_attribute("aria-pressed", "true")
    until(page, lambda: difference(page) < whole - 1)
    expect(page.get_by_test_id("explained")).to_have_value("4")
    strokes.last.press("Enter")
    expect(strokes.last).to_have_attribute("aria-pressed", "false")
    until(page, lambda: difference(page) == whole)
    expect(page.get_by_test_id("rubbed")).to_have_text("")

    strokes.first.click()
    expect(page.get_by_test_id("rubbed")).to_contain_text("has become")
    page.get_by_test_id("restore").click()
    expect(strokes.first).to_have_attribute("aria-pressed", "false")
    until(page, lambda: difference(page) == whole)
    page.get_by_test_id("clear").click()
    expect(strokes).to_have_count(0)


def test_a_picture_can_be_looked_into(page: Page, tmp_path: Path) -> None:
    image = Image.new("L", (100, 140), 255)
    ImageDraw.Draw(image).line([(20, 20), (80, 20), (45, 120)], fill=0, width=10)
    image.save(tmp_path / "seven.png")
    open_view(page, "why")
    with page.expect_file_chooser() as chooser:
        page.locator("#read-picture").click()
    chooser.value.set_files(tmp_path / "seven.png")
    view_reads(page, "7")
    blue, red = colors_of(page.get_by_test_id("evidence"))
    assert blue + red > 20


def rub(page: Page, line: list[tuple[float, float]]) -> None:
    page.get_by_test_id("evidence").scroll_into_view_if_needed()
    box = page.get_by_test_id("evidence").bounding_box()
    assert box is not None
    (x, y), (to_x, to_y) = [
        (box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in line
    ]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(to_x, to_y, steps=10)
    page.mouse.up()


@pytest.mark.usefixtures("mnist_root")
def test_the_most_alike_test_images_are_shown(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    open_view(page, "why")
    labels = page.locator("[data-testid=alike] figcaption")
    expect(labels).to_have_count(8)
    assert labels.all_text_contents().count("7") >= 6


def test_a_scribble_fools_one_network_and_not_the_other(page: Page) -> None:
    open_view(page, "why")
    page.get_by_test_id("example").click()
    expect(page.get_by_test_id("readings")).to_contain_text("SimpleNN: 8, 99.")
    expect(page.get_by_test_id("readings")).to_contain_text("CNN: not sure")
    expect(views(page)).to_have_attribute("data-network", "SimpleNN")
    page.get_by_test_id("example").click()
    expect(views(page)).to_have_attribute("data-network", "CNN")


def test_the_numbers_are_there_as_a_table(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    open_view(page, "inside")
    page.locator("[data-shows=inside] summary").click()
    inside = page.locator("[data-shows=inside] .numbers")
    expect(inside.locator("tbody tr")).to_have_count(10 + 128)
    choice = inside.get_by_label("Of what?")
    for picture, rows in (("conv1: kernel 15", 5), ("conv1 → ReLU: map 3", 14)):
        choice.select_option(picture)
        expect(inside.locator("tbody tr")).to_have_count(rows)
        expect(inside.locator("tbody td")).to_have_count(rows * rows)
    assert any(float(cell) > 0 for cell in inside.locator("tbody td").all_text_contents())
    page.locator('.score[data-digit="7"]').click()
    is_chosen(page, "score")
    expect(choice).to_have_value("conv1 → ReLU: map 3")  # the choice stays where it can
    open_view(page, "why")
    page.locator("[data-shows=why] summary").click()
    expect(page.locator("[data-shows=why] .tables tbody td")).to_have_count(28 * 28)
    page.locator("[data-shows=why]").get_by_label("Of what?").select_option(
        "The image, 28 by 28 pixels"
    )
    cells = page.locator("[data-shows=why] .tables tbody td")
    expect(cells.filter(has_text="255").first).to_be_attached()


@pytest.mark.usefixtures("mnist_root")
def test_a_network_is_looked_into_while_it_trains(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    open_view(page, "inside")
    open_train_tab(page)
    choose_epochs(page, 2)
    press_train(page)
    state_is(page, "finished")
    page.get_by_role("tab", name="Draw").click()
    expect(views(page)).to_have_attribute("data-network", re.compile("Run 1"))
    page.locator('.score[data-digit="7"]').click()
    is_chosen(page, "score")
    adds_up(page)


def test_on_a_laptop_canvas_and_view_are_in_sight_together(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    for view in ("inside", "why", "input"):
        open_view(page, view)
        page.evaluate("scrollTo(0, 0)")
        boxes = [page.get_by_test_id(name).bounding_box() for name in ("canvas", "views")]
        assert all(box is not None and box["y"] < 300 for box in boxes)
        assert boxes[0] is not None
        assert boxes[0]["y"] + boxes[0]["height"] < 720
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_on_a_phone_nothing_is_wider_than_the_screen(new_page: Callable[..., Page]) -> None:
    phone = new_page(**PHONE)
    draw_by_finger(phone, SEVEN)
    digit_read(phone, 7)
    for view in ("inside", "why", "input"):
        switch(phone, view).click()
        expect(views(phone)).to_have_attribute("data-view", view)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    view_reads(phone, "7")


def test_a_reload_closes_it(page: Page, page_errors: PageErrors) -> None:
    draw_by_mouse(page, SEVEN)
    open_view(page, "why")
    view_reads(page, "7")
    page_errors.reload(page)
    expect(views(page)).to_have_attribute("data-view", "")
    open_view(page, "why")
    view_reads(page, "7")

"""The Mistakes tab in a real browser, on the real MNIST: what is pressed, guessed and brushed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN, load_checkpoint, metadata_path
from mnist_core.data import Splits
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, until
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_card, open_row, open_tab
from tests.browser.test_experiments import state_is as experiment_is
from tests.browser.test_inside import open_view, view_reads
from tests.browser.test_layout import TABLET, is_in_sight, overflow, small_targets

pytestmark = pytest.mark.usefixtures("mnist_root")

Counts = NDArray[np.int64]
SMALL_PHONE = {**PHONE, "viewport": {"width": 360, "height": 640}}
DARK = {"color_scheme": "dark"}


@pytest.fixture(scope="session")
def labels(mnist: Splits) -> Counts:
    return np.asarray(mnist.test.labels.numpy())


def digits_of(path: Path, mnist: Splits) -> tuple[Counts, NDArray[np.float32]]:
    """Read the test images with a checkpoint; return digits and confidences."""
    checkpoint = load_checkpoint(path)
    with torch.inference_mode():
        logits = torch.cat([checkpoint.model(part) for part in mnist.test.images.split(1_000)])
    confidences, digits = (logits / checkpoint.calibration.temperature).softmax(1).max(1)
    return digits.numpy(), confidences.numpy()


@pytest.fixture(scope="session")
def simple(mnist: Splits) -> tuple[Counts, NDArray[np.float32]]:
    return digits_of(SHIPPED, mnist)


@pytest.fixture(scope="session")
def cnn(mnist: Splits) -> Counts:
    return digits_of(SHIPPED_CNN, mnist)[0]


def open_mistakes(page: Page, network: str = "simple_nn") -> Locator:
    """Open the tab, choose a network, and wait for its mistakes."""
    open_tab(page, "Mistakes")
    page.get_by_test_id("network").select_option(network)
    panel = page.get_by_test_id("mistakes")
    expect(panel).to_have_attribute("data-network", network)
    expect(page.get_by_test_id("found")).to_have_attribute("data-total", re.compile(r"\d"))
    return panel


def cell(page: Page, label: int | None, digit: int | None) -> Locator:
    parts = [
        f'[data-{name}="{value}"]' if value is not None else f":not([data-{name}])"
        for name, value in (("label", label), ("digit", digit))
    ]
    return page.get_by_test_id("confusion").locator("button" + "".join(parts))


def total_is(page: Page, total: int) -> None:
    expect(page.get_by_test_id("found")).to_have_attribute("data-total", str(total))


def places(box: Locator) -> list[int]:
    found: list[int] = box.locator(".tile").evaluate_all("all => all.map(t => +t.dataset.place)")
    return found


def open_view_of(page: Page, view: str) -> None:
    page.locator(f"[data-open={view}]").click()
    expect(page.get_by_test_id("mistakes")).to_have_attribute("data-view", view)


def test_the_matrix_counts_what_the_network_misreads(
    page: Page, labels: Counts, simple: tuple[Counts, Any]
) -> None:
    panel = open_mistakes(page)
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (labels, simple[0]), 1)
    wrong = int((labels != simple[0]).sum())
    expect(page.get_by_test_id("headline")).to_have_text(
        f"SimpleNN misreads {wrong} of 10,000 test images: {1 - wrong / 10_000:.2%} are right."
    )
    texts = panel.locator(".confusion tbody button[data-digit]").all_text_contents()
    assert np.array(texts, int).reshape(10, 10).tolist() == expected.tolist()
    # Mistakes have a scale of their own: none where it is right, the most where most are wrong.
    off = np.where(np.eye(10, dtype=bool), 0, expected)
    worst = np.unravel_index(off.argmax(), off.shape)
    shares = panel.locator(".confusion tbody button[data-digit]").evaluate_all(
        "all => all.map(b => +b.style.getPropertyValue('--share'))"
    )
    assert np.allclose(np.reshape(shares, (10, 10)), off / off.max(), atol=1e-4)
    colors = {
        cell(page, *place).evaluate("b => getComputedStyle(b).backgroundColor")
        for place in ((3, 3), tuple(map(int, worst)), (0, 1))
    }
    assert len(colors) > 1
    page.get_by_test_id("per-cent").check()
    label, digit = map(int, worst)
    share = expected[label, digit] / expected[label].sum()
    expect(cell(page, label, digit)).to_have_text(f"{share:.2%}")


def test_a_cell_a_row_and_a_column_open_their_images_the_surest_first(
    page: Page, labels: Counts, simple: tuple[Counts, NDArray[np.float32]]
) -> None:
    open_mistakes(page)
    digits, confidences = simple
    wrong = labels != digits
    for label, digit, expected in (
        (3, 8, (labels == 3) & (digits == 8)),
        (7, None, wrong & (labels == 7)),
        (None, 9, wrong & (digits == 9)),
        (8, 8, (labels == 8) & (digits == 8)),
        (None, None, wrong),
    ):
        cell(page, label, digit).click()
        total_is(page, int(expected.sum()))
        expect(cell(page, label, digit)).to_have_attribute("aria-pressed", "true")
        shown = places(page.get_by_test_id("found"))
        assert set(shown) <= set(np.flatnonzero(expected).tolist())
        sure = confidences[shown]
        assert (np.diff(sure) <= 1e-4).all()
        assert sure[0] == pytest.approx(confidences[expected].max(), abs=1e-4)
    first = len(places(page.get_by_test_id("found")))
    page.get_by_test_id("more").click()
    expect(page.get_by_test_id("found").locator(".tile")).to_have_count(2 * first)
    shown = places(page.get_by_test_id("found"))
    assert len(set(shown)) == len(shown)


def test_it_is_all_done_by_keyboard(page: Page) -> None:
    open_mistakes(page)
    cell(page, None, None).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(cell(page, 3, None)).to_be_focused()
    page.keyboard.press("End")
    expect(cell(page, 3, 9)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(cell(page, 3, 8)).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell(page, 3, 8)).to_have_attribute("aria-pressed", "true")
    total_is(page, int(cell(page, 3, 8).text_content() or 0))
    tabbable = page.get_by_test_id("confusion").locator('button[tabindex="0"]')
    expect(tabbable).to_have_count(1)
    tiles = page.get_by_test_id("found").locator(".tile")
    tiles.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tiles.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(tiles.nth(1)).not_to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("test-help")).to_be_visible()


def test_an_image_goes_into_the_draw_tab_and_is_read_as_in_the_test(
    page: Page, simple: tuple[Counts, NDArray[np.float32]]
) -> None:
    open_mistakes(page)
    cell(page, 3, 8).click()
    expect(cell(page, 3, 8)).to_have_attribute("aria-pressed", "true")
    total_is(page, int(cell(page, 3, 8).text_content() or 0))
    tile = page.get_by_test_id("found").locator(".tile").nth(1)
    place = int(tile.get_attribute("data-place") or -1)
    tile.click()
    digit_read(page, 8)
    panel = page.get_by_test_id("prediction")
    expect(panel).to_have_attribute("data-classifier", "SimpleNN")  # the one that misread it
    confidence = simple[1][place]
    expect(page.get_by_test_id("confidence")).to_have_text(
        ">99.9%" if confidence >= 0.9995 else f"{confidence:.1%}"
    )
    expect(page.get_by_test_id("test-help")).to_have_text(
        f"Test image {place:,} of MNIST, a 3. Clear to draw."
    )
    open_view(page, "inside")
    view_reads(page, "8")
    expect(page.get_by_test_id("views")).to_have_attribute("data-network", "SimpleNN")
    open_view(page, "why")
    view_reads(page, "8")
    expect(page.get_by_test_id("alike").locator("figure")).to_have_count(8)
    # The most alike of all test images is itself.
    own, nearest = (
        page.locator(selector).first.evaluate("canvas => canvas.toDataURL()")
        for selector in ('[data-testid="image"]', '[data-testid="alike"] canvas')
    )
    assert own == nearest
    page.locator('tr[data-key="cnn"] input').check()
    expect(panel).to_have_attribute("data-classifier", "CNN")
    page.get_by_test_id("clear").click()
    expect(page.get_by_test_id("picture")).to_be_hidden()
    expect(page.get_by_test_id("test-help")).to_be_hidden()
    page.get_by_test_id("canvas").scroll_into_view_if_needed()
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_tab(page, "Mistakes")  # and the tabs can still be chosen by hand
    expect(page.get_by_test_id("confusion")).to_be_visible()


def test_the_quiz_asks_before_it_tells(
    page: Page, labels: Counts, simple: tuple[Counts, NDArray[np.float32]]
) -> None:
    open_mistakes(page)
    open_view_of(page, "quiz")
    quiz, told = page.get_by_test_id("quiz"), page.get_by_test_id("told")
    expect(quiz).to_have_attribute("data-place", re.compile(r"\d"))
    for number, is_right in enumerate((True, False), start=1):
        expect(quiz).to_have_attribute("data-answered", "")
        expect(told).to_have_text("")
        expect(page.get_by_test_id("see-why")).to_be_hidden()
        place = int(quiz.get_attribute("data-place") or -1)
        label, digit = int(labels[place]), int(simple[0][place])
        assert label != digit
        guess = label if is_right else digit
        if is_right:
            quiz.locator(".digit").nth(guess).click()
            expect(told).to_contain_text(f"Yes: the label says {label}. The network reads {digit},")
        else:
            page.keyboard.press(str(guess))
            expect(told).to_contain_text(f"You say {guess}, the label says {label}.")
        expect(page.get_by_test_id("tally")).to_have_text(
            f"You and the label agree on 1 of {number}; "
            f"{(labels != simple[0]).sum()} are misread in all."
        )
        expect(quiz.get_by_test_id("next")).to_be_focused()
        if is_right:
            page.keyboard.press("Enter")
    page.get_by_test_id("see-why").click()
    digit_read(page, digit)


def test_accuracy_per_class_and_calibration(
    page: Page, labels: Counts, simple: tuple[Counts, NDArray[np.float32]]
) -> None:
    open_mistakes(page)
    open_view_of(page, "sureness")
    digits, confidences = simple
    for digit in range(10):
        own = labels == digit
        row = page.get_by_test_id("digits").locator("tbody tr").nth(digit)
        right = int((digits[own] == digit).sum())
        expect(row.locator("td").nth(0)).to_have_text(str(own.sum()))
        expect(row.locator("td").nth(1)).to_have_text(str(right))
        expect(row.locator("td").nth(2)).to_have_text(f"{right / own.sum():.2%}")
    bin_of = np.minimum(np.ceil(confidences * 15), 15).astype(int) - 1
    right = (labels == digits).astype(float)
    error = sum(
        abs((confidences.astype(float) - right)[bin_of == number].sum()) for number in range(15)
    )
    expect(page.get_by_test_id("error")).to_contain_text(f"{error / 100:.2f} points apart")
    page.locator("[data-shows=sureness] summary").click()
    rows = page.get_by_test_id("bins").locator("tbody tr")
    expect(rows).to_have_count(len(np.unique(bin_of)))
    expect(rows.last.locator("td").nth(0)).to_have_text(str((bin_of == 14).sum()))


def test_two_networks_are_compared(
    page: Page, labels: Counts, simple: tuple[Counts, Any], cnn: Counts
) -> None:
    open_mistakes(page, "cnn")
    page.get_by_test_id("other-network").select_option("simple_nn")
    gained = (cnn == labels) & (simple[0] != labels)
    lost = (cnn != labels) & (simple[0] == labels)
    expect(page.get_by_test_id("gained")).to_have_text(
        f"CNN reads {gained.sum()} right that SimpleNN does not"
    )
    total_is(page, int(gained.sum()))  # shown at once
    assert set(places(page.get_by_test_id("found"))) <= set(np.flatnonzero(gained).tolist())
    page.get_by_test_id("lost").click()
    total_is(page, int(lost.sum()))
    assert set(places(page.get_by_test_id("found"))) <= set(np.flatnonzero(lost).tolist())
    expect(page.get_by_test_id("comparison")).to_contain_text(
        f"Both read {((cnn == labels) & (simple[0] == labels)).sum()} right"
    )


def upload(page: Page, path: Path) -> None:
    files = [path, metadata_path(path)]
    page.locator('input[type="file"][accept*=".pth"]').set_input_files(files)


def test_runs_and_their_mistakes_are_compared_from_the_runs_tab(
    page: Page, labels: Counts, simple: tuple[Counts, Any], cnn: Counts
) -> None:
    open_tab(page, "Runs")
    for number, path in enumerate((SHIPPED, SHIPPED_CNN), start=1):
        upload(page, path)
        expect(page.locator(".run")).to_have_count(number)
    first, second = "Upload 1", "Upload 2"
    row = open_row(page, second)
    row.get_by_test_id("compare").click()
    gained = int(((cnn == labels) & (simple[0] != labels)).sum())
    expect(page.get_by_test_id("gained")).to_have_text(
        re.compile(rf"^{second} · .* reads {gained} right that {first} · .* does not$")
    )
    total_is(page, gained)
    open_tab(page, "Runs")
    open_row(page, first).get_by_test_id("mistakes_of").click()
    wrong = int((simple[0] != labels).sum())
    expect(page.get_by_test_id("headline")).to_contain_text(f"misreads {wrong} of 10,000")
    expect(page.get_by_test_id("headline")).to_contain_text(first)
    expect(page.get_by_test_id("comparison")).to_be_hidden()
    total_is(page, wrong)


def test_an_experiment_compares_variant_and_baseline(page: Page) -> None:
    open_tab(page, "Experiments")
    card = open_card(page, "batch")
    expect(card.get_by_test_id("compare")).to_be_hidden()
    card.get_by_test_id("try").click()
    experiment_is(page, "running")
    experiment_is(page, "done")
    card.get_by_test_id("compare").click()
    expect(page.get_by_test_id("gained")).to_contain_text("batch size 256 reads")
    expect(page.get_by_test_id("lost")).to_contain_text("the recipe reads")
    total_is(
        page, int(re.findall(r"\d+ right", page.get_by_test_id("gained").inner_text())[0][:-6])
    )


def test_the_map_has_the_drawing_among_a_thousand_images_and_a_brush(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_mistakes(page)
    open_view_of(page, "map")
    expect(page.get_by_test_id("map-note")).to_have_text(
        re.compile(
            r"^1,000 test images .*: \d\d\.\d\d% and \d\d\.\d\d% of all differences, "
            r"\d\d\.\d\d% together\. Framed: misread\.$"
        )
    )
    expect(page.get_by_test_id("map-drawing")).to_contain_text("Your drawing is among them")
    box, brushed = page.get_by_test_id("map"), page.get_by_test_id("brushed")
    frame = box.bounding_box()
    assert frame is not None
    left, top, side = frame["x"], frame["y"], frame["width"]
    page.mouse.move(left + 0.3 * side, top + 0.3 * side)
    page.mouse.down()
    page.mouse.move(left + 0.7 * side, top + 0.7 * side, steps=4)
    page.mouse.up()
    expect(box).to_have_attribute("data-brushed", re.compile(r"^[1-9]\d*$"))
    by_mouse = int(box.get_attribute("data-brushed") or 0)
    expect(brushed.locator("h2")).to_contain_text(f"{by_mouse} images in the brush")
    expect(brushed.locator(".tile").first).to_have_class(re.compile("wrong"))
    box.focus()
    for _ in range(18):
        page.keyboard.press("+")
    expect(box).to_have_attribute("data-brushed", "1000")
    for _ in range(20):
        page.keyboard.press("-")
    page.keyboard.press("ArrowLeft")
    until(page, lambda: int(box.get_attribute("data-brushed") or 0) < by_mouse)
    page.locator("[data-shows=map] summary").click()
    rows = page.get_by_test_id("map-table").locator("tbody tr")
    expect(rows).to_have_count(10)
    assert sum(int(row.locator("td").first.inner_text()) for row in rows.all()) == 1_000
    page.mouse.click(left + 0.5 * side, top + 0.5 * side)
    brushed.locator(".tile").first.click()
    expect(page.get_by_test_id("test-help")).to_be_visible()


@pytest.mark.parametrize("settings", [{}, DARK, SMALL_PHONE], ids=["light", "dark", "phone"])
def test_every_view_is_free_of_barriers_and_fits(
    new_page: Callable[..., Page], settings: dict[str, Any]
) -> None:
    page = new_page(**settings)
    open_mistakes(page)
    page.get_by_test_id("other-network").select_option("cnn")
    expect(page.get_by_test_id("comparison")).to_be_visible()
    total_is(
        page, int(re.findall(r"\d+ right", page.get_by_test_id("gained").inner_text())[0][:-6])
    )
    for view in ("matrix", "quiz", "sureness", "map"):
        open_view_of(page, view)
        if view == "quiz":
            expect(page.get_by_test_id("tally")).to_contain_text("misread in all")
        if view == "map":
            expect(page.get_by_test_id("map-note")).to_contain_text("Framed")
        assert barriers(page) == []
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, view


def test_a_finger_opens_a_cell_on_a_small_phone(new_page: Callable[..., Page]) -> None:
    page = new_page(**SMALL_PHONE)
    open_mistakes(page)
    box = cell(page, 4, 9).bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 24
    assert cell(page, 4, 9).evaluate(
        "button => button.offsetWidth <= button.parentElement.offsetWidth"
    )
    cell(page, 4, 9).tap()
    total_is(page, int(cell(page, 4, 9).text_content() or 0))
    page.get_by_test_id("found").locator(".tile").first.tap()
    digit_read(page, 9)


def listed(page: Page) -> list[str]:
    entries = page.get_by_test_id("list-entries").locator("button")
    found: list[str] = entries.evaluate_all("all => all.map(entry => entry.dataset.place)")
    return found


@pytest.mark.parametrize("screen", [SMALL_PHONE, PHONE], ids=["360x640", "390x844"])
def test_where_cells_are_too_small_for_a_finger_a_list_has_them_all(
    new_page: Callable[..., Page],
    screen: dict[str, Any],
    labels: Counts,
    simple: tuple[Counts, Any],
) -> None:
    page = new_page(**screen)
    open_mistakes(page)
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels, simple[0]), 1)
    worst = np.argsort(-np.where(np.eye(10, dtype=bool), 0, counts), axis=None, kind="stable")[:6]
    assert listed(page)[0] == " "  # all that are misread
    found = [counts[tuple(map(int, place.split()))] for place in listed(page)[1:]]
    assert found == counts.flat[worst].tolist()

    reached = set(listed(page))
    for digit in range(10):
        page.get_by_test_id("list-digit").select_option(str(digit))
        assert f"{digit} " in listed(page)
        reached |= set(listed(page))
    places = {f"{label} {digit}" for label, digit in np.argwhere(counts)}
    assert reached == {" ", *places, *(f"{d} " for d in range(10)), *(f" {d}" for d in range(10))}

    page.get_by_test_id("list-digit").select_option("4")
    assert small_targets(page, aside=".confusion") == []
    assert overflow(page) == []
    entry = page.get_by_test_id("list-entries").locator('[data-place="4 9"]')
    expect(entry).to_have_text(re.compile(rf"^4 read as 9: {counts[4, 9]}, "))
    entry.tap()
    expect(entry).to_have_attribute("aria-pressed", "true")
    expect(cell(page, 4, 9)).to_have_attribute("aria-pressed", "true")
    total_is(page, int(counts[4, 9]))
    assert is_in_sight(page, page.get_by_test_id("found").locator(".tile").first)
    for view in ("quiz", "sureness", "map"):
        open_view_of(page, view)
        assert small_targets(page) == [], view


def test_on_a_tablet_a_finger_hits_every_cell(new_page: Callable[..., Page]) -> None:
    page = new_page(**TABLET)
    open_mistakes(page)
    expect(page.get_by_test_id("by-list")).to_be_hidden()
    assert small_targets(page) == []
    assert overflow(page) == []


def test_it_speaks_chinese_too(new_page: Callable[..., Page]) -> None:
    page = new_page(locale="zh-CN")
    open_mistakes(page)
    expect(page.get_by_test_id("headline")).to_have_text(
        re.compile(r"^10,000 张测试图像中，SimpleNN 认错 \d+ 张，准确率 9\d\.\d\d%。$")
    )
    page.locator("[data-language=en]").click()
    expect(page.get_by_test_id("headline")).to_contain_text("SimpleNN misreads")
    expect(page.get_by_test_id("found").locator("h2")).to_contain_text("All that are misread")

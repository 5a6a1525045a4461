"""The page on every screen: what is in sight, what a finger can hit, and that nothing overflows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PageErrors
from tests.browser.pen import SEVEN, draw_by_finger, draw_by_mouse, on_page
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_card, open_tab
from tests.browser.test_train import open_train_tab, press_stop, press_train, state_is

TOUCH = {"has_touch": True, "is_mobile": True}
SMALL_PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, **TOUCH}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, **TOUCH}
TABLET: dict[str, Any] = {"viewport": {"width": 820, "height": 1180}, **TOUCH}
PROJECTOR: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
TOUCHED = [SMALL_PHONE, PHONE, TABLET]
SCREENS = [*TOUCHED, PROJECTOR]
TABS = ("draw", "train", "mistakes", "experiments", "runs")

NewPage = Callable[..., Page]


def name_of(screen: dict[str, Any]) -> str:
    return "{width}x{height}".format(**screen["viewport"])


def is_in_sight(page: Page, part: Locator) -> bool:
    """Tell whether all of a part is on the screen, and nothing lies over it."""
    box = part.bounding_box()
    size = page.viewport_size
    assert size is not None
    if box is None or box["y"] < 0 or box["y"] + box["height"] > size["height"]:
        return False
    if box["x"] < 0 or box["x"] + box["width"] > size["width"]:
        return False
    return bool(
        part.evaluate(
            """part => {
                const { x, y, width, height } = part.getBoundingClientRect();
                return part.contains(document.elementFromPoint(x + width / 2, y + height / 2));
            }"""
        )
    )


def overflow(page: Page) -> list[str]:
    """Return what is wider than its box or than the screen, where that cannot be scrolled."""
    found: list[str] = page.evaluate(
        """() => {
            // The label of what folds has an arrow that turns, and is no wider for that.
            const texts = "dd, dt, button:not(.label-wrap), label, th, td, p, h1, h2, figcaption";
            const isBurst = (node) => {
                const { overflowX, textOverflow, display } = getComputedStyle(node);
                return node.checkVisibility({ visibilityProperty: true })
                    && node.clientWidth > 1 // else it is for ears only
                    && node.scrollWidth > node.clientWidth + 1
                    && !/auto|scroll/.test(overflowX)
                    && textOverflow !== "ellipsis"
                    && display !== "inline";
            };
            const name = (node) => `${node.className} "${node.textContent.trim().slice(0, 40)}"`;
            const burst = [...document.querySelectorAll(texts)].filter(isBurst).map(name);
            const width = document.documentElement.scrollWidth;
            return width > innerWidth ? [...burst, `the page: ${width}`] : burst;
        }"""
    )
    return found


def small_targets(page: Page, aside: str = "nothing") -> list[str]:
    """Return what a finger of 44 pixels misses; links in a sentence aside, and a part by name."""
    found: list[str] = page.evaluate(
        """(aside) => {
            const kinds = "button, summary, select, input, [role=tab], [role=option], a[href]";
            const target = (node) =>
                /checkbox|radio/.test(node.type) ? (node.closest("label") ?? node) : node;
            const size = (node) => {
                const { width, height } = node.getBoundingClientRect();
                return [Math.round(width), Math.round(height)];
            };
            const name = (node) =>
                `${node.tagName} ${node.id} ${node.className} "${node.textContent.trim()}"`;
            return [...document.querySelectorAll(kinds)]
                .filter((node) => node.checkVisibility({ visibilityProperty: true }))
                .filter((node) => node.tagName !== "A" || !node.closest("p"))
                .filter((node) => !node.closest(aside))
                .map(target)
                .filter((node) => size(node)[0] > 1 && Math.min(...size(node)) < 44)
                .map((node) => `${name(node)} ${size(node)}`);
        }""",
        aside,
    )
    return found


def open_by_id(page: Page, tab: str) -> None:
    page.locator(f"#{tab}-button").click()
    expect(page.locator(f"#{tab}-button")).to_have_attribute("aria-selected", "true")


# --- what is in sight --------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", TOUCHED, ids=name_of)
def test_the_answer_is_in_sight_while_the_finger_draws(
    new_page: NewPage, screen: dict[str, Any], scheme: Literal["light", "dark"]
) -> None:
    page = new_page(**screen, color_scheme=scheme)
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    start, *corners = on_page(page, SEVEN)
    touch("touchStart", start)
    for corner in corners:
        touch("touchMove", corner)
    expect(page.get_by_test_id("prediction")).not_to_have_attribute("data-digit", "")
    # The finger is still down.
    assert page.evaluate("scrollY") == 0
    shown = ["canvas", "answer", "image", "undo"]
    parts = [page.get_by_test_id(name) for name in shown]
    bars = page.locator(".bars .bar")
    expect(bars).to_have_count(10)
    for part in [*parts, *bars.all()]:
        assert is_in_sight(page, part), part
    touch("touchEnd")


def test_the_answer_stays_in_sight_where_the_page_is_scrolled_to(new_page: NewPage) -> None:
    page = new_page(**SMALL_PHONE)
    draw_by_finger(page, SEVEN)
    digit_read(page, 7)
    page.get_by_test_id("yes").scroll_into_view_if_needed()
    page.mouse.wheel(0, 160)
    page.wait_for_function("scrollY > 100")
    for part in (page.get_by_test_id("answer"), page.get_by_test_id("image")):
        assert is_in_sight(page, part)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("screen", TOUCHED, ids=name_of)
def test_the_head_is_low_and_has_every_tab(
    new_page: NewPage,
    page_errors: PageErrors,
    app_url: str,
    screen: dict[str, Any],
    language: str,
) -> None:
    page = new_page(**screen)
    page_errors.go(page, f"{app_url}?lang={language}")
    for tab in TABS:
        assert is_in_sight(page, page.locator(f"#{tab}-button"))
    tabs = page.get_by_role("tablist").first.bounding_box()
    assert tabs is not None
    assert tabs["y"] + tabs["height"] <= 120
    expect(page.get_by_role("button", name="More tabs")).to_have_count(0)


@pytest.mark.usefixtures("mnist_root")
@pytest.mark.parametrize("screen", [SMALL_PHONE, PHONE], ids=name_of)
def test_after_train_the_figures_come_into_view_and_stop_is_within_reach(
    new_page: NewPage, screen: dict[str, Any]
) -> None:
    page = new_page(**screen)
    open_train_tab(page)
    press_train(page)
    state_is(page, "training")
    figures = page.locator("#train .figures")
    page.wait_for_function(
        "document.querySelector('#train .figures').getBoundingClientRect().bottom <= innerHeight"
    )
    assert is_in_sight(page, figures.get_by_test_id("accuracy"))
    assert is_in_sight(page, page.locator("#stop"))
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert is_in_sight(page, page.locator("#stop"))
    press_stop(page)
    state_is(page, "stopped")


# --- what fits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("screen", SCREENS, ids=name_of)
def test_nothing_bursts_its_box(
    new_page: NewPage,
    page_errors: PageErrors,
    app_url: str,
    screen: dict[str, Any],
    language: str,
) -> None:
    page = new_page(**screen)
    page_errors.go(page, f"{app_url}?lang={language}")
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    assert overflow(page) == []
    for view in ("input", "inside", "why"):
        page.locator(f'[data-open="{view}"]').click()
        expect(page.locator(".draw")).to_have_attribute("data-view", view)
        assert overflow(page) == [], view
    for tab in TABS[1:]:
        open_by_id(page, tab)
        assert overflow(page) == [], tab


@pytest.mark.parametrize("screen", TOUCHED, ids=name_of)
def test_a_finger_hits_everything(new_page: NewPage, screen: dict[str, Any]) -> None:
    page = new_page(**screen)
    draw_by_finger(page, SEVEN)
    digit_read(page, 7)
    assert small_targets(page) == []
    for view in ("input", "inside", "why"):
        page.locator(f'[data-open="{view}"]').click()
        expect(page.locator(".draw")).to_have_attribute("data-view", view)
        assert small_targets(page) == [], view
    open_train_tab(page)
    page.locator("#more-settings button").first.click()
    assert small_targets(page) == []
    page.locator("#code-tab-button").click()
    assert small_targets(page) == []
    open_tab(page, "Experiments")
    open_card(page, "batch")
    assert small_targets(page) == []
    open_tab(page, "Runs")
    assert small_targets(page) == []


def small_letters(page: Page, least: int) -> list[str]:
    """Return what is written in letters of fewer pixels than these."""
    found: list[str] = page.evaluate(
        """(least) => {
            const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            while (walk.nextNode()) {
                const text = walk.currentNode.textContent.trim();
                const node = walk.currentNode.parentElement;
                if (!text || !node.checkVisibility({ visibilityProperty: true })) continue;
                const size = parseFloat(getComputedStyle(node).fontSize);
                if (size < least && node.clientWidth !== 1) found.push(`${size} "${text}"`);
            }
            return found;
        }""",
        least,
    )
    return found


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_projector_has_no_small_letters(
    new_page: NewPage,
    page_errors: PageErrors,
    app_url: str,
    language: str,
    scheme: Literal["light", "dark"],
) -> None:
    page = new_page(**PROJECTOR, color_scheme=scheme)
    page_errors.go(page, f"{app_url}?lang={language}&guide=2")
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    for view in ("input", "inside", "why", "teach"):
        page.locator(f'[data-open="{view}"]').click()
        expect(page.locator(".draw")).to_have_attribute("data-view", view)
        assert small_letters(page, 12) == [], view
        assert overflow(page) == [], view
    for tab in TABS[1:]:
        open_by_id(page, tab)
        assert small_letters(page, 12) == [], tab


def test_a_projector_shows_more_and_larger(new_page: NewPage, page: Page) -> None:
    wide = new_page(**PROJECTOR)

    def width(page: Page, part: str) -> float:
        box = page.locator(part).first.bounding_box()
        assert box is not None
        return box["width"]

    assert width(wide, "[data-testid=canvas]") > 1.5 * width(page, "[data-testid=canvas]")
    for shown in (wide, page):
        open_train_tab(shown)
    assert width(wide, "#train .results") > 1.5 * width(page, "#train .results")
    wide.locator("#draw-button").click()
    draw_by_mouse(wide, SEVEN)
    digit_read(wide, 7)
    wide.locator('[data-open="inside"]').click()
    assert is_in_sight(wide, wide.get_by_test_id("canvas"))
    beside = wide.locator(".draw > .dock").bounding_box()
    answer = wide.locator(".strip").bounding_box()
    assert beside is not None
    assert answer is not None
    assert beside["x"] >= answer["x"] + answer["width"]

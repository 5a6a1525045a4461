"""The Draw tab in a real browser: what is drawn is read, by mouse and finger."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from tests.browser.conftest import PHONE, PageErrors, until
from tests.browser.pen import FOUR, ONE, SEVEN, canvas, draw_by_finger, draw_by_mouse, on_page


def digit_read(page: Page, digit: int | None) -> None:
    """Wait until the page shows this digit, or asks for one."""
    shown = "" if digit is None else str(digit)
    expect(page.get_by_test_id("prediction")).to_have_attribute("data-digit", shown)


def test_an_empty_canvas_asks_for_a_digit(page: Page) -> None:
    expect(page.get_by_test_id("ask")).to_be_visible()
    expect(page.get_by_test_id("hint")).to_be_visible()
    expect(page.get_by_test_id("answer")).to_have_text("")
    expect(page.get_by_test_id("prediction").locator(".bar")).to_have_count(10)


class Tablet:
    """A screen that feels a hand and a pen at once, through the browser's own input."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.input = page.context.new_cdp_session(page)

    def palm(self, kind: str, *at: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in on_page(self.page, list(at))]
        self.input.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pen(self, kind: str, at: tuple[float, float]) -> None:
        ((x, y),) = on_page(self.page, [at])
        place = {"type": kind, "x": x, "y": y, "pointerType": "pen"}
        pressed = {"button": "left", "buttons": 1, "clickCount": 1}
        self.input.send("Input.dispatchMouseEvent", {**place, **pressed})

    def strokes(self) -> list[list[list[float]]]:
        """Return what is drawn, as the page keeps it over a reload."""
        gestures = self.page.evaluate("JSON.parse(sessionStorage.getItem('mnist-drawing')) ?? []")
        return [stroke for gesture in gestures for stroke in gesture]


def test_a_palm_that_lands_before_the_pen_is_not_the_pen(new_page: Callable[..., Page]) -> None:
    page = new_page(has_touch=True)
    tablet = Tablet(page)
    tablet.palm("touchStart", (0.85, 0.9))
    expect(page.get_by_test_id("hint")).to_be_hidden()  # for all that is known yet, a finger
    start, corner, end = SEVEN
    tablet.pen("mousePressed", start)
    tablet.palm("touchMove", (0.8, 0.95))
    for share in range(1, 9):
        tablet.pen("mouseMoved", (start[0] + (corner[0] - start[0]) * share / 8, start[1]))
    tablet.palm("touchEnd")
    tablet.palm("touchStart", (0.9, 0.9))  # it is set down anew while the pen draws
    for share in range(1, 9):
        x, y = (a + (b - a) * share / 8 for a, b in zip(corner, end, strict=True))
        tablet.pen("mouseMoved", (x, y))
    tablet.palm("touchEnd")
    tablet.pen("mouseReleased", end)
    digit_read(page, 7)
    (stroke,) = tablet.strokes()  # no dot of the palm
    assert all(y < 860 for _, y in stroke)
    page.get_by_test_id("undo").click()
    digit_read(page, None)
    expect(page.get_by_test_id("undo")).to_be_disabled()


def test_a_finger_alone_draws_on_a_tablet_that_knows_a_pen(new_page: Callable[..., Page]) -> None:
    page = new_page(has_touch=True)
    draw_by_finger(page, SEVEN)
    digit_read(page, 7)


def test_a_mouse_draws_and_the_network_reads(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    expect(page.get_by_test_id("prediction")).to_have_attribute("data-sure", "true")
    expect(page.get_by_test_id("answer")).to_have_text("7")
    expect(page.locator(".bar.winner")).to_have_attribute("data-digit", "7")
    expect(page.get_by_test_id("classifier")).to_have_text(re.compile(r"^Read by (CNN|SimpleNN)$"))


def test_a_finger_draws_and_the_page_stays_where_it_is(phone: Page) -> None:
    for stroke in FOUR:
        draw_by_finger(phone, stroke)
    digit_read(phone, 4)
    assert phone.evaluate("scrollY") == 0


def test_the_answer_comes_while_the_pen_is_down(page: Page) -> None:
    start, *corners = on_page(page, SEVEN)
    page.mouse.move(*start)
    page.mouse.down()
    for corner in corners:
        page.mouse.move(*corner, steps=8)
    digit_read(page, 7)  # the button has not been released
    page.mouse.up()


def test_the_image_shown_is_the_one_the_network_is_given(page: Page) -> None:
    def ink() -> tuple[np.ndarray, np.ndarray]:
        pixels = page.get_by_test_id("image").evaluate(
            "image => [...image.getContext('2d').getImageData(0, 0, 28, 28).data]"
        )
        return np.nonzero(np.array(pixels).reshape(28, 28, 4)[..., 0] > 127)

    draw_by_mouse(page, ONE)
    digit_read(page, 1)  # which a part of the stroke is, too
    # The longer side has 20 pixels.
    until(page, lambda: len(ink()[0]) > 0 and 18 <= np.ptp(ink()[0]) + 1 <= 21)
    rows, columns = ink()
    assert columns.max() - columns.min() + 1 <= 4  # the pen is as wide as MNIST's
    assert abs(rows.mean() - 14) <= 0.6
    assert abs(columns.mean() - 14) <= 0.6


def test_undo_and_clear_take_ink_away_and_the_network_reads_the_rest(page: Page) -> None:
    draw_by_mouse(page, ONE)
    digit_read(page, 1)
    draw_by_mouse(page, [(0.2, 0.5), (0.8, 0.5)])
    page.keyboard.press("Control+z")
    digit_read(page, 1)
    page.get_by_test_id("undo").click()
    digit_read(page, None)
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    canvas(page).focus()
    page.keyboard.press("Delete")
    digit_read(page, None)
    expect(page.get_by_test_id("clear")).to_be_disabled()


def test_who_draws_before_the_page_is_complete_is_read_at_once(
    page: Page, page_errors: PageErrors
) -> None:
    """The canvas may come long before the last of Gradio's own components, on a slow network."""
    held: list[tuple[Route, APIResponse]] = []

    def hold_back_the_accordion(route: Route) -> None:
        response = route.fetch()
        if "accordion-content" in response.text():
            held.append((route, response))
        else:
            route.fulfill(response=response)

    page.route("**/assets/*.js", hold_back_the_accordion)
    page_errors.reload(page)
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    until(page, lambda: bool(held))
    for route, response in held:
        route.fulfill(response=response)
    page.locator("#train-button").click()
    expect(page.locator("#more-settings")).to_be_visible()
    page.locator("#draw-button").click()
    digit_read(page, 7)


def test_a_drawing_survives_a_reload_and_is_read_again(page: Page, page_errors: PageErrors) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    page_errors.reload(page)
    digit_read(page, 7)


def test_a_drawing_survives_tabs_sizes_and_the_dark(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    page.locator("#train-button").click()
    page.set_viewport_size({"width": 600, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.locator("#draw-button").click()
    expect(canvas(page)).to_be_visible()
    draw_by_mouse(page, [(0.35, 0.5), (0.75, 0.5)])  # a crossbar: still the same drawing
    page.get_by_test_id("undo").click()
    digit_read(page, 7)
    assert share_of_ink(page) > 0.02


def share_of_ink(page: Page) -> float:
    """Return the share of the canvas's own pixels that are inked."""
    share: float = canvas(page).evaluate(
        """canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let inked = 0;
          for (let i = 3; i < data.length; i += 4) inked += data[i] > 127;
          return inked / (width * height);
        }"""
    )
    return share


def test_a_stroke_that_leaves_the_edge_goes_on_when_it_comes_back(page: Page) -> None:
    """A seven whose corner lies outside the canvas; undo takes it away as one."""
    draw_by_mouse(page, [(0.3, 0.3), (1.2, 0.3), (1.2, 0.5), (0.5, 0.9)])
    expect(page.get_by_test_id("prediction")).not_to_have_attribute("data-digit", "")
    page.get_by_test_id("undo").click()
    digit_read(page, None)


def test_a_second_finger_does_nothing(phone: Page) -> None:
    finger = phone.context.new_cdp_session(phone)
    (x0, y0), (x1, y1) = on_page(phone, ONE)
    other = dict(zip(("x", "y"), on_page(phone, [(0.1, 0.1)])[0], strict=True))

    def touch(kind: str, *points: dict[str, float]) -> None:
        touches = [{**point, "id": number} for number, point in enumerate(points)]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    touch("touchStart", {"x": x0, "y": y0})
    touch("touchStart", {"x": x0, "y": y0}, other)
    for step in range(1, 9):
        moved = {"x": other["x"] + 20 * step, "y": other["y"]}
        touch("touchMove", {"x": x0 + (x1 - x0) * step / 8, "y": y0 + (y1 - y0) * step / 8}, moved)
    touch("touchEnd")
    digit_read(phone, 1)


def test_without_an_answer_the_one_before_does_not_stand_as_the_new_one(
    page: Page, page_errors: PageErrors
) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    bars = page.locator(".bars")
    assert opacity(bars) == 1
    page.context.set_offline(True)
    draw_by_mouse(page, [(0.35, 0.5), (0.75, 0.5)])  # a crossbar: still a seven
    expect(page.get_by_test_id("unanswered")).to_be_visible()
    expect(page.get_by_test_id("classifier")).to_be_hidden()
    until(page, lambda: opacity(bars) < 0.5)
    page.context.set_offline(False)
    expect(page.get_by_test_id("unanswered")).to_be_hidden()
    digit_read(page, 7)
    expect(page.get_by_test_id("classifier")).to_be_visible()
    assert opacity(bars) == 1
    page_errors.messages.clear()  # of the network


def opacity(locator: Locator) -> float:
    return float(locator.evaluate("node => getComputedStyle(node).opacity"))


def test_two_visitors_do_not_see_each_other(new_page: Callable[..., Page]) -> None:
    first, second = new_page(), new_page(**PHONE)
    draw_by_mouse(first, SEVEN)
    draw_by_finger(second, ONE)
    digit_read(first, 7)
    digit_read(second, 1)


def test_who_is_not_sure_says_so_in_place_of_a_large_digit(page: Page) -> None:
    def make_unsure(route: Route) -> None:
        response = route.fetch()
        answer = response.json()
        for read in answer["data"]:
            if isinstance(read, dict) and "probabilities" in read:
                read.update(digit=8, sure=False, probabilities=[0.065] * 8 + [0.415, 0.065])
        route.fulfill(response=response, json=answer)

    page.route("**/run/predict*", make_unsure)
    draw_by_mouse(page, SEVEN)
    digit_read(page, 8)
    expect(page.get_by_test_id("prediction")).to_have_attribute("data-sure", "false")
    expect(page.get_by_test_id("answer")).to_have_text("Not sure")
    expect(page.get_by_test_id("confidence")).to_have_text("perhaps an 8, 42%")
    expect(page.locator(".bar.winner")).to_have_attribute("aria-valuenow", "42")
    expect(page.get_by_test_id("prediction").locator(".announcement")).to_have_text(
        "Not sure, perhaps an 8, 42%"
    )

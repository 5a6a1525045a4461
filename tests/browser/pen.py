"""Digits drawn in the page, by mouse and by finger."""

from __future__ import annotations

import itertools

from playwright.sync_api import Locator, Page

Points = list[tuple[float, float]]
"""Corners of a stroke, each (x, y) in shares of the canvas's side."""

SEVEN: Points = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]
ONE: Points = [(0.5, 0.15), (0.5, 0.85)]
FOUR: list[Points] = [[(0.4, 0.15), (0.22, 0.55), (0.75, 0.55)], [(0.65, 0.2), (0.62, 0.88)]]


def canvas(page: Page) -> Locator:
    """Return the canvas that is drawn on."""
    return page.get_by_test_id("canvas")


def on_page(page: Page, points: Points) -> Points:
    """Turn shares of the canvas into pixels of the page."""
    box = canvas(page).bounding_box()
    assert box is not None
    return [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]


def draw_by_mouse(page: Page, stroke: Points) -> None:
    """Draw one stroke with the left mouse button."""
    start, *rest = on_page(page, stroke)
    page.mouse.move(*start)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point, steps=8)
    page.mouse.up()


def draw_by_finger(page: Page, stroke: Points) -> None:
    """Draw one stroke with a finger, through the browser's own touch input."""
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, points: Points) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    corners = on_page(page, stroke)
    touch("touchStart", corners[:1])
    for (x0, y0), (x1, y1) in itertools.pairwise(corners):
        for step in range(1, 9):
            touch("touchMove", [(x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)])
    touch("touchEnd", [])

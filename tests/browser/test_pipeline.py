"""The preprocessing pipeline, from the drawing to the network, opened in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import PageErrors
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read

SMALL_SEVEN = [(0.08 + 0.3 * x, 0.1 + 0.3 * y) for x, y in SEVEN]


def open_pipeline(page: Page) -> None:
    page.get_by_role("button", name="Input", exact=True).click()


def pipeline_reads(page: Page, digit: str) -> None:
    expect(page.get_by_test_id("pipeline")).to_have_attribute("data-digit", digit)


def share_of_ink(page: Page, step: str) -> float:
    share: float = page.locator(f"[data-step={step}] canvas").evaluate(
        """canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let inked = 0;
          for (let i = 0; i < data.length; i += 4) inked += data[i] > 127;
          return inked / (width * height);
        }"""
    )
    return share


def test_while_it_is_folded_up_nothing_is_asked(page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and '"off"' in (request.post_data or ""):
            asked.append(request.url)

    page.on("request", note)
    draw_by_mouse(page, SMALL_SEVEN)
    digit_read(page, 7)
    assert asked == []
    open_pipeline(page)
    pipeline_reads(page, "7")
    assert asked


def test_each_step_is_shown_and_can_be_left_out(page: Page, page_errors: PageErrors) -> None:
    draw_by_mouse(page, SMALL_SEVEN)
    page_errors.reload(page)  # what is shown from here on is the whole drawing, no part of it
    open_pipeline(page)
    pipeline_reads(page, "7")
    assert 0 < share_of_ink(page, "drawing") < share_of_ink(page, "crop")
    verdict = page.get_by_test_id("pipeline-verdict")
    expect(verdict).to_contain_text("reads 7")

    crop = page.locator("[data-step=crop]")
    foretold = crop.locator(".switched").get_attribute("data-digit")
    assert foretold
    crop.get_by_role("checkbox").uncheck()
    expect(crop.locator(".switched")).to_contain_text("With it: 7")
    pipeline_reads(page, foretold)
    # The whole canvas, as it was drawn on.
    assert share_of_ink(page, "crop") == share_of_ink(page, "drawing")


def test_it_follows_the_pen_and_the_eraser(page: Page) -> None:
    open_pipeline(page)
    draw_by_mouse(page, SMALL_SEVEN)
    pipeline_reads(page, "7")
    page.get_by_test_id("clear").click()
    pipeline_reads(page, "")
    expect(page.get_by_test_id("pipeline-verdict")).to_have_text("")
    assert share_of_ink(page, "drawing") == 0

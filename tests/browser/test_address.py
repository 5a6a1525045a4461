"""The address bar: opened with wishes, kept in step, and passed on."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PageErrors, until
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_train import choose_epochs, open_train_tab


def query_is(page: Page, query: str) -> None:
    expect(page).to_have_url(re.compile(rf"/{re.escape(query)}$"))


def test_it_opens_a_tab_with_settings_and_follows_them(
    page: Page, page_errors: PageErrors, app_url: str
) -> None:
    page_errors.go(page, f"{app_url}?model=cnn&lr=0.01&epochs=3")
    expect(page.locator("#epochs input")).to_be_visible()
    expect(page.locator("#epochs input")).to_have_value("3")
    expect(page.locator("#learning-rate input")).to_have_value("0.01")
    expect(page.locator("#model input")).to_have_value(re.compile("CNN|convolution"))
    query_is(page, "?tab=train&model=cnn&epochs=3&lr=0.01")

    choose_epochs(page, 4)
    query_is(page, "?tab=train&model=cnn&epochs=4&lr=0.01")
    page.locator("#reset").click()
    query_is(page, "?tab=train")
    page.locator("#experiments-button").click()
    query_is(page, "?tab=experiments&experiment=cnn")
    page.go_back()
    expect(page.locator("#epochs input")).to_be_visible()
    query_is(page, "?tab=train")


def test_a_tab_that_is_pressed_goes_before_the_one_that_the_address_asks_for(
    page: Page, page_errors: PageErrors, app_url: str
) -> None:
    held: list[Route] = []
    is_slow = True

    def hold(request: Route) -> None:  # a slow network: the address has not been read as yet
        if is_slow:
            held.append(request)
        else:
            request.continue_()

    page.route("**/queue/join*", hold)
    page_errors.go(page, f"{app_url}?tab=runs")
    until(page, lambda: bool(held))
    page.locator("#experiments-button").click()
    is_slow = False
    for request in held:
        request.continue_()
    query_is(page, "?tab=experiments&experiment=cnn")  # written once the address has been obeyed
    expect(page.locator("#experiments-button")).to_have_attribute("aria-selected", "true")


def test_an_experiment_is_opened_and_parts_are_hidden(
    page: Page, page_errors: PageErrors, app_url: str
) -> None:
    page_errors.go(page, f"{app_url}?experiment=dropout&hide=runs,seed&lang=zh")
    card = page.locator("[data-experiment=dropout]")
    expect(card.get_by_test_id("try")).to_be_visible()
    expect(page.locator("#runs-button")).to_be_hidden()
    query_is(page, "?hide=runs%2Cseed&lang=zh&tab=experiments&experiment=dropout")
    open_train_tab(page)
    expect(page.locator("#epochs input")).to_be_visible()
    expect(page.locator("#seed")).to_be_hidden()


def test_what_is_not_to_be_had_is_said_in_one_sentence(
    page: Page, page_errors: PageErrors, app_url: str
) -> None:
    page_errors.go(page, f"{app_url}?tab=kitchen&epochs=%3Cb%3E&model=cnn")
    expect(page.get_by_text("left out: tab=kitchen, epochs=<b>.")).to_be_visible()
    expect(page.locator("#epochs input")).to_have_value("5")
    query_is(page, "?tab=train&model=cnn")


def test_a_drawing_is_passed_on(page: Page, page_errors: PageErrors, app_url: str) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    page.locator("[data-offer=link]:visible").click()
    field = page.get_by_test_id("link").locator("visible=true")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-offer=link]:visible").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{app_url}#d=") and len(link) < 400, link
    expect(field).to_be_hidden()

    page.get_by_test_id("clear").click()
    page.goto("about:blank")
    page_errors.go(page, link)
    digit_read(page, 7)
    query_is(page, "")


def test_inside_another_page_it_works_as_well(
    page: Page, page_errors: PageErrors, app_url: str
) -> None:
    page.route(
        "**/frame.html",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<iframe src="{app_url}?tab=train&epochs=2" width="1200" height="700"></iframe>',
        ),
    )
    page.goto(f"{app_url}frame.html")
    page_errors.messages.clear()
    frame = page.frame_locator("iframe")
    expect(frame.locator("#epochs input")).to_have_value("2")
    frame.locator("#draw-button").click()
    expect(frame.get_by_test_id("canvas")).to_be_visible()

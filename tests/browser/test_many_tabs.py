"""Many tabs of one browser, which has six connections to the app for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PageErrors, until
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_train import (
    choose_epochs,
    has_begun_to_learn,
    open_train_tab,
    press_stop,
    press_train,
    state_is,
)

# A browser without a window shows all of its pages. So it is told which one is in sight, as a
# browser with a window tells its pages.
VISIBILITY = """
let state = "visible";
Object.defineProperty(document, "visibilityState", { get: () => state });
Object.defineProperty(document, "hidden", { get: () => state === "hidden" });
window.become = (next) => {
  state = next;
  document.dispatchEvent(new Event("visibilitychange"));
};
"""


class Tabs:
    """The tabs of one browser, of which one is in sight."""

    def __init__(self, context: BrowserContext, url: str, errors: PageErrors) -> None:
        self._context = context
        self._url = url
        self._errors = errors
        self.pages: list[Page] = []
        context.add_init_script(VISIBILITY)

    def open(self, key: str | None = None) -> Page:
        """Open a tab, in sight; with the key of another, as when that is duplicated."""
        self.see(None)
        page = self._context.new_page()
        self._errors.watch(page)
        if key is not None:
            page.add_init_script(
                f"if (!sessionStorage.length) sessionStorage.setItem('mnist-session', '{key}')"
            )
        page.goto(self._url)
        page.get_by_role("tab").first.wait_for()
        page.wait_for_function("sessionStorage.getItem('mnist-session')")
        self.pages.append(page)
        return page

    def close(self) -> None:
        """Close them as a browser does; Playwright tells no page that it is about to go."""
        for page in self.pages:
            page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    def see(self, shown: Page | None) -> None:
        """Bring a tab to sight, and hide all others."""
        for page in self.pages:
            if page is not shown:
                page.evaluate("become('hidden')")
        if shown is not None:
            shown.bring_to_front()  # a browser paints no other
            shown.evaluate("become('visible')")


@pytest.fixture
def tabs(new_page: Callable[..., Page], app_url: str, page_errors: PageErrors) -> Iterator[Tabs]:
    first = new_page()
    context = first.context
    first.close()
    opened = Tabs(context, app_url, page_errors)
    yield opened
    opened.close()


def test_ten_tabs_draw_and_those_that_train_or_wait_stop(tabs: Tabs, mnist_root: object) -> None:
    for _ in range(10):  # before anybody trains, which would make it slow
        tabs.open()
    learners = tabs.pages[:3]
    for page in learners:
        tabs.see(page)
        open_train_tab(page)
        choose_epochs(page, 100)
        press_train(page)
        expect(page.locator("#stop")).to_be_enabled()
    for page in tabs.pages:
        tabs.see(page)
        page.locator("#draw-button").click()
        draw_by_mouse(page, SEVEN)
        digit_read(page, 7)
    for number, page in enumerate(learners):  # each of them when those before have stopped
        tabs.see(page)
        open_train_tab(page)
        has_begun_to_learn(page)  # although it was hidden, its turn has come
        press_stop(page)
        state_is(page, "stopped")
        for other in learners[number + 1 :]:
            expect(other.get_by_test_id("run")).not_to_have_attribute("data-state", "stopped")


def test_idle_tabs_hold_no_connection(tabs: Tabs) -> None:
    """Not even where all of them are in sight, in windows of their own."""
    for _ in range(8):
        page = tabs.open()
        draw_by_mouse(page, SEVEN)
        digit_read(page, 7)
    for page in tabs.pages:
        page.evaluate("become('visible')")
    draw_by_mouse(tabs.pages[0], SEVEN)
    digit_read(tabs.pages[0], 7)


def test_a_duplicated_tab_shows_the_same_runs_and_can_stop_them(
    tabs: Tabs, mnist_root: object
) -> None:
    first = tabs.open()
    open_train_tab(first)
    choose_epochs(first, 100)
    press_train(first)
    has_begun_to_learn(first)
    duplicate = tabs.open(first.evaluate("sessionStorage.getItem('mnist-session')"))
    open_train_tab(duplicate)
    has_begun_to_learn(duplicate)
    press_stop(duplicate)
    state_is(duplicate, "stopped")
    state_is(first, "training")  # as it was when it was hidden
    tabs.see(first)
    state_is(first, "stopped")


def test_a_hidden_tab_trains_on_and_catches_up(tabs: Tabs, mnist_root: object) -> None:
    page = tabs.open()
    open_train_tab(page)
    choose_epochs(page, 100)
    press_train(page)
    has_begun_to_learn(page)
    listening: list[str] = []
    for end in ("requestfinished", "requestfailed"):  # the server or the page may end it first
        page.on(end, lambda request: listening.append(request.url))
    tabs.see(None)
    until(page, lambda: any("queue/data" in url for url in listening))  # it has let go
    epochs = page.get_by_test_id("epochs")
    shown = epochs.inner_text()
    other = tabs.open()
    open_train_tab(other)
    choose_epochs(other, 1)
    press_train(other)
    state_is(other, "waiting")
    assert epochs.inner_text() == shown
    tabs.see(page)
    until(page, lambda: epochs.inner_text() != shown)
    page.close()  # now its run pauses, and the other's turn comes
    tabs.pages.remove(page)
    tabs.see(other)
    state_is(other, "finished")

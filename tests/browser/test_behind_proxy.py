"""Addresses where operators really put the app: under a path of a proxy, and in a Space's frame."""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from mnist_core.checkpoints import SHIPPED
from mnist_core.text import say
from tests.browser.conftest import DESKTOP, PageErrors
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.proxy import proxy
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_row, open_tab
from tests.running_app import running_app

PATH = "/courses/digits"


@pytest.fixture(scope="module")
def shown_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the app behind a proxy, under a path; return its address there."""
    log = tmp_path_factory.mktemp("proxied") / "log.txt"
    environment = {**os.environ, "GRADIO_ROOT_PATH": PATH}
    with running_app(log, environment) as app, proxy(app.url, PATH) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(**DESKTOP)
    yield context
    context.close()


@pytest.fixture
def errors(shown_at: str, context: BrowserContext) -> Iterator[PageErrors]:
    """Watch every page; fail the test if one of them had an error, such as a file not found."""
    errors = PageErrors(shown_at)
    context.on("page", errors.watch)
    yield errors
    assert errors.messages == []


def test_under_a_path_addresses_are_read_written_gone_back_to_and_passed_on(
    shown_at: str, context: BrowserContext, errors: PageErrors
) -> None:
    page = context.new_page()
    page.goto(f"{shown_at}?tab=train&lr=0.01")
    expect(page.locator("#learning-rate input")).to_have_value("0.01")
    page.locator("#draw-button").click()
    expect(page).to_have_url(f"{shown_at}?tab=draw&lr=0.01")
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    key = page.evaluate("sessionStorage.getItem('mnist-session')")
    errors.reload(page)
    digit_read(page, 7)
    assert page.evaluate("sessionStorage.getItem('mnist-session')") == key
    expect(page).to_have_url(f"{shown_at}?tab=draw&lr=0.01")
    page.go_back()
    expect(page.locator("#learning-rate input")).to_have_value("0.01")
    expect(page).to_have_url(f"{shown_at}?tab=train&lr=0.01")
    page.go_forward()
    expect(page.get_by_test_id("canvas")).to_be_visible()

    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-offer=link]:visible").click()
    expect(page.get_by_text(say("share.copied"))).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.match(rf"{shown_at}#d=\w+", link), link
    other = context.new_page()
    other.goto(link)
    digit_read(other, 7)
    expect(other).to_have_url(shown_at)


def test_under_a_path_files_come_and_go(
    shown_at: str, context: BrowserContext, errors: PageErrors, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(shown_at)
    open_tab(page, "Runs")
    page.locator("input[type=file][accept*='.pth']").set_input_files(SHIPPED)
    row = open_row(page, "Upload 1")
    row.get_by_test_id("open").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=say("train.weights")).locator("visible=true").click()
    download.value.save_as(tmp_path / "weights.pth")
    assert (tmp_path / "weights.pth").stat().st_size > 400_000
    link = page.get_by_role("link", name=re.compile("API", re.IGNORECASE))
    assert link.count() == 0 or (link.get_attribute("href") or "").startswith(PATH)


def test_under_a_path_it_knows_its_own_address(shown_at: str) -> None:
    def fetch(address: str) -> bytes:
        with urllib.request.urlopen(address) as response:
            content: bytes = response.read()
            return content

    picture = re.search(rb'og:image" content="([^"]+)"', fetch(shown_at))
    assert picture is not None
    assert picture[1].decode() == f"{shown_at}preview.png"
    assert fetch(picture[1].decode()).startswith(b"\x89PNG")
    assert f"`{shown_at}gradio_api/mcp/`" in fetch(f"{shown_at}agents.md").decode()


# --- inside another site's page ------------------------------------------------------------------

SPACE = "https://huggingface.co/spaces/somebody/digits"
FRAME = '<iframe src="{}" width="1260" height="700" style="border: 0"></iframe>'
# As browsers do that let no other site keep anything.
NOTHING_IS_KEPT = """
    if (window !== top) {
        const get = () => { throw new DOMException("Access is denied.", "SecurityError"); };
        for (const name of ["localStorage", "sessionStorage"])
            Object.defineProperty(window, name, { get });
        Object.defineProperty(Document.prototype, "cookie", { get: () => "", set: () => {} });
    }
"""


def open_frame(context: BrowserContext, address: str) -> tuple[Page, FrameLocator]:
    """Open the app as a Space shows it: inside a page of Hugging Face's."""
    context.grant_permissions(["local-network-access"])  # from there to this machine
    page = context.new_page()
    body = FRAME.format(address)
    page.route(SPACE, lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(SPACE)
    return page, page.frame_locator("iframe")


def test_in_the_frame_of_a_space_it_works_although_nothing_is_kept(
    shown_at: str, context: BrowserContext, errors: PageErrors
) -> None:
    context.add_init_script(NOTHING_IS_KEPT)
    page, frame = open_frame(context, f"{shown_at}?tab=train&lr=0.01")
    expect(frame.locator("#learning-rate input")).to_have_value("0.01")
    frame.locator("#draw-button").click()
    box = frame.get_by_test_id("canvas").bounding_box()
    assert box is not None
    for action, share in ((page.mouse.move, 0.15), (page.mouse.move, 0.85)):
        action(box["x"] + box["width"] / 2, box["y"] + share * box["height"], steps=8)
        if share < 0.5:
            page.mouse.down()
    page.mouse.up()
    expect(frame.get_by_test_id("prediction")).to_have_attribute("data-digit", "1")
    frame.get_by_test_id("yes").click()
    expect(frame.get_by_test_id("leaderboard")).to_have_attribute("data-drawings", "1")
    expect(frame.get_by_test_id("kept-where")).to_have_text(say("keepsakes.nowhere"))

    page.evaluate("history.back()")  # from Draw to Train
    expect(frame.locator("#learning-rate input")).to_be_visible()
    frame.locator("[data-language=zh]").click()
    expect(frame.locator("html")).to_have_attribute("lang", "zh-CN")
    frame.locator("[data-offer=link]").locator("visible=true").first.click()
    # The clipboard is the other site's, which has not lent it.
    link = frame.get_by_test_id("link").locator("visible=true")
    expect(link).to_have_value(re.compile(rf"^{re.escape(shown_at)}\?tab=train"))
    errors.messages.clear()  # the browser says so, too

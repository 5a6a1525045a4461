"""The page on a slow line: something to read at once, nothing that jumps, files that stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from mnist_core.text import say, speaking
from tests.browser.conftest import DESKTOP, PHONE, PageErrors

SLOW_3G = {
    "offline": False,
    "latency": 400,  # ms
    "downloadThroughput": 400_000 / 8,  # bytes a second
    "uploadThroughput": 400_000 / 8,
}
SLOWER_PROCESSOR = {"rate": 4}
SLOW_LOAD_MS = 120_000
MOST_SHIFT = 0.05

ADD_UP_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shift += value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def new_context(browser: Browser) -> Callable[..., BrowserContext]:
    return browser.new_context


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_jumps_on_a_slow_line(
    new_context: Callable[..., BrowserContext], app_url: str, device: dict[str, object]
) -> None:
    with new_context(**device) as context:
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW_3G)
        line.send("Emulation.setCPUThrottlingRate", SLOWER_PROCESSOR)
        page.add_init_script(ADD_UP_SHIFTS)
        page.goto(app_url, wait_until="commit", timeout=SLOW_LOAD_MS)
        page.locator('[data-key="cnn"]').wait_for(timeout=SLOW_LOAD_MS)  # the server has answered
        page.wait_for_load_state("load")
        assert page.evaluate("shift") < MOST_SHIFT


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_is_something_to_read_before_the_scripts(
    new_context: Callable[..., BrowserContext], app_url: str, language: str
) -> None:
    with new_context(**PHONE) as context:
        page = context.new_page()
        page.route("**/*.js", lambda route: route.abort())
        page.goto(f"{app_url}?lang={language}")
        with speaking("zh" if language == "zh" else "en"):
            for key in ("page.title", "page.summary", "page.loading"):
                expect(page.get_by_text(say(key))).to_be_visible()
            expect(page.get_by_text(say("page.no_scripts"))).to_have_count(0)


def test_the_first_words_go_when_the_page_is_there(page: Page) -> None:
    page.locator(".strip").wait_for()
    expect(page.locator(".first-words")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_a_second_visit_asks_for_no_file_again(
    new_context: Callable[..., BrowserContext], app_url: str
) -> None:
    with new_context() as context:
        first = context.new_page()
        kept: set[str] = set()
        first.on("requestfinished", lambda request: kept.add(request.url))
        first.goto(app_url)
        first.locator(".strip").wait_for()
        first.close()
        second = context.new_page()
        line = context.new_cdp_session(second)
        line.send("Network.enable")
        asked: list[str] = []

        def note(event: dict[str, dict[str, object]]) -> None:
            response = event["response"]
            if not response.get("fromDiskCache"):
                asked.append(str(response["url"]))

        line.on("Network.responseReceived", note)
        second.goto(app_url)
        second.locator(".strip").wait_for()
        assert app_url in asked  # else nothing would have been noted
        files = {url for url in kept if "/assets/" in url or "theme.css" in url}
        assert files  # else the first visit has fetched nothing
        assert files.isdisjoint(asked)


def test_the_page_comes_compressed_and_its_stream_as_it_is(
    page: Page, page_errors: PageErrors
) -> None:
    with page.expect_response(lambda answer: "/queue/data" in answer.url) as stream:
        page.reload()
    assert "content-encoding" not in stream.value.headers
    with page.expect_response(lambda answer: answer.request.is_navigation_request()) as loaded:
        page.goto(page.url, wait_until="commit")
    sent: Response = loaded.value
    assert sent.headers["content-encoding"] == "br"
    assert int(sent.headers["content-length"]) < len(sent.body()) / 5
    page.get_by_role("tab").first.wait_for()
    page_errors.messages.clear()  # Gradio's page complains of its broken stream while it goes

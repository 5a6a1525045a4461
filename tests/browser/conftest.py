"""Fixtures for a real Chromium and the app itself, started as a user starts it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.real_mnist import find_mnist
from tests.running_app import running_app

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # Nothing but this machine: quicker than a route, which asks the test about every request.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

DESKTOP = {"viewport": {"width": 1280, "height": 720}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}

PATIENCE = 30_000  # ms: a busy machine needs more than the usual five seconds
expect.set_options(timeout=PATIENCE)

APP_LOG = pytest.StashKey[Path]()
HARMLESS: tuple[
    str, ...
] = ()  # parts of console errors that come from Gradio itself and mean nothing


def until(page: Page, happened: Callable[[], bool]) -> None:
    """Wait for what no locator can tell, while the handlers of the page's events run."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        page.wait_for_timeout(10)


# --- the app -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def app_environment() -> dict[str, str]:
    """Return the variables the app starts with; override it to start the app differently."""
    root = find_mnist()
    environment = {**os.environ, "MNIST_MAX_TRAININGS": "1"}  # so that a second visitor waits
    return {**environment, "MNIST_DATA": str(root)} if root else environment


@pytest.fixture(scope="session")
def app_log(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Return the file that holds what the app prints; the report of a failed test shows it."""
    log = tmp_path_factory.mktemp("app") / "log.txt"
    request.config.stash[APP_LOG] = log
    return log


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    log = item.config.stash.get(APP_LOG, None)
    if report.failed and log is not None and log.is_file():
        report.sections.append(("What the app printed", log.read_text(errors="replace")))
    return report


@pytest.fixture(scope="session")
def app_url(app_environment: dict[str, str], app_log: Path) -> Iterator[str]:
    """Start `python app.py`, wait until it answers, and return its address."""
    with running_app(app_log, app_environment) as app:
        yield app.url


# --- the browser -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium: the one CHROMIUM_PATH names, else playwright's own, else the system's."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        executable = find_browser(own)
        if executable is None:
            pytest.skip(
                "There is no Chromium: `python -m playwright install chromium` gets one, or let "
                "the variable CHROMIUM_PATH name one."
            )
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


def find_browser(own: str) -> str | None:
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        return named
    if Path(own).is_file():
        return own
    names = ("chromium", "google-chrome", "chromium-browser")
    return next(filter(None, map(shutil.which, names)), None)


class PageErrors:
    """Collects what goes wrong inside a page.

    Attributes:
        messages: uncaught exceptions and console errors of our own page, in order. A test that
            provokes one on purpose clears the list.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.messages: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.messages.append(f"uncaught: {error}"))
        page.on("console", self.hear)

    def reload(self, page: Page) -> None:
        """Load a page anew; Gradio's complains of its broken stream while it goes."""
        page.reload()
        page.get_by_role("tab").first.wait_for()
        self.messages.clear()

    def go(self, page: Page, address: str) -> None:
        """Go to another address of the app, with the same complaint."""
        page.goto(address)
        page.get_by_role("tab").first.wait_for()
        self.messages.clear()

    def hear(self, message: ConsoleMessage) -> None:
        if message.type != "error" or any(part in message.text for part in HARMLESS):
            return
        source = message.location["url"]
        if message.text.startswith("Failed to load resource") and not source.startswith(self.url):
            return  # the network beyond this machine is shut off in these tests
        self.messages.append(f"console: {message.text} ({source})")


@pytest.fixture
def page_errors(app_url: str) -> Iterator[PageErrors]:
    """Watch every page of the test; fail it at its end if one of them had an error."""
    errors = PageErrors(app_url)
    yield errors
    if errors.messages:
        pytest.fail("The page had errors:\n" + "\n".join(errors.messages))


@pytest.fixture
def new_page(
    browser: Browser, app_url: str, page_errors: PageErrors
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the app in a fresh browser context, as another visitor.

    Its keyword arguments are those of `browser.new_context`, by default a desktop's: use
    `new_page(**PHONE)` for a phone. Nothing but the app itself can be reached from the page.
    """
    contexts: list[BrowserContext] = []

    def open_page(**settings: object) -> Page:
        context = browser.new_context(**{**DESKTOP, **settings})
        contexts.append(context)
        page = context.new_page()
        page_errors.watch(page)
        page.goto(app_url)
        page.get_by_role("tab").first.wait_for()  # Gradio builds the page after it has loaded
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            # A page asks on while its test ends; a handler that is answering then means nothing.
            page.unroute_all(behavior="ignoreErrors")
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Return the app on a desktop, 1280×720."""
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """Return the app on a phone, 390×844 with touch."""
    return new_page(**PHONE)

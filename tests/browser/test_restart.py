"""A server that is killed and started again, and a page that was open all the while."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN
from mnist_core.text import say
from tests.real_mnist import REPOSITORY
from tests.running_app import RunningApp, free_port, wait_for_answer


@contextmanager
def app_at(port: int, folder: Path) -> Iterator[RunningApp]:
    """Start the app at a port, its files in `folder`; end it as a system does that has no time."""
    environment = {
        **os.environ,
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
    }
    log = folder / "log.txt"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=REPOSITORY,
            env=environment,
            stdout=output,
            stderr=output,
        )
    app = RunningApp(f"http://127.0.0.1:{port}/", process, log)
    try:
        wait_for_answer(app)
        yield app
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def look_away_and_back(page: Page) -> None:
    """Let the page report, as it does whenever somebody comes back to its tab."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize("keeps", [True, False])
def test_a_page_enters_again_by_itself_and_says_what_is_lost(
    browser: Browser, tmp_path: Path, keeps: bool
) -> None:
    port, page = free_port(), browser.new_page()
    page.set_default_timeout(40_000)
    with app_at(port, tmp_path) as app:
        page.goto(app.url)
        page.get_by_role("tab", name="Runs").click()
        if keeps:
            page.locator("#upload-checkpoint").wait_for()
            page.locator("input[type=file][accept*='.pth']").set_input_files(SHIPPED)
            expect(page.get_by_role("rowheader", name="Upload 1")).to_be_visible()
            page.wait_for_function("sessionStorage.getItem('mnist-session').endsWith('+')")
        else:
            page.wait_for_function("sessionStorage.getItem('mnist-session')")
        key = page.evaluate("sessionStorage.getItem('mnist-session')")
        (left,) = (tmp_path / "gradio").glob("mnist-*/")
    with app_at(port, tmp_path) as app:
        assert not left.exists()
        look_away_and_back(page)
        page.wait_for_function(
            "key => !sessionStorage.getItem('mnist-session').startsWith(key)", arg=key.strip("+")
        )
        said = page.locator(".toast-body").filter(has_text=say("session.lost"))
        if keeps:
            expect(said).to_be_visible()
            expect(page.get_by_role("rowheader", name="Upload 1")).to_have_count(0)
            # and what it does now is kept
            page.locator("input[type=file][accept*='.pth']").set_input_files(SHIPPED_CNN)
            expect(page.get_by_role("rowheader", name="Upload 1")).to_be_visible()
        expect(said).to_have_count(int(keeps))
    page.close()

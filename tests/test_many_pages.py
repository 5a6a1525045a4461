"""Hundreds of pages that only look, over HTTP: whoever comes after them can still train."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.form_values import form_values
from tests.hostile.stranger import Stranger
from tests.running_app import running_app

PAGES = 300  # more than Gradio itself remembers
TRAIN = form_values(epochs=1)


@pytest.fixture
def app_url(tmp_path: Path) -> Iterator[str]:
    """Start the app on a tiny data set, with room for two sessions that keep something."""
    environment = {
        **os.environ,
        "GRADIO_TEMP_DIR": str(tmp_path / "gradio"),
        "MNIST_MAX_SESSIONS": "2",
    }
    program = ("-m", "tests.hostile.server", str(tmp_path))
    with running_app(tmp_path / "log.txt", environment, program) as app:
        yield app.url


def test_hundreds_of_pages_that_do_nothing_keep_nobody_from_training(app_url: str) -> None:
    with closing(Stranger(app_url)) as looker, closing(Stranger(app_url)) as learner:
        for _ in range(PAGES):
            looker.session = secrets.token_hex(6)
            looker.enter()
        assert looker.get("health").json()["sessions"] == 0
        learner.enter()
        assert "error" not in learner.queue("start_run", *TRAIN)
        assert learner.get("health").json()["sessions"] == 1
        assert learner.shown("rows", "plots")["rows"][0]["name"] == "Run 1"

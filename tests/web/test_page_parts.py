"""Templates and scripts come in a file of their own, which the page is put together with."""

from __future__ import annotations

import json
import re

import pytest
from starlette.testclient import TestClient

import app
from mnist_core.web.endpoints.cached_files import FOR_GOOD
from mnist_core.web.gradio_compat.page_parts import PARTS

SCRIPT = re.compile(r'<script src="(components-\w+\.js)"></script>')


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(app.demo.app, "http://127.0.0.1")


def read_page(client: TestClient, language: str) -> tuple[str, dict[str, object]]:
    """Return the page, and the description of it that it holds."""
    page = client.get(f"/?lang={language}").text
    start = page.index("window.gradio_config = ") + len("window.gradio_config = ")
    config, _ = json.JSONDecoder().raw_decode(page[start:])
    return page, config


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_and_its_script_are_what_gradio_has_described(
    client: TestClient, language: str
) -> None:
    page, config = read_page(client, language)
    (path,) = SCRIPT.findall(page)
    assert page.index("window.gradio_config = ") < page.index(path) < page.index("<gradio-app")
    script = client.get(f"/{path}")
    assert script.headers["Cache-Control"] == FOR_GOOD
    assert script.headers["Content-Type"].startswith("text/javascript")
    parts, _ = json.JSONDecoder().raw_decode(script.text, script.text.index("{"))
    described = client.get(f"/config?lang={language}").json()
    taken = 0
    for component, whole in zip(config["components"], described["components"], strict=True):
        for name in PARTS:
            if component["props"].get(name) in parts:
                component["props"][name] = parts[component["props"][name]]
                taken += 1
        assert component == whole
    assert taken > len(parts) > 50


def test_the_page_is_a_third_of_what_it_would_be(client: TestClient) -> None:
    page = client.get("/?lang=en").text
    assert len(page) < len(client.get("/config").text) / 3


def test_the_parts_of_another_version_are_not_there(client: TestClient) -> None:
    assert client.get("/components-0123456789abcdef.js").status_code == 404

"""A page says what it is before its scripts have come."""

from __future__ import annotations

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.testclient import TestClient

import app
from mnist_core.text import say, speaking
from mnist_core.web.endpoints.first_words import FirstWords
from mnist_core.web.endpoints.page_language import PageLanguage

PAGE = "<body><gradio-app></gradio-app></body>"


def client(response: Response) -> TestClient:
    return TestClient(PageLanguage(FirstWords(response, shorten=bytes)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_says_what_it_is(language: str) -> None:
    answer = client(HTMLResponse(PAGE)).get(f"/?lang={language}")
    with speaking("zh" if language == "zh" else "en"):
        words = [say("page.title"), say("page.summary"), say("page.no_scripts")]
    for word in words:
        assert word in answer.text
    assert answer.text.index(words[0]) < answer.text.index("<gradio-app>")
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_nothing_else_is_touched() -> None:
    assert client(JSONResponse({"a": "<gradio-app>"})).get("/").json() == {"a": "<gradio-app>"}
    answer = client(HTMLResponse(PAGE)).head("/")
    assert int(answer.headers["Content-Length"]) == len(PAGE)


def test_words_and_title_come_before_what_the_page_is_built_of() -> None:
    page = TestClient(app.demo.app, "http://127.0.0.1").get("/?lang=en").text
    with speaking("en"):
        title = say("page.title")
    heading, config = page.index(f"<h1>{title}</h1>"), page.index("window.gradio_config = ")
    assert page.index(f"<title>{title}</title>") < 5_000
    assert heading < 30_000
    assert heading < config < page.index("<gradio-app")
    assert page.index('type="module"') < heading  # asked for at once
    assert page.index('rel="stylesheet"') < page.index("--page:")  # ours has the last word
    assert page.count("window.gradio_config = ") == 1

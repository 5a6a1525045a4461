"""A page says what it is before its scripts have come."""

from __future__ import annotations

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.testclient import TestClient

from mnist_core.text import say, speaking
from mnist_core.web.endpoints.first_words import FirstWords
from mnist_core.web.endpoints.page_language import PageLanguage

PAGE = "<body><gradio-app></gradio-app></body>"


def client(response: Response) -> TestClient:
    return TestClient(PageLanguage(FirstWords(response)))


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

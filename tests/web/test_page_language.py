"""In which language a request is answered."""

from __future__ import annotations

import anyio
import gradio as gr
import pytest
from gradio import blocks as gradio_blocks
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from mnist_core.text import Message, current_language, say, speaking
from mnist_core.web.components.number_field import NumberField
from mnist_core.web.endpoints.page_language import PageLanguage, requested_language
from mnist_core.web.gradio_compat.buttons import spoken_button
from mnist_core.web.gradio_compat.served_blocks import ServedBlocks
from mnist_core.web.sessions.page import SessionLink
from tests.web import event_loop


def scope(query: str = "", **headers: str) -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": query.encode(),
        "headers": [
            (name.replace("_", "-").encode(), value.encode("latin-1"))
            for name, value in headers.items()
        ],
    }


@pytest.mark.parametrize(
    ("query", "headers", "language"),
    [
        ("", {}, "en"),
        ("lang=zh", {"accept_language": "en"}, "zh"),
        ("lang=en", {"accept_language": "zh-CN", "cookie": "language=zh-CN"}, "en"),
        ("", {"cookie": "a=b; language=zh-CN", "accept_language": "en"}, "zh"),
        ("", {"cookie": "language=en", "accept_language": "zh-CN"}, "en"),
        ("", {"accept_language": "zh-HK,en;q=0.5"}, "zh"),
        ("lang=klingon", {"cookie": "language=\x00;;=", "accept_language": ";q=,zh"}, "zh"),
        ("lang=%00&lang=zh", {}, "zh"),
        ("", {"accept_language": "fr-FR"}, "en"),
    ],
)
def test_the_address_the_choice_the_browser(
    query: str, headers: dict[str, str], language: str
) -> None:
    assert requested_language(scope(query, **headers)) == language


def test_what_is_said_while_a_request_is_answered_is_in_its_language() -> None:
    said: list[str] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        assert Request(scope).url.path == "/"
        said.append(say("tab.draw"))
        await PlainTextResponse("")(scope, receive, send)

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    async def send(_: object) -> None:
        return None

    event_loop.run(PageLanguage(answer)(scope("lang=zh"), receive, send))
    event_loop.run(PageLanguage(answer)(scope(), receive, send))
    assert said == ["手写", "Draw"]
    assert current_language() == "en"


@pytest.mark.parametrize(
    ("payload", "language"),
    [("key zh-CN", "zh"), ("key en", "en"), ("key", "en"), (" zh", "zh"), (7, "en"), (None, "en")],
)
def test_an_event_speaks_the_language_of_its_page(payload: object, language: str) -> None:
    async def event() -> str:
        await page.preprocess_data(handler, [payload], None)
        return await anyio.to_thread.run_sync(current_language)  # as a handler's thread would

    with ServedBlocks() as page:
        link = SessionLink()
        link.opened(lambda session: None, link)
    (handler,) = page.fns.values()
    assert event_loop.run(event()) == language
    assert current_language() == "en"


def test_an_update_leaves_alone_what_it_does_not_name() -> None:
    with ServedBlocks():
        link = SessionLink()
    update = gradio_blocks.postprocess_update_dict(link, dict(gr.update(value="x")))
    assert update == {"__type__": "update", "value": "x"}  # the sentences stay what they are


def test_a_button_changes_its_language_with_the_page() -> None:
    with ServedBlocks() as page:
        spoken_button(Message("train.start"))
    with speaking("zh"):
        (update,) = page.say_again().values()
        assert update["value"] == "开始训练"
        (button,) = page.config["components"]
        assert button["props"]["value"] == "开始训练"


def test_an_update_of_a_field_takes_along_what_lasts_in_the_page_s_language() -> None:
    """Gradio would replace all that a field in a tab not yet opened knows by what is named."""
    with ServedBlocks():
        field = NumberField(0.2, title=Message("form.seed"), most=0.9, step=0.05, enabled=False)
    with speaking("zh"):
        update = gradio_blocks.postprocess_update_dict(field, dict(gr.update(enabled=True)))
    assert update["props"] == {
        **{"enabled": True, "title": "随机种子", "hint": "", "least": 0, "most": 0.9},
        **{"step": 0.05, "is_open": False, "text": update["props"]["text"]},
    }
    assert "请填" in update["props"]["text"]

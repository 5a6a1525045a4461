"""28×28 numbers, and why: for programs, by HTTP and by the Model Context Protocol."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from mnist_core.preprocessing import image_from_strokes, parse_strokes
from mnist_core.web.endpoints.agents import agents_route
from mnist_core.web.endpoints.explain import explain, predict_pixels
from mnist_core.web.endpoints.mcp import PATH, TOOLS, VERSIONS, mcp_routes
from mnist_core.web.endpoints.predict import predict_strokes
from tests.each import each

SEVEN = [[[250, 200], [750, 200], [450, 850]]]


def pixels_of(strokes: Any) -> list[list[int]]:
    image = image_from_strokes(parse_strokes(strokes))
    assert image is not None
    pixels: list[list[int]] = image.tolist()
    return pixels


def test_pixels_are_read_as_they_are() -> None:
    assert predict_pixels(pixels_of(SEVEN)) == predict_strokes(SEVEN)
    blank = [[0] * 28] * 28
    for wrong in each(
        [
            None,
            [],
            blank[:27],
            [[0] * 27] * 28,
            [[256] * 28] * 28,
            [[0.5] * 28] * 28,
            [[True] * 28] * 28,
        ]
    ):
        with pytest.raises(gr.Error, match="28 rows of 28"):
            predict_pixels(wrong)
    with pytest.raises(gr.Error):
        predict_pixels(blank)


def test_an_explanation_adds_up() -> None:
    for digit, rather_than in each([(None, None), (7, None), (3, 8)]):
        told = explain(SEVEN, digit, rather_than)
        assert told["digit"] == (7 if digit is None else digit)
        assert told["class"] == str(told["digit"])
        parts = told["ink"] + told["paper"] + told["biases"]
        assert parts == pytest.approx(told["score"], abs=1e-3)
        assert sum(map(sum, told["pixels"])) == pytest.approx(told["ink"], abs=0.05)
        assert told["image"] == pixels_of(SEVEN)
        json.dumps(told)
    for wrong in each([(10, None), (-1, None), ("7", None), (7, 10), (True, None), (0.5, None)]):
        with pytest.raises(gr.Error, match="from 0 to 9"):
            explain(SEVEN, *wrong)
    with pytest.raises(gr.Error):
        explain([])


# --- the protocol ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[*mcp_routes(), agents_route()])) as client:
        yield client


def ask(client: TestClient, method: str, **parameters: Any) -> dict[str, Any]:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    answer: dict[str, Any] = client.post(PATH, json=request).json()
    assert answer["id"] == 1 and answer["jsonrpc"] == "2.0"
    return answer


def call(client: TestClient, tool: str, **arguments: Any) -> dict[str, Any]:
    result: dict[str, Any] = ask(client, "tools/call", name=tool, arguments=arguments)["result"]
    return result


def test_a_conversation(client: TestClient) -> None:
    for wanted in (VERSIONS[0], "3000-01-01", None):
        given = wanted if wanted in VERSIONS else VERSIONS[-1]
        begun = ask(client, "initialize", protocolVersion=wanted)["result"]
        assert begun["protocolVersion"] == given
    told = client.post(PATH + "/", json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (told.status_code, told.content) == (202, b"")
    assert ask(client, "ping")["result"] == {}
    listed = ask(client, "tools/list")["result"]["tools"]
    assert [tool["name"] for tool in listed] == list(TOOLS)
    for tool in listed:
        assert tool["description"] and tool["inputSchema"]["additionalProperties"] is False
        for argument in tool["inputSchema"]["properties"].values():
            assert argument["description"]
    assert client.get(PATH).status_code == 405


def test_every_tool_does_what_the_endpoint_does(client: TestClient) -> None:
    read = predict_strokes(SEVEN)
    assert call(client, "predict_strokes", strokes=SEVEN)["structuredContent"] == read
    assert call(client, "predict_pixels", pixels=pixels_of(SEVEN))["structuredContent"] == read
    why = call(client, "explain", strokes=SEVEN, rather_than=1)
    assert why["structuredContent"]["rather_than"] == 1
    assert json.loads(why["content"][0]["text"]) == why["structuredContent"]
    picture, file = Image.new("L", (100, 150), 240), io.BytesIO()
    picture.paste(10, (45, 20, 56, 130))
    picture.save(file, "PNG")
    content = base64.b64encode(file.getvalue()).decode()
    assert call(client, "predict_picture", content=content)["structuredContent"]["digit"] == 1


def test_what_cannot_be_read_is_part_of_the_result(client: TestClient) -> None:
    for tool, arguments, said in (
        ("predict_strokes", {"strokes": []}, "."),
        ("predict_pixels", {"pixels": [[0]]}, "28 rows of 28"),
        ("predict_picture", {"content": "http://example.com/7.png"}, "base64"),
        ("predict_picture", {"content": base64.b64encode(b"no picture").decode()}, "not an image"),
        ("explain", {"strokes": SEVEN, "digit": 12}, "from 0 to 9"),
    ):
        result = call(client, tool, **arguments)
        assert result["isError"] and said in result["content"][0]["text"], tool


def test_a_wrong_request_is_answered_with_an_error(client: TestClient) -> None:
    for body, code in (
        (b"{", -32700),
        (b"[" * 5_000, -32700),
        (b"[]", -32600),
        (b"{}", -32600),
        (b'{"id": [], "method": "ping"}', -32600),
    ):
        answer = client.post(PATH, content=body).json()
        assert answer["error"]["code"] == code, body
    assert ask(client, "training/start")["error"]["code"] == -32601
    for tool, arguments in (
        ("train", {}),
        (["explain"], {}),
        ("explain", {}),
        ("explain", {"strokes": "x"}),
        ("explain", {"strokes": SEVEN, "path": "/etc/passwd"}),
        ("predict_picture", {"content": 7}),
    ):
        problem = ask(client, "tools/call", name=tool, arguments=arguments)["error"]
        assert problem["code"] == -32602, (tool, arguments)


def test_the_text_for_agents_names_every_tool_and_its_own_address(client: TestClient) -> None:
    answer = client.get("/agents.md")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert f"http://testserver{PATH}" in answer.text
    assert "{" not in answer.text.replace('{"', "")
    for name in TOOLS:
        assert f"`{name}`" in answer.text


def test_inside_another_app_it_names_the_address_there() -> None:
    house = Starlette(routes=[Mount("/digits", Starlette(routes=[agents_route()]))])
    answer = TestClient(house).get("/digits/agents.md")
    assert f"http://testserver/digits{PATH}" in answer.text

"""An agent with a real client of the Model Context Protocol finds the tools and calls them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mnist_core.web.endpoints.mcp import TOOLS
from tests.browser.test_operation import ask

SEVEN = [[[250, 200], [750, 200], [450, 850]]]


def test_a_real_client_lists_and_calls_the_tools(app_url: str) -> None:
    mcp = pytest.importorskip("mcp", reason="The client's package is not installed.")
    http = pytest.importorskip("mcp.client.streamable_http")
    # Its first version has the session's id beside the streams, and an older name.
    connect = getattr(http, "streamable_http_client", None) or http.streamablehttp_client

    async def talk() -> tuple[list[str], Any, Any]:
        async with (
            connect(f"{app_url}gradio_api/mcp/") as streams,
            mcp.ClientSession(*streams[:2]) as session,
        ):
            await session.initialize()
            tools = await session.list_tools()
            read = await session.call_tool("predict_strokes", {"strokes": SEVEN})
            refused = await session.call_tool("predict_pixels", {"pixels": [[1]]})
            return [tool.name for tool in tools.tools], read, refused

    with ThreadPoolExecutor(1) as thread:  # the tests' own thread has a loop of the browser's
        names, read, refused = thread.submit(lambda: asyncio.run(talk())).result()
    assert names == list(TOOLS)
    facts = read.model_dump(by_alias=True)
    assert facts["structuredContent"]["digit"] == 7 and not facts["isError"]
    facts = refused.model_dump(by_alias=True)
    assert facts["isError"] and "28 rows" in facts["content"][0]["text"]


def test_the_text_for_agents_and_the_picture_are_served(app_url: str) -> None:
    status, text = ask(f"{app_url}agents.md")
    assert status == 200 and f"{app_url}gradio_api/mcp/" in text
    assert ask(f"{app_url}gradio_api/mcp/", "POST", b"{}", "application/json")[0] == 200

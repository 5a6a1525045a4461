"""For agents: the Model Context Protocol, by which they find tools and call them.

It is spoken over plain HTTP here (the transport "streamable HTTP", without streams): one request,
one answer, nothing kept between two. Gradio can speak it too, but with a package whose pins exclude
newer versions of others, and it takes files by their addresses; a picture comes here as its
content. Networks cannot be trained by this way. Specification: https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mnist_core.preprocessing import image_from_picture, open_picture
from mnist_core.text import Message
from mnist_core.web.endpoints.explain import explain, predict_pixels
from mnist_core.web.endpoints.predict import Reply, predict_strokes, refuse, reply_to
from mnist_core.web.gradio_compat.wrong_input import NO_ROOM

log = logging.getLogger(__name__)

PATH = "/gradio_api/mcp"  # where Hugging Face looks for a Space's
VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")  # of the protocol; newest last
PARSE_ERROR, NO_REQUEST, NO_METHOD, WRONG_PARAMETERS = -32700, -32600, -32601, -32602  # JSON-RPC
CALLS_AT_ONCE = 2  # a picture takes a process; who waits for a turn holds no thread

_calls = CapacityLimiter(CALLS_AT_ONCE)

Strokes = list[list[list[float]]]


class Arguments(BaseModel):
    """What a tool is called with."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class StrokesArguments(Arguments):
    """A drawing."""

    strokes: Strokes
    """A list of strokes, each the list of [x, y] that the pen went through; y grows downwards."""


class PixelsArguments(Arguments):
    """An image as MNIST has it."""

    pixels: list[list[int]]
    """28 rows of 28 numbers: 0 is paper, 255 ink."""


class PictureArguments(Arguments):
    """An image file."""

    content: str
    """The file itself (PNG, JPEG, WebP, ...) in base64."""


class ExplainArguments(StrokesArguments):
    """A drawing, and a question about it."""

    digit: int | None = None
    """Whose score is explained; by default that of the digit that is read."""
    rather_than: int | None = None
    """Another digit: why not this one?"""


def predict_picture_content(content: str) -> Reply:
    """Read one digit in an image file: a photograph or a scan, dark on light or light on dark."""
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "picture"
            file.write_bytes(base64.b64decode(content, validate=True))
            return reply_to(image_from_picture(open_picture(file)))
    except binascii.Error:
        raise refuse(Message("server.not_base64")) from None
    except ValueError as error:
        raise refuse(error) from None
    except OSError:  # a full disk, perhaps
        log.exception("a picture cannot be kept")
        raise refuse(NO_ROOM) from None


@dataclass(frozen=True)
class Tool:
    """A tool as an agent finds it.

    Attributes:
        call: what it does; its docstring says so to the agent.
        takes: its arguments.
    """

    call: Callable[..., Any]
    takes: type[Arguments]

    def describe(self, name: str) -> dict[str, Any]:
        """Describe it for `tools/list`."""
        summary = (self.call.__doc__ or "").split("\n\n")[0]
        return {
            "name": name,
            "description": " ".join(summary.split()),
            "inputSchema": self.takes.model_json_schema(),
            "annotations": {"readOnlyHint": True, "openWorldHint": False},
        }


TOOLS = {
    "predict_strokes": Tool(predict_strokes, StrokesArguments),
    "predict_pixels": Tool(predict_pixels, PixelsArguments),
    "predict_picture": Tool(predict_picture_content, PictureArguments),
    "explain": Tool(explain, ExplainArguments),
}


class RefusedError(Exception):
    """A request that is answered with an error of JSON-RPC."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


def mcp_routes() -> list[Route]:
    """Return the routes, with and without a slash at the end."""
    return [Route(path, answer, methods=["POST"]) for path in (PATH, f"{PATH}/")]


async def answer(request: Request) -> Response:
    """Answer one message of an agent."""
    number: Any = None
    try:
        message = _parse(await request.body())
        number = message.get("id")
        if "id" not in message:  # it only tells us something
            return Response(status_code=202)
        parameters = message.get("params") or {}
        result = await to_thread.run_sync(handle, message["method"], parameters, limiter=_calls)
    except RefusedError as error:
        problem = {"code": error.code, "message": str(error)}
        return JSONResponse({"jsonrpc": "2.0", "id": number, "error": problem})
    return JSONResponse({"jsonrpc": "2.0", "id": number, "result": result})


def _parse(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedError(PARSE_ERROR, Message("mcp.not_json")) from None
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        raise RefusedError(NO_REQUEST, Message("mcp.no_request"))
    if not isinstance(message.get("id"), int | str | None):
        raise RefusedError(NO_REQUEST, Message("mcp.id"))
    return message


def handle(method: str, parameters: object) -> dict[str, Any]:
    """Return the result of a request.

    Raises:
        RefusedError: there is no such method, or it is called wrongly.
    """
    given = parameters if isinstance(parameters, dict) else {}
    match method:
        case "initialize":
            wanted = given.get("protocolVersion")
            return {
                "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[-1],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "handwritten-digits", "version": "1"},
            }
        case "ping":
            return {}
        case "tools/list":
            return {"tools": [tool.describe(name) for name, tool in TOOLS.items()]}
        case "tools/call":
            return call_tool(given.get("name"), given.get("arguments") or {})
    raise RefusedError(NO_METHOD, Message("mcp.no_method"))


def call_tool(name: object, arguments: object) -> dict[str, Any]:
    """Call a tool; what it refuses is part of the result, so that the agent reads it.

    Raises:
        RefusedError: there is no such tool, or its arguments are of another form.
    """
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        raise RefusedError(WRONG_PARAMETERS, Message("mcp.no_tool", tools=", ".join(TOOLS)))
    try:
        given = tool.takes.model_validate(arguments)
    except ValidationError as error:
        first = error.errors()[0]
        facts = {"place": ".".join(map(str, first["loc"])), "problem": first["msg"]}
        raise RefusedError(WRONG_PARAMETERS, Message("mcp.arguments", **facts)) from None
    try:
        reply = tool.call(**given.model_dump())
    except gr.Error as refusal:
        words = {"type": "text", "text": str(refusal.message)}
        return {"content": [words], "isError": True}
    return {
        "content": [{"type": "text", "text": json.dumps(reply)}],
        "structuredContent": reply,
        "isError": False,
    }

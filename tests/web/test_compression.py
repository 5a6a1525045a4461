"""Answers in text are compressed, and nothing else is."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import brotli
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from mnist_core.web.endpoints.compression import Compression, accepted_encoding

LONG = "Ten digits, one network. " * 400
VERY_LONG = LONG * 20  # compressed in another thread


def parts() -> Iterator[str]:
    yield LONG
    yield LONG


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as the address asks for."""
    answers = {
        "/page": Response(VERY_LONG, media_type="text/html"),
        "/json": Response(LONG, media_type="application/json"),
        "/short": Response("short", media_type="text/html"),
        "/picture": Response(LONG, media_type="image/png"),
        "/stream": StreamingResponse(parts(), media_type="text/event-stream"),
        "/parts": StreamingResponse(parts(), media_type="text/plain"),
        "/packed": Response(LONG, headers={"Content-Encoding": "deflate"}, media_type="text/css"),
        "/file": FileResponse(__file__, media_type="application/octet-stream"),
    }
    await answers[Request(scope).url.path](scope, receive, send)


def ask(path: str, accepted: str, method: str = "GET") -> tuple[httpx.Headers, bytes]:
    """Return the headers of an answer, and what has come on the line."""
    client = TestClient(Compression(answer))
    with client.stream(method, path, headers={"Accept-Encoding": accepted}) as response:
        return response.headers, b"".join(response.iter_raw())


@pytest.mark.parametrize(("path", "text"), [("/page", VERY_LONG), ("/json", LONG)])
def test_text_is_compressed_as_the_browser_likes_it(path: str, text: str) -> None:
    for accepted, name, unpack in (
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, br;q=0", "gzip", gzip.decompress),
    ):
        headers, body = ask(path, accepted)
        assert headers["Content-Encoding"] == name
        assert headers["Vary"] == "Accept-Encoding"
        assert int(headers["Content-Length"]) == len(body) < len(text) / 20
        assert unpack(body).decode() == text


@pytest.mark.parametrize("path", ["/short", "/picture", "/stream", "/parts", "/file"])
def test_what_gains_nothing_or_comes_in_parts_stays_as_it_is(path: str) -> None:
    headers, body = ask(path, "gzip, br")
    plain_headers, plain = ask(path, "identity")
    assert body == plain
    assert "Content-Encoding" not in headers
    assert headers.get("Content-Length") == plain_headers.get("Content-Length")


def test_what_is_compressed_already_is_not_compressed_again() -> None:
    headers, body = ask("/packed", "gzip, br")
    assert (headers["Content-Encoding"], body) == ("deflate", LONG.encode())


def test_a_head_says_nothing_of_a_body() -> None:
    _, body = ask("/json", "br", "HEAD")
    assert body == b""


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("br;q=0, gzip; q=0.0", None),
        ("gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "br"),
        ("brotli", None),
    ],
)
def test_only_what_is_accepted_is_sent(accepted: str, encoding: str | None) -> None:
    scope = {"type": "http", "headers": [(b"accept-encoding", accepted.encode())]}
    assert accepted_encoding(scope) == encoding

"""Browsers keep what never changes, and nothing that does."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from mnist_core.web.endpoints.cached_files import FOR_A_DAY, FOR_GOOD, CachedFiles


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    status = 404 if "missing" in Request(scope).url.path else 200
    await PlainTextResponse("", status)(scope, receive, send)


@pytest.mark.parametrize(
    ("address", "age"),
    [
        ("/assets/index-DphvyggB.js", FOR_GOOD),
        ("/assets/Index-Akn07EZk2.js", FOR_GOOD),
        ("/assets/index.js", None),
        ("/assets/missing-DphvyggB.js", None),
        ("/components-0123456789abcdef.js", FOR_GOOD),
        ("/theme.css?v=bfedec81", FOR_GOOD),
        ("/gradio_api/theme.css?v=bfedec81", FOR_GOOD),
        ("/theme.css", None),
        ("/static/js/iframeResizer.contentWindow.min.js", FOR_A_DAY),
        ("/", None),
        ("/config", None),
        ("/gradio_api/run/predict", None),
        ("/gradio_api/file=/tmp/mine-DphvyggB.js", None),
    ],
)
@pytest.mark.parametrize("root", ["", "/digits"])
def test_who_keeps_what(root: str, address: str, age: str | None) -> None:
    client = TestClient(CachedFiles(answer), root_path=root)
    assert client.get(root + address).headers.get("Cache-Control") == age

"""Of Gradio's routes only those that are used answer; and only to this app's own page."""

from __future__ import annotations

import re

import gradio as gr
import pytest
from gradio.routes import App
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from mnist_core.web.endpoints.allowed_routes import AllowedRoutes
from mnist_core.web.endpoints.safe_headers import HEADERS, SafeHeaders

USED = {
    "/",
    "/assets/{path}",
    "/config",
    "/config/",
    "/favicon.ico",
    "/gradio_api/app_id",
    "/gradio_api/app_id/",
    "/gradio_api/call/{api_name}",
    "/gradio_api/call/{api_name}/",
    "/gradio_api/call/{api_name}/{event_id}",
    "/gradio_api/call/v2/{api_name}",
    "/gradio_api/call/v2/{api_name}/",
    "/gradio_api/call/v2/{api_name}/{event_id}",
    "/gradio_api/cancel",
    "/gradio_api/file={path_or_url}",
    "/gradio_api/info",
    "/gradio_api/info/",
    "/gradio_api/queue/data",
    "/gradio_api/queue/join",
    "/gradio_api/reset",
    "/gradio_api/reset/",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
    "/gradio_api/upload",
    "/gradio_api/upload_progress",
    "/manifest.json",
    "/pwa_icon",
    "/pwa_icon/{size}",
    "/robots.txt",
    "/static/{path}",
    "/svelte/{path}",
    "/theme.css",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
FILLED = {"api_name": "anything", "path_or_url": "/tmp/a.pth"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    """Return a client of an app that answers 200 to whatever is let through."""
    app = SafeHeaders(AllowedRoutes(PlainTextResponse("let through")))
    return TestClient(app, base_url="http://digits.example")


def fill(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: FILLED.get(name[1], "one"), path)


def test_of_gradios_routes_only_those_that_are_used_are_let_through(client: TestClient) -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Markdown("Hello")
    app = App.create_app(demo)
    routes = {getattr(route, "path", "").replace(":path", "") for route in app.routes}
    paths = routes | app.openapi()["paths"].keys()
    assert len(paths) > 50  # else this looks for them in the wrong place
    assert paths >= USED
    for path in sorted(filter(None, paths)):
        through = [
            method for method in METHODS if client.request(method, fill(path)).status_code == 200
        ]
        assert through == (list(METHODS) if path in USED else []), path


def test_what_has_been_misused_is_not_there(client: TestClient) -> None:
    for method, path in (
        ("GET", "/gradio_api/deep_link?session_hash=a"),
        ("GET", "/gradio_api/file=http://digits.example/"),
        ("GET", "/gradio_api/file=HTTPS://digits.example/"),
        ("HEAD", "/gradio_api/file=https:/digits.example/"),
        ("GET", "/gradio_api/proxy=https://digits.example/"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/process_recording"),
        ("POST", "/gradio_api/api/predict"),
        ("POST", "/gradio_api/run/anything"),
        ("GET", "/gradio_api/heartbeat/page"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/monitoring"),
        ("GET", "/static"),
    ):
        assert client.request(method, path).status_code == 404, (method, path)


def test_there_is_but_one_page(client: TestClient) -> None:
    for query in ("page=two", "page=%00", "page=%ff", "page=&page=a&b", "page=%F0%9F%99%82"):
        for method in ("GET", "HEAD"):
            assert client.request(method, f"/?{query}").status_code == 404, query
    for query in ("page=", "page", "__theme=dark", "%ff=%ff", "a=page"):
        assert client.get(f"/?{query}").status_code == 200, query


def test_what_the_page_asks_for_is_let_through(client: TestClient) -> None:
    for path in ("/", "/config", "/theme.css", "/gradio_api/info", "/manifest.json", "/health"):
        assert client.get(path).status_code == 200, path


def test_every_answer_says_how_far_it_may_be_trusted(client: TestClient) -> None:
    for path in ("/", "/config", "/gradio_api/deep_link"):
        headers = client.get(path).headers
        for name, value in HEADERS.items():
            assert headers[name] == value, (path, name)


def test_a_page_of_another_site_can_send_nothing(client: TestClient) -> None:
    def send(**headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post("/gradio_api/upload", headers=sent).status_code

    assert send(origin="https://elsewhere.example") == 403
    assert send(origin="null") == 403
    assert send(origin="https://digits.example.elsewhere.example") == 403
    for own in (
        {},  # a program
        {"origin": "http://digits.example"},
        {"origin": "https://digits.example"},  # a proxy took the encryption off
        {"origin": "https://shown.example", "x_forwarded_host": "shown.example"},
    ):
        assert send(**own) == 200, own


def test_the_path_is_that_below_the_root() -> None:
    app = AllowedRoutes(PlainTextResponse("let through"))
    client = TestClient(app, base_url="http://digits.example", root_path="/digits")
    assert client.get("/digits/config").status_code == 200
    assert client.get("/digits/gradio_api/deep_link").status_code == 404

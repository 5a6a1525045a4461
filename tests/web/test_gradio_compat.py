"""Every private name that the app needs of others: an update may take one away."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from starlette.routing import Match

import app
from mnist_core.web import gradio_compat
from mnist_core.web.gradio_compat import page_order, routes
from tests.private_names import private_names
from tests.real_mnist import REPOSITORY

# Which room needs what. In brackets: the parameters by which it is called, or called back.
# `blocks` is a page, `state` what is kept of its pages, `server` the app that serves it.
NEEDS: dict[str, list[str]] = {
    "connections": [
        "uvicorn.config.HTTP_PROTOCOLS.auto",
        "uvicorn.Config.__init__(forwarded_allow_ips, backlog, host, port)",
        "uvicorn.Server.startup(sockets)",
        "uvicorn.middleware.proxy_headers._TrustedHosts(trusted_hosts)",
        "uvicorn.protocols.http.h11_impl.H11Protocol._should_upgrade",
        "uvicorn.protocols.http.h11_impl.H11Protocol.on_response_complete",
    ],
    "downloads": ["gradio.processing_utils.async_ssrf_protected_download(url, cache_dir)"],
    "error_hooks": [
        "traceback.print_exc(limit, file, chain)",
        "uvicorn.config.LOGGING_CONFIG.loggers.clear",
    ],
    "event_data": ["event._data"],
    "file_lists": ["blocks.temp_file_sets.append"],
    "gpu": [
        "gradio.context.LocalContext.request.set(value)",
        "gradio.context.LocalContext.blocks.set(value)",
        "gradio.context.LocalContext.request.get(default)",
        "gradio.context.LocalContext.blocks.get(default)",
        "torch.cuda.is_available()",
    ],
    "page_memory": [
        "gradio.utils.LRUCache(max_size)",
        "blocks._queue.pending_event_ids_session.pop",
        "blocks._queue.ANALYTICS_MAX_EVENTS",
    ],
    "page_parts": ["gradio.routes.toorjson(value)"],
    "page_state": [
        "gradio.state_holder.SessionState(blocks)",
        "gradio.route_utils.SessionState(blocks)",
        "gradio.blocks.SessionState._update_config(key)",
        "gradio.blocks.SessionState._update_value_in_config(key, value)",
        "blocks.default_config",
    ],
    "queue_shares": [
        "blocks._queue.push(body, request, username)",
        "blocks._queue.event_queue_per_concurrency_id",
        "blocks._queue.max_size",
        "gradio.queueing.Event(session_hash, fn, request, username)",
        "gradio.queueing.EventQueue(concurrency_id, concurrency_limit)",
        "blocks.fns",
    ],
    "served_blocks": [
        "gradio.routes.App.create_app(blocks, app_kwargs)",
        "blocks._set_html_css_theme_variables()",
        "blocks._queue.max_thread_count",
        "blocks.preprocess_data(block_fn, inputs, state, explicit_call)",
        "gradio.blocks.postprocess_update_dict(block, update_dict, postprocess)",
        *(
            f"blocks.{name}"
            for name in (
                *("css", "css_paths", "enable_monitoring", "footer_links", "max_file_size"),
                *("max_threads", "run_history", "show_error", "state_session_capacity", "theme"),
            )
        ),
    ],
    "streams": [
        "gradio.server_messages.UnexpectedErrorMessage(message, session_not_found)",
        "blocks._queue.pending_messages_per_session",
        "blocks._queue.pending_event_ids_session",
        "blocks._queue.event_ids_to_events",
    ],
    "wrong_input": [
        "gradio.exceptions.ComponentProcessingError",
        "gradio.exceptions.InvalidPathError",
    ],
    "upload_folder": ["gradio.routes.DEFAULT_TEMP_DIR", "gradio.utils.get_upload_folder()"],
}
ROOMS = Path(gradio_compat.__file__).parent


@pytest.fixture(scope="module")
def objects() -> dict[str, Any]:
    """Return what a name may begin with, beside modules."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        pass
    gr.mount_gradio_app(FastAPI(), blocks, path="/")
    return {"blocks": blocks, "event": gr.EventData(None, {})}


def find(name: str, objects: dict[str, Any]) -> Any:
    """Return what a name stands for.

    Raises:
        AttributeError: there is no such thing.
    """
    first, *parts = name.split(".")
    found = objects[first] if first in objects else importlib.import_module(first)
    for part in parts:
        if isinstance(found, dict) and part in found:
            found = found[part]
            continue
        if inspect.ismodule(found) and not hasattr(found, part):
            try:
                importlib.import_module(f"{found.__name__}.{part}")
            except ModuleNotFoundError:
                raise AttributeError(part) from None
        found = getattr(found, part)
    return found


def complaint(need: str, room: str, objects: dict[str, Any]) -> str | None:
    """Say what is wrong with something that a room needs, if anything is."""
    name, _, parameters = need.partition("(")
    try:
        found = find(name, objects)
    except (AttributeError, ImportError):
        return f"{name} is gone: gradio_compat/{room}.py needs it"
    for parameter in parameters.rstrip(")").split(", ") if parameters.rstrip(")") else ():
        try:
            if parameter not in inspect.signature(found).parameters:
                return f"{name} has no {parameter!r} any more: gradio_compat/{room}.py needs it"
        except ValueError:  # written in C, which tells of no parameters
            pass
    return None


def complaints(needs: dict[str, list[str]], objects: dict[str, Any]) -> list[str]:
    told = (complaint(need, room, objects) for room in needs for need in needs[room])
    return [complaint for complaint in told if complaint]


def test_everything_that_a_room_needs_is_there(objects: dict[str, Any]) -> None:
    assert complaints(NEEDS, objects) == []


def test_what_is_not_there_is_told_with_the_room(objects: dict[str, Any]) -> None:
    gone = {
        "page_memory": [
            "gradio.utils.LRUCache(max_size)",
            "blocks._queue.pending_event_ids_session.pop",
        ],
        "event_data": ["gradio.EventDate"],
        "downloads": ["gradio.fetching.fetch", "gradio.processing_utils.resize_and_crop(colour)"],
        "gpu": ["blocks._queue.clean_events(page)"],
    }
    assert complaints(gone, objects) == [
        "gradio.EventDate is gone: gradio_compat/event_data.py needs it",
        "gradio.fetching.fetch is gone: gradio_compat/downloads.py needs it",
        "gradio.processing_utils.resize_and_crop has no 'colour' any more: "
        "gradio_compat/downloads.py needs it",
        "blocks._queue.clean_events has no 'page' any more: gradio_compat/gpu.py needs it",
    ]


def parts_of(room: str) -> set[str]:
    needs = NEEDS.get(room, ())
    return {part for need in needs for part in need.partition("(")[0].split(".")}


def test_of_what_a_room_touches_nothing_is_missing_in_the_list() -> None:
    for file in sorted(ROOMS.glob("*.py")):
        known = parts_of(file.stem)
        for name in private_names(file.read_text(encoding="utf-8")):
            assert name.rpartition(".")[2] in known, f"{file.stem} touches {name}"


def test_the_routes_that_are_treated_in_our_own_way_are_gradio_s() -> None:
    def is_there(method: str, path: str) -> bool:
        scope = {"type": "http", "method": method, "path": path, "headers": []}
        return any(route.matches(scope)[0] is Match.FULL for route in app.demo.app.routes)

    asked = [("POST", path) for path in (routes.UPLOAD, routes.RUN, routes.JOIN)]
    asked += [("POST", f"{routes.CALL}predict"), ("GET", routes.DATA)]
    asked += [("GET", f"{routes.CALL}{version}predict/call") for version in ("", "v2/")]
    for method, path in [(method, f"/gradio_api{path}") for method, path in asked] + [
        ("GET", page) for page in routes.PAGES
    ]:
        assert is_there(method, path), f"{path} is gone: gradio_compat/routes.py names it"
    assert not is_there("POST", "/no_such_route")


def test_the_parts_of_its_page_that_come_later_are_gradio_s() -> None:
    template = Path(gr.__file__).parent / "templates" / "frontend" / "index.html"
    page = template.read_bytes()
    for part in (page_order.BUILT_OF, re.compile(page_order.PLACE)):
        assert len(part.findall(page)) == 1, (
            f"gradio_compat/page_order.py looks for {part.pattern!r}"
        )


def test_the_pin_is_as_tight_as_this_test() -> None:
    """Any release of Gradio may rename what is private; so none is let in untried."""
    (line,) = re.findall(r"^gradio.*$", read("requirements.txt"), re.MULTILINE)
    major, minor = gr.__version__.split(".")[:2]
    assert line.split("#")[0].strip() == f"gradio>={major}.{minor},<{major}.{int(minor) + 1}"
    (version,) = re.findall(r"^sdk_version: (.*)$", read("README.md"), re.MULTILINE)
    assert version.startswith(f"{major}.{minor}.")


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")

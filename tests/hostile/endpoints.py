"""Every endpoint of the running app, as the app itself tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import strategies as st

from tests.hostile.payloads import (
    PARAMETERS,
    PATHS,
    RAW_BODIES,
    World,
    anything,
    files,
    texts,
    to_json,
    twisted,
)

JSON = {"Content-Type": "application/json"}
DATA: list[dict[str, Any]] = [  # that comes with events of our own components
    {"label": 1, "strokes": [[[1, 2]]]},
    {"label": "star", "strokes": [[[1, 2]]]},
    {"action": "name", "name": "<b>star</b>"},
    {"action": "rename", "number": 1, "name": "star"},
    {"action": "open", "content": '[{"label": "star", "strokes": [[[1, 2]]]}]'},
    {"action": "train"},
    {"action": "hand"},
    {"numbers": [1, 2, 3]},
    {"key": "simple_nn"},
    {"content": '[{"label": 1, "strokes": [[[1, 2]]]}]'},
    {"action": "try", "experiment": "cnn"},
    {"action": "train_on", "run": "", "epochs": 1, "shown": True},
    {"run": ""},
]


@dataclass(frozen=True)
class Request:
    """One request, ready to be sent.

    Attributes:
        method, path, content, headers: of HTTP; the path begins after the address.
        session: where its answer is to be listened for, if it goes through the queue.
    """

    method: str
    path: str
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    session: str = ""

    def __repr__(self) -> str:
        return f"{self.method} {self.path[:200]} {self.headers} {self.content[:600]!r}"


@dataclass(frozen=True)
class Endpoint:
    """Something that can be asked for, and what a stranger might ask of it."""

    name: str
    requests: Callable[[World], st.SearchStrategy[Request]]


def find_endpoints(client: httpx.Client, known: dict[str, Any]) -> list[Endpoint]:
    """Return the routes of Gradio, those that we do not allow as well, and the app's events.

    Args:
        client: asks the app for its events, private ones included.
        known: what `server` has written down of the routes.
    """
    described = known["described"]
    paths = described["paths"]
    for method, path in known["routes"]:
        paths.setdefault(path, {}).setdefault(method.lower(), {})
    routes = [
        _route(path, method, details, described)
        for path, methods in paths.items()
        for method, details in methods.items()
    ]
    config = client.get("config").raise_for_status().json()
    components = {component["id"]: component for component in config["components"]}
    events = []
    for event in config["dependencies"]:
        examples = [components[number].get("example_inputs") for number in event["inputs"]]
        for way in ("run/predict", "queue/join"):
            events.append(_event(event, examples, way))
        events.append(_call(event, examples))
    assert len(routes) > 30
    assert len(events) > 60
    return routes + events


def _event(event: dict[str, Any], examples: list[Any], way: str) -> Endpoint:
    targets = [number for number, _ in event["targets"]]

    def requests(world: World) -> st.SearchStrategy[Request]:
        body = st.fixed_dictionaries(
            {
                "data": _inputs(examples, world),
                "fn_index": st.just(event["id"]),
                "session_hash": st.sampled_from(world.sessions),
            },
            optional={
                "event_data": anything
                | st.sampled_from(DATA).flatmap(lambda data: twisted(data, world)),
                "trigger_id": st.sampled_from([*targets, 0, -1]) | st.integers(),
                "batched": st.booleans(),
                "event_id": texts,
                "simple_format": st.booleans(),
            },
        )
        return body.map(
            lambda fields: Request(
                "POST",
                f"gradio_api/{way}",
                to_json(fields),
                JSON,
                fields["session_hash"] if way == "queue/join" else "",
            )
        )

    return Endpoint(f"{way} {event['id']} {event['api_name']}", requests)


def _call(event: dict[str, Any], examples: list[Any]) -> Endpoint:
    def requests(world: World) -> st.SearchStrategy[Request]:
        body = st.fixed_dictionaries({"data": _inputs(examples, world)})
        way = st.sampled_from(["call", "call/v2", "api", "run"])
        return st.builds(
            lambda way, fields: Request(
                "POST", f"gradio_api/{way}/{event['api_name']}", to_json(fields), JSON
            ),
            way,
            body,
        )

    return Endpoint(f"call {event['api_name']}", requests)


def _inputs(examples: list[Any], world: World) -> st.SearchStrategy[Any]:
    """Return what the event expects, one thing changed; or something else."""
    known = st.tuples(*(twisted(example, world) for example in examples)).map(list)
    uploaded = st.tuples(*(twisted(example, world) | files(world) for example in examples))
    return known | uploaded.map(list) | st.lists(anything, max_size=12)


def _route(path: str, method: str, details: dict[str, Any], described: Any) -> Endpoint:
    parameters = details.get("parameters", [])
    inside = re.findall(r"\{(\w+)\}", path)
    queries = [one["name"] for one in parameters if one["in"] == "query"]
    content = details.get("requestBody", {}).get("content", {})
    fields = _fields(content, described)

    def requests(world: World) -> st.SearchStrategy[Request]:
        places = [*PATHS, *PARAMETERS, *world.sessions, *world.uploads, world.url]
        values = st.sampled_from(places) | texts
        bodies = st.tuples(st.sampled_from(RAW_BODIES), st.just(JSON))
        bodies |= st.tuples(anything.map(to_json), st.just(JSON))
        if fields:
            known = {name: anything | st.sampled_from(places) for name in fields}
            body = st.fixed_dictionaries({}, optional=known)
            bodies = bodies | st.tuples(body.map(to_json), st.just(JSON))
        if method == "post" and not fields:
            bodies = bodies | forms(world)
        if method != "post":
            bodies = st.just((b"", {}))
        return st.builds(
            lambda inside, query, body: Request(
                method.upper(), _fill(path, inside, query), body[0], body[1]
            ),
            st.fixed_dictionaries(dict.fromkeys(inside, values)),
            st.fixed_dictionaries(dict.fromkeys(queries, values))
            | st.dictionaries(st.sampled_from([*queries, "page", "__theme"]), values, max_size=2),
            bodies,
        )

    return Endpoint(f"{method} {path}", requests)


def _fields(content: dict[str, Any], described: Any) -> list[str]:
    for form in content.values():
        reference = form["schema"].get("$ref", "").rpartition("/")[2]
        schema = described["components"]["schemas"].get(reference, form["schema"])
        return list(schema.get("properties", {}))
    return []


def _fill(path: str, inside: dict[str, str], query: dict[str, str]) -> str:
    for name, value in inside.items():
        path = path.replace(f"{{{name}}}", _quote(value)[:5_000])
    asked = "&".join(f"{name}={_quote(value)[:5_000]}" for name, value in query.items())
    return path.lstrip("/") + (f"?{asked}" if asked else "")


def _quote(value: str) -> str:
    """Write a value into an address, dots and slashes as they are."""
    return quote(value, safe="/%", errors="surrogatepass")


def forms(world: World) -> st.SearchStrategy[tuple[bytes, dict[str, str]]]:
    """Return forms as a page sends files in."""
    parts = st.tuples(
        st.sampled_from(["files", "data", "component_id", "session_hash", "fn_name"]) | texts,
        st.none() | st.sampled_from([*PATHS, "a.png", "b.pth", "c.json"]) | texts,
        st.binary(max_size=100) | texts.map(lambda text: text.encode("utf-8", "replace")[:1_000]),
    )
    return st.lists(parts, max_size=5).map(_form)


def _form(parts: list[tuple[str, str | None, bytes]]) -> tuple[bytes, dict[str, str]]:
    content = b""
    for name, file_name, body in parts:
        head = f'form-data; name="{name}"' + (f'; filename="{file_name}"' if file_name else "")
        head = head.replace("\r", " ").replace("\n", " ")
        content += b"--edge\r\nContent-Disposition: " + head.encode("utf-8", "replace")
        content += b"\r\n\r\n" + body + b"\r\n"
    return content + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}

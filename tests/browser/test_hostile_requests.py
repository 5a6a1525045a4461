"""Requests as no page of ours sends them: refused, and the next visitor notices nothing."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

ONE = {"seq": 1, "strokes": [[[500, 150], [500, 850]]]}
MILLION_POINTS = {"seq": 1, "strokes": [[[1, 2]] * 1_000_000]}

HOSTILE = {
    "text": "drawing",
    "number": 5,
    "list": [],
    "no strokes": {"seq": 1},
    "something more": {**ONE, "path": "/etc/passwd"},
    "text for seq": {**ONE, "seq": "1"},
    "negative seq": {**ONE, "seq": -1},
    "strokes of text": {"seq": 1, "strokes": ["<script>alert(1)</script>"]},
    "points of text": {"seq": 1, "strokes": [[["1", "2"]]]},
    "three coordinates": {"seq": 1, "strokes": [[[1, 2, 3]]]},
    "booleans": {"seq": 1, "strokes": [[[True, False]]]},
    "null": {"seq": 1, "strokes": [[[None, 1]]]},
    "not a number": {"seq": 1, "strokes": [[[float("nan"), 1]]]},
    "infinity": {"seq": 1, "strokes": [[[float("inf"), 1]]]},
    "huge number": {"seq": 1, "strokes": [[[10**400, 1]]]},
    "a million strokes": {"seq": 1, "strokes": [[]] * 1_000_000},
    "a million points": MILLION_POINTS,
    "deep": {"seq": 1, "strokes": [[[[[[[[[1]]]]]]]]]},
}


def post(url: str, path: str, body: Any) -> tuple[int, str]:
    """Send JSON; return status and text of the answer."""
    request = urllib.request.Request(
        f"{url}gradio_api/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture(scope="module")
def events(app_url: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the page may ask for: (class of the component, event) → Gradio's entry."""
    with urllib.request.urlopen(f"{app_url}config", timeout=60) as response:
        config = json.load(response)
    classes = {
        component["id"]: component["props"].get("component_class_name", component["type"])
        for component in config["components"]
    }
    return {
        (classes.get(target, ""), name): event
        for event in config["dependencies"]
        for target, name in event["targets"]
    }


Events = dict[tuple[str, str], dict[str, Any]]


def ask(
    url: str, events: Events, component: str, name: str, payload: Any = None, data: Any = None
) -> tuple[int, str]:
    """Send an event as the page would, with any payload and any event data."""
    event = events[component, name]
    inputs = [payload, None] if len(event["inputs"]) == 2 else [None]
    return post(
        url,
        "run/predict",
        {
            "data": inputs,
            "event_data": data,
            "fn_index": event["id"],
            "session_hash": "stranger",
        },
    )


def is_refused_in_a_sentence(status: int, answer: str) -> bool:
    hurt = "Traceback" in answer or "<script" in answer
    return status >= 400 and len(answer) < 500 and not hurt


@pytest.mark.parametrize("drawing", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_drawing_is_refused_and_the_next_is_read(
    app_url: str, events: Events, drawing: Any
) -> None:
    assert is_refused_in_a_sentence(*ask(app_url, events, "DrawingCanvas", "input", drawing))
    status, answer = ask(app_url, events, "DrawingCanvas", "input", ONE)
    assert status == 200
    assert json.loads(answer)["data"][0]["digit"] == 1


@pytest.mark.parametrize("label", [None, True, "1", 10, -1, 1.5, [], {}, 10**400])
def test_a_hostile_label_is_refused(app_url: str, events: Events, label: Any) -> None:
    data = {"label": label, "strokes": ONE["strokes"]}
    assert is_refused_in_a_sentence(*ask(app_url, events, "DrawingCanvas", "labelled", data=data))


@pytest.mark.parametrize("drawing", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_drawing_is_not_counted(app_url: str, events: Events, drawing: Any) -> None:
    strokes = drawing.get("strokes") if isinstance(drawing, dict) else drawing
    for data in (drawing, {"label": 1, "strokes": strokes}):
        if data == {"label": 1, "strokes": ONE["strokes"]}:
            continue  # what was hostile about it was left out
        status, answer = ask(app_url, events, "DrawingCanvas", "labelled", data=data)
        assert is_refused_in_a_sentence(status, answer)


UNKNOWN = [None, 5, [], {"a": 1}, "cnn", {"sent": "cnn"}]
NO_KEYS = [{"key": 5}, {"key": None}, {"key": ["cnn"]}, {"key": "0" * 1_000_000}]
NO_FILES = [{"content": 5}, {"content": None}, {"content": ["[]"]}]


@pytest.mark.parametrize("data", UNKNOWN + NO_KEYS)
def test_what_is_no_key_chooses_nobody(app_url: str, events: Events, data: Any) -> None:
    answer = ask(app_url, events, "Leaderboard", "choose", data=data)
    assert is_refused_in_a_sentence(*answer)


@pytest.mark.parametrize("data", UNKNOWN + NO_FILES)
def test_what_is_no_text_is_no_file_of_drawings(app_url: str, events: Events, data: Any) -> None:
    answer = ask(app_url, events, "Leaderboard", "open_file", data=data)
    assert is_refused_in_a_sentence(*answer)


@pytest.mark.parametrize("key", ["", "mine", "../../etc/passwd", "<script>", "0" * 64])
def test_an_unknown_classifier_is_not_taken(app_url: str, events: Events, key: str) -> None:
    status, answer = ask(app_url, events, "Leaderboard", "choose", data={"key": key})
    assert status == 200
    board = json.loads(answer)["data"][0]
    assert board["classifier"] in ("cnn", "simple_nn")
    assert "is gone" in board["note"]
    assert len(answer) < 2000  # and the key is not sent back


@pytest.mark.parametrize(
    "content",
    ["", "{", "[" * 100_000, "<script>", '[{"label": "<script>", "strokes": []}]', "x" * 5_000_001],
    ids=["empty", "cut off", "deep", "no JSON", "a label of HTML", "large"],
)
def test_a_hostile_file_of_drawings_is_refused(app_url: str, events: Events, content: str) -> None:
    answer = ask(app_url, events, "Leaderboard", "open_file", data={"content": content})
    assert is_refused_in_a_sentence(*answer)


@pytest.mark.parametrize("path", ["/etc/passwd", "app.py", "../README.md"])
def test_files_of_the_server_stay_there(app_url: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{app_url}gradio_api/file={path}", timeout=60)
    assert refusal.value.code in (403, 404)

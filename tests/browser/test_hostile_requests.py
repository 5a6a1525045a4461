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
def reading_event(app_url: str) -> int:
    """Return the number of the event that reads a drawing."""
    with urllib.request.urlopen(f"{app_url}config", timeout=60) as response:
        config = json.load(response)
    numbers = [
        event["id"]
        for event in config["dependencies"]
        if any(name == "input" for _, name in event["targets"])
    ]
    assert len(numbers) == 1
    return int(numbers[0])


def read(url: str, event: int, drawing: Any, reader: Any = "shipped") -> tuple[int, str]:
    data = [drawing, reader, None]
    return post(url, "run/predict", {"data": data, "fn_index": event, "session_hash": "stranger"})


@pytest.mark.parametrize("drawing", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_drawing_is_refused_and_the_next_is_read(
    app_url: str, reading_event: int, drawing: Any
) -> None:
    status, answer = read(app_url, reading_event, drawing)
    assert status >= 400
    assert len(answer) < 500  # a sentence, not what was sent
    assert "Traceback" not in answer
    assert "<script" not in answer
    status, answer = read(app_url, reading_event, ONE)
    assert status == 200
    assert json.loads(answer)["data"][0]["digit"] == 1


@pytest.mark.parametrize("reader", [None, 5, [], {"a": 1}, "mine", "../../etc/passwd"])
def test_an_unknown_reader_is_refused_or_is_the_shipped_network(
    app_url: str, reading_event: int, reader: Any
) -> None:
    status, answer = read(app_url, reading_event, ONE, reader)
    assert "Traceback" not in answer
    if status == 200:
        assert json.loads(answer)["data"][0]["reader"] == "the shipped network"


@pytest.mark.parametrize("path", ["/etc/passwd", "app.py", "../README.md"])
def test_files_of_the_server_stay_there(app_url: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{app_url}gradio_api/file={path}", timeout=60)
    assert refusal.value.code in (403, 404)

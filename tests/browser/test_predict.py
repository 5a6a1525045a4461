"""The endpoints for programs, called as the README shows."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

ONE = [[[500, 150], [500, 850]]]


@pytest.fixture(scope="module")
def client(app_url: str) -> Iterator[Client]:
    client = Client(app_url, verbose=False)
    yield client
    client.close()


@pytest.fixture
def one(tmp_path: Path) -> str:
    """Paint a picture of a one."""
    picture = Image.new("L", (100, 150), 240)
    picture.paste(10, (45, 20, 56, 130))
    picture.save(tmp_path / "one.png")
    return str(tmp_path / "one.png")


def test_a_program_has_a_picture_and_strokes_read(client: Client, one: str) -> None:
    for reply in (
        client.predict(handle_file(one), api_name="/predict"),
        client.predict(ONE, api_name="/predict_strokes"),
    ):
        assert reply["digit"] == 1
        assert len(reply["probabilities"]) == 10
        assert reply["sure"] is True
        assert reply["network"]


def test_a_program_is_told_in_a_sentence_what_is_wrong(client: Client) -> None:
    with pytest.raises(AppError, match="blank"):
        client.predict([], api_name="/predict_strokes")
    with pytest.raises(AppError, match="two numbers"):
        client.predict([[["<b>", 1]]], api_name="/predict_strokes")


@pytest.mark.parametrize("path", ["/etc/passwd", "../README.md", "app.py"])
def test_a_file_of_the_server_is_not_read(app_url: str, path: str) -> None:
    """Gradio's client would send its own file of that name, so a stranger asks without it."""
    body = json.dumps({"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}]})
    request = urllib.request.Request(
        f"{app_url}gradio_api/call/predict", body.encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        call = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{app_url}gradio_api/call/predict/{call}", timeout=60) as answer:
        events = answer.read().decode()
    assert "event: error" in events
    assert "root:" not in events
    assert "is not an image" not in events  # nor does anybody learn which files there are

"""Somebody who talks to the app as its page does, without a browser."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx

PATIENCE = 60.0  # seconds; a busy machine needs a few
LATER = '{"msg":"process_generating"', '{"msg":"process_completed"'


class Stranger:
    """One page without a browser.

    Attributes:
        session: Gradio's name of the page.
        key: the key to the visit, once the page has entered.
    """

    def __init__(self, url: str) -> None:
        self.session = secrets.token_hex(6)
        self.key = ""
        self._client = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)
        self._config = self._client.get("config").raise_for_status().json()
        self._classes = {
            component["id"]: component["props"].get("component_class_name", component["type"])
            for component in self._config["components"]
        }

    def close(self) -> None:
        self._client.close()

    def find(self, component: str, name: str) -> list[dict[str, Any]]:
        """Return Gradio's entries for what this event of such a component starts."""
        return [
            event
            for event in self._config["dependencies"]
            if any((self._classes.get(c), e) == (component, name) for c, e in event["targets"])
        ]

    def enter(self, key: object = None) -> str:
        """Open the page, with a key that it has kept or none; return the key that it is given."""
        answer = self.ask("PageKey", "submit", {"key": key})
        self.key = answer["data"][0]["key"]
        return self.key

    def ask(self, component: str, name: str, payload: Any = None, data: Any = None) -> Any:
        """Send an event past the queue; return the answer, or what was said instead."""
        (event,) = self.find(component, name)
        return self._post("run/predict", event, payload, data)

    def queue(self, component: str, name: str, payload: Any = None, number: int = 0) -> Any:
        """Send an event through the queue; return its last answer."""
        event = self.find(component, name)[number]
        self._post("queue/join", event, payload, None)
        return list(self._listen())[-1]

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Upload a file; return it as Gradio's page describes it."""
        answer = self._client.post(
            "gradio_api/upload", files={"files": (name, io.BytesIO(content))}
        ).raise_for_status()
        (path,) = answer.json()
        return {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def call(self, endpoint: str, payload: Any) -> str:
        """Call an endpoint for programs; return the whole answer."""
        call = self._client.post(f"gradio_api/call/{endpoint}", json={"data": [payload]})
        event = call.raise_for_status().json()["event_id"]
        return self._client.get(f"gradio_api/call/{endpoint}/{event}").text

    def _post(self, way: str, event: dict[str, Any], payload: Any, data: Any) -> Any:
        inputs = [payload] + [None] * (len(event["inputs"]) - 1)
        return self._client.post(
            f"gradio_api/{way}",
            json={
                "data": inputs[: len(event["inputs"])],
                "event_data": data,
                "fn_index": event["id"],
                "session_hash": self.session,
            },
        ).json()

    def _listen(self) -> Iterator[Any]:
        with self._client.stream(
            "GET", "gradio_api/queue/data", params={"session_hash": self.session}
        ) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    message = json.loads(line.removeprefix("data:"))
                    if message["msg"] in ("process_generating", "process_completed"):
                        yield message["output"]

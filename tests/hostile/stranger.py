"""Somebody who talks to the app as its page does, without a browser."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx

PATIENCE = 60.0  # seconds; a busy machine needs a few


class Stranger:
    """One page without a browser.

    Attributes:
        session: Gradio's name of the page.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.session = secrets.token_hex(6)
        self._client = httpx.Client(base_url=url, timeout=patience, trust_env=False)
        config = self._client.get("config").raise_for_status().json()
        self._events = {event["api_name"]: event for event in config["dependencies"]}
        self._link = self._events["enter"]["inputs"][0]
        self._key: object = None

    def close(self) -> None:
        self._client.close()

    def enter(self, key: object = None) -> str:
        """Open the page, with a key that it has kept or none; return the key that it is given."""
        self._key = key
        key = self._key = self.ask("enter")["data"][0]["props"]["session"]
        assert isinstance(key, str)
        return key

    def ask(self, handler: str, *inputs: Any, data: Any = None) -> Any:
        """Have an event handled past the queue; return the answer, or what was said instead.

        Args:
            handler: the name of the function, with a number after it if it is not the first.
            inputs: those that the page sends, without the key to its session.
            data: what comes with the event.
        """
        return self._post("run/predict", handler, inputs, data)

    def queue(self, handler: str, *inputs: Any, data: Any = None) -> Any:
        """Have an event handled in its turn; return its first answer."""
        self._post("queue/join", handler, inputs, data)
        first, *_ = self._listen()
        return first

    def shown(self, *names: str) -> dict[str, Any]:
        """Follow the session, and return the value of the component that has these entries."""
        parts = [part.get("value") for part in self.queue("follow")["data"]]
        values: list[dict[str, Any]] = [value for value in parts if isinstance(value, dict)]
        return next(value for value in values if value.keys() >= set(names))

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Upload a file; return it as Gradio's page describes it."""
        answer = self._client.post(
            "gradio_api/upload", files={"files": (name, io.BytesIO(content))}
        )
        (path,) = answer.raise_for_status().json()
        return {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def call(self, endpoint: str, payload: Any) -> str:
        """Call an endpoint for programs; return the whole answer."""
        return self.call_with(endpoint, [payload])

    def call_with(self, endpoint: str, payloads: list[Any]) -> str:
        """Call an endpoint with any number of values; return the whole answer."""
        call = self._client.post(f"gradio_api/call/{endpoint}", json={"data": payloads})
        event = call.raise_for_status().json()["event_id"]
        return self._client.get(f"gradio_api/call/{endpoint}/{event}").text

    def _post(self, way: str, handler: str, inputs: tuple[Any, ...], data: Any) -> Any:
        event = self._events[handler]
        others = iter(inputs)
        values = [self._key if part == self._link else next(others) for part in event["inputs"]]
        return self._client.post(
            f"gradio_api/{way}",
            json={
                "data": values,
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

"""The app's page as the server sees it, without a browser: hundreds of them fit into one process.

It asks over HTTP what Gradio's page asks, in the same order: the document, then events. One that
goes past the queue is a request with its answer; of one that waits in the queue the results come
through one connection, each as its difference from the one before. Now and then it says that it is
open, and at last that it is not.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from gradio_client.utils import apply_diff

TIMEOUT = 60.0  # seconds; who waits longer for one answer has met an error
KEPT_ALIVE = 4.0  # seconds; the server closes a connection that has been idle for five
REPORT_SECONDS = 30.0  # between two reports that it is open, as the page makes them


@dataclass(frozen=True)
class Event:
    """An event of the app's page.

    Attributes:
        number: Gradio's.
        trigger: the component that it comes from.
        values: of the components that it sends, as the page has them when it opens.
        link: where among them the key to the session is; None if it is not.
        outputs: the components that it changes: what their `elem_id` is, or else their number.
    """

    number: int
    trigger: int | None
    values: tuple[Any, ...]
    link: int | None
    outputs: tuple[object, ...]


def read_events(url: str) -> dict[str, Event]:
    """Ask the app which events its page may send; return them by the names of their handlers."""
    with urllib.request.urlopen(f"{url}config", timeout=TIMEOUT) as response:
        config = json.load(response)
    values = {
        component["id"]: component["props"].get("value") for component in config["components"]
    }
    names = {
        component["id"]: component["props"].get("elem_id") or component["id"]
        for component in config["components"]
    }
    (link,) = next(e["inputs"] for e in config["dependencies"] if e["api_name"] == "enter")
    return {
        event["api_name"]: Event(
            event["id"],
            event["targets"][0][0] if event["targets"] else None,
            tuple(values[number] for number in event["inputs"] if number != link),
            event["inputs"].index(link) if link in event["inputs"] else None,
            tuple(names[number] for number in event["outputs"]),
        )
        for event in config["dependencies"]
    }


class AnswerError(Exception):
    """The server has answered with an error."""


class Page:
    """A page of one visitor. One thread may ask at a time; another may wait for what streams.

    Attributes:
        key: what the page keeps, to find its session again after a reload.
        latest: the newest outputs of each event that streams, by the name of its handler.
        shown: the newest values of what the page's stream has changed, by `Event.outputs`.
    """

    def __init__(self, url: str, events: dict[str, Event], key: str | None = None) -> None:
        """Open it.

        Args:
            url: of the app.
            events: as `read_events` returns them.
            key: of a page before this one.
        """
        address = urlsplit(url)
        self._host, self._port = str(address.hostname), int(address.port or 80)
        self._events = events
        self._session = secrets.token_hex(6)
        self._pending: dict[str, str] = {}  # Gradio's id of an event under way → its handler
        self._listener: HTTPConnection | None = None
        self._changed = threading.Condition()
        self.latest: dict[str, list[Any]] = {}
        self.shown: dict[object, Any] = {}
        self.key = key
        self._closed = threading.Event()

        self._connection, self._used_at = self._connect(), time.monotonic()
        self._fetch("GET", "/")
        self.key = self.ask("enter")[0]["props"]["session"]
        threading.Thread(target=self._report, daemon=True).start()

    def _connect(self) -> HTTPConnection:
        connection = HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    # --- asking ----------------------------------------------------------------------------------

    def ask(self, name: str, *values: Any, data: Any = None) -> list[Any]:
        """Send an event that goes past the queue.

        Args:
            name: of its handler.
            values: of the components that it sends, without the key to the session; by default as
                they are when a page opens.
            data: of the event itself.

        Returns:
            What the handler has answered, one value for each of its outputs.

        Raises:
            AnswerError: it has refused.
            OSError: the server cannot be reached, or does not answer.
        """
        outputs: list[Any] = self._post("run/predict", self._body(name, values, data))["data"]
        return outputs

    def join(self, name: str, *values: Any, data: Any = None) -> None:
        """Send an event that waits in the queue; what comes of it is found in `latest`."""
        with self._changed:  # its result may come before the name of the event does
            event = self._post("queue/join", self._body(name, values, data))["event_id"]
            self._pending[event] = name
            if self._listener is None:
                self._listen()

    def follow(self) -> None:
        """Follow the session, as the page does whenever it is seen and there may be news."""
        with self._changed:
            if "follow" in self._pending.values():
                return
        self.join("follow")

    def value(self, *names: str) -> dict[str, Any] | None:
        """Return what the component shows whose value has these entries, if it shows anything."""
        with self._changed:
            values = list(self.shown.values())
        known = (v for v in values if isinstance(v, dict) and v.keys() >= set(names))
        return next(known, None)

    def wait_for(self, happened: Callable[[], bool], seconds: float = TIMEOUT) -> None:
        """Wait until something that has streamed makes it true.

        Raises:
            TimeoutError: it has not come true.
        """
        with self._changed:
            if not self._changed.wait_for(happened, seconds):
                raise TimeoutError(f"Not within {seconds} s.")

    def is_over(self, name: str) -> bool:
        """Tell whether no event of this name is under way."""
        return name not in self._pending.values()

    @property
    def is_idle(self) -> bool:
        """Tell whether no event is under way."""
        return not self._pending

    def upload(self, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
        """Send files; return what the page then holds of them."""
        mark = secrets.token_hex(8)
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
            + content
            + b"\r\n"
            for name, content in files
        ]
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        paths = json.loads(self._fetch("POST", "/gradio_api/upload", body, kind))
        return [
            {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
            for path, (name, _) in zip(paths, files, strict=True)
        ]

    def download(self, file: dict[str, Any]) -> bytes:
        """Fetch a file that an output names."""
        return self._fetch("GET", urlsplit(file["url"]).path)

    def close(self) -> None:
        """Close the tab: it says so, and every connection breaks off."""
        self._closed.set()
        with self._changed:
            self._pending.clear()
        with suppress(OSError, HTTPException, AnswerError):
            self._say("closed")
        for connection in filter(None, (self._listener, self._connection)):
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _report(self) -> None:
        while not self._closed.is_set():
            with suppress(OSError, HTTPException):
                self._say("visible")
            self._closed.wait(REPORT_SECONDS)

    def _say(self, state: str) -> None:
        connection = self._connect()
        body = json.dumps({"page": self._session, "state": state})
        connection.request("POST", "/presence", body)
        connection.getresponse().read()
        connection.close()

    def _body(self, name: str, values: tuple[Any, ...], data: Any) -> dict[str, Any]:
        event = self._events[name]
        inputs = list(values or event.values)
        if event.link is not None:
            inputs.insert(event.link, self.key)
        return {
            "data": inputs,
            "event_data": data,
            "fn_index": event.number,
            "trigger_id": event.trigger,
            "session_hash": self._session,
        }

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(body).encode()
        answer: dict[str, Any] = json.loads(self._fetch("POST", f"/gradio_api/{path}", content))
        return answer

    def _fetch(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> bytes:
        if time.monotonic() - self._used_at > KEPT_ALIVE:
            self._connection.close()
            self._connection = self._connect()
        self._connection.request(method, path, body, {"Content-Type": kind})
        response = self._connection.getresponse()
        content = response.read()
        self._used_at = time.monotonic()
        if response.status != 200:
            raise AnswerError(f"{path}: {response.status} {content[:200]!r}")
        return content

    # --- what streams ----------------------------------------------------------------------------

    def _listen(self) -> None:
        listener = self._listener = self._connect()
        listener.request("GET", f"/gradio_api/queue/data?session_hash={self._session}")
        threading.Thread(target=self._hear, args=(listener,), daemon=True).start()

    def _hear(self, listener: HTTPConnection) -> None:
        with suppress(OSError, HTTPException, AttributeError, ValueError):  # the tab has closed
            self._take(listener.getresponse())
        listener.close()
        with self._changed, suppress(OSError):
            self._listener = None
            if self._pending:  # what was sent just as the server closed the stream
                self._listen()

    def _take(self, stream: HTTPResponse) -> None:
        outputs: dict[str, list[Any]] = {}
        for line in iter(stream.readline, b""):
            if not line.startswith(b"data:"):
                continue
            message = json.loads(line[5:])
            kind, event = message["msg"], message.get("event_id")
            if kind == "close_stream":
                return
            if kind not in ("process_generating", "process_completed"):
                continue
            with self._changed:
                name = self._pending.get(event, "")
                values = message["output"].get("data", [])
                if kind == "process_completed":
                    self._pending.pop(event, None)
                    self.latest[name] = values if message["success"] else [message["output"]]
                else:
                    if event in outputs:
                        values = list(map(apply_diff, outputs[event], values))
                    outputs[event] = self.latest[name] = values
                if name == "follow":
                    self._show(values)
                self._changed.notify_all()

    def _show(self, values: list[Any]) -> None:
        for part, value in zip(self._events["follow"].outputs, values, strict=False):
            if isinstance(value, dict) and "value" in value:
                self.shown[part] = value["value"]

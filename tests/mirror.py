"""A mirror of the tiny MNIST on this machine, which notes what is asked of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Mirror(ThreadingHTTPServer):
    """Serves the files of a folder.

    Attributes:
        requests: how often each path was asked for.
        open: no answer goes out before this is set; it is set from the start.
        garbage: answer with bytes that are not HTTP.
        ranges: which parts of a file were asked for, as the header says it.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.requests: Counter[str] = Counter()
        self.open = threading.Event()
        self.open.set()
        self.garbage = False
        self.ranges: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.server.requests[name] += 1
        assert self.server.open.wait(timeout=120)
        if self.server.garbage:
            self.wfile.write(b"please log in to this network\r\n\r\n")
            return
        content = (self.server.folder / name).read_bytes()
        wanted = self.headers.get("Range")
        if wanted:
            self.server.ranges.append(wanted)
            content = content[int(wanted.removeprefix("bytes=").removesuffix("-")) :]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


@contextmanager
def serve(folder: Path) -> Iterator[Mirror]:
    mirror = Mirror(folder)
    thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield mirror
    finally:
        mirror.open.set()
        mirror.shutdown()
        thread.join()
        mirror.server_close()

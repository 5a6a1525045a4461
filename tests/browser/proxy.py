"""A proxy that shows the app under a path of its own, as an operator's web server does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

OF_ONE_CONNECTION = {"connection", "host", "keep-alive", "transfer-encoding"}


@contextmanager
def proxy(app_url: str, path: str) -> Iterator[str]:
    """Show an app under a path; all beside it is not found.

    Args:
        app_url: of the app, which does not see the path.
        path: with a slash before it and none behind it.

    Yields:
        Its address as visitors know it, which ends in a slash.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(urlsplit(app_url).netloc, path))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{path}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(upstream: str, path: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Passes a request on without the path, and the answer back as it comes."""

        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def do_HEAD(self) -> None:
            self._pass_on()

        def _pass_on(self) -> None:
            if not self.path.startswith(f"{path}/"):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in OF_ONE_CONNECTION
            }
            headers |= {"X-Forwarded-Host": self.headers["host"], "X-Forwarded-Proto": "http"}
            connection = HTTPConnection(upstream)
            with suppress(OSError):  # the browser wants no more of it
                connection.request(self.command, self.path.removeprefix(path), body, headers)
                answer = connection.getresponse()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in OF_ONE_CONNECTION:
                        self.send_header(name, value)
                self.end_headers()
                while piece := answer.read1():
                    self.wfile.write(piece)
            connection.close()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler

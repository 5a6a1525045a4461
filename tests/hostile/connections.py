"""What a stranger can do with connections alone, and with the first bytes of requests."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

STRANGER = "127.0.0.2"  # nobody's proxy; not every system has it
SECONDS = 10.0  # for a connection to come about
CLOSED, UNFINISHED = 600, 400
STREAMS = ("queue/data?session_hash=x", "call/predict/x", "heartbeat/x")
HEADS = (b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"\x16\x03\x01", b"GET /" + b"x" * 10_000)


def close_streams(url: str, count: int = CLOSED) -> None:
    """Ask for streams and close them at once; every other one is broken off."""
    for number in range(count):
        path = STREAMS[number % len(STREAMS)]
        with suppress(OSError), connect(url) as connection:
            connection.sendall(f"GET /gradio_api/{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            if number % 2:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


@contextmanager
def unfinished_heads(url: str, count: int = UNFINISHED) -> Iterator[list[socket.socket]]:
    """Begin requests and do not go on, for as long as the block takes."""
    with ExitStack() as held:
        connections = []
        for number in range(count):
            with suppress(OSError):
                connections.append(held.enter_context(connect(url)))
                connections[-1].sendall(HEADS[number % len(HEADS)])
        yield connections


def connect(url: str) -> socket.socket:
    """Open a connection from the stranger's address."""
    address = urlsplit(url)
    place = (str(address.hostname), int(address.port or 80))
    return socket.create_connection(place, SECONDS, (stranger(), 0))


def stranger() -> str:
    """Return the stranger's address; where the system has but one, that is everybody's."""
    with socket.socket() as probe:
        try:
            probe.bind((STRANGER, 0))
        except OSError:
            return "127.0.0.1"
    return STRANGER

"""A client has so many connections, and a connection says soon what it is for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from mnist_core.web.endpoints import connection_share
from mnist_core.web.endpoints.connection_share import ConnectionShare
from mnist_core.web.gradio_compat import connections
from mnist_core.web.gradio_compat.connections import Connection, keep_the_door
from mnist_core.web.gradio_compat.drain import Drain
from tests.web import event_loop

ONE, OTHER, PROXY = "127.0.0.2", "127.0.0.3", "127.0.0.4"  # where Linux lets anybody come from
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PATIENCE = 20.0


async def say_who(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the address of whoever asks."""
    host = str((scope["client"] or ("nobody",))[0]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"host", host)]})
    await send({"type": "http.response.body", "body": host})


Talk = Callable[[int], Awaitable[None]]
OK = b"HTTP/1.1 200 OK"


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the door, until the test is over."""
    monkeypatch.setattr(uvicorn.Server, "startup", uvicorn.Server.startup)
    monkeypatch.setattr(Connection, "doorkeeper", ConnectionShare(), raising=False)
    monkeypatch.setitem(uvicorn.config.HTTP_PROTOCOLS, "auto", "")
    keep_the_door(ConnectionShare())


def with_a_server(talk: Talk, app: Any = say_who) -> None:
    """Talk to a server as Gradio would start it, by its port."""

    async def serve() -> None:
        config = uvicorn.Config(
            app, "127.0.0.1", 0, log_config=None, forwarded_allow_ips=PROXY, lifespan="off"
        )
        server = uvicorn.Server(config)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        try:
            await talk(server.servers[0].sockets[0].getsockname()[1])
            assert config.backlog == connections.TAKEN_AT_ONCE
        finally:
            server.should_exit = True
            await server.shutdown()

    event_loop.run(serve())


class Caller:
    """A connection from an address."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, port: int, host: str) -> Caller:
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0)))

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def ask(self) -> bytes:
        """Send a request; return the first line of the answer, nothing if there is none."""
        with suppress(OSError):
            self._writer.write(ASK)
            return (await self.read_line()).strip()
        return b""

    async def read_line(self) -> bytes:
        """Return the next line with its end, nothing where there is none."""
        return await asyncio.wait_for(self._reader.readline(), PATIENCE)

    async def wait_for_the_end(self) -> None:
        """Read until the other side hangs up."""
        with suppress(ConnectionError):
            await asyncio.wait_for(self._reader.read(), PATIENCE)

    def close(self) -> None:
        self._writer.transport.abort()


async def until(is_so: Callable[[], bool]) -> None:
    async def look() -> None:
        while not is_so():
            await asyncio.sleep(0.001)  # between two looks

    await asyncio.wait_for(look(), PATIENCE)


def open_of(host: str) -> int:
    return Connection.doorkeeper._open[host]  # type: ignore[attr-defined]


def test_of_one_client_so_many_connections_are_taken_and_others_come_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection_share, "MOST_CONNECTIONS", 3)

    async def talk(port: int) -> None:
        callers = [await Caller.connect(port, ONE) for _ in range(5)]
        answers = [await caller.ask() for caller in callers]
        assert answers == [OK] * 3 + [b""] * 2
        assert await (await Caller.connect(port, OTHER)).ask() == OK
        callers[0].close()
        await until(lambda: open_of(ONE) == 2)
        assert await (await Caller.connect(port, ONE)).ask() == OK
        for caller in callers:
            caller.close()

    with_a_server(talk)


def test_who_is_sent_away_is_so_before_anything_is_made_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection_share, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(connections, "SENT_AWAY_AT_ONCE", 3)
    made: list[Connection] = []
    begin = Connection.connection_made

    def note(self: Connection, transport: asyncio.Transport) -> None:
        made.append(self)
        begin(self, transport)

    monkeypatch.setattr(Connection, "connection_made", note)

    async def talk(port: int) -> None:
        first = await Caller.connect(port, ONE)
        assert await first.ask() == OK
        for _ in range(10):
            assert await (await Caller.connect(port, ONE)).ask() == b""
        assert await (await Caller.connect(port, OTHER)).ask() == OK
        assert len(made) == 2
        first.close()

    with_a_server(talk)


def test_who_opens_and_closes_without_end_is_slowed_down() -> None:
    time = [0.0]
    share = ConnectionShare(lambda: time[0])

    def come_and_go(times: int) -> int:
        taken = 0
        for _ in range(times):
            if share.enter(ONE):
                share.leave(ONE)
                taken += 1
        return taken

    assert come_and_go(10_000) == connection_share.MOST_NEW
    assert share.enter(OTHER)
    time[0] += 1.0
    assert come_and_go(10_000) == connection_share.NEW_PER_SECOND
    assert dict(share._open) == {OTHER: 1}


def test_visitors_of_a_proxy_are_not_counted_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_share, "MOST_CONNECTIONS", 1)

    async def talk(port: int) -> None:
        callers = [await Caller.connect(port, PROXY) for _ in range(4)]
        assert [await caller.ask() for caller in callers] == [OK] * 4
        for caller in callers:
            caller.close()

    with_a_server(talk)


@pytest.mark.parametrize(
    ("before", "head"),
    [
        (0, b""),  # nothing at all
        (0, ASK[:-2]),
        (1, ASK[:-2]),  # the second one on the same connection
        (0, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1"),  # answered too soon
    ],
)
def test_a_request_that_never_comes_to_its_end_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, before: int, head: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)

    async def talk(port: int) -> None:
        slow = await Caller.connect(port, ONE)
        for _ in range(before):
            assert await slow.ask() == OK
        slow.send(head)
        await slow.wait_for_the_end()
        await until(lambda: open_of(ONE) == 0)

    with_a_server(talk)


def test_a_slow_answer_is_no_slow_request() -> None:
    let_go = asyncio.Event()
    began: list[Connection] = []

    async def answer_late(scope: Scope, receive: Receive, send: Send) -> None:
        await let_go.wait()
        await say_who(scope, receive, send)

    async def talk(port: int) -> None:
        caller = await Caller.connect(port, ONE)
        asked = asyncio.create_task(caller.ask())
        await until(lambda: bool(began) and began[0].cycle is not None)
        assert began[0]._deadline is None
        began[0]._break_off()  # as if it had been too late to stop the clock
        let_go.set()
        assert await asked == OK
        caller.close()

    with pytest.MonkeyPatch.context() as patch:
        made = Connection.connection_made

        def note(self: Connection, transport: asyncio.Transport) -> None:
            began.append(self)
            made(self, transport)

        patch.setattr(Connection, "connection_made", note)
        with_a_server(talk, answer_late)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer before a body has come."""
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body"})


REFUSED = b"HTTP/1.1 429 Too Many Requests"
LARGE = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n" + bytes(20_000_000)


def test_what_comes_after_its_answer_comes_slowly_and_keeps_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[int] = []

    class FullDrain(Drain):
        def take(self, size: int) -> float:
            taken.append(size)
            return PATIENCE

    monkeypatch.setattr(connections, "THE_DRAIN", FullDrain(1))

    async def talk(port: int) -> None:
        sender = await Caller.connect(port, ONE)
        sender.send(LARGE)
        await until(lambda: bool(taken))
        for _ in range(3):
            other = await Caller.connect(port, OTHER)
            assert await other.ask() == REFUSED
            other.close()
        assert len(taken) == 1
        sender.close()

    with_a_server(talk, refuse)


def test_who_has_sent_all_of_it_is_heard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "THE_DRAIN", Drain(1e12))

    async def talk(port: int) -> None:
        sender = await Caller.connect(port, ONE)
        sender.send(LARGE + ASK)
        answers = 0
        while answers < 2:
            line = await sender.read_line()
            assert line  # else the other side has hung up
            answers += line.strip() == REFUSED
        sender.close()

    with_a_server(talk, refuse)


def test_nothing_but_http_is_spoken() -> None:
    async def talk(port: int) -> None:
        caller = await Caller.connect(port, ONE)
        upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        caller.send(ASK[:-2] + upgrade + b"Sec-WebSocket-Key: eHh4eHh4eHh4eHh4eHh4eA==\r\n\r\n")
        assert await caller.ask() == OK
        assert open_of(ONE) == 1
        caller.close()

    with_a_server(talk)


def test_who_has_gone_already_still_has_an_address() -> None:
    class Gone(asyncio.Transport):
        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return (ONE, 1) if name == "peername" else default

    async def arrive() -> None:
        config = uvicorn.Config(say_who, http=Connection, ws="none", log_config=None)
        config.load()
        server = uvicorn.Server(config)
        connection = Connection(config, server.server_state, {})
        connection.connection_made(Gone())
        assert connection.client == (ONE, 1)
        connection.connection_lost(ConnectionResetError())
        assert open_of(ONE) == 0

    event_loop.run(arrive())

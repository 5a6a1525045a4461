"""Connections, before anything is made of what comes through them.

Uvicorn takes as many as there are, two thousand at a time while everybody else waits, and lets each
of them begin a request and never go on. Here who has too many is sent away at the door, before
anything is made of the connection; of one that is taken the head of a request has to come soon, and
what still comes of one that has been answered comes slowly.
"""

from __future__ import annotations

import asyncio
import functools
import socket
from typing import Any, ClassVar, Protocol

import h11
import uvicorn
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.h11_impl import H11Protocol

from mnist_core.web.gradio_compat.drain import THE_DRAIN

HEAD_SECONDS = 10.0  # within which the first line of a request and its headers have to come
TAKEN_AT_ONCE = 8  # new connections, before it is somebody else's turn; more wait in the system
SENT_AWAY_AT_ONCE = 100


class Doorkeeper(Protocol):
    """Who says which connections are taken."""

    def has_room(self, host: str) -> bool:
        """Tell whether another connection from an address would be taken."""

    def enter(self, host: str) -> bool:
        """Tell whether another connection from an address is taken, and count it if it is."""

    def leave(self, host: str) -> None:
        """Count one less from an address."""


def keep_the_door(doorkeeper: Doorkeeper) -> None:
    """Have the web server take no connection that the doorkeeper does not let in.

    Call it before the server starts. What comes from a proxy is its visitors', whom only their
    requests name: that is taken, and not counted.
    """
    Connection.doorkeeper = doorkeeper
    uvicorn.config.HTTP_PROTOCOLS["auto"] = f"{__name__}:{Connection.__name__}"
    start = uvicorn.Server.startup
    if hasattr(start, "__wrapped__"):
        return

    @functools.wraps(start)
    async def start_behind_a_door(
        self: uvicorn.Server, sockets: list[socket.socket] | None = None
    ) -> None:
        doors = await _doors(self.config) if sockets is None else sockets
        # The same number says how many may wait in the system and how many are taken at once.
        waiting, self.config.backlog = self.config.backlog, TAKEN_AT_ONCE
        await start(self, doors)
        for door in doors:
            door.listen(waiting)

    uvicorn.Server.startup = start_behind_a_door  # type: ignore[method-assign]


async def _doors(config: uvicorn.Config) -> list[socket.socket]:
    """Return sockets that are bound as the web server would bind its own.

    Raises:
        OSError: the address is taken.
    """
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        asyncio.Protocol, config.host, config.port, start_serving=False
    )
    doors: list[socket.socket] = []
    for bound in server.sockets:
        doors.append(Door(bound.dup(), _proxies(str(config.forwarded_allow_ips))))
    server.close()
    return doors


@functools.cache
def _proxies(names: str) -> _TrustedHosts:
    """Return those whose word the web server takes for an address."""
    return _TrustedHosts(names)


def _host(address: Any) -> str:
    """Return the host of an address; empty if it has none, as that of a file."""
    return str(address[0]) if isinstance(address, tuple) else ""


class Door(socket.socket):
    """A socket that listens, at which those who have too many connections are sent away."""

    def __init__(self, bound: socket.socket, proxies: _TrustedHosts) -> None:
        super().__init__(fileno=bound.detach())
        self.setblocking(False)
        self._proxies = proxies

    def accept(self) -> tuple[socket.socket, Any]:
        """Take the next connection that is let in.

        Raises:
            BlockingIOError: there is none, or it is somebody else's turn.
        """
        for _ in range(SENT_AWAY_AT_ONCE):
            connection, address = super().accept()
            host = _host(address)
            if not host or host in self._proxies or Connection.doorkeeper.has_room(host):
                return connection, address
            connection.close()
        raise BlockingIOError


class Connection(H11Protocol):
    """A connection that is counted, and that has to say soon what it is for."""

    doorkeeper: ClassVar[Doorkeeper]

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._host = ""  # as it is counted; empty if it is not
        self._is_taken = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take the connection, or break it off: others may have come through the door with it."""
        address = transport.get_extra_info("peername")
        host = _host(address)
        if host and host not in _proxies(str(self.config.forwarded_allow_ips)):
            if not self.doorkeeper.enter(host):
                transport.abort()
                return
            self._host = host
        self._is_taken = True
        super().connection_made(transport)
        if self.client is None and host:  # who has gone again already still has an address
            self.client = (host, int(address[1]))
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        if self._deadline is not None:
            self._deadline.cancel()
        if self._host:
            self.doorkeeper.leave(self._host)
        if self._is_taken:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes."""
        super().data_received(data)
        self._watch()
        if self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY:
            self.flow.pause_reading()
            self.loop.call_later(THE_DRAIN.take(len(data)), self.flow.resume_reading)

    def _watch(self) -> None:
        """See that a request comes whose head is not whole; of a whole one others see to it."""
        if self._has_request():
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._break_off)

    def _break_off(self) -> None:
        self._deadline = None
        if not self._has_request():
            self.transport.abort()

    def _has_request(self) -> bool:
        """Tell whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _should_upgrade(self) -> bool:
        """Speak nothing but HTTP, so that a connection stays what it is counted as."""
        return False

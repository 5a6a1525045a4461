"""Connections, before anything is made of what comes through them.

Uvicorn takes as many as there are, two thousand at a time while everybody else waits, and lets each
of them begin a request and never go on.
"""

from __future__ import annotations

import asyncio
import functools
import socket
from typing import Any, ClassVar, Protocol

import uvicorn
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0  # within which the first line of a request and its headers have to come
ACCEPTED_AT_ONCE = 8  # new connections, before it is somebody else's turn; more wait in the system


class Doorkeeper(Protocol):
    """Who says which connections are taken."""

    def enter(self, host: str) -> bool:
        """Tell whether another connection from an address is taken, and count it if it is."""

    def leave(self, host: str) -> None:
        """Count one less from an address."""


def keep_the_door(doorkeeper: Doorkeeper) -> None:
    """Have the web server take no connection that the doorkeeper does not let in.

    Call it before the server starts.
    """
    Connection.doorkeeper = doorkeeper
    uvicorn.config.HTTP_PROTOCOLS["auto"] = f"{__name__}:{Connection.__name__}"
    start = uvicorn.Server.startup
    if hasattr(start, "__wrapped__"):
        return

    @functools.wraps(start)
    async def start_to_accept(
        self: uvicorn.Server, sockets: list[socket.socket] | None = None
    ) -> None:
        # The same number says how many may wait in the system and how many are taken at once.
        waiting, self.config.backlog = self.config.backlog, ACCEPTED_AT_ONCE
        await start(self, sockets)
        for server in self.servers:
            for listener in server.sockets:
                with listener.dup() as same:
                    same.listen(waiting)

    uvicorn.Server.startup = start_to_accept  # type: ignore[method-assign]


class Connection(H11Protocol):
    """A connection that is let in, if it is, and that has to say soon what it is for.

    What comes from a proxy is the visitors' of the proxy, whom only their requests name; so it is
    not counted here.
    """

    doorkeeper: ClassVar[Doorkeeper]

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._host = ""  # as it is counted; empty if it is not
        self._is_taken = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take the connection, or break it off."""
        peer = transport.get_extra_info("peername")
        host = str(peer[0]) if isinstance(peer, tuple) else ""
        if host and host not in _proxies(str(self.config.forwarded_allow_ips)):
            if not self.doorkeeper.enter(host):
                transport.abort()
                return
            self._host = host
        self._is_taken = True
        super().connection_made(transport)
        if self.client is None and host:  # who has gone again already still has an address
            self.client = (host, int(peer[1]))
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


@functools.cache
def _proxies(names: str) -> _TrustedHosts:
    """Return those whose word the web server takes for an address."""
    return _TrustedHosts(names)

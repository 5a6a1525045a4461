"""The body of a request, of which so much may come in so much time."""

from __future__ import annotations

import asyncio
import time

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from mnist_core.text import say
from mnist_core.web.gradio_compat.drain import THE_DRAIN
from mnist_core.web.limits import MEGABYTE

MAX_SKIPPED_BYTES = 100 * MEGABYTE  # of a body that is refused
BODY_TIMEOUT_SECONDS = 120.0


class RequestBody:
    """A body that is on its way.

    Starlette's `RequestBodyLimitMiddleware` knows no time, and answers while the body still comes:
    a sender that listens only at the end then finds the connection broken.

    Attributes:
        is_whole: whether all of it has come.
        received: how many bytes have come.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        """Expect a body.

        Args:
            receive: brings the parts (ASGI).
            most: how many bytes it may have.
        """
        self._receive, self._most = receive, most
        self._deadline = time.monotonic() + BODY_TIMEOUT_SECONDS
        self.received = 0
        self.is_whole = False

    async def receive(self) -> Message:
        """Return the next part.

        Raises:
            HTTPException: more has come than may come, or too late.
        """
        message = await self._receive_part()
        if self.received > self._most:
            # Whoever still sends would not hear the answer, so the rest is let go by.
            while not self.is_whole and self.received <= MAX_SKIPPED_BYTES:
                part = await self._receive_part()
                await asyncio.sleep(THE_DRAIN.take(len(part.get("body", b""))))
            most = f"{self._most / MEGABYTE:.0f}"
            raise HTTPException(413, say("server.too_large", most=most))
        return message

    async def _receive_part(self) -> Message:
        if self.is_whole:  # what comes now is that the other side has gone
            return await self._receive()
        left = max(self._deadline - time.monotonic(), 0.0)
        try:
            message = await asyncio.wait_for(self._receive(), left)
        except asyncio.TimeoutError:
            raise HTTPException(408, say("server.too_slow")) from None
        self.received += len(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        return message

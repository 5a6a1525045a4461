"""For the page itself: `POST /presence` says that it is in sight, hidden, or closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mnist_core.web.sessions.page import STREAMS
from mnist_core.web.sessions.registry import REGISTRY

MAX_BYTES = 1_000  # a longer report is none


class Report(BaseModel):
    """What a page says of itself.

    Attributes:
        page: the name that the server has given it.
        state: whether somebody can see it, or it is about to go.
    """

    page: Annotated[str, Field(max_length=64)]
    state: Literal["visible", "hidden", "closed"]


def presence_route(when_closed: Callable[[], object] = lambda: None) -> Route:
    """Return the route.

    It answers with `{"follow": bool}`, whether the page has something to follow and no stream; with
    404 if it does not know the page, which then has to enter anew.

    Args:
        when_closed: is called in a thread when a page has closed.
    """

    async def answer(request: Request) -> Response:
        try:
            report = Report.model_validate_json(await _read(request))
        except ValidationError:
            return Response(status_code=400)
        if report.state != "visible":
            STREAMS.close(report.page)
        if report.state == "closed":
            await run_in_threadpool(REGISTRY.leave, report.page)  # it may have files to remove
            await run_in_threadpool(when_closed)
            return Response(status_code=204)
        session = REGISTRY.hear(report.page)
        if session is None:
            return Response(status_code=404)
        follow = session.is_busy and not STREAMS.is_open(report.page)
        return JSONResponse({"follow": follow})

    return Route("/presence", answer, methods=["POST"])


async def _read(request: Request) -> bytes:
    """Read the body as far as a report can be long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            break
    return body

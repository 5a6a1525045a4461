"""For programs and agents: `GET /agents.md` says how to call the app."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from mnist_core.web.endpoints.link_preview import address_of

TEXT = Path(__file__).with_name("agents.md").read_text(encoding="utf-8")


def agents_route() -> Route:
    """Return the route; the text names the address that it was asked at."""

    def answer(request: Request) -> PlainTextResponse:
        text = TEXT.format(address=address_of(request.scope))
        return PlainTextResponse(text, media_type="text/markdown")

    return Route("/agents.md", answer)

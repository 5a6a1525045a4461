"""`GET /components-….js`: what the page's components are made of, which a browser keeps."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mnist_core.web.gradio_compat.page_parts import PageParts


def components_route(parts: PageParts) -> Route:
    """Return the route of the script that puts its parts into the page."""

    def answer(request: Request) -> Response:
        if request.url.path.rpartition("/")[2] != parts.path:  # a page from before an update
            return PlainTextResponse("Not Found", status_code=404)
        return Response(parts.script, media_type="text/javascript")

    return Route("/components-{digest}.js", answer)

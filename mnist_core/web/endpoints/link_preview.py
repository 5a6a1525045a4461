"""What a link to the page shows where somebody posts it: title, summary and a picture.

Gradio's page names Gradio there, "Click to try out the app!", and a picture on a server of its own.
"""

from __future__ import annotations

import functools
import html
import io
import re

from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from mnist_core.inference import predict
from mnist_core.preprocessing import SIDE, image_from_strokes, parse_strokes
from mnist_core.text import say
from mnist_core.web.sessions.classifiers import default_classifier

PICTURE = "preview.png"
WIDTH, HEIGHT = 1200, 630  # pixels: what those who show previews ask for
PAPER, INK, BAR, BEST = "#0f172a", "#e2e8f0", "#334155", "#818cf8"
SEVEN = [[[250, 200], [750, 200], [450, 850]]]
GRADIOS = re.compile(rb'<meta\s[^>]*?(?:property="og:|name="twitter:)[^>]*>\s*')
LANGUAGE = re.compile(rb'(<html\s[^>]*?lang=")[^"]*(")')


def address_of(scope: Scope) -> str:
    """Return the address of the page that a request belongs to, up to the slash behind its path.

    It is the one that visitors know, also behind a proxy: as the page itself finds it (`root` in
    Gradio's description of it). Starlette's `base_url` leaves out where another app or a proxy has
    put this one.
    """
    request = Request(scope)
    root = getattr(scope.get("app"), "root_path", "") or scope.get("root_path", "")
    if root.startswith(("http://", "https://")):  # GRADIO_ROOT_PATH may be all of it
        return f"{root.rstrip('/')}/"
    host = _first(request.headers.get("x-forwarded-host", "")) or request.url.netloc
    is_safe = _first(request.headers.get("x-forwarded-proto", "")) == "https"
    return f"{'https' if is_safe else request.url.scheme}://{host}{root.rstrip('/')}/"


def _first(header: str) -> str:
    """Return what the outermost of several proxies has said."""
    return header.split(",")[0].strip()


def with_preview(page: bytes, address: str) -> bytes:
    """Return a page that says in the current language what a link to it leads to.

    Args:
        page: as Gradio serves it.
        address: of the page, up to the slash behind its path.
    """
    title, summary = html.escape(say("page.title")), html.escape(say("page.summary"))
    facts = {
        "og:type": "website",
        "og:title": title,
        "og:description": summary,
        "og:locale": html.escape(say("language.tag")).replace("-", "_"),
        "og:image": html.escape(f"{address}{PICTURE}"),
        "og:image:width": WIDTH,
        "og:image:height": HEIGHT,
    }
    lines = [f'<meta property="{name}" content="{fact}" />' for name, fact in facts.items()]
    lines += [
        f'<meta name="description" content="{summary}" />',
        '<meta name="twitter:card" content="summary_large_image" />',
        f"<title>{title}</title>",
    ]
    page = GRADIOS.sub(b"", page)
    page = LANGUAGE.sub(rb"\g<1>" + say("language.tag").encode() + rb"\g<2>", page, count=1)
    return page.replace(b"</head>", "\n".join(lines).encode() + b"</head>", 1)


def picture_route() -> Route:
    """Return the route of the picture."""

    def answer(_: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(draw_picture(), media_type="image/png", headers=headers)

    return Route(f"/{PICTURE}", answer)


@functools.cache
def draw_picture() -> bytes:
    """Draw a seven as the network sees it, and what it says of it: no words, for any language."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pencil = ImageDraw.Draw(picture)
    image = image_from_strokes(parse_strokes(SEVEN))
    classifier = default_classifier()
    if image is not None:
        side = 17 * SIDE
        digit = Image.fromarray(image).resize((side, side), Image.Resampling.NEAREST)
        picture.paste(digit, (77, (HEIGHT - side) // 2))
    if image is not None and classifier is not None:
        probabilities = predict(classifier.model, image, classifier.calibration).probabilities
        for number, probability in enumerate(probabilities):
            left, top, bottom = 620 + 50 * number, 77, 490
            pencil.rectangle([left, top, left + 34, bottom], BAR)
            height = round((bottom - top) * probability)
            pencil.rectangle([left, bottom - height, left + 34, bottom], BEST)
            pencil.text((left + 6, bottom + 14), str(number), INK, font_size=38)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()

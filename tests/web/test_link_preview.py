"""What a link to the page shows elsewhere: our words and our picture, in the address's language."""

from __future__ import annotations

import io

from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mnist_core.text import CATALOGUE, Language, speaking
from mnist_core.web.endpoints.link_preview import HEIGHT, WIDTH, picture_route, with_preview
from tests.each import each

GRADIOS = b"""<!doctype html>
<html
\tlang="en"
\tstyle="margin: 0"
>
<head>
<meta property="og:title" content="Gradio" />
<meta
  property="og:description"
  content="Click to try out the app!"
/>
<meta name="twitter:creator" content="@Gradio" />
<meta name="viewport" content="width=device-width" />
</head><body></body></html>"""


def test_it_says_what_the_page_is_in_its_language() -> None:
    languages: list[Language] = ["en", "zh"]
    for language in each(languages):
        with speaking(language):
            page = with_preview(GRADIOS, "https://digits.example/class/").decode()
        assert "Gradio" not in page and "Click to try" not in page
        assert 'name="viewport"' in page
        title = CATALOGUE[language]["page.title"]
        assert f'property="og:title" content="{title}"' in page
        assert f"<title>{title}</title>" in page
        assert f'<html\n\tlang="{CATALOGUE[language]["language.tag"]}"' in page
        assert 'property="og:image" content="https://digits.example/class/preview.png"' in page
        assert page.index("og:title") < page.index("</head>")


def test_an_address_is_never_markup() -> None:
    assert b"<script" not in with_preview(GRADIOS, 'http://x/"><script>')


def test_the_picture_is_one_and_can_be_kept() -> None:
    answer = TestClient(Starlette(routes=[picture_route()])).get("/preview.png")
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (WIDTH, HEIGHT)
    assert len(picture.getcolors(WIDTH * HEIGHT) or []) > 5
    assert len(answer.content) < 100_000
    assert "max-age" in answer.headers["cache-control"]

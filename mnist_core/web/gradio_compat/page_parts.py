"""Templates and scripts apart from the page that they belong to, for browsers to keep.

Gradio writes each component's template and script into every page, once for each place where it
stands: 700 of 900 kilobytes, and the same at each visit.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property

import gradio as gr
from gradio.routes import toorjson

from mnist_core.web.gradio_compat.page_order import END

PARTS = ("html_template", "js_on_load")  # of a `gr.HTML`, as the page names them
LEAST_LETTERS = 200  # less is as short as its name
TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'  # as JSON
PART = re.compile(rb'"(?:%b)":(%b)' % ("|".join(PARTS).encode(), TEXT))

# A script of the page comes later than this one, which stands behind the description of the page.
FILL_IN = """
for (const { props } of window.gradio_config.components)
    for (const [name, value] of Object.entries(props))
        if (Object.hasOwn(parts, value)) props[name] = parts[value];
"""


class PageParts:
    """What is taken out of a page, and the script that puts it back.

    Args:
        page: it has its components when it is served first.
    """

    def __init__(self, page: gr.Blocks) -> None:
        self._page = page

    @cached_property
    def _names(self) -> dict[bytes, bytes]:
        """By each part, its name, which another content would not have: both as JSON in a page."""
        parts: dict[bytes, bytes] = {}
        for component in self._page.config["components"]:
            for part in (component["props"].get(name) or "" for name in PARTS):
                if len(part) >= LEAST_LETTERS:
                    parts[_as_in_page(part)] = _as_in_page(_digest(part.encode()))
        return parts

    @cached_property
    def script(self) -> bytes:
        """The script that puts the parts back into the page."""
        entries = b",".join(name + b":" + part for part, name in self._names.items())
        return b"const parts = {" + entries + b"};" + FILL_IN.encode()

    @cached_property
    def path(self) -> str:
        """Where the page asks for the script, from its own address; with the content it changes."""
        return f"components-{_digest(self.script)}.js"

    def take_out(self, page: bytes) -> bytes:
        """Return a page with the names of its parts in their place, and with their script."""
        tag = f'<script src="{self.path}"></script>'.encode()
        page = PART.sub(self._put_name, page)
        return page.replace(END, tag + END, 1)

    def _put_name(self, found: re.Match[bytes]) -> bytes:
        part = found[1]
        return found[0].removesuffix(part) + self._names.get(part, part)


def _as_in_page(value: str) -> bytes:
    return str(toorjson(value)).encode()  # type: ignore[no-untyped-call]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]

"""The base of our `gr.HTML` components: a component is a folder with its class and three files.

`template.html`, `style.css` and `script.js` lie beside the class. `shared.js` comes before every
script and `shared.css` before every style: what stands in several of them stands there.

The page passes the template through Handlebars and then through a JavaScript template literal, so
neither it nor a style holds double braces, dollar-braces, backticks or backslashes. Nothing in them
changes at run time: the DOM is written by the script alone, and as text, never as HTML.
"""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from pydantic import TypeAdapter, ValidationError

FOLDER = Path(__file__).parent
Order = TypeVar("Order")


class Component(gr.HTML):
    """Shows its value, by the files in its folder; what a page sends back is for the subclass.

    The style goes into the template, where `@scope` keeps it inside the component, and `:scope`
    gives it the weight to overrule Gradio's own. As a `css_template` it would be set anew with
    every value, and the browser would work out the style of the whole page again: 3 ms of every
    answer.
    """

    def __init__(self, value: Any = None, **settings: Any) -> None:
        """Build the component.

        Args:
            value: what it shows first.
            settings: passed on to `gr.HTML`, such as `elem_id`; the script finds them in `props`.
        """
        files = _read_files(Path(inspect.getfile(type(self))).parent)
        super().__init__(value, apply_default_css=False, **{**files, **settings})

    def preprocess(self, payload: object) -> Any:
        """Give handlers nothing: what is shown goes to the page, and none is believed from it."""
        return None

    def postprocess(self, value: Any) -> Any:
        """Send the value as it is."""
        return value

    def example_payload(self) -> Any:
        """Give what a page might send, for tests that send something like it."""
        return None

    def example_value(self) -> Any:
        """Give nothing: what a component of ours shows is not for programs to set."""
        return None


@functools.cache
def _read_files(folder: Path) -> dict[str, str]:
    """Read the arguments of `gr.HTML` that a component's files are."""
    style, script = (
        (FOLDER / shared).read_text(encoding="utf-8") + (folder / own).read_text(encoding="utf-8")
        for shared, own in (("shared.css", "style.css"), ("shared.js", "script.js"))
    )
    template = (folder / "template.html").read_text(encoding="utf-8")
    return {
        "html_template": f"<style>@scope {{ :scope {{\n{style}}}}}</style>\n{template}",
        "js_on_load": script,
    }


def read_order(payload: object, orders: TypeAdapter[Order]) -> Order | None:
    """Check what a page has sent, which is data from a stranger; None for what no page sends."""
    try:
        return orders.validate_python(payload)
    except ValidationError:
        return None

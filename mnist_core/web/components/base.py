"""What our `gr.HTML` components have in common: their files, and checks of what a page sends."""

from __future__ import annotations

import functools
import html
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr
from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import Self

from mnist_core.web.gradio_compat.event_data import event_data

SHARED = Path(__file__).parent

Updates = dict[gr.Component, Any]
"""What a handler says of components: values, or what `gr.update` returns. The others stay."""


class Component(gr.HTML):
    """A component whose value goes to the page, and of which handlers are given nothing.

    Its folder holds template.html, style.css and script.js; shared.css and shared.js stand before
    the latter two. Nothing in them changes at run time: the script alone writes the DOM, and it
    writes text and never HTML.

    Attributes:
        folder: the folder.
    """

    folder: ClassVar[Path]

    def __init__(self, value: Any = None, **settings: Any) -> None:
        """Build the component.

        Args:
            value: what it shows at first.
            settings: passed on to `gr.HTML`, such as `elem_classes`; others become properties that
                the script can read and watch.
        """
        super().__init__(value, apply_default_css=False, **{**_read_files(self.folder), **settings})

    def preprocess(self, payload: object) -> Any:
        """Give handlers nothing: none of what the component shows is believed from the page."""
        return None

    def postprocess(self, value: Any) -> Any:
        """Send the value as it is."""
        return value


class Payload(BaseModel):
    """What a component's script sends along with an event: data from a stranger."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @classmethod
    def of(cls, event: gr.EventData) -> Self:
        """Check it.

        Raises:
            gr.Error: no page of ours sends this.
        """
        return cls.check(event_data(event))

    @classmethod
    def check(cls, payload: object) -> Self:
        """Check it; for the error see `of`."""
        try:
            return cls.model_validate(payload)
        except ValidationError:
            raise refusal("The page has sent what it never sends: reload it.") from None


def refusal(reason: object) -> gr.Error:
    """Return an error that says a sentence on the page, which shows it as HTML.

    The sentence may quote what a stranger has sent.
    """
    return gr.Error(html.escape(str(reason)), print_exception=False)


@functools.cache
def _read_files(folder: Path) -> dict[str, str]:
    """Read the files of a component as arguments of `gr.HTML`.

    The page passes the template through Handlebars and then through a JavaScript template literal,
    so neither it nor the style holds double braces, dollar-braces, backticks or backslashes.

    The style goes into the template, where `@scope` keeps it inside the component, and `:scope`
    gives it the weight to overrule Gradio's own. As a `css_template` it would be set anew with
    every value, and the browser would work out the style of the whole page again: 3 ms of every
    answer.
    """
    template = (folder / "template.html").read_text(encoding="utf-8")
    style, script = (
        (SHARED / f"shared.{kind}").read_text(encoding="utf-8")
        + (folder / name).read_text(encoding="utf-8")
        for kind, name in (("css", "style.css"), ("js", "script.js"))
    )
    return {
        "html_template": f"<style>@scope {{ :scope {{\n{style}}}}}</style>\n{template}",
        "js_on_load": script,
    }

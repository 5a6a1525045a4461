"""The base of our `gr.HTML` components: a component is a folder with its class and three files.

`template.html`, `style.css` and `script.js` lie beside the class. `shared.js` comes before every
script and `shared.css` before every style: what stands in several of them stands there. What only
some need, such as `plots.js`, comes before theirs. A long script has its parts in files of their
own, which come before it; those of a long style come after it.

The page passes the template through Handlebars and then through a JavaScript template literal, so
neither it nor a style holds double braces, dollar-braces, backticks or backslashes. Nothing in them
changes at run time: the DOM is written by the script alone, and as text, never as HTML.

What a person reads comes from the catalogue `text`. A template names its keys in `data-say`, a
script asks for them with `say("key")`; the page gets those sentences with the component.
"""

from __future__ import annotations

import functools
import html
import inspect
import re
from pathlib import Path
from typing import Any

import gradio as gr
from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import Self

from mnist_core.text import Message, Sentences, translate
from mnist_core.web.gradio_compat.event_data import event_data

FOLDER = Path(__file__).parent
KEY_IN_TEMPLATE = re.compile(r'data-say[a-z-]*="([^"]+)"')
KEY_IN_SCRIPT = re.compile(r'\bsay\("([^"]+)"')
# Lines of nothing else: these are for who reads the files, and no page has to wait for them.
COMMENT = re.compile(r"^\s*//[^\n]*\n|^\s*/\*.*?\*/\s*\n|<!--.*?-->\s*", re.M | re.S)

Updates = dict[gr.Component, Any]
"""What a handler says of components: values, or what `gr.update` returns. All others stay."""


class Component(gr.HTML):
    """Shows its value, by the files in its folder; what a page sends back is for the subclass.

    The style goes into the template, where `@scope` keeps it inside the component, and `:scope`
    gives it the weight to overrule Gradio's own. As a `css_template` it would be set anew with
    every value, and the browser would work out the style of the whole page again: 3 ms of every
    answer.

    Attributes:
        shared_scripts: those beside this file that come before its own.
    """

    shared_scripts: tuple[str, ...] = ("shared.js",)

    def __init__(self, value: Any = None, **settings: Any) -> None:
        """Build the component.

        Args:
            value: what it shows first.
            settings: passed on to `gr.HTML`, such as `elem_id`; the script finds them in `props`.
        """
        files = _read_files(self._folder(), self.shared_scripts)
        self.text = _sentences(self._folder(), self.shared_scripts)
        settings = {**files, "text": self.text, **settings}
        super().__init__(value, apply_default_css=False, **settings)

    @classmethod
    def _folder(cls) -> Path:
        """Return the folder of the class that derives from this one, of which others may derive."""
        (own,) = (base for base in cls.__mro__ if Component in base.__bases__)
        return Path(inspect.getfile(own)).parent

    def preprocess(self, payload: object) -> Any:
        """Give handlers nothing: what is shown goes to the page, and none is believed from it."""
        return None

    def postprocess(self, value: Any) -> Any:
        """Send the value as it is."""
        return value


@functools.cache
def _read_files(folder: Path, shared_scripts: tuple[str, ...]) -> dict[str, str]:
    """Read the arguments of `gr.HTML` that a component's files are."""
    parts = sorted(folder.glob("*.js"), key=lambda file: (file.name == "script.js", file.name))
    styles = sorted(folder.glob("*.css"), key=lambda file: (file.name != "style.css", file.name))
    style = _read(FOLDER / "shared.css", *styles)
    script = _read(*(FOLDER / name for name in shared_scripts), *parts)
    template = _read(folder / "template.html")
    return {
        "html_template": f"<style>@scope {{ :scope {{\n{style}}}}}</style>\n{template}",
        "js_on_load": script,
    }


def _read(*files: Path) -> str:
    return "".join(COMMENT.sub("", file.read_text(encoding="utf-8")) for file in files)


@functools.cache  # Gradio makes a component anew for many an update
def _sentences(folder: Path, shared_scripts: tuple[str, ...]) -> Sentences:
    """Return the sentences that a component's files name."""
    files = _read_files(folder, shared_scripts)
    keys = KEY_IN_TEMPLATE.findall(files["html_template"]) + KEY_IN_SCRIPT.findall(
        files["js_on_load"]
    )
    return Sentences(*dict.fromkeys(keys))


class Payload(BaseModel):
    """What a component's script sends along with an event: data from a stranger."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @classmethod
    def of(cls, event: gr.EventData) -> Self:
        """Check what has come with an event.

        Raises:
            gr.Error: no page of ours sends this.
        """
        try:
            return cls.model_validate(event_data(event))
        except ValidationError:
            raise refusal(Message("page.never_sent")) from None

    @classmethod
    def unpack(cls, value: object, name: str, most: int, expected: Message) -> Self:
        """Check a component's value, `{name: text}`, the text being JSON of such a payload.

        Gradio walks through all but a text leaf by leaf, with every event.

        Args:
            value: what the page sent.
            name: of the text in it.
            most: letters that it may have.
            expected: says what should have been sent.

        Raises:
            gr.Error: no page of ours sends this.
        """
        text = value.get(name) if isinstance(value, dict) else None
        if not isinstance(text, str) or len(text) > most:
            raise refusal(expected)
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            raise refusal(expected) from None


def refusal(reason: object) -> gr.Error:
    """Return an error that says a sentence on the page, in its language.

    The page shows it as HTML, and it may quote what a stranger has sent.
    """
    return gr.Error(html.escape(translate(reason)), print_exception=False)

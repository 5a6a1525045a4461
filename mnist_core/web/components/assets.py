"""A component of ours is a folder: its class, and three files for the browser, read here."""

from __future__ import annotations

from pathlib import Path

PROGRESS = Path(__file__).parent / "progress.css"
"""The style of a progress bar, for the components that have one."""


def read_assets(folder: Path, *shared: Path) -> dict[str, str]:
    """Read template.html, style.css and script.js of a component.

    The page passes the template through Handlebars and then through a JavaScript template literal,
    so neither it nor the style holds double braces, dollar-braces, backticks or backslashes.
    Nothing in them changes at run time: the DOM is written by the script alone.

    The style goes into the template, where `@scope` keeps it inside the component, and `:scope`
    gives it the weight to overrule Gradio's own. As a `css_template` it would be set anew with
    every value, and the browser would work out the style of the whole page again: 3 ms of every
    answer.

    Args:
        folder: the component's folder.
        shared: styles that other components have too; the component's own comes after them.

    Returns:
        The arguments of `gr.HTML` that they are.
    """
    template, style, script = (
        (folder / name).read_text(encoding="utf-8")
        for name in ("template.html", "style.css", "script.js")
    )
    style = "".join(path.read_text(encoding="utf-8") for path in shared) + style
    return {
        "html_template": f"<style>@scope {{ :scope {{\n{style}}}}}</style>\n{template}",
        "js_on_load": script,
    }

"""How the page looks: Gradio's base theme, with fonts that are on every machine; our styles."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

FOLDER = Path(__file__).parent
FRAME = FOLDER / "frame.css"
STYLE_SHEET = FOLDER / "page.css"
PAGE = ".gradio-container.gradio-container .contain"  # twice, to outweigh Gradio's own styles


def page_style() -> str:
    """Return the style of the page, for its first lines.

    Gradio would apply it last, once all else has been laid out, and write it anew: it breaks a
    selector at each comma, and leaves those inside of media queries no way to its own container.
    """
    frame, page = (file.read_text(encoding="utf-8") for file in (FRAME, STYLE_SHEET))
    return f"{frame}\n{PAGE} {{\n{page}}}\n"


def make_theme() -> gr.themes.Base:
    """Build the theme. It names no web font, so the page needs no network."""
    return gr.themes.Default(
        primary_hue="indigo",
        secondary_hue="indigo",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(  # what Gradio takes by itself is too faint for print of this size
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_500",
        block_info_text_color="*neutral_500",
        block_info_text_color_dark="*neutral_400",
        color_accent="*primary_600",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
    )

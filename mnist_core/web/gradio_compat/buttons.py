"""Buttons in the page's language."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mnist_core.text import Message


def spoken_button(label: Message, **settings: Any) -> gr.Button:
    """Make a button; as Gradio would make plain text of its label, that is set afterwards."""
    button = gr.Button(label, **settings)
    button.value = label
    return button

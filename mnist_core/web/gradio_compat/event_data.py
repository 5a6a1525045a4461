"""What a component's script sends along with an event."""

from __future__ import annotations

import gradio as gr


def event_data(event: gr.EventData) -> object:
    """Return it as it came, whatever it is: Gradio's own way to it expects a dict."""
    data: object = event._data
    return data

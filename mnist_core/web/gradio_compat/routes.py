"""Routes of Gradio's app that ours treats in its own way, by the ends of their paths."""

from __future__ import annotations

UPLOAD = "/upload"
UNUSED = (
    "/component_server",
    "/process_recording",
)  # nothing here needs them, and they leave files
HEARTBEAT = "/heartbeat/"  # then the page's name: a request that lasts as long as its page

"""Routes of Gradio's app that ours treats in its own way, by the ends of their paths."""

from __future__ import annotations

UPLOAD = "/upload"

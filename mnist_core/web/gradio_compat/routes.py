"""Routes of Gradio's app that ours treats in its own way, by parts of their paths."""

from __future__ import annotations

UPLOAD = "/upload"
RUN = "/run/predict"
JOIN = "/queue/join"
CALL = "/call/"
DATA = "/queue/data"
PAGES = ("/", "/config", "/config/", "/gradio_api/info", "/gradio_api/info/")  # made anew each time

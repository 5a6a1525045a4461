"""Routes of Gradio's app that ours treats in its own way, by parts of their paths."""

from __future__ import annotations

UPLOAD = "/upload"
RUN = "/run/predict"
JOIN = "/queue/join"
CALL = "/call/"
DATA = "/queue/data"

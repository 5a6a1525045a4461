"""What the operator reads: one line on stderr for each event, as `key=value`.

Fields of an event go beside it: `log.info("training ends", extra={"fields": {"seconds": 4.6}})`.
Neither keys of sessions nor drawings belong there.
"""

from __future__ import annotations

import json
import logging
import platform
import re
import sys
import threading
import traceback
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any

import gradio
import torch

from mnist_core.training import choose_device
from mnist_core.web.gradio_compat.error_hooks import is_error_of_the_app, log_errors_by
from mnist_core.web.limits import Limits

log = logging.getLogger(__name__)

MAX_MESSAGE_CHARACTERS = 200  # of what an error says
MAX_VALUE_CHARACTERS = 8_000  # of a longer one the end is shown, where a trace says most
PLAIN = re.compile(r"[\w.,:/+-]+", re.ASCII)  # a value that needs no quotes


class OneLine(logging.Formatter):
    """Writes a record as one line, whatever is in it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time (UTC), level and event, then its fields, at last a trace."""
        time = datetime.fromtimestamp(record.created, timezone.utc)
        values: dict[str, Any] = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage().rstrip(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            values["trace"] = _trace(record.exc_info[1])
        return " ".join(f"{key}={_write(value)}" for key, value in values.items())


def _write(value: object) -> str:
    """Write a value so that it can end neither its quotes nor its line."""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    if len(text) > MAX_VALUE_CHARACTERS:
        text = f"... {text[-MAX_VALUE_CHARACTERS:]}"
    return text if PLAIN.fullmatch(text) else json.dumps(text)


def _trace(error: BaseException | None) -> str:
    """Tell where an error comes from.

    Of what it says only the beginning is told: errors quote what a visitor has sent, Gradio's on
    their later lines.
    """
    parts: list[str] = []
    while error is not None:
        says = (str(error).splitlines() or [""])[0][:MAX_MESSAGE_CHARACTERS]
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.insert(0, f"{frames}{type(error).__qualname__}: {says}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(parts)


def set_up_logs() -> None:
    """Send everything that this process has to say of itself to stderr, one line for each event."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    handler.addFilter(is_error_of_the_app)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("mnist_core").setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: log.critical(
        "the app ends by an error", exc_info=(kind, error, trace)
    )
    threading.excepthook = lambda end: log.error(
        "a thread ends by an error", exc_info=end.exc_value
    )
    log_errors_by(lambda: log.exception("a request failed"))


def note_start(limits: Limits) -> None:
    """Log what starts here, and with which limits."""
    fields = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": version("torchvision"),
        "gradio": gradio.__version__,
        "device": choose_device(),
        "threads": torch.get_num_threads(),
        **{f"max_{name}": value for name, value in asdict(limits).items()},
    }
    log.info("start", extra={"fields": fields})

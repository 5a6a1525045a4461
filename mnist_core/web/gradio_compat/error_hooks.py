"""Where Gradio and uvicorn leave the errors of a request: they are brought to one place."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from typing import Any

import uvicorn.config
from starlette.exceptions import HTTPException


def log_errors_by(log_error: Callable[[], None]) -> None:
    """Have every error of a request logged in the one form that the process has.

    Args:
        log_error: logs the exception that is being handled.
    """

    def print_exc(limit: int | None = None, file: Any = None, chain: bool = True) -> None:
        if file is None:
            log_error()
        else:
            file.write(traceback.format_exc(limit, chain))

    # What a handler raises, other than gr.Error, Gradio prints by this, and the page is told only
    # that there was an error.
    traceback.print_exc = print_exc
    # The web server would write its errors in a form of its own.
    uvicorn.config.LOGGING_CONFIG["loggers"].clear()


def is_error_of_the_app(record: logging.LogRecord) -> bool:
    """Tell whether a record is more than the end of a stream.

    Who asks for a stream that is gone is told so; but Gradio tells it after the answer has begun,
    which the web server takes for an error of the app. And of two streams of a page that closes,
    Gradio forgets the page with the first, and does not find it with the second.
    """
    error = record.exc_info[1] if record.exc_info else None
    cause = (error.__cause__ or error.__context__) if error else None
    is_gone = isinstance(cause, HTTPException) and cause.status_code == 404
    is_closed = isinstance(error, KeyError) and isinstance(cause, asyncio.CancelledError)
    return not (is_gone or is_closed)

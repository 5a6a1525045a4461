"""What Gradio says of values that no page of ours sends: a sentence, and a line in the log."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
from gradio.exceptions import ComponentProcessingError, InvalidPathError

from mnist_core.text import Message, translate

log = logging.getLogger(__name__)

NO_UPLOAD = Message("server.no_upload")
WRONG = Message("server.wrong")
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
NO_ROOM = Message("server.no_room")


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """Turn what Gradio raises of wrong values into errors that may be told to anybody.

    Nothing that was sent gets into the log, where Gradio's own errors quote it.

    Raises:
        gr.Error: says what is wrong.
    """
    try:
        yield
    except gr.Error as error:
        if not error.print_exception:  # ours, which says what it is
            raise
        log.warning("values were refused", extra={"fields": {"error": type(error).__name__}})
        raise _refusal(WRONG) from None
    except InvalidPathError:
        log.warning("a path was refused")
        raise _refusal(NO_UPLOAD) from None
    except ComponentProcessingError as error:  # a component of ours or Gradio's has failed
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno in FULL_DISK:
            log.warning("the disk is full")
            raise _refusal(NO_ROOM) from None
        raise
    except Exception as error:
        log.warning("values were refused", extra={"fields": {"error": type(error).__name__}})
        raise _refusal(WRONG) from None


def _refusal(sentence: Message) -> gr.Error:
    return gr.Error(translate(sentence), print_exception=False)

"""The streams in which Gradio tells what comes of calls: where there is nothing to tell."""

from __future__ import annotations

import json

import gradio as gr
from gradio.server_messages import UnexpectedErrorMessage

from mnist_core.web.gradio_compat.routes import CALL, DATA

KIND = "text/event-stream"
ERROR = "event: error\ndata: {}\n\n"
NOT_FOUND = UnexpectedErrorMessage(message="404: Not Found", session_not_found=True)


def end_of_stream(blocks: gr.Blocks, path: str, page: str) -> str | None:
    """Return the whole of a stream in which nothing is to be told.

    Gradio would say the same, but only once it has begun to answer: that it takes for an error of
    the app, which costs as much as a reading.

    Args:
        blocks: a page that has its queue.
        path: what is asked for.
        page: the name of the page that asks; programs have none.

    Returns:
        The stream; None if something is to be told, or if it is no stream.
    """
    queue = blocks._queue
    if path.endswith(DATA):
        if page and page not in queue.pending_messages_per_session:
            return f"data: {NOT_FOUND.model_dump_json()}\n\n"
    elif CALL in path:
        call = path.rpartition("/")[2]
        under_way = queue.pending_event_ids_session.values()
        is_known = call in queue.pending_messages_per_session or call in queue.event_ids_to_events
        if not is_known and not any(call in calls for calls in under_way):
            return ERROR.format(json.dumps(NOT_FOUND.message))
    return None

"""A page that opens finds its session, and one that closes leaves it."""

from __future__ import annotations

from asyncio import to_thread
from typing import Any

import gradio as gr

from mnist_core.web.components.link import news
from mnist_core.web.gradio_compat.closed_pages import close_page, is_closing
from mnist_core.web.sessions.registry import REGISTRY
from mnist_core.web.sessions.session import JOB_QUEUE, Session


def enter(key: object, request: gr.Request) -> tuple[dict[str, Any], Session]:
    """Give a page that has just opened its session, and the key to come back with."""
    key, session = REGISTRY.enter(key, request.session_hash or "")
    JOB_QUEUE.warm_up()
    return {"key": key, **news()}, session


async def leave(request: gr.Request) -> None:
    """Note that a page has closed: Gradio calls this when its heartbeat ends."""
    if is_closing(request):
        page = request.session_hash or ""
        await to_thread(REGISTRY.leave, page)  # it may have files to remove
        await close_page(page)

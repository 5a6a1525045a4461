"""A page that opens finds its session, and one that closes leaves it."""

from __future__ import annotations

from asyncio import to_thread
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from mnist_core.web.components.link import news
from mnist_core.web.gradio_compat.closed_pages import THE_CLOSED_PAGES
from mnist_core.web.sessions.registry import REGISTRY
from mnist_core.web.sessions.session import Session
from mnist_core.web.sessions.uploads import forget_gone

HEARTBEAT = "/heartbeat/"  # in the address of the request that lasts as long as a page


def enter(key: object, request: gr.Request) -> tuple[dict[str, Any], Session]:
    """Give a page that has just opened its session, and the key to come back with."""
    key, session = REGISTRY.enter(key, request.session_hash or "")
    return {"key": key, **news()}, session


async def leave(request: gr.Request) -> None:
    """Note that a page has closed: Gradio calls this when its heartbeat ends."""
    if HEARTBEAT not in request.url.path:  # a stranger called it, who is still there
        return
    page = request.session_hash or ""
    await to_thread(REGISTRY.leave, page)  # it may have files to remove
    blocks = LocalContext.blocks.get()
    if blocks is not None:
        # Gradio ends a stream when it breaks, but one that the page had asked for and did not live
        # to hear would go on, and pass for the presence of its visitor.
        await blocks._queue.clean_events(session_hash=page)
        THE_CLOSED_PAGES.add(page, blocks)
        await to_thread(forget_gone, blocks.temp_file_sets)

"""What Gradio fetches when a request names a file by its address: nothing."""

from __future__ import annotations

import gradio as gr
from gradio import processing_utils

from mnist_core.text import Message, translate

NO_ADDRESSES = Message("server.no_addresses")


def refuse_downloads() -> None:
    """Have Gradio fetch nothing that a request names by its address.

    It would take the whole of it into memory, however large, and from there to the disk.
    """
    processing_utils.async_ssrf_protected_download = _refuse


async def _refuse(url: str, cache_dir: str) -> str:
    raise gr.Error(translate(NO_ADDRESSES), print_exception=False)

"""What Gradio fetches when a request names a file by its address: nothing."""

from __future__ import annotations

import gradio as gr
from gradio import processing_utils

NO_ADDRESSES = "Send the file itself, not its address."


def refuse_downloads() -> None:
    """Have Gradio fetch nothing that a request names by its address.

    It would take the whole of it into memory, however large, and from there to the disk.
    """
    processing_utils.async_ssrf_protected_download = _refuse


async def _refuse(url: str, cache_dir: str) -> str:
    raise gr.Error(NO_ADDRESSES, print_exception=False)

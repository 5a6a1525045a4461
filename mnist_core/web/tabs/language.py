"""The switch between the page's languages: all of it changes at once, and nothing is lost."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mnist_core.text import speak
from mnist_core.web.components.head import Head
from mnist_core.web.gradio_compat.served_blocks import ServedBlocks
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.page_stream import at_once
from mnist_core.web.tabs.train import TrainTab


def build_language_switch(
    page: ServedBlocks, head: Head, link: SessionLink, train: TrainTab
) -> None:
    """Let the visitor change the language; call it when all else of the page is there."""

    def change_language(session: Session, event: gr.EventData) -> dict[Any, dict[str, Any]]:
        speak(Head.chosen_language(event))
        return page.say_again()

    # The link is told as well: it then asks for all that the tabs show, in its new language.
    outputs = list(page.say_again())
    for asked in (head.speak, link.speak):
        changed = asked(change_language, link, outputs, **at_once(link))
        train.form.speak_after(changed, link)

"""The page's link to its session: what lets a reloaded page find its runs again."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from mnist_core.web.components.base import Component

KEEPS = "+"  # behind the key that a page comes back with: something was kept in its session


class Link(Component):
    """Keeps the session's key in the browser tab, and says whether anybody sees the page.

    Its value is the key, which the page sends with every event that has the link as an input.
    Nothing of it is to be seen, and the key never becomes part of the document or of an address.

    Its event `opened` comes when the page has opened, `seen` whenever somebody sees the page
    and there may be something new, and `speak` with a `LanguageChoice` when the page was served in
    another language than the visitor has chosen.
    """

    def __init__(
        self,
        value: None = None,
        *,
        session: str = "",
        page_name: str = "",
        changes: int = 0,
        keeps: bool = False,
        **settings: Any,
    ) -> None:
        """Build the link.

        Args:
            value: always None; the page has its key from before.
            session: the key that an update gives it.
            page_name: Gradio's name of the page (`session_hash`), which comes with the key.
            keeps: whether anything would be lost with the session.
            changes: another number in an update lets the page look for what is new.
            settings: passed on to `gr.HTML`.
        """
        self.session, self.page_name, self.changes, self.keeps = session, page_name, changes, keeps
        state = {"session": session, "page_name": page_name, "changes": changes, "keeps": keeps}
        super().__init__(value, **state, **settings)

    def changed(self) -> dict[gr.Component, Any]:
        """Return an update that has the page look for what is new."""
        # Never the same twice, so that the page notices.
        return {self: gr.update(changes=time.monotonic_ns())}

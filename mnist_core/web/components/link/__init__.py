"""The page's key to its session: what lets a reloaded page find its runs again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from mnist_core.web.components.base import Component

BELLS = ["tick", "play", "load", "select", "expand", "apply"]  # names that mean nothing here


class Link(Component):
    """Keeps the key in the browser tab, and hands it to the server when the page opens.

    Nothing of it is to be seen, and the key never becomes part of the document or of an address.

    Its `submit` event comes once, when the page has opened, and is answered by `enter`. There is
    news then, and whenever a handler has answered with `news()` because it has started or changed a
    run: every tab that shows runs listens `on_news` and follows `Session.watch`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(None, bells=BELLS, **settings)
        self._bells = iter(BELLS)

    def on_news(
        self, follow: Callable[..., Any], inputs: Any, outputs: Any, **settings: Any
    ) -> Any:
        """Let a stream follow the runs whenever there is news; one for each tab.

        Gradio's page calls the listeners of one event one after another, each when the stream of
        the one before has ended. So each gets an event of its own.
        """
        # "always_last": what begins just as a stream ends is followed by another one.
        listen = getattr(self, next(self._bells))
        settings = {"concurrency_limit": None, "trigger_mode": "always_last", **settings}
        return listen(follow, inputs, outputs, **settings)

    def preprocess(self, payload: object) -> object:
        """Hand on the key: data from a stranger, which `Registry.enter` checks."""
        return payload.get("key") if isinstance(payload, dict) else None


def news() -> dict[str, Any]:
    """Tell the page that there is something to follow."""
    return {"news": time.monotonic_ns()}  # never the same twice, so that the page notices

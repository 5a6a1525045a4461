"""A page that looks the same and keeps its limits, whoever serves it.

Gradio takes the look of a page, its routes and its limits as arguments of `launch` and of
`gr.mount_gradio_app`: somebody who mounts the page does not know ours.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio import routes
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from mnist_core.web.gradio_compat.wrong_input import said_in_a_sentence


class ServedBlocks(gr.Blocks):
    """Blocks with an app of their own choice."""

    def __init__(self, **settings: Any) -> None:
        _prepare_every_app()
        self._settings: dict[str, Any] = {}
        self._routes: list[BaseRoute] = []
        self._middleware: list[Middleware] = []
        super().__init__(**settings)

    def serve_with(
        self, routes: list[BaseRoute], middleware: list[Middleware], **settings: Any
    ) -> None:
        """Say how the page is served; call it inside the `with` block of the page.

        Args:
            routes: what is answered beside the page.
            middleware: what every request passes first.
            settings: attributes of `gr.Blocks`, by their names; they win over the arguments of
                `launch` and `gr.mount_gradio_app`.
        """
        self._routes, self._middleware, self._settings = routes, middleware, settings

    async def preprocess_data(self, *arguments: Any, **others: Any) -> list[Any]:
        """Make of what a page has sent what handlers take; see `said_in_a_sentence`."""
        with said_in_a_sentence():
            values: list[Any] = await super().preprocess_data(*arguments, **others)
        return values

    def prepare_app(self, app_kwargs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the arguments for the app that is about to serve this page."""
        for name, value in self._settings.items():
            setattr(self, name, value)
        if "theme" in self._settings:
            self.css_paths = []  # whose text Gradio would add to `css` once more at each reload
            self._set_html_css_theme_variables()  # type: ignore[no-untyped-call]
        self._queue.max_thread_count = self.max_threads
        kwargs = dict(app_kwargs or {})
        kwargs["routes"] = [*self._routes, *kwargs.get("routes", [])]
        kwargs["middleware"] = [*self._middleware, *kwargs.get("middleware", [])]
        return kwargs


def _prepare_every_app() -> None:
    """Let Gradio ask the page before it makes the app that serves it: all ways lead there."""
    create_app: Callable[..., routes.App] = routes.App.create_app
    if hasattr(create_app, "__wrapped__"):
        return

    @functools.wraps(create_app)
    def ask_first(
        blocks: gr.Blocks, *arguments: Any, app_kwargs: dict[str, Any] | None = None, **others: Any
    ) -> routes.App:
        # Not asked for its class: a reload brings another one of the same name.
        if hasattr(blocks, "prepare_app"):
            app_kwargs = blocks.prepare_app(app_kwargs)
        return create_app(blocks, *arguments, app_kwargs=app_kwargs, **others)

    routes.App.create_app = staticmethod(ask_first)  # type: ignore[method-assign]

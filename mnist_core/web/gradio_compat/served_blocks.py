"""A page that looks the same and keeps its limits, whoever serves it, and speaks two languages.

Gradio takes the look of a page, its routes and its limits as arguments of `launch` and of
`gr.mount_gradio_app`: somebody who mounts the page does not know ours. And it has one description
of the page (`config`) for everybody: ours is in the language of the request.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import gradio as gr
from gradio import blocks as gradio_blocks
from gradio import routes
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from mnist_core.text import Language, Message, current_language, translate
from mnist_core.web.gradio_compat.wrong_input import said_in_a_sentence


@runtime_checkable
class Introduction(Protocol):
    """A component whose payload tells for whom an event is handled."""

    def introduce(self, payload: object) -> None:
        """Set what holds while the event is handled, such as the language."""


@runtime_checkable
class Lasting(Protocol):
    """A `gr.HTML` that knows more than its value.

    Attributes:
        lasting: what no update changes but for its language.
    """

    lasting: dict[str, Any]


class ServedBlocks(gr.Blocks):
    """Blocks with an app of their own choice."""

    def __init__(self, **settings: Any) -> None:
        _prepare_every_app()
        _keep_what_html_knows()
        self._settings: dict[str, Any] = {}
        self._routes: list[BaseRoute] = []
        self._middleware: list[Middleware] = []
        self._source: dict[str, Any] = {}
        self._configs: dict[Language, dict[str, Any]] = {}
        super().__init__(**settings)

    @property
    def config(self) -> Any:
        """The description of the page that Gradio sends to browsers, in the current language."""
        language = current_language()
        if language not in self._configs:
            self._configs[language] = _translated(self._source)
        return self._configs[language]

    @config.setter
    def config(self, source: dict[str, Any]) -> None:
        self._source, self._configs = source, {}

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], *arguments: Any, **others: Any
    ) -> list[Any]:
        """Let components introduce an event before Gradio has its inputs preprocessed.

        That it does in other threads, and what is set there for the event does not come back.
        """
        for block, payload in zip(block_fn.inputs, inputs, strict=False):
            if isinstance(block, Introduction):
                block.introduce(payload)
        with said_in_a_sentence():
            values: list[Any] = await super().preprocess_data(
                block_fn, inputs, *arguments, **others
            )
        return values

    def say_again(self) -> dict[Any, dict[str, Any]]:
        """Return updates that put all that the page was built with into the current language."""
        updates: dict[Any, dict[str, Any]] = {}
        for block in self.blocks.values():
            props = block.get_config()
            props |= props.pop("props", None) or {}  # what only a `gr.HTML` of ours knows
            said = {name: _translated(props[name]) for name in props if _has_message(props[name])}
            if said:
                updates[block] = dict(gr.update(**said))
        return updates

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


def _translated(value: Any) -> Any:
    """Return a copy in the current language."""
    if isinstance(value, dict):
        return {name: _translated(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_translated(entry) for entry in value)
    return translate(value) if isinstance(value, Message) else value


def _has_message(value: Any) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return isinstance(value, Message)
    return any(_has_message(entry) for entry in value)


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


def _keep_what_html_knows() -> None:
    """Let an update leave alone what it does not name.

    Gradio takes the mark of an update, `__type__`, for something that a `gr.HTML` is to know; for
    one in a tab that has not been opened it replaces all else that it knew, its sentences first.
    So does what an update names: what lasts goes with it.
    """
    make_update: Callable[..., dict[str, Any]] = gradio_blocks.postprocess_update_dict
    if hasattr(make_update, "__wrapped__"):
        return

    @functools.wraps(make_update)
    def make_unmarked(
        block: Any, update_dict: dict[str, Any], *arguments: Any, **others: Any
    ) -> dict[str, Any]:
        update_dict.pop("__type__", None)  # the update gets its mark in the end
        update = make_update(block, update_dict, *arguments, **others)
        if "props" in update and isinstance(block, Lasting):
            update["props"] = {**_translated(block.lasting), **update["props"]}
        return update

    gradio_blocks.postprocess_update_dict = make_unmarked

"""What Gradio keeps of each page: its state, and not how every component looks.

From the looks Gradio makes links to what a page shows (`deep_link`), which we do not offer. To
describe eighty components takes it 20 ms, in which nobody else is answered, and 0.2 MB: for each
name of a page that it has not heard before.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio import route_utils, state_holder

from mnist_core.web.gradio_compat.served_blocks import ServedBlocks

if TYPE_CHECKING:
    from gradio.state_holder import SessionState
else:  # a reload finds what stands in the place of Gradio's own class
    SessionState = getattr(state_holder.SessionState, "in_place_of", state_holder.SessionState)


def keep_no_looks() -> None:
    """Let Gradio keep no more than the state of pages of ours; call it before there are any."""
    make_state.in_place_of = SessionState  # type: ignore[attr-defined]
    for module in (state_holder, route_utils):  # pages that have a name, and calls that have none
        module.SessionState = make_state  # type: ignore[attr-defined]


def make_state(blocks: gr.Blocks) -> SessionState:
    """Return what is to be kept of a page that Gradio has not heard of before."""
    # Not asked for its class: a reload brings another one of the same name.
    is_ours = hasattr(blocks, ServedBlocks.serve_with.__name__)
    return PageState(blocks) if is_ours else SessionState(blocks)


class PageState(SessionState):
    """The state of a page of ours."""

    def __init__(self, blocks: gr.Blocks) -> None:
        # Of these blocks it takes the events, and describes none.
        nothing: Any = SimpleNamespace(default_config=blocks.default_config, blocks={})
        super().__init__(nothing)

    def _update_config(self, key: int) -> None:
        """Describe a component no more than before."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Note no value of a component that is not described."""

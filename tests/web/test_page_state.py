"""Of a page that Gradio has not heard of before it keeps its state, and describes no component."""

from __future__ import annotations

import gradio as gr
import pytest
from gradio.blocks import BlocksConfig
from starlette.testclient import TestClient

from mnist_core.web.gradio_compat.page_state import PageState, keep_no_looks, make_state
from mnist_core.web.gradio_compat.served_blocks import ServedBlocks


def count_up(count: int) -> tuple[int, str]:
    return count + 1, f"{count + 1}"


def counter(kind: type[gr.Blocks]) -> tuple[gr.Blocks, int]:
    """Return a page with a state and something that shows it, and the number of the state."""
    with kind(analytics_enabled=False) as blocks:
        state, text = gr.State(0), gr.Textbox()
        gr.Button().click(count_up, state, [state, text], queue=False)
    return blocks, state._id


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return which components are described from now on."""
    numbers: list[int] = []
    describe = BlocksConfig.config_for_block

    def note(number: int, *arguments: object) -> object:
        numbers.append(number)
        return describe(number, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(BlocksConfig, "config_for_block", staticmethod(note))
    return numbers


def test_pages_of_ours_have_their_own_state_and_cost_no_description(described: list[int]) -> None:
    keep_no_looks()
    blocks, state = counter(ServedBlocks)
    with TestClient(gr.routes.App.create_app(blocks)) as client:

        def press(page: str | None) -> str:
            body = {"data": [None], "fn_index": 0, "session_hash": page}
            answer = client.post("/gradio_api/run/predict", json=body)
            shown: str = answer.json()["data"][1]
            return shown

        described.clear()
        assert [press("a"), press("a"), press("b"), press(None)] == ["1", "2", "1", "1"]
        assert described == [state] * 4  # whenever it is set
        assert isinstance(blocks.state_holder.session_data["a"], PageState)


def test_other_apps_in_the_process_keep_what_they_need(described: list[int]) -> None:
    blocks, _ = counter(gr.Blocks)
    described.clear()
    state = make_state(blocks)
    assert not isinstance(state, PageState)
    assert list(state.config_values) == described != []

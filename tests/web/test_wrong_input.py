"""Values that no page sends are refused with a sentence, and nothing of them is logged."""

from __future__ import annotations

import logging

import gradio as gr
import pytest

from mnist_core.web.gradio_compat.wrong_input import WRONG, said_in_a_sentence


def test_what_gradio_quotes_is_neither_told_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    choices = gr.Dropdown(["a"], render=False)
    with caplog.at_level(logging.INFO), pytest.raises(gr.Error) as refusal, said_in_a_sentence():
        choices.preprocess("a secret")
    assert refusal.value.message == WRONG
    assert not refusal.value.print_exception
    assert "secret" not in caplog.text


def test_what_we_say_ourselves_stands() -> None:
    own = gr.Error("Draw a digit.", print_exception=False)
    with pytest.raises(gr.Error) as refusal, said_in_a_sentence():
        raise own
    assert refusal.value is own

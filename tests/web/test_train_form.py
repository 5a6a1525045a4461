from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.config import OPTIMIZERS, SCHEDULES, TrainConfig
from mnist_core.models import MODELS
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import augmentation_preview, form_inputs, train_form
from mnist_core.web.tabs.form_settings import read_settings
from mnist_core.web.tabs.train_form import TrainForm, show_preview
from tests.form_values import form_values
from tests.web.conftest import SetLimits
from tests.web.workshop import Workshop, eventually

NAMES = [field.name for field in fields(TrainConfig)]


def parts_of(form: TrainForm, config: TrainConfig) -> dict[str, Any]:
    """Return what each input is told when the form is filled with these settings."""
    updates = form.fill(config, Session())
    return {name: updates[part] for name, part in form.inputs.items()}


def filled(form: TrainForm, config: TrainConfig) -> list[Any]:
    """Return what the page sends when the form has been filled with these settings."""
    parts = parts_of(form, config).values()
    return [part["value"] if isinstance(part, dict) else part for part in parts]


def test_the_recipe_s_values_are_the_recipe(form: TrainForm) -> None:
    assert filled(form, TrainConfig()) == form_values()
    assert read_settings(*form_values()) == TrainConfig()
    told = form.describe(*form_values(), Session())
    assert told[form.note] == train_form.THE_RECIPE
    assert told[form.code]["name"] == "simple_nn_mnist.py"
    assert not told[form.reset]["interactive"]
    ast.parse(told[form.code]["text"])


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig("dropout_nn"),
        TrainConfig("dropout_nn", dropout=0.5),
        TrainConfig("cnn", 3, 128, 0.01, schedule="one_cycle", augmentation="handwriting", seed=7),
        TrainConfig("deep_nn", dropout=0.3),
    ],
)
def test_what_fills_the_form_is_read_from_it(form: TrainForm, config: TrainConfig) -> None:
    assert read_settings(*filled(form, config)) == config
    parts = parts_of(form, config)
    assert parts["model"]["info"] == MODELS[config.model].advice
    assert parts["dropout"]["enabled"] is (MODELS[config.model].dropout is not None)


def test_of_a_run_that_was_trained_on_the_form_takes_all_epochs(form: TrainForm) -> None:
    assert filled(form, TrainConfig(epochs=25)) == form_values(epochs=25)


def test_every_choice_of_the_core_can_be_made() -> None:
    assert form_inputs.SCHEDULES.keys() == set(SCHEDULES)
    assert form_inputs.OPTIMIZERS.keys() == set(OPTIMIZERS)
    assert form_inputs.AUGMENTATIONS.keys() == set(AUGMENTATIONS)


def test_what_differs_is_said_and_stands_in_the_code(form: TrainForm) -> None:
    told = form.describe(*form_values(model="cnn", learning_rate=0.0025, epochs=7.0), Session())
    assert told[form.code]["name"] == "cnn_mnist.py"
    assert "CNN" in told[form.note]
    assert "learning rate 0.0025" in told[form.note]
    assert "7 epochs" in told[form.note]
    assert "dropout" not in told[form.note]
    assert told[form.reset]["interactive"]
    assert "class CNN" in told[form.code]["text"]
    assert "0.0025" in told[form.code]["text"]


@pytest.mark.parametrize("name", ["epochs", "learning_rate", "dropout", "seed"])
def test_what_is_typed_comes_to_the_check_as_it_is(form: TrainForm, name: str) -> None:
    """No field refuses a number, or puts another in its place, before the form has a say."""
    for number in (100, 1e9, -1, 0.5, "0x1", None):
        assert form.inputs[name].preprocess(number) == number


@pytest.mark.parametrize("payload", [True, [1], {"value": 1}, "x" * 41])
def test_a_number_as_no_page_of_ours_sends_it_is_refused(form: TrainForm, payload: object) -> None:
    with pytest.raises(gr.Error):
        form.inputs["seed"].preprocess(payload)


def test_dropout_counts_only_where_there_is_such_a_layer() -> None:
    assert read_settings(*form_values(dropout=0.5)).dropout is None
    assert read_settings(*form_values(model="deep_nn", dropout=0.5)).dropout == 0.5
    assert read_settings(*form_values(model="dropout_nn", dropout=0.2)) == TrainConfig("dropout_nn")


@pytest.mark.parametrize(
    ("model", "enabled", "value"),
    [("simple_nn", False, 0), ("dropout_nn", True, 0.2), ("cnn", True, 0), ([], False, 0)],
)
def test_dropout_is_offered_where_there_is_such_a_layer(
    form: TrainForm, model: object, enabled: bool, value: float
) -> None:
    update = form.describe_network(model)[form.inputs["dropout"]]
    assert update["enabled"] is enabled
    assert update["value"] == value


@pytest.mark.parametrize("model", MODELS)
def test_each_network_says_what_the_article_says_of_it(form: TrainForm, model: str) -> None:
    told = form.describe_network(model)
    assert told[form.inputs["model"]]["info"] == MODELS[model].advice


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text())
)


@given(name=st.sampled_from(NAMES), value=ANYTHING)
def test_whatever_is_sent_is_settings_or_one_sentence(
    form: TrainForm, name: str, value: object
) -> None:
    told = form.describe(*form_values(**{name: value}), Session())
    assert "<" not in told[form.note]
    assert isinstance(told[form.reset]["interactive"], bool)
    try:
        assert isinstance(read_settings(*form_values(**{name: value})), TrainConfig)
    except ValueError as error:
        assert "must be" in str(error)


def test_the_form_says_what_this_server_allows(limit: SetLimits) -> None:
    limit(epochs=10, batch_size=128)
    with gr.Blocks():
        form = TrainForm()
    assert (
        form.describe(*form_values(epochs=11), Session())[form.note]
        == "Epochs must be from 1 to 10 on this server, not 11."
    )
    with pytest.raises(ValueError, match="Batch size must be from 1 to 128"):
        read_settings(*form_values(batch_size=256))
    assert [size for size, _ in form.inputs["batch_size"].choices] == ["64", "128"]


# --- the preview ---------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_previews(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augmentation_preview, "_pictures", {})


@pytest.mark.parametrize("kind", ["affine", "handwriting"])
def test_the_strip_is_a_picture(kind: str) -> None:
    update = show_preview(kind, "mnist", Session())
    assert update["visible"]
    assert update["value"].startswith('<img src="data:image/png;base64,')


@pytest.mark.parametrize("kind", ["none", "<b>", 7, None, []])
def test_there_is_no_strip_of_nothing(kind: object) -> None:
    assert not show_preview(kind, "mnist", Session())["visible"]


def test_without_mnist_the_strip_says_when_it_comes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tmp_path))
    assert "the first training fetches it" in show_preview("affine", "mnist", Session())["value"]


def test_drawing_the_strip_does_not_disturb_a_training(
    workshop: Workshop,
) -> None:
    config = TrainConfig(epochs=2, augmentation="affine")
    session = workshop.session()
    with session.connected():
        run = session.start(config)
        workshop.gate.let_pass(3)
        show_preview("handwriting", "mnist", Session())  # in the middle of an epoch
        workshop.gate.allow()
        eventually(lambda: not run.is_under_way)
    quiet = workshop.session()
    with quiet.connected():
        other = quiet.start(config)
        eventually(lambda: not other.is_under_way)
    assert run.model is not None and other.model is not None
    assert all(map(torch.equal, run.model.parameters(), other.model.parameters()))


def test_the_networks_are_counted_as_they_are_built_for_the_data_set(form: TrainForm) -> None:
    for dataset, count in (("mnist", "101,770"), ("cifar10", "394,634")):
        told = form.describe_data_set(dataset, "none", Session())[form.inputs["model"]]
        assert told["choices"][0] == (f"SimpleNN: {count} parameters", "simple_nn")
        filled = form.fill(TrainConfig(model="cnn", dataset=dataset), Session())
        assert filled[form.inputs["model"]]["value"] == "cnn"
        assert filled[form.inputs["model"]]["choices"] == told["choices"]

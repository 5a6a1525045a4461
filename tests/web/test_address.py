"""The page's address: what it asks for, from anybody, and that it says again what it was told."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.config import SCHEDULES, TrainConfig
from mnist_core.drawings import FINEST, strokes_from_text
from mnist_core.experiments import EXPERIMENTS
from mnist_core.models import MODELS
from mnist_core.preprocessing import image_from_strokes, parse_strokes
from mnist_core.web.components.address import MAX_LETTERS, Address
from mnist_core.web.tabs.address import HIDEABLE, TABS, read_address
from mnist_core.web.tabs.form_inputs import BATCH_SIZES
from mnist_core.web.tabs.settings_query import link_to_settings, write_settings
from tests.each import each

CONFIGS = st.builds(
    TrainConfig,
    model=st.sampled_from(list(MODELS)),
    epochs=st.integers(1, 100),
    batch_size=st.sampled_from(BATCH_SIZES),
    learning_rate=st.floats(1e-6, 100, allow_nan=False),
    schedule=st.sampled_from(SCHEDULES),
    augmentation=st.sampled_from(["none", "affine", "handwriting"]),
    optimizer=st.sampled_from(["adam", "sgd"]),
    seed=st.integers(0, 2**32 - 1),
)


def packed(strokes: list[list[tuple[int, int]]]) -> str:
    """Pack strokes, places 0 to 255, as the page's script does."""
    pieces = [bytes([len(stroke), *sum(stroke, ())]) for stroke in strokes]
    return base64.urlsafe_b64encode(b"".join(pieces)).decode().rstrip("=")


def test_the_examples_of_the_readme() -> None:
    wish = read_address("?tab=train&model=cnn&lr=0.01&epochs=3")
    assert wish.tab == "train"
    assert wish.config == TrainConfig(model="cnn", learning_rate=0.01, epochs=3)
    wish = read_address("?experiment=dropout&lang=zh")
    assert (wish.experiment, wish.tab, wish.ignored) == ("dropout", "experiments", [])
    assert read_address("?hide=experiments,seed").hide == ["experiments", "seed"]
    assert read_address("?model=cnn").tab == "train"
    assert read_address("").ignored == [] and read_address("").tab is None


@given(CONFIGS)
@settings(max_examples=200, deadline=None)
def test_settings_come_back_as_they_were_written(config: TrainConfig) -> None:
    if MODELS[config.model].dropout is not None:
        config = replace(config, dropout=0.35)
    wish = read_address(f"?{link_to_settings(config)}")
    assert wish.config == (config if write_settings(config) else None)
    assert wish.tab == "train"
    assert wish.ignored == []


WORDS = st.text(max_size=12)
NAMES = st.sampled_from(["tab", "model", "epochs", "batch", "lr", "dropout", "seed", "experiment"])
VALUES = WORDS | st.sampled_from([*TABS, *MODELS, *EXPERIMENTS, *HIDEABLE, "5", "0.1", "-1", "nan"])


@given(st.dictionaries(NAMES | WORDS, VALUES, max_size=6), WORDS)
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked_for_is_had_or_named(asked: dict[str, str], fragment: str) -> None:
    wish = read_address(f"?{urlencode(asked)}#{fragment}")
    assert wish.tab is None or wish.tab in TABS
    assert wish.experiment is None or wish.experiment in EXPERIMENTS
    for name in ("tab", "experiment"):
        assert name not in asked or (asked[name] == getattr(wish, name)) != (
            f"{name}={asked[name]}" in wish.ignored
        )


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_text_is_too_strange(address: str) -> None:
    assert len(read_address(address).ignored) < 20
    assert Address().preprocess(address) == address


def test_what_cannot_be_had_is_named() -> None:
    for query in each(
        [
            "tab=kitchen",
            "model=vgg",
            "epochs=0",
            "epochs=5.5",
            "epochs=" + "9" * 4_000,
            "lr=nan",
            "lr=1e400",
            "lr=-1",
            "batch=65",
            "batch=100000",
            "dropout=0.5",
            "schedule=",
            "seed=-1",
            "experiment=<b>",
        ]
    ):
        wish = read_address(f"?{query}")
        assert wish.ignored == [query]
        assert wish.config is None and wish.experiment is None and wish.tab is None
    wish = read_address("?hide=experiments,kitchen&epochs=3&lr=x#d=!")
    assert wish.hide == ["experiments"]
    assert wish.config == TrainConfig(epochs=3)
    assert wish.ignored == ["hide=experiments,kitchen", "lr=x", "d=!"]
    assert read_address("?" + "&".join(["epochs=3"] * 99)).config is None


def test_what_no_page_sends_is_no_address() -> None:
    for payload in each([None, 7, [], {}, "x" * (MAX_LETTERS + 1)]):
        assert Address().preprocess(payload) == ""


PLACES = st.tuples(st.integers(0, FINEST), st.integers(0, FINEST))
STROKES = st.lists(st.lists(PLACES, min_size=1, max_size=255), min_size=1, max_size=4)


@given(STROKES)
@settings(max_examples=100, deadline=None)
def test_a_drawing_comes_back(strokes: list[list[tuple[int, int]]]) -> None:
    read = strokes_from_text(packed(strokes))
    for stroke, points in zip(strokes, read, strict=True):
        for place, point in zip(stroke, points, strict=True):
            assert all(
                abs(p / FINEST - q / 1000) <= 1 / 1000 for p, q in zip(place, point, strict=True)
            )
    assert image_from_strokes(parse_strokes(read)) is not None
    json.dumps(read)


@given(
    st.text(max_size=60) | st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode())
)
@settings(max_examples=300, deadline=None)
def test_any_other_text_is_no_drawing_or_one_that_can_be_read(text: str) -> None:
    try:
        strokes = strokes_from_text(text)
    except ValueError:
        return
    assert strokes and all(strokes)
    parse_strokes(strokes)


def test_a_drawing_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="strokes"):
        strokes_from_text("A" * 5_001)

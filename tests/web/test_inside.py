from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch

from mnist_core.data import DATASETS
from mnist_core.inspection import explain_score, inspect_image
from mnist_core.models import MODELS, create_model
from mnist_core.preprocessing import GrayImage, image_from_strokes
from mnist_core.web.components.canvas import Drawing
from mnist_core.web.components.inside import InsidePanel, Question
from mnist_core.web.sessions import hidden_indexes
from mnist_core.web.sessions.classifiers import Classifier, load_shipped
from mnist_core.web.sessions.hidden_indexes import MOST, hidden_index_of
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import inside as room
from mnist_core.web.tabs.inside import list_strokes, look_closer, scribble
from tests.each import each
from tests.web.workshop import trained

MOST_BYTES = 20_000  # of an update
SEVEN = [np.array([[250.0, 200], [750, 200], [450, 850]])]


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Let no test find the indexes of another one's test images."""
    hidden_indexes._entries.clear()


def seven() -> GrayImage:
    image = image_from_strokes(SEVEN)
    assert image is not None
    return image


def question(view: str = "inside", **facts: Any) -> Question:
    image = b64encode(seven().tobytes()).decode()
    return InsidePanel(render=False).preprocess(as_sent({"view": view, "image": image, **facts}))


def as_sent(facts: Any) -> dict[str, str]:
    return {"question": json.dumps(facts)}


def look(asked: Question, session: Session | None = None) -> dict[str, Any]:
    """Ask as the page does, and unpack the answer as its script does."""
    sent = InsidePanel(render=False).postprocess(look_closer(asked, session or Session()))
    assert list(sent) == ["answer"]
    answer: dict[str, Any] = json.loads(sent["answer"])
    return answer


def signed(picture: dict[str, Any]) -> np.ndarray:
    numbers = np.frombuffer(b64decode(picture["bytes"]), np.int8) / 127 * picture["top"]
    return numbers.reshape(picture["shape"])


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that has a fresh network of one kind read."""

    def use(name: str, is_training: bool = False, **settings: Any) -> Classifier:
        torch.manual_seed(0)
        model = create_model(name, **settings).train(is_training)
        classifier = Classifier("run 1", "Run 1", model, is_training=is_training)
        monkeypatch.setattr(room, "current_classifier", lambda _: classifier)
        hidden_indexes._entries.clear()
        return classifier

    return use


# --- inside ------------------------------------------------------------------------------------


def test_what_is_shown_is_what_the_network_computes() -> None:
    answer = look(question())
    classifier = load_shipped("cnn")
    assert classifier is not None
    seen = inspect_image(classifier.model, seven(), classifier.calibration)
    assert (answer["network"], answer["digit"], answer["isBlank"]) == ("CNN", 7, False)
    assert answer["scores"] == pytest.approx(seen.scores.tolist(), abs=1e-4)
    assert answer["probabilities"] == pytest.approx(seen.probabilities.tolist(), abs=1e-4)
    assert [layer["source"] for layer in answer["layers"]] == ["conv1", "conv2", "fc1"]
    for layer, expected in zip(answer["layers"], seen.activations, strict=True):
        values = layer["values"]
        bytes_ = np.frombuffer(b64decode(values["bytes"]), np.uint8).reshape(values["shape"])
        np.testing.assert_allclose(
            bytes_ / 255 * values["top"], expected.values, atol=values["top"] / 500
        )
        assert layer["on"] == expected.is_on.sum()
    assert signed(answer["kernels"]).shape == (16, 5, 5)
    parameters = [count for layer in answer["shapes"] for count in layer["parameters"]]
    assert sum(parameters) == seen.parameters


def test_of_every_network_what_is_pressed_adds_up(reads: Any) -> None:
    for name in each(MODELS):
        for is_training in (False, True):
            reads(name, is_training)
            layers = look(question())["layers"]
            for layer in layers:
                if len(layer["values"]["shape"]) == 3:
                    found = look(question(layer=layer["name"], unit=3, row=2, column=4))["chosen"]
                    assert found["kind"] == "pixel"
                    total = (signed(found["patch"]) * signed(found["kernel"])).sum()
                    assert total == pytest.approx(found["sum"], abs=0.1)
                else:
                    found = look(question(layer=layer["name"], unit=3))["chosen"]
                    assert found["kind"] == "neuron"
                    total = found["ink"] + found["paper"] + found["bias"]
                    assert total == pytest.approx(found["sum"], abs=1e-4)
                    assert signed(found["products"]).sum() == pytest.approx(found["ink"], abs=0.1)
            answer = look(question(score=4))
            score = answer["chosen"]
            assert (score["kind"], score["digit"]) == ("score", 4)
            total = score["neurons"] + score["others"] + score["bias"]
            assert total == pytest.approx(answer["scores"][4], abs=1e-4)
            shares = sum(tile["share"] for tile in score["tiles"])
            assert shares == pytest.approx(score["neurons"], abs=1e-4)


def test_what_bends_and_what_does_not_are_shown_as_they_are(reads: Any) -> None:
    for activation in each(["tanh", "sigmoid", "none"]):
        classifier = reads("deep_nn", width=20, activation=activation)
        answer = look(question())
        seen = inspect_image(classifier.model, seven())
        function = "" if activation == "none" else activation
        assert [layer["activation"] for layer in answer["layers"]] == [function] * 2
        assert [layer["source"] for layer in answer["layers"]] == ["fc1", "fc2"]
        for layer, expected in zip(answer["layers"], seen.activations, strict=True):
            top = layer["values"]["top"]
            np.testing.assert_allclose(signed(layer["values"]), expected.values, atol=top / 250)
            assert layer["on"] == len(expected.values)
            assert not layer["dead"]
            found = look(question(layer=layer["name"], unit=3))["chosen"]
            assert found["function"] == function
            total = found["ink"] + found["paper"] + found["bias"]
            assert total == pytest.approx(found["sum"], abs=1e-4)
        score = look(question(score=4))["chosen"]
        total = score["neurons"] + score["others"] + score["bias"]
        assert total == pytest.approx(answer["scores"][4], abs=1e-4)
        why = look(question("why", digit=7, against=3))
        assert why["activation"] == function
        assert why["parts"]["sum"] == pytest.approx(why["parts"]["score"], abs=1e-4)


def test_the_table_has_the_share_of_each_neuron() -> None:
    assert look(question())["shares"] is None  # sent only while it is shown
    answer = look(question(table=True))
    classifier = load_shipped("cnn")
    assert classifier is not None
    seen = inspect_image(classifier.model, seven())
    assert answer["shares"] == pytest.approx(seen.hidden.shares[7].tolist(), abs=1e-3)


def test_what_was_pressed_in_another_network_is_not_shown() -> None:
    for facts in each(
        [
            {"layer": "fc9", "unit": 0},
            {"layer": "relu_2", "unit": 128},
            {"layer": "relu", "unit": 0},
            {"layer": "relu", "unit": 0, "row": 14, "column": 0},
            {"layer": "relu_2", "unit": 0, "row": 0, "column": 0},
            {"layer": "input", "unit": 0, "row": 0, "column": 0},
            {"layer": "", "unit": 3},
        ]
    ):
        assert look(question(**facts))["chosen"] is None


def test_an_update_is_small(reads: Any) -> None:
    for name in each(MODELS):
        reads(name)
        relus = look(question())["layers"]
        asked = [
            question(),
            question(score=7, table=True),
            question("why"),
            question("why", path=True),
        ]
        asked += [question(layer=relus[-1]["name"], unit=0), question("why", example=True)]
        if name == "cnn":
            asked.append(question(layer="relu_1", unit=0, row=3, column=3))
        for one in asked:
            sent = InsidePanel(render=False).postprocess(look_closer(one, Session()))
            assert len(json.dumps(sent)) < MOST_BYTES


def test_blank_paper_can_be_looked_at() -> None:
    for view in each(["inside", "why"]):
        answer = look(question(view, image=""))
        assert answer["isBlank"]
        assert "image" not in answer  # the page has it


def test_without_a_network_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "current_classifier", lambda _: None)
    assert look(question()) is None


def test_an_own_run_can_be_looked_into(session: Session) -> None:
    run = trained(session)
    session.draw.classifier = run.id
    answer = look(question(), session)
    assert answer["network"] == run.title
    assert len(look(question("why"), session)["alike"]) == 8


# --- why ---------------------------------------------------------------------------------------


def test_the_evidence_adds_up(reads: Any) -> None:
    for name in each(MODELS):
        model = reads(name).model
        answer = look(question("why", digit=7, against=3))
        assert (answer["explained"], answer["against"]) == (7, 3)
        parts = answer["parts"]
        total = parts["ink"] + parts["paper"] + parts["biases"]
        assert total == pytest.approx(answer["scores"][7] - answer["scores"][3], abs=1e-4)
        assert parts["sum"] == pytest.approx(parts["score"], abs=1e-4)
        expected = explain_score(inspect_image(model, seven()), 7, 3).ink
        ink = answer["ink"]
        np.testing.assert_allclose(signed(ink)[...], expected, atol=ink["top"] / 250)


def test_unless_told_it_is_the_digit_read_rather_than_the_next() -> None:
    answer = look(question("why"))
    order = np.argsort(answer["scores"])
    assert (answer["explained"], answer["against"]) == (order[-1], order[-2])
    same = look(question("why", digit=7, against=7))
    assert same["against"] != 7
    assert "path" not in answer


def test_the_way_from_blank_paper_is_summed() -> None:
    path = look(question("why", path=True))["path"]
    assert path["sum"] == pytest.approx(path["change"], abs=0.5)


def test_the_most_alike_are_test_images() -> None:
    alike = look(question("why"))["alike"]
    images = hidden_indexes.test_images(DATASETS["mnist"])
    assert images is not None
    known = {pixels.numpy().tobytes() for pixels in images.pixels}
    assert len(alike) == 8
    assert all(b64decode(one["image"]) in known for one in alike)


def test_without_test_images_the_rest_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tmp_path))
    assert look(question("why"))["alike"] is None
    assert all(layer["dead"] is None for layer in look(question())["layers"])


def test_the_scribble_fools_one_network_and_not_the_other() -> None:
    answer = look(question("why", example=True))
    cnn, simple_nn = answer["readings"]
    assert (simple_nn["network"], simple_nn["digit"], simple_nn["sure"]) == ("SimpleNN", 8, True)
    assert 0.985 < simple_nn["share"] < 0.999
    assert not cnn["sure"]
    assert (answer["network"], answer["digit"]) == ("SimpleNN", 8)
    assert b64decode(answer["image"]) == scribble().tobytes()


# --- what the test images do -------------------------------------------------------------------


def test_each_edition_of_a_network_sees_the_test_images_once() -> None:
    classifier = load_shipped("simple_nn")
    assert classifier is not None
    first = hidden_index_of(classifier)
    assert first is not None
    assert hidden_index_of(classifier) is first
    later = replace(classifier, epochs=1)
    assert hidden_index_of(later) is not first
    assert hidden_index_of(later) is hidden_index_of(later)


def test_few_networks_are_remembered() -> None:
    classifier = load_shipped("simple_nn")
    assert classifier is not None
    first = hidden_index_of(classifier)
    for number in range(MOST + 3):
        hidden_index_of(replace(classifier, key=f"run {number}"))
        if number < 3:
            assert hidden_index_of(classifier) is first  # used again, so kept
    assert len(hidden_indexes._entries) == MOST
    assert hidden_index_of(classifier) is not first


# --- from strangers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "inside",
        {},
        {"view": "inside"},
        {"view": "outside", "image": ""},
        {"view": "inside", "image": None},
        {"view": "inside", "image": "A" * 2_000},
        {"view": "inside", "image": "", "score": 20},
        {"view": "inside", "image": "", "score": "7"},
        {"view": "inside", "image": "", "score": True},
        {"view": "why", "image": "", "digit": -1},
        {"view": "inside", "image": "", "layer": "x" * 100, "unit": 0},
        {"view": "inside", "image": "", "unit": 10**30},
        {"view": "inside", "image": "", "row": 0.5},
        {"view": "inside", "image": "", "other": 1},
    ],
)
def test_anything_else_from_the_page_is_refused(payload: Any) -> None:
    with pytest.raises(gr.Error, match="A question about the network"):
        InsidePanel(render=False).preprocess(as_sent(payload))
    with pytest.raises(gr.Error, match="A question about the network"):
        InsidePanel(render=False).preprocess(payload)


@pytest.mark.parametrize("text", ["", "{", "[" * 1_000, "{}" + " " * 5_000, None, 7, {}])
def test_what_is_no_json_is_refused(text: Any) -> None:
    with pytest.raises(gr.Error, match="A question about the network"):
        InsidePanel(render=False).preprocess({"question": text})


@pytest.mark.parametrize("image", ["AAAA", "no base64", "é", "AAA", b64encode(bytes(785)).decode()])
def test_an_image_of_another_size_is_refused(image: str) -> None:
    with pytest.raises(gr.Error, match="An image of 28×28 bytes"):
        look_closer(question(image=image), Session())


def test_the_example_payload_is_answered() -> None:
    panel = InsidePanel(render=False)
    assert look_closer(panel.preprocess(panel.example_payload()), Session()) is not None


# --- strokes -----------------------------------------------------------------------------------


def bytes_of(image: str) -> np.ndarray:
    return np.frombuffer(b64decode(image), np.uint8)


def test_strokes_are_listed_where_they_lie_in_the_drawing() -> None:
    bar = np.array([[200.0, 500], [800, 500]])
    strokes = [*SEVEN, bar]
    answer = list_strokes(Drawing(1, strokes), Session())
    image = image_from_strokes(strokes)
    assert image is not None
    assert (bytes_of(answer["image"]) == image.ravel()).all()
    first, second = map(bytes_of, answer["strokes"])
    assert (np.maximum(first, second) == image.ravel()).all()
    assert np.flatnonzero(second.reshape(28, 28).any(axis=1)).size <= 5  # a bar stays one
    assert len(json.dumps(answer)) < MOST_BYTES


def test_one_stroke_and_a_scribble_are_not_taken_apart() -> None:
    bar = np.array([[200.0, 500], [800, 500]])
    for strokes in ([], SEVEN, [bar] * 9):
        assert list_strokes(Drawing(1, strokes), Session())["strokes"] == []
    assert len(json.dumps(list_strokes(Drawing(1, [bar] * 8), Session()))) < MOST_BYTES

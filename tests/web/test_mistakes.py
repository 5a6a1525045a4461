"""The Mistakes tab: counts, images and the map, against what NumPy makes of the network itself."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, Splits
from mnist_core.inference import predict
from mnist_core.models import MODELS, create_model
from mnist_core.text import speaking
from mnist_core.web.components.mistakes import (
    Look,
    MapLook,
    MistakesPanel,
    Selection,
    Taken,
    pack,
)
from mnist_core.web.components.picture import Question
from mnist_core.web.components.sprites import pack_sprite
from mnist_core.web.sessions import hidden_indexes, readings
from mnist_core.web.sessions.classifiers import Classifier, load_shipped
from mnist_core.web.sessions.readings import MOST, known_readings, readings_of
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import draw
from mnist_core.web.tabs.mistakes import (
    IMAGES_AT_ONCE,
    MistakesTab,
    describe,
    list_networks,
    map_hidden,
    show_images,
)
from tests.each import each
from tests.web.workshop import Workshop, build, screens_of, sent, trained

MOST_BYTES_OF_IMAGES = 30_000  # of an answer with sixty of them
MOST_BYTES_OF_FIGURES = 3_000
MOST_BYTES_OF_MAP = 280_000  # with a thousand images, once for each page


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Let no test find what another one's networks have read."""
    readings._known.clear()
    hidden_indexes._entries.clear()


def classifier_of(name: str = "simple_nn", key: str = "one", seed: int = 0) -> Classifier:
    torch.manual_seed(seed)
    return Classifier(key, name, create_model(name).eval())


def offer(monkeypatch: pytest.MonkeyPatch, *classifiers: Classifier) -> None:
    """Let a session have these networks and no other."""
    for place in ("classifiers", "mistakes"):
        room = "sessions.classifiers" if place == "classifiers" else "tabs.mistakes"
        monkeypatch.setattr(f"mnist_core.web.{room}.all_classifiers", lambda _: list(classifiers))


def read_by_hand(classifier: Classifier, mnist: Splits) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read the test images one by one; return digits and confidences."""
    images = (mnist.test.images[:, 0].numpy() * 0.5 + 0.5) * 255
    found = [
        predict(classifier.model, image.round().astype(np.uint8), classifier.calibration)
        for image in images
    ]
    return (
        np.array([one.digit for one in found]),
        np.array([one.probabilities[one.digit] for one in found]),
    )


def pick(session: Session, **facts: Any) -> dict[str, Any]:
    selection = {"network": "one", "what": "cell", **facts}
    return show_images(Selection(**selection), session)


def unpack_sprite(sprite: str, count: int) -> NDArray[np.uint8]:
    sheet = np.asarray(Image.open(io.BytesIO(b64decode(sprite))))
    columns = sheet.shape[1] // 28
    tiles = sheet.reshape(-1, 28, columns, 28).swapaxes(1, 2).reshape(-1, 28, 28)
    return tiles[:count]


# --- the figures -------------------------------------------------------------------------------


def test_the_counts_are_those_of_reading_one_by_one(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = tiny_mnist.test.labels.numpy()
    for name in each(MODELS):
        readings._known.clear()
        classifier = classifier_of(name)
        offer(monkeypatch, classifier)
        answer = describe(Look(network="one", seq=3), Session())
        digits, confidences = read_by_hand(classifier, tiny_mnist)
        expected = np.zeros((10, 10), int)
        np.add.at(expected, (labels, digits), 1)
        assert answer["confusion"] == expected.tolist()
        assert answer["seq"] == 3
        right, error = labels == digits, 0.0
        for low in range(15):
            inside = (confidences > low / 15) & (confidences <= (low + 1) / 15)
            if not inside.any():
                assert answer["bins"][low] == [0, 0, 0]
                continue
            said, true = confidences[inside].mean(), right[inside].mean()
            assert answer["bins"][low] == pytest.approx([inside.sum(), said, true], abs=1e-3)
            error += abs(said - true) * inside.sum() / len(labels)
        assert answer["error"] == pytest.approx(error, abs=1e-3)


def test_two_networks_are_compared_image_by_image(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = classifier_of(key="one", seed=0), classifier_of(key="two", seed=2)
    offer(monkeypatch, one, two)
    session, labels = Session(), tiny_mnist.test.labels.numpy()
    answer = describe(Look(network="one", against="two"), session)["comparison"]
    right, other = (read_by_hand(network, tiny_mnist)[0] == labels for network in (one, two))
    assert answer == {
        "gained": (right & ~other).sum(),
        "lost": (~right & other).sum(),
        "both": (right & other).sum(),
        "none": (~right & ~other).sum(),
    }
    assert answer["gained"] and answer["lost"]
    for what, places in (("gained", right & ~other), ("lost", ~right & other)):
        found = pick(session, against="two", what=what)
        assert sorted(found["places"]) == np.flatnonzero(places).tolist()[:IMAGES_AT_ONCE]
        assert found["total"] == places.sum()
        wrong = found["others"] if what == "gained" else found["digits"]
        assert all(digit != label for digit, label in zip(wrong, found["labels"], strict=True))


def test_a_network_that_is_gone_or_another_sessions_is_not_read(session: Session) -> None:
    run = trained(session)
    assert "confusion" in describe(Look(network=run.id), session)
    stranger = Session()
    assert describe(Look(network=run.id), stranger)["problem"].startswith("This network is gone")
    assert show_images(Selection(network=run.id, what="cell"), stranger)["stale"]
    with speaking("zh"):
        assert describe(Look(network="x"), stranger)["problem"].startswith("这个网络已经不在")


def test_without_the_test_images_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tmp_path))
    look = MapLook(network="simple_nn", with_images=True)
    for answer in (describe(look, Session()), map_hidden(look, Session())):
        assert answer["problem"].startswith("The test images come with the first training")
    assert show_images(Selection(network="simple_nn", what="cell"), Session())["stale"]


# --- the images --------------------------------------------------------------------------------


def test_a_cell_a_row_and_a_column_have_their_images_the_surest_first(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    classifier = classifier_of()
    offer(monkeypatch, classifier)
    session, labels = Session(), tiny_mnist.test.labels.numpy()
    describe(Look(network="one"), session)
    digits, confidences = read_by_hand(classifier, tiny_mnist)
    wrong = labels != digits
    asked = [
        ({}, wrong),
        *(({"label": n}, wrong & (labels == n)) for n in range(10)),
        *(({"digit": n}, wrong & (digits == n)) for n in range(10)),
        *(
            ({"label": n, "digit": m}, (labels == n) & (digits == m))
            for n in range(10)
            for m in range(10)
        ),
    ]
    for facts, expected in asked:
        found = pick(session, **facts)
        assert found["total"] == expected.sum()
        assert found["confidences"] == sorted(found["confidences"], reverse=True)
        if expected.sum() <= IMAGES_AT_ONCE:
            assert sorted(found["places"]) == np.flatnonzero(expected).tolist()
        places = found["places"]
        assert found["labels"] == labels[places].tolist()
        assert found["digits"] == digits[places].tolist()
        assert found["confidences"] == pytest.approx(confidences[places], abs=1e-3)
        if places:
            images = hidden_indexes.test_images(DATASETS["mnist"])
            assert images is not None
            shown = unpack_sprite(found["sprite"], len(places))
            assert (shown == images.pixels.numpy()[places, 0]).all()


def test_more_of_them_follow_without_gap_or_repetition(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, classifier_of())
    session = Session()
    describe(Look(network="one"), session)
    for what in ("cell", "quiz"):
        pages: list[dict[str, Any]] = []
        while not pages or pages[-1]["places"]:
            pages.append(pick(session, what=what, first=sum(len(p["places"]) for p in pages)))
        places = [place for page in pages for place in page["places"]]
        assert len(set(places)) == len(places) == pages[0]["total"] > IMAGES_AT_ONCE
        assert pages[-1]["sprite"] == ""
        is_sorted = sorted(places) == places
        assert not is_sorted


def test_to_open_a_cell_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, classifier_of())
    session = Session()
    assert pick(session)["stale"]
    describe(Look(network="one"), session)
    monkeypatch.setattr("mnist_core.web.sessions.readings.read_all", None)
    assert pick(session)["total"] > 0


# --- bounds ------------------------------------------------------------------------------------


def test_each_edition_of_a_network_reads_once_and_few_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    classifier = classifier_of()
    first = readings_of(classifier)
    assert first is not None and readings_of(classifier) is first
    later = Classifier("one", "one", classifier.model, epochs=1)
    assert readings_of(later) is not first
    for number in range(MOST + 5):
        readings_of(Classifier(f"{number}", "", classifier.model))
    assert len(readings._known) == MOST
    assert known_readings("one") is None


def test_what_is_kept_of_a_network_is_small(mnist: Splits) -> None:
    found = readings.read_all(classifier_of().model, mnist.test)
    size = found.digits.nbytes + found.confidences.nbytes + found.labels.nbytes
    assert size <= 60_000


def test_answers_on_the_real_test_images_are_small(
    mnist_root: Path, mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the tiny data set
    monkeypatch.setenv("MNIST_DATA", str(mnist_root))
    session = Session()
    look = MapLook(network="simple_nn", against="cnn", with_images=True)
    figures = describe(look, session)
    assert np.sum(figures["confusion"]) == 10_000
    assert len(pack(figures)) < MOST_BYTES_OF_FIGURES
    for facts in ({}, {"what": "gained"}, {"what": "quiz"}, {"label": 8, "digit": 8}):
        selection = {"network": "simple_nn", "against": "cnn", "what": "cell", **facts}
        found = show_images(Selection(**selection), session)
        assert found["total"] >= len(found["places"]) > 0
        assert len(pack(found)) < MOST_BYTES_OF_IMAGES
    drawn = map_hidden(look, session)
    assert len(drawn["points"]) == 1_000
    assert len(pack(drawn)) < MOST_BYTES_OF_MAP
    assert len(pack(map_hidden(look.model_copy(update={"with_images": False}), session))) < 60_000


# --- into the Draw tab -------------------------------------------------------------------------


def test_a_test_image_is_read_as_it_was_in_the_test(session: Session) -> None:
    network = load_shipped("simple_nn")
    assert network is not None
    found = readings_of(network)
    images = hidden_indexes.test_images(DATASETS["mnist"])
    assert found is not None and images is not None
    session.draw.classifier = "simple_nn"
    for place in range(len(found.labels)):
        question = Question(seq=place, file="", crop=None, show=False, test_image=place)
        answer, findings = draw.read_picture(question, session)
        assert (answer["seq"], answer["is_picture"]) == (place, True)
        assert answer["digit"] == found.digits[place]
        confidence = answer["probabilities"][answer["digit"]]
        assert confidence == pytest.approx(found.confidences[place], abs=1e-5)
        assert answer["image"] == images.pixels[place].flatten().tolist()
        assert session.draw.drawing is not None  # for Inside, Why and the map
        assert session.draw.drawing.tobytes() == images.pixels[place].numpy().tobytes()
        assert findings == {"seq": place, "size": (28, 28), "found": [], "read": None}


def test_a_test_image_that_is_not_there_is_a_problem_in_a_sentence(session: Session) -> None:
    question = Question(seq=1, file="", crop=None, show=False, test_image=100)
    answer, findings = draw.read_picture(question, session)
    assert answer["digit"] is None
    assert findings["problem"] == "There is no such test image on this machine."


def test_the_network_that_misread_it_reads_it_in_the_draw_tab(session: Session) -> None:
    run = trained(session)
    session.draw.classifier = "cnn"
    tab = build(MistakesTab)
    updates = tab.take(session, sent(network=run.id, image=7, seq=5))
    assert session.draw.classifier == run.id
    assert json.loads(updates[tab.panel]["taken"]) == {"network": run.id, "image": 7, "seq": 5}


# --- which networks ----------------------------------------------------------------------------


def test_shipped_networks_and_runs_are_offered_and_who_reads_is_shown(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=1, batch_size=128))
    tab = build(MistakesTab)
    session.draw.classifier = run.id
    (*_, screen) = screens_of(session, tab)
    listed = json.loads(screen[tab.panel])
    assert [one["key"] for one in listed["networks"]] == ["cnn", "simple_nn", run.id]
    assert listed["networks"][2]["name"] == "Run 1 · 1 epoch, batch size 128"
    assert (listed["network"], listed["against"]) == (run.id, "")


def test_a_run_is_offered_from_its_first_epoch_on(workshop: Workshop) -> None:
    session = workshop.session()
    with session.connected():
        session.start(TrainConfig(epochs=1))
        workshop.gate.let_pass(1)
        assert len(list_networks(session)["networks"]) == 2
        workshop.gate.allow()
    session.end()


def test_another_tab_can_ask_for_two_networks(session: Session) -> None:
    run = trained(session)
    tab = build(MistakesTab)
    tab.show(session, sent(network=run.id, against="simple_nn"))
    listed = list_networks(session)
    assert (listed["network"], listed["against"], listed["wishes"]) == (run.id, "simple_nn", 1)
    session.delete(run)
    listed = list_networks(session)
    assert (listed["network"], listed["against"]) == ("cnn", "simple_nn")


# --- the map -----------------------------------------------------------------------------------


def test_the_map_lies_on_the_axes_of_the_most_variance(session: Session) -> None:
    network = load_shipped("simple_nn")
    images = hidden_indexes.test_images(DATASETS["mnist"])
    assert network is not None and images is not None
    session.draw.drawing = images.pixels[3, 0].numpy().copy()
    answer = map_hidden(MapLook(network="simple_nn", with_images=True), session)
    with torch.no_grad():
        hidden = network.model.fc1(images.images.flatten(1)).relu().numpy()  # type: ignore[operator]
    centred = hidden - hidden.mean(axis=0)
    _, values, axes = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    assert answer["shares"] == pytest.approx((values**2 / (values**2).sum())[:2], abs=1e-3)
    for axis in range(2):
        expected = centred @ axes[axis]
        found = np.array(answer["points"])[:, axis]
        assert np.abs(found) == pytest.approx(np.abs(expected), abs=1e-2)
    assert answer["drawing"]["place"] == pytest.approx(answer["points"][3], abs=1e-2)
    assert b64decode(answer["drawing"]["image"]) == session.draw.drawing.tobytes()
    shown = unpack_sprite(answer["sprite"], 100)
    assert (shown == images.pixels[:, 0].numpy()).all()
    without = map_hidden(MapLook(network="simple_nn", with_images=False), Session())
    assert (without["sprite"], without["drawing"]) == ("", None)
    assert without["points"] == answer["points"]


# --- from strangers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "facts"),
    [
        (Look, {}),
        (Look, {"network": 3}),
        (Look, {"network": "x" * 65}),
        (Look, {"network": "cnn", "seq": -1}),
        (Look, {"network": "cnn", "other": 1}),
        (MapLook, {"network": "cnn", "with_images": "yes"}),
        (Selection, {"network": "cnn"}),
        (Selection, {"network": "cnn", "what": "all"}),
        (Selection, {"network": "cnn", "what": "cell", "label": 20}),
        (Selection, {"network": "cnn", "what": "cell", "digit": True}),
        (Selection, {"network": "cnn", "what": "cell", "first": -1}),
        (Selection, {"network": "cnn", "what": "cell", "first": 10**9}),
        (Taken, {"network": "cnn"}),
        (Taken, {"network": "cnn", "image": -1}),
        (Taken, {"network": "cnn", "image": 1.5}),
    ],
)
def test_anything_else_from_the_page_is_refused(payload: Any, facts: dict[str, Any]) -> None:
    with pytest.raises(gr.Error):
        payload.of(sent(**facts))


def test_a_sprite_has_forty_in_a_row() -> None:
    images = np.random.default_rng(0).integers(0, 256, (83, 1, 28, 28)).astype(np.uint8)
    sheet = Image.open(io.BytesIO(b64decode(pack_sprite(images))))
    assert sheet.size == (40 * 28, 3 * 28)
    assert (unpack_sprite(pack_sprite(images), 83) == images[:, 0]).all()


def test_the_panel_begins_empty() -> None:
    panel = MistakesPanel(render=False)
    assert panel.value is None
    assert {panel.reading, panel.images, panel.hidden, panel.taken} == {""}

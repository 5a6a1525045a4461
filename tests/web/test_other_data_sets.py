"""The rooms of the page with networks that have learned something else than MNIST's digits."""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from mnist_core.checkpoints import describe_run, metadata_path, save_checkpoint
from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, PixelDataset, map_images
from mnist_core.text import say, speaking, translate
from mnist_core.web.components.canvas import Drawing
from mnist_core.web.components.experiment_cards import DataChoice
from mnist_core.web.components.image_strip import Wish
from mnist_core.web.components.inside import Question as Inside
from mnist_core.web.components.mistakes import Look, MapLook, Selection
from mnist_core.web.components.picture import Question
from mnist_core.web.components.scrubber import Look as MomentLook
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions import hidden_indexes, readings
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import augmentation_preview, draw
from mnist_core.web.tabs.draw import DrawTab
from mnist_core.web.tabs.experiments import ExperimentsTab
from mnist_core.web.tabs.first_batch import view_first_batch
from mnist_core.web.tabs.image_strip import IMAGES_AT_ONCE, fill_strip
from mnist_core.web.tabs.inside import look_closer
from mnist_core.web.tabs.mistakes import describe, list_networks, map_hidden, show_images
from mnist_core.web.tabs.one_step import show_step
from mnist_core.web.tabs.runs import curves_of_runs, describe_runs
from mnist_core.web.tabs.scrubber import look_back, view_moments
from mnist_core.web.tabs.train_form import show_preview
from tests.each import each
from tests.web.workshop import build, screens_of, sent, trained

OTHERS = ("fashion_mnist", "kmnist", "cifar10")
ONE = [np.array([[500.0, 150.0], [500.0, 850.0]])]
ONE_EPOCH = {"model": "simple_nn", "epochs": 1}

pytestmark = pytest.mark.usefixtures("tiny_sets")


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Let no test find what another one's networks have read."""
    readings._known.clear()
    hidden_indexes._entries.clear()


def reader_of(name: str, session: Session, folder: Path) -> Run:
    """Let a session have a network of a data set, as an upload, and let it read."""
    config = TrainConfig(dataset=name, **ONE_EPOCH)
    torch.manual_seed(1)
    path = folder / f"{name}.pth"
    save_checkpoint(path, config.create_model(), describe_run(config, []))
    run = session.upload(path, metadata_path(path))
    session.draw.classifier = run.id
    return run


def images_of(name: str) -> PixelDataset:
    images = map_images(DATASETS[name]).test
    assert isinstance(images, PixelDataset)
    return images


def read_by_hand(run: Run, name: str) -> NDArray[Any]:
    assert run.model is not None
    with torch.no_grad():
        digits: NDArray[Any] = run.model.eval()(images_of(name).images).argmax(1).numpy()
    return digits


def asked(place: int, name: str) -> Question:
    return Question(seq=5, file="", crop=None, show=False, test_image=place, data_set=name)


# --- reading -----------------------------------------------------------------------------------


def test_a_test_image_is_read_as_in_the_test_and_the_bars_have_names(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    for name in each(OTHERS):
        session = Session()
        run = reader_of(name, session, own_cache)
        digits = read_by_hand(run, name)
        for place in (0, 7, 41):
            answer, findings = draw.read_picture(asked(place, name), session)
            assert answer["digit"] == digits[place]
            assert answer["classes"] == [str(one) for one in DATASETS[name].classes]
            pixels = images_of(name).pixels[place]
            assert answer["image"] == pixels.flatten().tolist()
            assert answer.get("channels", 1) == len(pixels)
            assert findings["size"] == tuple(pixels.shape[-2:])
            assert answer["keeps_labels"] is False


def test_what_cannot_be_drawn_is_not_read_from_a_drawing(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    for name in each(["fashion_mnist", "cifar10"]):
        session = Session()
        reader_of(name, session, own_cache)
        answer = draw.read_drawing(Drawing(7, ONE), session)
        assert answer["digit"] is None and "probabilities" not in answer
        assert answer["message"] == "Press a test image, or have a picture read"
        assert session.draw.drawing is None
        with speaking("zh"):
            answer = draw.read_drawing(Drawing(7, ONE), session)
        assert answer["message"] == "点一张测试图像，或识别一张图片"
        assert answer["classes"][0] in ("T 恤", "飞机")


def test_letters_can_be_drawn_and_are_called_by_their_names(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    session = Session()
    run = reader_of("kmnist", session, own_cache)
    answer = draw.read_drawing(Drawing(7, ONE), session)
    assert answer["digit"] in range(10)
    assert answer["classes"] == list(DATASETS["kmnist"].classes)
    assert answer["keeps_labels"] is False  # only digits are counted
    tab = build(DrawTab)
    (*_, screen) = screens_of(session, tab)
    assert screen[tab.canvas]["drawable"] == "classes"
    assert screen[tab.strip] == ""
    (row,) = (row for row in screen[tab.board]["rows"] if row["key"] == run.id)
    assert row["right"] is None


def test_an_image_of_another_set_is_not_read_because_the_shapes_agree(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    session = Session()
    reader_of("fashion_mnist", session, own_cache)
    for name in each(["mnist", "kmnist", "cifar10", "x"]):
        answer, findings = draw.read_picture(asked(0, name), session)
        assert answer["digit"] is None
        assert findings["problem"] == say("picture.other_data_set")


def test_a_photograph_is_brought_to_the_shape_of_what_was_learned(own_cache: Path) -> None:
    (own_cache / "a1").mkdir(parents=True)
    picture = Image.new("RGB", (120, 80), (240, 240, 240))
    picture.paste((30, 60, 200), (45, 25, 75, 55))
    path = own_cache / "a1" / "thing.png"
    for name in each(["fashion_mnist", "cifar10"]):
        session = Session()
        reader_of(name, session, own_cache)
        picture.save(path)
        whole = Question(seq=9, file=str(path), crop=None, show=False)
        answer, findings = draw.read_picture(whole, session)
        assert answer["digit"] in range(10)
        assert findings["found"] == []
        assert findings["read"] == pytest.approx([20 / 120, 0, 100 / 120, 1], abs=1e-3)
        image = np.array(answer["image"]).reshape(DATASETS[name].shape)
        if name == "cifar10":
            assert image[:, 0, 0].tolist() == [240, 240, 240]
            assert image[:, 16, 16].tolist() == [30, 60, 200]
        else:
            assert image[0, 0, 0] == 0 and image[0, 14, 14] > 200
        part = whole.model_copy(update={"crop": [0.4, 0.35, 0.6, 0.65]})
        assert draw.read_picture(part, session)[0]["digit"] is not None


# --- the strip ---------------------------------------------------------------------------------


def test_a_strip_offers_the_test_images_where_nothing_can_be_drawn(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    for name in each(["fashion_mnist", "cifar10"]):
        session = Session()
        reader_of(name, session, own_cache)
        tab = build(DrawTab)
        (*_, screen) = screens_of(session, tab)
        assert screen[tab.canvas]["drawable"] == ""
        told = json.loads(screen[tab.strip])
        assert (told["key"], told["title"]) == (name, str(DATASETS[name].title))
        for first, place in ((0, 0), (10, 10), (95, len(images_of(name)) - IMAGES_AT_ONCE)):
            answer = json.loads(fill_strip(Wish(data_set=name, first=first), session))
            assert answer["first"] == place
            images = images_of(name).pixels[place : place + IMAGES_AT_ONCE].numpy()
            labels = images_of(name).labels[place : place + IMAGES_AT_ONCE].tolist()
            assert answer["labels"] == labels
            assert (unpack(answer["sprite"], answer["side"]) == images).all()


def test_the_strip_has_nothing_of_what_nobody_reads(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_cache.mkdir(parents=True)
    session = Session()
    reader_of("fashion_mnist", session, own_cache)
    assert "labels" not in json.loads(fill_strip(Wish(data_set="cifar10", first=0), session))
    monkeypatch.setenv("MNIST_DATA", str(tmp_path / "nothing"))
    assert "labels" not in json.loads(fill_strip(Wish(data_set="fashion_mnist", first=0), session))
    session.draw.classifier = "cnn"
    assert "labels" not in json.loads(fill_strip(Wish(data_set="mnist", first=0), Session()))


def unpack(sprite: str, side: int) -> NDArray[Any]:
    """Cut a sprite of a single line up again, [images, channels, side, side]."""
    sheet = np.asarray(Image.open(io.BytesIO(b64decode(sprite))))
    assert len(sheet) == side
    lines = sheet.reshape(side, -1, side, (sheet.ndim == 3 and 3) or 1)
    return lines.transpose(1, 3, 0, 2)


# --- mistakes ----------------------------------------------------------------------------------


def test_mistakes_are_those_in_the_images_of_the_networks_own_set(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    for name in each(OTHERS):
        readings._known.clear()
        session = Session()
        run = reader_of(name, session, own_cache)
        answer = describe(Look(network=run.id), session)
        labels, digits = images_of(name).labels.numpy(), read_by_hand(run, name)
        expected = np.zeros((10, 10), int)
        np.add.at(expected, (labels, digits), 1)
        assert answer["confusion"] == expected.tolist()
        assert answer["classes"] == [str(one) for one in DATASETS[name].classes]
        assert (answer["data_set"], answer["can_draw"]) == (name, name == "kmnist")
        found = show_images(Selection(network=run.id, what="cell"), session)
        pixels = images_of(name).pixels.numpy()[found["places"]]
        assert found["side"] == pixels.shape[-1]
        sheet = np.asarray(Image.open(io.BytesIO(b64decode(found["sprite"]))))
        side = found["side"]
        tile = sheet[:side, side : 2 * side].reshape(side, side, -1).transpose(2, 0, 1)
        assert (tile == pixels[1]).all()


def test_networks_of_different_sets_are_not_compared(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    session = Session()
    one, other = (reader_of("fashion_mnist", session, own_cache) for _ in range(2))
    letters = reader_of("kmnist", session, own_cache)
    sets = {row["key"]: row["data_set"] for row in list_networks(session)["networks"]}
    assert sets == {
        "cnn": "mnist",
        "simple_nn": "mnist",
        one.id: "fashion_mnist",
        other.id: "fashion_mnist",
        letters.id: "kmnist",
    }
    assert "comparison" in describe(Look(network=one.id, against=other.id), session)
    for key in (letters.id, "cnn"):
        assert "comparison" not in describe(Look(network=one.id, against=key), session)
        selection = Selection(network=one.id, against=key, what="gained")
        assert show_images(selection, session)["stale"]


def test_the_map_shows_the_set_and_the_picture_that_was_read(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    for name in each(OTHERS):
        session = Session()
        run = reader_of(name, session, own_cache)
        draw.read_picture(asked(3, name), session)
        answer = map_hidden(MapLook(network=run.id, with_images=True), session)
        assert answer["drawing"]["place"] == pytest.approx(answer["points"][3], abs=1e-2)
        assert (answer["data_set"], answer["channels"]) == (name, DATASETS[name].shape[0])
        # What one network has read says nothing in the layers of another set's.
        session.draw.classifier = "cnn"
        answer = map_hidden(MapLook(network=run.id, with_images=False), session)
        assert answer["drawing"] is None


# --- all of it ---------------------------------------------------------------------------------


def test_a_run_on_each_set_is_trained_read_with_and_looked_at() -> None:
    for name in each(OTHERS):
        session = Session()
        run = trained(session, TrainConfig(dataset=name, **ONE_EPOCH))
        assert run.state == "finished"
        session.draw.classifier = run.id
        answer, _ = draw.read_picture(asked(0, name), session)
        assert answer["digit"] == read_by_hand(run, name)[0]
        assert answer["classifier"] == translate(run.title)
        counts = np.array(describe(Look(network=run.id), session)["confusion"])
        assert counts.trace() / counts.sum() == pytest.approx(run.accuracy)
        session.end()


# --- inside and why ----------------------------------------------------------------------------


def look_at(session: Session, name: str, view: str) -> dict[str, Any]:
    image = b64encode(images_of(name).pixels[3].numpy().tobytes()).decode("ascii")
    facts = look_closer(Inside.model_validate({"view": view, "image": image}), session)
    assert facts is not None
    return facts


def test_grey_images_are_looked_at_and_the_classes_have_names(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    for name in each(["fashion_mnist", "kmnist"]):
        session = Session()
        reader_of(name, session, own_cache)
        facts = look_at(session, name, "why")
        assert facts["classes"] == [str(one) for one in DATASETS[name].classes]
        labels = images_of(name).labels.tolist()
        assert facts["alike"][0]["label"] == labels[3]  # the image itself is the most alike
        assert look_at(session, name, "inside")["layers"][0]["dead"] is not None
        with speaking("zh"):
            assert look_at(session, name, "why")["classes"][0] in ("T 恤", "お o")


def test_images_in_colour_are_not_and_a_sentence_says_so(own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    session = Session()
    reader_of("cifar10", session, own_cache)
    for view in ("inside", "why"):
        facts = look_closer(Inside.model_validate({"view": view, "image": ""}), session)
        assert facts is not None and "layers" not in facts and "ink" not in facts
        assert "reads images in colour" in facts["unavailable"]
    # The scribble is for the network of the article, which reads digits.
    example = Inside.model_validate({"view": "why", "image": "", "example": True})
    facts = look_closer(example, session)
    assert facts is not None and "readings" in facts


# --- the Train tab -----------------------------------------------------------------------------


def test_the_first_batch_and_one_step_show_the_set(own_cache: Path) -> None:
    for name in each(DATASETS):
        data_set = DATASETS[name]
        config = TrainConfig(dataset=name, batch_size=16, **ONE_EPOCH)
        batch = view_first_batch(config)
        step = show_step(1, *asdict(config).values(), Session())
        has_names = name != "mnist"
        for view in (batch, step):
            assert view["shape"] == list(data_set.shape)
            names = [str(one) for one in data_set.classes] if has_names else None
            assert view["classes"] == names
        train = map_images(data_set).train
        assert isinstance(train, PixelDataset)
        first = batch["images"][0]
        pixels = np.frombuffer(b64decode(first["pixels"]), np.uint8).reshape(data_set.shape)
        (place,) = np.nonzero((train.pixels.numpy() == pixels).all(axis=(1, 2, 3)))
        assert int(train.labels[place[0]]) == first["label"]
        words = " ".join(phase["words"] for phase in step["phases"])
        assert str([16, *data_set.shape]) in words
        if has_names:
            assert f"{data_set.classes[0]}: " in words
            with speaking("zh"):
                assert view_first_batch(config)["classes"] == list(map(translate, data_set.classes))


def test_without_its_images_the_set_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tmp_path / "nothing"))
    config = TrainConfig(dataset="cifar10")
    batch = view_first_batch(config)
    assert (batch["size"], batch["title"]) == (0, "CIFAR-10")
    step = show_step(1, *asdict(config).values(), Session())
    assert step["error"] == "A step needs images: the first training fetches CIFAR-10."


def test_an_augmentation_is_shown_on_the_images_of_the_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augmentation_preview, "_pictures", {})
    for name in each(DATASETS):
        value = show_preview("affine", name, Session())["value"]
        picture = Image.open(io.BytesIO(b64decode(value.split(",")[1].split('"')[0])))
        assert picture.mode == ("RGB" if name == "cifar10" else "L")
        side = DATASETS[name].shape[-1] + augmentation_preview.GAP
        assert picture.size == (10 * side, 2 * side)
        assert ("photograph" in value) == (not DATASETS[name].is_drawable)
    assert not show_preview("handwriting", "cifar10", Session())["visible"]
    assert not show_preview("affine", "x", Session())["visible"]


def test_moments_say_the_classes_and_read_what_is_of_their_set() -> None:
    session = Session()
    run = trained(session, TrainConfig(dataset="fashion_mnist", **ONE_EPOCH))
    told = view_moments(run)
    assert (told["classes"], told["can_draw"]) == (
        [str(one) for one in DATASETS["fashion_mnist"].classes],
        False,
    )
    look = MomentLook(run=run.id, drawing=True)
    session.draw.classifier = "cnn"
    draw.read_drawing(Drawing(1, ONE), session)
    assert look_back(look, session)["is_drawn"] is False  # a digit is nothing to it
    session.draw.classifier = run.id
    draw.read_picture(asked(0, "fashion_mnist"), session)
    answer = look_back(look, session)
    assert answer["is_drawn"] and answer["readings"][-1] is not None
    session.end()


# --- experiments -------------------------------------------------------------------------------


def test_experiments_are_made_on_the_set_that_is_chosen(session: Session) -> None:
    tab = build(ExperimentsTab)
    tab.choose_data_set(session, sent(dataset="fashion_mnist"))
    tab.order_experiment(session, sent(action="try", experiment="batch"))
    assert [run.config.dataset for run in session.runs] == ["fashion_mnist"] * 2
    assert [run.config.batch_size for run in session.runs] == [64, 256]
    (*_, screen) = screens_of(session, tab)
    cards = screen[tab.cards]
    assert cards["dataset"] == "fashion_mnist"
    assert cards["state"] == "done"
    assert cards["change"] == "batch size 256"
    text = cards["experiments"]["batch"]
    assert text["baseline"] == say("run.recipe")
    assert "measured on MNIST alone" in text["expectation"]
    assert screen[tab.share] == "experiment=batch&data=fashion_mnist"
    # What came of one set is not shown as that of another.
    tab.choose_data_set(session, sent(dataset="mnist"))
    (*_, screen) = screens_of(session, tab)
    assert screen[tab.cards]["state"] == "untried"
    assert "measured on MNIST" not in screen[tab.cards]["experiments"]["batch"]["expectation"]


def test_only_sets_that_there_are_can_be_chosen() -> None:
    for wrong in ({}, {"dataset": "x"}, {"dataset": 3}, {"dataset": None}):
        with pytest.raises(gr.Error):
            DataChoice.of(sent(**wrong))


# --- runs --------------------------------------------------------------------------------------


def test_runs_of_different_sets_are_told_apart(session: Session) -> None:
    runs = [
        trained(session, TrainConfig(dataset=name, **ONE_EPOCH))
        for name in ("mnist", "fashion_mnist")
    ]
    for run in runs:
        session.curves.choose(run.id, True)
    names = [curve.name for curve in curves_of_runs(session)]
    assert names == ["Run 1 · MNIST", "Run 2 · Fashion-MNIST"]
    rows = describe_runs(session, {})["rows"]
    assert [row["dataset"] for row in rows] == ["Fashion-MNIST", "MNIST"]
    assert all(row["is_best"] for row in rows)  # each of its own set
    assert [translate(run.title) for run in runs] == [
        "Run 1 · 1 epoch",
        "Run 2 · 1 epoch, Fashion-MNIST",
    ]
    session.curves.choose(runs[0].id, False)
    assert [curve.name for curve in curves_of_runs(session)] == ["Run 2"]

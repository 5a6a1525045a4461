"""The pictures that a visitor brings: whose they are, what they may cost, and when they go."""

from __future__ import annotations

import json
import shutil
import threading
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from mnist_core.checkpoints import load_checkpoint
from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.data import DataSet, Splits, find_data_set, has_images, map_images
from mnist_core.experiments import experiments_with_pictures
from mnist_core.text import speaking
from mnist_core.web.components.first_batch import FirstBatch
from mnist_core.web.components.mistakes import Look
from mnist_core.web.jobs import worker
from mnist_core.web.sessions import own_pictures
from mnist_core.web.sessions.classifiers import all_classifiers
from mnist_core.web.sessions.registry import Registry
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import experiments
from mnist_core.web.tabs.address import read_address
from mnist_core.web.tabs.experiments import ExperimentsTab, describe_cards
from mnist_core.web.tabs.first_batch import show_first_batch
from mnist_core.web.tabs.form_settings import read_settings
from mnist_core.web.tabs.mistakes import describe, list_networks
from mnist_core.web.tabs.runs import describe_runs
from mnist_core.web.tabs.settings_query import link_to_settings
from mnist_core.web.tabs.train_form import TrainForm
from tests.form_values import form_values
from tests.made_pictures import LYING, UPRIGHT, two_classes, write_zip
from tests.web.conftest import SetLimits
from tests.web.workshop import SHORT, Workshop, build, eventually, sent, trained


@pytest.fixture(autouse=True)
def pictures_themselves(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers train from what a visitor has brought, and not from what tests hand out."""
    handed_out = worker.map_images

    def choose(data_set: DataSet, root: Path) -> Splits:
        return map_images(data_set, root) if data_set.origin else handed_out(data_set, root)

    monkeypatch.setattr(worker, "map_images", choose)


def put(cache: Path, count: int = 75, name: str = "lines.zip", **others: bytes) -> str:
    """Upload a zip file of pictures, as Gradio keeps it; return its path."""
    folder = cache / f"upload{len(list(cache.glob('upload*')))}"
    folder.mkdir(parents=True)
    return str(write_zip(folder / name, two_classes(count) | others))


def bring(session: Session, cache: Path, count: int = 75) -> TrainConfig:
    """Bring pictures; return settings of a short run that learns them."""
    session.bring_pictures(put(cache, count))
    values = form_values(dataset="pictures", model="cnn", epochs=1)
    return read_settings(*values, session=session)


def files_in(cache: Path) -> list[str]:
    return [path.name for path in cache.rglob("*") if path.is_file()]


def test_a_run_learns_what_a_visitor_has_brought(session: Session, own_cache: Path) -> None:
    config = bring(session, own_cache)
    assert not session.is_empty
    assert session.own_pictures is not None
    assert session.own_pictures.counts == {LYING: (60, 15), UPRIGHT: (60, 15)}
    assert "lines.zip" not in files_in(own_cache)  # the upload is gone
    run = trained(session, config)
    assert run.state == "finished", run.status
    assert run.accuracy is not None and run.accuracy > 0.6
    assert run.lines[0].facts["shape"] == (64, 3, 32, 32)
    files = session.files(run)
    assert files is not None
    checkpoint = load_checkpoint(files[0])
    assert files[0].name == "run_1_cnn_pictures.pth"
    assert checkpoint.metadata["classes"] == [LYING, UPRIGHT]
    assert config.dataset not in files[1].read_text()
    (reader,) = (one for one in all_classifiers(session) if one.key == run.id)
    assert (reader.reads_drawings, reader.classes) == (False, (LYING, UPRIGHT))
    with session.connected():
        session.train_on(run, 1)
        eventually(lambda: not run.is_under_way)
    assert run.state == "finished"


def test_a_network_comes_back_from_its_files_without_the_pictures(
    session: Session, workshop: Workshop, own_cache: Path
) -> None:
    run = trained(session, bring(session, own_cache))
    files = session.files(run)
    assert files is not None
    program = generate_code(run.config)
    elsewhere = workshop.session()
    upload = elsewhere.upload(*files)
    assert upload.config.dataset != run.config.dataset
    assert upload.epochs == run.epochs and upload.accuracy == run.accuracy
    (row,) = describe_runs(elsewhere, {})["rows"]
    assert (row["dataset"], row["can_read"], row["can_draw"]) == ("Your pictures", True, False)
    (reader,) = (one for one in all_classifiers(elsewhere) if one.key == upload.id)
    assert reader.classes == (LYING, UPRIGHT)
    assert generate_code(upload.config) == program
    assert not has_images(upload.config.data_set)
    elsewhere.delete(upload)
    elsewhere.upload(*(session.files(run) or files))  # an upload is taken from where it lay
    assert find_data_set(upload.config.dataset) is None  # nothing names it any more

    # Who brings the pictures again sees its mistakes in them.
    assert list_networks(elsewhere)["networks"][-1]["data_set"] == "mnist"
    brought = bring(elsewhere, own_cache)
    again = elsewhere.upload(*(session.files(run) or files))
    assert again.config.dataset == brought.dataset
    assert list_networks(elsewhere)["networks"][-1]["key"] == again.id
    found = describe(Look(network=again.id), elsewhere)
    assert found["classes"] == [LYING, UPRIGHT]
    assert np.trace(found["confusion"]) / 30 == pytest.approx(run.accuracy)
    elsewhere.end()
    assert find_data_set(brought.dataset) is None


def test_the_first_batch_shows_them_with_their_names(session: Session, own_cache: Path) -> None:
    bring(session, own_cache)
    text = FirstBatch(render=False).postprocess(
        show_first_batch("pictures", 64, 42, 60_000, 0, session)
    )
    view = json.loads(text)
    assert (view["of"], view["shape"]) == (120, [3, 32, 32])
    assert {view["classes"][image["label"]] for image in view["images"]} == {LYING, UPRIGHT}
    pixels = np.frombuffer(b64decode(view["images"][0]["pixels"]), np.uint8)
    assert pixels.shape == (3 * 32 * 32,)


def test_nobody_else_is_given_them(session: Session, workshop: Workshop, own_cache: Path) -> None:
    config = bring(session, own_cache)
    stranger = workshop.session()
    with pytest.raises(ValueError, match="no pictures of yours"):
        read_settings(*form_values(dataset="pictures"), session=stranger)
    with pytest.raises(ValueError, match="not here any more"):
        stranger.start(config)  # even who knew the key
    assert show_first_batch("pictures", 64, 42, 60_000, 0, stranger) == gr.skip()
    address = f"?{link_to_settings(config)}"
    assert "data=pictures&" in address  # whoever follows it, their own
    assert config.dataset not in address
    assert read_address(address, config.dataset).config == config
    assert read_address(address).ignored == ["data=pictures"]
    assert read_address(f"?data={config.dataset}").config is None  # even who knew the key


def test_they_go_with_the_session(session: Session, own_cache: Path) -> None:
    config = bring(session, own_cache)
    trained(session, config)
    assert any(name.endswith(".npy") for name in files_in(own_cache))
    assert find_data_set(config.dataset) is not None
    session.end()
    assert files_in(own_cache) == []
    assert find_data_set(config.dataset) is None
    with pytest.raises(ValueError, match="ended"):
        session.bring_pictures(put(own_cache))
    assert not any(name.endswith(".npy") for name in files_in(own_cache))


def test_others_take_their_place_and_what_was_learned_stays(
    session: Session, own_cache: Path
) -> None:
    config = bring(session, own_cache)
    run = trained(session, config)
    other = bring(session, own_cache, count=80)
    assert other.dataset != config.dataset
    assert session.own_pictures is not None
    assert session.own_pictures.counts[LYING] == (64, 16)
    assert run.model is not None
    assert run.config.create_model_shape() is not None
    with pytest.raises(ValueError, match="not here any more"):
        session.train_on(run, 1)
    assert run.model is not None
    session.delete(run)
    bring(session, own_cache)
    assert find_data_set(config.dataset) is None  # nothing names them any more


def test_they_cannot_be_replaced_while_a_run_learns_them(
    workshop: Workshop, own_cache: Path
) -> None:
    session = workshop.session()
    bring(session, own_cache)
    with session.connected():
        run = session.start(SHORT)
        with pytest.raises(ValueError, match="when your training is over"):
            session.bring_pictures(put(own_cache))
        workshop.gate.allow()
        eventually(lambda: not run.is_under_way)
    session.bring_pictures(put(own_cache))


def test_what_is_no_upload_is_not_read(session: Session, own_cache: Path, tmp_path: Path) -> None:
    elsewhere = write_zip(tmp_path / "elsewhere.zip", two_classes())
    own_cache.mkdir(exist_ok=True)
    for path in (str(elsewhere), str(own_cache), "/etc", "", "\0", "None"):
        with pytest.raises(ValueError, match=r"gone|upload"):
            session.bring_pictures(path)
    assert elsewhere.exists()


def test_a_refused_upload_leaves_nothing_behind(
    session: Session, own_cache: Path, limit: SetLimits
) -> None:
    limit(pictures=100)
    with pytest.raises(ValueError, match="more than 100 files"):
        session.bring_pictures(put(own_cache))
    with pytest.raises(ValueError, match="at least 8 and 2"):
        session.bring_pictures(put(own_cache, count=3))
    assert files_in(own_cache) == []
    assert session.is_empty


def test_pictures_are_limited_in_all_sessions_together(
    own_cache: Path, limit: SetLimits, monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    limit(pictures_mb=100)
    registry = Registry(workshop.clock, workshop.session)
    sessions = [registry.enter(None, f"page{number}")[1] for number in range(3)]
    for session in sessions[:2]:
        bring(session, own_cache)
        workshop.clock.time += 1
    monkeypatch.setattr("mnist_core.web.sessions.registry.MEGABYTE", 10_000)
    one = sessions[0].pictures_size
    assert 1_000_000 > one > 400_000
    limit(pictures_mb=100)  # room for two of them and a half
    bring(sessions[2], own_cache)
    assert sessions[0].own_pictures is None  # used longest ago
    assert sessions[1].own_pictures is not None
    assert sessions[2].own_pictures is not None


def test_one_set_at_a_time_is_read(
    session: Session, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_pictures, "PATIENCE_SECONDS", 0.01)
    lock = threading.Lock()
    lock.acquire()
    monkeypatch.setattr(own_pictures, "_reading", lock)
    with pytest.raises(ValueError, match="being read"):
        session.bring_pictures(put(own_cache))


def test_a_full_disk_is_said(
    session: Session, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(own_pictures, "save_data_set", fail)
    with pytest.raises(ValueError, match="no room"):
        session.bring_pictures(put(own_cache))
    assert files_in(own_cache) == []


def test_files_that_go_by_themselves_are_missed_before_a_training(
    session: Session, own_cache: Path
) -> None:
    config = bring(session, own_cache)
    assert session.own_pictures is not None
    shutil.rmtree(session.own_pictures.folder)
    run = trained(session, config)
    assert run.state == "failed" and run.status.error is not None
    assert "not here any more" in str(run.status.error.explanation)


# --- the form ------------------------------------------------------------------------------------


def test_the_form_says_what_was_found_and_what_was_left_out(
    form: TrainForm, session: Session, own_cache: Path
) -> None:
    markup = "<img src=x onerror=alert(1)>"
    path = put(own_cache, **{f"{LYING}/{markup}.png": b"no picture"})
    told = form.bring_pictures(path, "handwriting", session)
    found = told[form.data_set.about]["value"]
    assert "lying: 60 to learn from, 15 for the test" in found
    assert "1 file was left out" in found
    assert markup not in found
    assert "&lt;img src=x onerror=alert(1)&gt;.png: no picture that can be read" in found
    assert found.count("data:image/png;base64,") == 1
    assert told[form.inputs["dataset"]] == "pictures"
    assert told[form.inputs["augmentation"]]["value"] == "none"
    names = [name for _, name in told[form.inputs["augmentation"]]["choices"]]
    assert names == ["none", "affine", "mirror"]
    config = read_settings(*form_values(dataset="pictures"), session=session)
    again = form.fill(config, session)
    assert again[form.inputs["dataset"]] == "pictures"
    assert again[form.data_set.about]["value"] == found
    assert again[form.code]["name"] == "simple_nn_pictures.py"
    with speaking("zh"):
        assert "有 1 个文件没有用上" in form.fill(config, session)[form.data_set.about]["value"]


def test_without_pictures_the_form_says_how_to_bring_some(form: TrainForm) -> None:
    told = form.describe_data_set("pictures", "none", Session())
    assert "zip file" in told[form.data_set.about]["value"]
    note = form.describe(*form_values(dataset="pictures"), Session())[form.note]
    assert "bring a zip file first" in note


def test_what_cannot_be_read_is_said_in_one_sentence(
    form: TrainForm, session: Session, own_cache: Path
) -> None:
    folder = own_cache / "upload"
    folder.mkdir(parents=True)
    (folder / "a.zip").write_bytes(b"no zip file")
    with pytest.raises(gr.Error, match="not a zip file"):
        form.bring_pictures(str(folder / "a.zip"), "none", session)


def test_the_arrays_are_what_the_zip_file_held(session: Session, own_cache: Path) -> None:
    config = bring(session, own_cache)
    splits = map_images(config.data_set)
    assert len(splits.train) == 120
    assert splits.train.labels.bincount().tolist() == [60, 60]


# --- the experiments -----------------------------------------------------------------------------


def test_who_has_brought_pictures_can_try_the_advice_on_them(
    session: Session, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = build(ExperimentsTab)
    with pytest.raises(gr.Error, match="bring a zip file first"):
        tab.order_experiment(session, sent(action="try", experiment="mirrored_pictures"))
    assert "mirrored_pictures" not in describe_cards(session, {})["experiments"]
    config = bring(session, own_cache)
    quick = experiments_with_pictures(config.dataset)
    for name, experiment in quick.items():
        quick[name] = replace(
            experiment,
            baseline=replace(experiment.baseline, epochs=1),
            variant=replace(experiment.variant, epochs=1),
        )
    monkeypatch.setattr(experiments, "experiments_with_pictures", lambda _: quick)
    with session.connected():
        tab.order_experiment(session, sent(action="try", experiment="mirrored_pictures"))
        eventually(lambda: not session.is_under_way)
    shown = describe_cards(session, {})
    assert shown["chosen"] == "mirrored_pictures"
    assert shown["state"] == "done"
    assert shown["change"] == "mirrored and shifted images"
    assert "points" in shown["verdict"]
    session.forget_pictures()
    shown = describe_cards(session, {})
    assert shown["chosen"] == "cnn"
    assert "mirrored_pictures" not in shown["experiments"]

from __future__ import annotations

import errno
import gc
import json
import pickle
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_core.checkpoints import (
    SHIPPED,
    SHIPPED_CNN,
    Checkpoint,
    CheckpointError,
    load_checkpoint,
)
from mnist_core.config import TrainConfig
from mnist_core.inference import UNCALIBRATED
from mnist_core.models import SimpleNN
from mnist_core.web.gradio_compat.upload_folder import upload_folder
from mnist_core.web.limits import LIMITS, MEGABYTE
from mnist_core.web.sessions import run_files
from mnist_core.web.sessions.session import MAX_OPTIMIZERS, Session, unknown_session
from tests.web.conftest import SetLimits
from tests.web.workshop import SHORT, Workshop, eventually, trained

RUNS = LIMITS["runs"].laptop
UNDER_WAY = LIMITS["under_way"].laptop

# --- the runs ----------------------------------------------------------------------------------


def test_runs_are_kept_in_order_and_the_oldest_makes_room(session: Session) -> None:
    runs = [trained(session) for _ in range(RUNS)]
    assert session.runs == runs
    assert session.evicted == []
    newest = trained(session)
    assert session.runs == [*runs[1:], newest]
    assert session.evicted == [runs[0].name] == ["Run 1"]
    assert newest.name == f"Run {RUNS + 1}"


def test_only_the_newest_runs_keep_their_optimiser(session: Session) -> None:
    runs = [trained(session) for _ in range(MAX_OPTIMIZERS + 3)]
    # The newest may train on as well; it ended after the others were counted.
    able = [run for run in runs if run.can_train_on]
    assert able == runs[-MAX_OPTIMIZERS - 1 :]


def test_no_visitor_has_too_many_runs_under_way(session: Session) -> None:
    for _ in range(UNDER_WAY):
        session.start(SHORT)
    with pytest.raises(ValueError, match="let some end first"):
        session.start(SHORT)
    assert len(session.runs) == UNDER_WAY
    session.delete(session.runs[0])
    assert session.start(SHORT).name == f"Run {UNDER_WAY + 1}"  # what was refused has used no name


def test_a_result_is_found_again_only_if_it_would_be_the_same(session: Session) -> None:
    run = trained(session)
    assert session.find_result(SHORT) is run
    assert session.find_result(TrainConfig(epochs=1, seed=43)) is None
    run.is_repeatable = False
    assert session.find_result(SHORT) is None


def test_a_run_under_way_is_no_result(session: Session) -> None:
    session.start(SHORT)
    assert session.find_result(SHORT) is None


def test_train_on_takes_a_place_in_the_line_again(session: Session) -> None:
    run = trained(session)
    with session.connected():
        session.train_on(run, 2)
        eventually(lambda: not run.is_under_way)
    assert run.state == "finished"
    assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
    assert session.find_result(TrainConfig(epochs=3)) is run


def test_the_current_run_is_the_one_to_watch(workshop: Workshop) -> None:
    session = workshop.session()
    assert session.current is None
    with session.connected():
        first, second = session.start(SHORT), session.start(SHORT)
        workshop.gate.let_pass(2)
        assert session.current is first
        workshop.gate.allow()
        eventually(lambda: not session.is_under_way)
    assert session.current is second


def test_ids_cannot_be_guessed_and_find_only_ones_own_runs(session: Session) -> None:
    run, other = trained(session), Session()
    assert session.find_run(run.id) is run
    assert other.find_run(run.id) is None
    assert session.find_run("") is None
    assert len(run.id) >= 20


# --- files -------------------------------------------------------------------------------------


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_files_are_the_network_and_its_metadata(session: Session) -> None:
    run = trained(session)
    files = session.files(run)
    assert files is not None
    weights, metadata = files
    assert load_checkpoint(weights).metadata["config"]["seed"] == 42
    assert json.loads(metadata.read_text())["test_accuracy"] == run.epochs[-1].test_accuracy
    assert session.files(run) == files
    again = load_checkpoint(run_files.safetensors_path(weights))
    assert again.metadata["config"]["seed"] == 42
    assert all(
        map(torch.equal, again.model.parameters(), load_checkpoint(weights).model.parameters())
    )


def test_after_training_on_the_files_are_new_ones(session: Session) -> None:
    run = trained(session)
    session.files(run)
    with session.connected():
        session.train_on(run, 1)
        eventually(lambda: not run.is_under_way)
    files = session.files(run)
    assert files is not None
    assert len(load_checkpoint(files[0]).metadata["epochs"]) == 2


def test_files_go_with_their_run_and_with_the_session(session: Session, own_cache: Path) -> None:
    first, second = trained(session), trained(session)
    session.files(first), session.files(second)
    assert len(files_in(own_cache)) == 6
    session.delete(first)
    assert len(files_in(own_cache)) == 3
    session.end()
    assert list(own_cache.iterdir()) == []
    assert session.runs == []


def test_a_run_that_learned_nothing_has_no_file(session: Session, own_cache: Path) -> None:
    run = session.start(SHORT)
    session.stop(run)
    assert session.files(run) is None
    assert not own_cache.exists()


def test_a_network_that_was_downloaded_can_be_uploaded(session: Session, own_cache: Path) -> None:
    run = trained(session, TrainConfig(epochs=2, model="deep_nn", learning_rate=0.01))
    files = session.files(run)
    assert files is not None
    upload = session.upload(*files)
    assert upload.state == "uploaded"
    assert upload.config == run.config
    assert upload.epochs == run.epochs
    assert session.runs == [run, upload]
    assert all(map(torch.equal, upload.model.parameters(), run.model.parameters()))
    weights, _ = files
    # What has been uploaded is used once.
    assert files_in(own_cache) == [run_files.safetensors_path(weights)]
    with pytest.raises(ValueError, match="upload it again"):
        session.upload(*files)


def test_two_who_use_one_upload_at_once_do_not_both_get_it(
    session: Session, own_cache: Path
) -> None:
    file = own_cache / "a1" / "mine.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(SHIPPED.read_bytes())
    barrier = threading.Barrier(8)

    def upload(_: int) -> bool:
        barrier.wait()
        try:
            return session.upload(file).state == "uploaded"
        except ValueError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(upload, range(8))) == 1
    assert files_in(own_cache) == []
    assert SHIPPED.exists()


# --- bytes -------------------------------------------------------------------------------------


def test_what_a_session_keeps_is_counted_in_bytes(session: Session) -> None:
    empty = session.size
    run = trained(session, TrainConfig(epochs=1, model="cnn"))
    network = sum(4 * weight.numel() for weight in run.model.parameters())
    assert session.size - empty > 4 * network  # with the optimiser's averages
    session.shrink(2 * network)
    assert not run.can_train_on
    assert run.model is not None
    session.shrink(network // 2)
    assert run.model is None
    assert session.results == [run]
    assert 0 < session.size < network // 2
    session.shrink(0)
    assert (session.results, session.size) == ([], empty)


def test_a_run_counts_from_its_beginning_as_what_it_will_take(workshop: Workshop) -> None:
    session = workshop.session()
    config = TrainConfig(epochs=1, model="cnn", batch_size=60_000)  # one batch, whatever the data
    session.start(config)
    waiting = session.size
    workshop.gate.allow()
    session.end()
    session = workshop.session()
    trained(session, config)
    assert waiting == pytest.approx(session.size, rel=0.1)


def test_the_oldest_makes_room_but_for_the_one_that_reads(
    session: Session, limit: SetLimits
) -> None:
    limit(session_mb=20, runs=100)
    runs = [session.upload(SHIPPED_CNN) for _ in range(24)]  # 0.86 MB each
    assert session.runs == runs
    session.draw.classifier = runs[0].id
    more = session.upload(SHIPPED_CNN)
    assert session.runs == [runs[0], *runs[2:], more]
    assert session.evicted == [runs[1].name]
    assert session.size < 20 * MEGABYTE


def test_its_files_are_counted_too_and_written_anew(session: Session, limit: SetLimits) -> None:
    limit(session_mb=20, runs=100)
    runs = [session.upload(SHIPPED_CNN) for _ in range(24)]
    assert all(session.files(run) for run in runs)
    assert 19 * MEGABYTE < session.file_size <= 20 * MEGABYTE
    written = [run for run in runs if run.id in str(files_in(upload_folder()))]
    assert written == runs[-len(written) :]
    weights, _ = session.files(runs[0]) or pytest.fail("no file")
    assert weights.is_file()
    session.remove_files()
    assert (session.file_size, files_in(upload_folder())) == (0, [])


def test_an_upload_while_the_session_ends_leaves_no_file(
    session: Session, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = run_files.load_checkpoint

    def end_and_read(path: Path) -> Checkpoint:
        session.end()
        return read(path)

    monkeypatch.setattr(run_files, "load_checkpoint", end_and_read)
    with pytest.raises(ValueError, match="has ended"):
        session.upload(SHIPPED)
    assert list(own_cache.iterdir()) == []


def test_a_run_that_has_just_been_deleted_cannot_train_on(session: Session) -> None:
    run = trained(session)
    session.delete(run)
    with pytest.raises(ValueError, match="gone"):
        session.train_on(run, 1)
    assert not run.is_under_way


def test_without_its_metadata_an_upload_has_no_history(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=1, model="dropout_nn"))
    weights, _ = session.files(run) or pytest.fail("no file")
    lonely = weights.with_name("lonely.pth")
    lonely.write_bytes(weights.read_bytes())
    upload = session.upload(lonely)
    assert upload.epochs == []
    assert upload.config.epochs == TrainConfig().epochs
    assert upload.model is not None


@pytest.mark.parametrize(
    "change",
    [
        {"config": {"model": "cnn"}},
        {"config": {"model": "simple_nn", "epochs": 10**9}},
        {"config": {"colour": "red"}},
        {"config": 7},
        {"epochs": 7},
        {"epochs": [{}] * 3},
        {"epochs": [{"epoch": 1, "train_loss": "<b>"}]},
        {"epochs": [dict.fromkeys(["epoch", "train_loss", "test_loss", "seconds"], 1e300)]},
        {"epochs": [["epoch"]] * 101},
    ],
)
def test_metadata_that_cannot_be_true_are_not_believed(
    session: Session, change: dict[str, object]
) -> None:
    weights, metadata = session.files(trained(session)) or pytest.fail("no file")
    metadata.write_text(json.dumps({**json.loads(metadata.read_text()), **change}))
    upload = session.upload(weights, metadata)
    assert upload.epochs == []
    assert upload.config == TrainConfig()


@pytest.mark.parametrize("weights", [SHIPPED, SHIPPED_CNN])
def test_a_shipped_network_is_taken_in_with_its_metadata(session: Session, weights: Path) -> None:
    shipped = load_checkpoint(weights)
    upload = session.upload(weights, weights.with_suffix(".json"))
    assert len(upload.epochs) == len(shipped.metadata["epochs"]) >= 5
    assert upload.config == TrainConfig(**shipped.metadata["config"])
    assert upload.calibration == shipped.calibration != UNCALIBRATED


class Evil:
    """Leaves a trace if anybody unpickles it."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.trace,)


@pytest.mark.parametrize("kind", ["text", "pickle", "torch"])
def test_what_is_not_a_network_is_refused_and_runs_no_code(
    session: Session, tmp_path: Path, own_cache: Path, kind: str
) -> None:
    file, trace = tmp_path / "evil.pth", tmp_path / "trace"
    if kind == "text":
        file.write_text("not a network")
    elif kind == "pickle":
        file.write_bytes(pickle.dumps(Evil(trace)))
    else:
        torch.save({"fc1.weight": Evil(trace)}, file)
    with pytest.raises(CheckpointError):
        session.upload(file)
    assert not trace.exists()
    assert session.runs == []
    assert files_in(own_cache) == []


# --- the page ----------------------------------------------------------------------------------


def test_two_pages_of_one_session_count_as_two(workshop: Workshop) -> None:
    session = workshop.session()
    with session.connected():
        with session.connected():
            pass
        assert session.presence.absent_for is None


def test_for_a_page_without_a_session_nothing_is_kept() -> None:
    session = unknown_session()
    with pytest.raises(ValueError, match="try again in a moment"):
        session.start(SHORT)  # the page has to enter before
    assert session.runs == []


def test_an_ended_session_leaves_nothing_in_memory(session: Session) -> None:
    run = weakref.ref(trained(session))
    session.end()
    eventually(lambda: is_gone(run))


def is_gone(thing: weakref.ref[Any]) -> bool:
    """Tell whether nothing holds it any more; the trainer lets go of a run in its own time."""
    gc.collect()
    return thing() is None


def test_in_an_ended_session_nothing_can_be_begun(session: Session, tmp_path: Path) -> None:
    session.end()
    with pytest.raises(ValueError, match="reload the page"):
        session.start(SHORT)
    with pytest.raises(ValueError, match="reload the page"):
        session.upload(tmp_path / "x.pth")


def test_a_run_for_which_there_is_no_room_stays_as_it_is(
    workshop: Workshop, limit: SetLimits
) -> None:
    workshop.gate.allow()
    session, other = workshop.session(), workshop.session()
    run = trained(session)
    waiting = [session.start(SHORT) for _ in range(UNDER_WAY)]  # nobody attends them
    with pytest.raises(ValueError, match="let some end first"):
        session.train_on(run, 1)
    for each in waiting:
        session.stop(each)
    for _ in range(4):
        other.start(SHORT)
    limit(waiting=4)
    with pytest.raises(ValueError, match="Try again later"):
        session.train_on(run, 1)
    assert run.state == "finished"
    assert run.config == SHORT
    assert run.can_train_on


def test_with_a_full_disk_networks_are_there_without_their_files(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **settings: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "mine.pth"
    torch.save(SimpleNN().state_dict(), file)
    with monkeypatch.context() as full:
        full.setattr(run_files, "save_checkpoint", fail)
        full.setattr(run_files, "take_upload", fail)
        run = trained(session)
        with pytest.raises(ValueError, match="cannot be downloaded"):
            session.files(run)
        with pytest.raises(ValueError, match="no room for more files"):
            session.upload(file)
    assert run.state == "finished"
    assert session.files(run) is not None
    assert session.upload(file).state == "uploaded"


# --- limits ------------------------------------------------------------------------------------


def test_no_run_is_larger_than_the_server_allows(session: Session, limit: SetLimits) -> None:
    limit(epochs=6, batch_size=100)
    for config in (TrainConfig(epochs=7), TrainConfig(batch_size=101)):
        with pytest.raises(ValueError, match=r"must be from 1 to (6|100) on this server"):
            session.start(config)
    run = trained(session, TrainConfig(epochs=5))
    with pytest.raises(ValueError, match="from 1 to 6 on this server, not 7"):
        session.train_on(run, 2)
    assert run.state == "finished"
    with session.connected():
        session.train_on(run, 1)
        eventually(lambda: not run.is_under_way)
    assert len(run.epochs) == 6


@pytest.mark.parametrize("most", [0, 2])
def test_figures_are_bounded_as_well(session: Session, limit: SetLimits, most: int) -> None:
    limit(runs=5, under_way=4, results=most)
    runs = [trained(session) for _ in range(8)]
    assert session.results == runs[-5 - most :]

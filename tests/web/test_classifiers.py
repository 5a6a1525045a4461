from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mnist_core.checkpoints import SHIPPED, load_checkpoint, metadata_path, save_checkpoint
from mnist_core.config import TrainConfig
from mnist_core.web.sessions import classifiers
from mnist_core.web.sessions.classifiers import (
    all_classifiers,
    classifier_of,
    current_classifier,
    describe_problem,
    load_shipped,
    replace_gone_classifier,
    select_classifier,
    select_new_runs,
)
from mnist_core.web.sessions.session import Session
from tests.web.workshop import Workshop, eventually


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """Let both shipped networks be files of the test, by key."""
    files = {key: tmp_path / f"{key}.pth" for key in classifiers.SHIPPED_CLASSIFIERS}
    for key, file in files.items():
        save_checkpoint(file, load_checkpoint(SHIPPED).model, {"test_accuracy": 0.97})
        name, _ = classifiers.SHIPPED_CLASSIFIERS[key]
        monkeypatch.setitem(classifiers.SHIPPED_CLASSIFIERS, key, (name, file))
    load_shipped.cache_clear()
    yield files
    load_shipped.cache_clear()


@pytest.fixture
def session(shipped: dict[str, Path]) -> Session:
    return Session()


def keys(session: Session) -> list[str]:
    return [classifier.key for classifier in all_classifiers(session)]


def present(session: Session) -> str | None:
    classifier = current_classifier(session)
    return classifier.key if classifier else None


def test_the_shipped_ones_read_and_the_cnn_reads_first(session: Session) -> None:
    assert keys(session) == ["cnn", "simple_nn"]
    assert present(session) == "cnn"
    classifier = current_classifier(session)
    assert classifier is not None
    assert classifier.accuracy == 0.97


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_text("?")])
def test_a_missing_or_damaged_one_is_told_once_and_the_other_reads(
    session: Session,
    shipped: dict[str, Path],
    caplog: pytest.LogCaptureFixture,
    damage: object,
) -> None:
    damage(shipped["cnn"])  # type: ignore[operator]
    for _ in range(3):
        assert keys(session) == ["simple_nn"]
        assert present(session) == "simple_nn"
    assert len(caplog.records) == 1
    assert session.draw.classifier == "cnn"  # nobody has chosen anything else
    assert not replace_gone_classifier(session)


@pytest.mark.parametrize(
    ("damage", "trouble"),
    [
        (lambda file: file.unlink(), "cannot be loaded: cnn.pth is missing"),
        (lambda file: file.write_bytes(b""), "cannot be loaded: cnn.pth is damaged"),
        (
            lambda file: file.write_bytes(file.read_bytes()[:200_000]),
            "cannot be loaded: cnn.pth is damaged",
        ),
        (lambda file: metadata_path(file).unlink(), "cnn.json is missing or damaged, so"),
        (lambda file: metadata_path(file).write_bytes(b"{"), "cnn.json is missing or damaged, so"),
    ],
    ids=["no file", "an empty file", "half a file", "no metadata", "half of the metadata"],
)
def test_what_is_wrong_with_a_shipped_one_is_said_without_its_place(
    shipped: dict[str, Path], damage: Callable[[Path], object], trouble: str
) -> None:
    damage(shipped["cnn"])
    assert describe_problem("cnn").startswith(trouble)
    assert str(shipped["cnn"].parent) not in describe_problem("cnn")
    assert describe_problem("simple_nn") == ""


def test_without_any_nobody_reads(session: Session, shipped: dict[str, Path]) -> None:
    for file in shipped.values():
        file.unlink()
    assert current_classifier(session) is None
    assert all_classifiers(session) == []
    assert not replace_gone_classifier(session)


def test_metadata_of_other_weights_give_no_accuracy(
    session: Session, shipped: dict[str, Path]
) -> None:
    metadata_path(shipped["cnn"]).unlink()
    classifier = current_classifier(session)
    assert classifier is not None
    assert classifier.accuracy is None


def test_a_run_reads_once_it_has_learned_something(workshop: Workshop) -> None:
    session = workshop.session()
    with session.connected():
        run = session.start(TrainConfig(epochs=2))
        workshop.gate.let_pass(0)
        assert classifier_of(run) is None
        select_new_runs(session)
        assert session.draw.classifier == "cnn"

        workshop.gate.let_pass(2)
        eventually(lambda: run.model is not None)
        select_new_runs(session)
        assert session.draw.classifier == run.id
        classifier = current_classifier(session)
        assert classifier is not None
        assert classifier.model is run.model
        assert classifier.is_training
        assert classifier.accuracy is None

        workshop.gate.allow()
        eventually(lambda: not run.is_under_way)
        classifier = current_classifier(session)
        assert classifier is not None
        assert not classifier.is_training
        assert classifier.epochs == 2
        assert classifier.accuracy == run.epochs[-1].test_accuracy


def test_who_the_visitor_has_chosen_stays_until_there_is_a_newer_run(session: Session) -> None:
    first = session.upload(SHIPPED, metadata_path(SHIPPED))
    select_new_runs(session)
    assert session.draw.classifier == first.id
    assert select_classifier(session, "simple_nn")
    select_new_runs(session)
    assert session.draw.classifier == "simple_nn"
    second = session.upload(SHIPPED, metadata_path(SHIPPED))
    select_new_runs(session)
    assert session.draw.classifier == second.id


def test_a_run_that_waits_when_the_visitor_chooses_does_not_push_in_later(
    workshop: Workshop,
) -> None:
    session = workshop.session()
    with session.connected():
        run = session.start(TrainConfig(epochs=1))
        select_classifier(session, "simple_nn")
        workshop.gate.allow()
        eventually(lambda: not run.is_under_way)
        select_new_runs(session)
        assert session.draw.classifier == "simple_nn"
        assert select_classifier(session, run.id)
        assert present(session) == run.id


@pytest.mark.parametrize("key", ["", "mine", "shipped", "../../etc/passwd", "<b>", "0" * 10_000])
def test_nobody_unknown_can_be_chosen(session: Session, key: str) -> None:
    assert not select_classifier(session, key)
    assert session.draw.classifier == "cnn"


def test_a_run_of_another_session_cannot_be_chosen(session: Session) -> None:
    other = Session()
    run = other.upload(SHIPPED, metadata_path(SHIPPED))
    assert not select_classifier(session, run.id)


def test_for_a_deleted_run_a_shipped_network_reads_and_it_is_told_once(session: Session) -> None:
    run = session.upload(SHIPPED, metadata_path(SHIPPED))
    select_new_runs(session)
    session.delete(run)
    assert present(session) == "cnn"
    assert replace_gone_classifier(session)
    assert not replace_gone_classifier(session)
    assert session.draw.classifier == "cnn"

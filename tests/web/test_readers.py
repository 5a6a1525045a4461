from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mnist_core.checkpoints import SHIPPED, facts_path, load_checkpoint, save_checkpoint
from mnist_core.config import TrainConfig
from mnist_core.web import readers
from mnist_core.web.readers import (
    all_readers,
    choose_reader,
    introduce_runs,
    load_shipped,
    present_reader,
    reader_of,
    replace_gone_reader,
    trouble_with,
)
from mnist_core.web.visit import Visit
from tests.web.workshop import Workshop, eventually


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """Let both shipped networks be files of the test, by key."""
    files = {key: tmp_path / f"{key}.pth" for key in readers.SHIPPED_READERS}
    for key, file in files.items():
        save_checkpoint(file, load_checkpoint(SHIPPED).model, {"test_accuracy": 0.97})
        name, _ = readers.SHIPPED_READERS[key]
        monkeypatch.setitem(readers.SHIPPED_READERS, key, (name, file))
    load_shipped.cache_clear()
    yield files
    load_shipped.cache_clear()


@pytest.fixture
def visit(shipped: dict[str, Path]) -> Visit:
    return Visit()


def keys(visit: Visit) -> list[str]:
    return [reader.key for reader in all_readers(visit)]


def present(visit: Visit) -> str | None:
    reader = present_reader(visit)
    return reader.key if reader else None


def test_the_shipped_ones_read_and_the_cnn_reads_first(visit: Visit) -> None:
    assert keys(visit) == ["cnn", "simple_nn"]
    assert present(visit) == "cnn"
    reader = present_reader(visit)
    assert reader is not None
    assert reader.accuracy == 0.97


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_text("?")])
def test_a_missing_or_damaged_one_is_told_once_and_the_other_reads(
    visit: Visit,
    shipped: dict[str, Path],
    caplog: pytest.LogCaptureFixture,
    damage: object,
) -> None:
    damage(shipped["cnn"])  # type: ignore[operator]
    for _ in range(3):
        assert keys(visit) == ["simple_nn"]
        assert present(visit) == "simple_nn"
    assert len(caplog.records) == 1
    assert visit.reader == "cnn"  # nobody has chosen anything else
    assert not replace_gone_reader(visit)


@pytest.mark.parametrize(
    ("damage", "trouble"),
    [
        (lambda file: file.unlink(), "cannot be loaded: cnn.pth is missing"),
        (lambda file: file.write_bytes(b""), "cannot be loaded: cnn.pth is damaged"),
        (
            lambda file: file.write_bytes(file.read_bytes()[:200_000]),
            "cannot be loaded: cnn.pth is damaged",
        ),
        (lambda file: facts_path(file).unlink(), "cnn.json is missing or damaged, so"),
        (lambda file: facts_path(file).write_bytes(b"{"), "cnn.json is missing or damaged, so"),
    ],
    ids=["no file", "an empty file", "half a file", "no facts", "half of the facts"],
)
def test_what_is_wrong_with_a_shipped_one_is_said_without_its_place(
    shipped: dict[str, Path], damage: Callable[[Path], object], trouble: str
) -> None:
    damage(shipped["cnn"])
    assert trouble_with("cnn").startswith(trouble)
    assert str(shipped["cnn"].parent) not in trouble_with("cnn")
    assert trouble_with("simple_nn") == ""


def test_without_any_nobody_reads(visit: Visit, shipped: dict[str, Path]) -> None:
    for file in shipped.values():
        file.unlink()
    assert present_reader(visit) is None
    assert all_readers(visit) == []
    assert not replace_gone_reader(visit)


def test_facts_of_other_weights_give_no_accuracy(visit: Visit, shipped: dict[str, Path]) -> None:
    facts_path(shipped["cnn"]).unlink()
    reader = present_reader(visit)
    assert reader is not None
    assert reader.accuracy is None


def test_a_run_reads_once_it_has_learned_something(workshop: Workshop) -> None:
    visit = workshop.visit()
    with visit.attended():
        run = visit.start(TrainConfig(epochs=2))
        workshop.gate.let_pass(0)
        assert reader_of(run) is None
        introduce_runs(visit)
        assert visit.reader == "cnn"

        workshop.gate.let_pass(2)
        eventually(lambda: run.model is not None)
        introduce_runs(visit)
        assert visit.reader == run.id
        reader = present_reader(visit)
        assert reader is not None
        assert reader.model is run.model
        assert reader.is_training
        assert reader.accuracy is None

        workshop.gate.allow()
        eventually(lambda: not run.is_under_way)
        reader = present_reader(visit)
        assert reader is not None
        assert not reader.is_training
        assert reader.epochs == 2
        assert reader.accuracy == run.epochs[-1].test_accuracy


def test_who_the_visitor_has_chosen_stays_until_there_is_a_newer_run(visit: Visit) -> None:
    first = visit.upload(SHIPPED)
    introduce_runs(visit)
    assert visit.reader == first.id
    assert choose_reader(visit, "simple_nn")
    introduce_runs(visit)
    assert visit.reader == "simple_nn"
    second = visit.upload(SHIPPED)
    introduce_runs(visit)
    assert visit.reader == second.id


def test_a_run_that_waits_when_the_visitor_chooses_does_not_push_in_later(
    workshop: Workshop,
) -> None:
    visit = workshop.visit()
    with visit.attended():
        run = visit.start(TrainConfig(epochs=1))
        choose_reader(visit, "simple_nn")
        workshop.gate.allow()
        eventually(lambda: not run.is_under_way)
        introduce_runs(visit)
        assert visit.reader == "simple_nn"
        assert choose_reader(visit, run.id)
        assert present(visit) == run.id


@pytest.mark.parametrize("key", ["", "mine", "shipped", "../../etc/passwd", "<b>", "0" * 10_000])
def test_nobody_unknown_can_be_chosen(visit: Visit, key: str) -> None:
    assert not choose_reader(visit, key)
    assert visit.reader == "cnn"


def test_a_run_of_another_visit_cannot_be_chosen(visit: Visit) -> None:
    other = Visit()
    run = other.upload(SHIPPED)
    assert not choose_reader(visit, run.id)


def test_for_a_deleted_run_a_shipped_network_reads_and_it_is_told_once(visit: Visit) -> None:
    run = visit.upload(SHIPPED)
    introduce_runs(visit)
    visit.delete(run)
    assert present(visit) == "cnn"
    assert replace_gone_reader(visit)
    assert not replace_gone_reader(visit)
    assert visit.reader == "cnn"

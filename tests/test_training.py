from __future__ import annotations

import dataclasses
import math
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mnist_core import training as training_room
from mnist_core.data import MNIST, ImageDataset
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    StepRecord,
    TrainConfig,
    Training,
    set_up,
    train,
)
from tests.article import Article

STEPS = 5  # 320 images in batches of 64


@pytest.fixture
def record_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_room, "SECONDS_BETWEEN_RECORDS", 0.0)


def weights_of(training: Training) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in training.model.state_dict().items()}


def same(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> bool:
    return ours.keys() == theirs.keys() and all(
        torch.equal(ours[name], theirs[name]) for name in theirs
    )


# --- settings ----------------------------------------------------------------------------------

NOT_WHOLE_NUMBERS = st.one_of(
    st.booleans(), st.none(), st.text(), st.floats(), st.lists(st.integers()), st.complex_numbers()
)
RANGES = {"epochs": (1, 100), "batch_size": (1, 60_000), "seed": (0, 2**32 - 1)}


@pytest.mark.parametrize("name", RANGES)
@given(data=st.data())
def test_a_whole_number_in_its_range_is_taken(name: str, data: st.DataObject) -> None:
    value = data.draw(st.integers(*RANGES[name]))
    assert getattr(TrainConfig(**{name: value}), name) == value


@pytest.mark.parametrize("name", RANGES)
@given(data=st.data())
def test_anything_else_is_refused_with_the_range(name: str, data: st.DataObject) -> None:
    low, high = RANGES[name]
    outside = st.integers(max_value=low - 1) | st.integers(min_value=high + 1)
    value = data.draw(outside | NOT_WHOLE_NUMBERS)
    with pytest.raises(ValueError, match=f"{name} must be .* from {low:,} to {high:,}"):
        TrainConfig(**{name: value})


@given(st.floats(min_value=0, max_value=100, exclude_min=True) | st.integers(1, 100))
def test_a_learning_rate_in_its_range_is_taken(rate: float) -> None:
    assert TrainConfig(learning_rate=rate).learning_rate == rate


@given(
    st.floats(max_value=0)
    | st.floats(min_value=100, exclude_min=True)
    | st.sampled_from([math.nan, math.inf, -math.inf, True, False, None, "0.001", b"1", [0.1], 1j])
)
def test_any_other_learning_rate_is_refused(rate: object) -> None:
    with pytest.raises(ValueError, match="learning_rate must be a number above 0, at most 100"):
        TrainConfig(learning_rate=rate)  # type: ignore[arg-type]


@given(
    st.text()
    | st.none()
    | st.booleans()
    | st.lists(st.text())
    | st.dictionaries(st.text(), st.text())
)
def test_an_unknown_model_is_refused(model: object) -> None:
    with pytest.raises(ValueError, match=r"model must be one of .*simple_nn"):
        TrainConfig(model=model)  # type: ignore[arg-type]


# --- setting up --------------------------------------------------------------------------------


def test_the_shapes_of_one_batch_are_kept(tiny_mnist: MNIST) -> None:
    training = set_up(TrainConfig(batch_size=32), tiny_mnist)
    assert training.images_shape == (32, 1, 28, 28)
    assert training.labels_shape == (32,)


@pytest.mark.parametrize(
    ("images", "labels"),
    [((8, 1, 20, 20), (8,)), ((8, 28, 28), (8,)), ((8, 3, 28, 28), (8,)), ((8, 1, 28, 28), (8, 1))],
)
def test_other_shapes_are_refused_with_the_right_ones(
    images: tuple[int, ...], labels: tuple[int, ...]
) -> None:
    wrong = ImageDataset(torch.zeros(images), torch.zeros(labels, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"\[batch, 1, 28, 28\]") as error:
        set_up(TrainConfig(), MNIST(train=wrong, test=wrong))
    assert str(list(images)) in str(error.value)


def test_a_batch_may_be_larger_than_the_data(tiny_mnist: MNIST) -> None:
    records = list(train(set_up(TrainConfig(epochs=1, batch_size=1_000), tiny_mnist)))
    assert isinstance(records[-1], EpochRecord)


# --- the loop ----------------------------------------------------------------------------------


def test_two_epochs_are_the_articles_own_loop(tiny_root: Path, tiny_mnist: MNIST) -> None:
    theirs = Article(tiny_root)
    losses = [theirs.train_epoch() for _ in range(2)]
    ours = set_up(TrainConfig(epochs=2), tiny_mnist)
    records = [record for record in train(ours) if isinstance(record, EpochRecord)]
    assert [record.train_loss for record in records] == losses
    assert same(weights_of(ours), theirs.model.state_dict())


@pytest.mark.usefixtures("record_every_step")
def test_the_records_tell_of_every_step_and_every_epoch(tiny_mnist: MNIST) -> None:
    training = set_up(TrainConfig(epochs=2), tiny_mnist)
    batch_losses = []
    training.model.register_forward_hook(
        lambda module, inputs, logits: batch_losses.append(logits) if module.training else None
    )
    tests = []
    told = []
    for record in train(training):
        if isinstance(record, StepRecord):
            told.append((record.epoch, record.step, record.steps))
        else:
            tests.append((record, evaluate(training.model, tiny_mnist.test)))
    assert told == [(epoch, step, STEPS) for epoch in (1, 2) for step in range(1, STEPS + 1)]
    assert len(batch_losses) == 2 * STEPS
    assert [record.epoch for record, _ in tests] == [1, 2]
    for record, test in tests:
        assert (record.test_loss, record.test_accuracy) == (test.loss, test.accuracy)
        assert record.seconds > 0


@pytest.mark.usefixtures("record_every_step")
def test_the_losses_are_means_of_the_batch_losses(tiny_mnist: MNIST, tiny_root: Path) -> None:
    theirs = Article(tiny_root)
    batch_losses: list[float] = []
    criterion = theirs.criterion
    criterion.register_forward_hook(lambda _, __, loss: batch_losses.append(loss.item()))
    theirs.train_epoch()
    *steps, epoch = train(set_up(TrainConfig(epochs=1), tiny_mnist))
    for count, record in enumerate(steps, start=1):
        assert isinstance(record, StepRecord)
        assert record.running_loss == pytest.approx(sum(batch_losses[:count]) / count)
    assert isinstance(epoch, EpochRecord)
    assert epoch.train_loss == pytest.approx(sum(batch_losses) / STEPS)


def test_the_loss_falls_and_the_digits_are_learned(tiny_mnist: MNIST) -> None:
    training = set_up(TrainConfig(epochs=6), tiny_mnist)
    records = [record for record in train(training) if isinstance(record, EpochRecord)]
    assert records[-1].train_loss < 0.5 * records[0].train_loss
    assert records[-1].test_loss < records[0].test_loss
    assert records[-1].test_accuracy == 1.0


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(tiny_mnist: MNIST) -> None:
    runs = []
    for seed in (5, 5, 6):
        runs.append(set_up(TrainConfig(epochs=1, seed=seed), tiny_mnist))
        list(train(runs[-1]))
    first, again, other = map(weights_of, runs)
    assert same(first, again)
    assert not same(first, other)


def test_the_settings_reach_the_optimiser_and_the_loader(tiny_mnist: MNIST) -> None:
    training = set_up(TrainConfig(batch_size=100, learning_rate=0.02), tiny_mnist)
    assert type(training.optimizer) is torch.optim.Adam
    assert [group["lr"] for group in training.optimizer.param_groups] == [0.02]
    assert [len(labels) for _, labels in training.train_loader] == [100, 100, 100, 20]


def test_the_test_between_two_epochs_changes_nothing(
    tiny_mnist: MNIST, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested = set_up(TrainConfig(epochs=3), tiny_mnist)
    list(train(tested))
    monkeypatch.setattr(training_room, "evaluate", lambda *_: Evaluation(0.0, 0.0, ()))
    untested = set_up(TrainConfig(epochs=3), tiny_mnist)
    list(train(untested))
    assert same(weights_of(tested), weights_of(untested))


@pytest.mark.usefixtures("record_every_step")
def test_closing_stops_at_once_and_keeps_what_was_learned(
    tiny_mnist: MNIST, tiny_root: Path
) -> None:
    training = set_up(TrainConfig(), tiny_mnist)
    steps = []
    training.optimizer.register_step_post_hook(lambda *_: steps.append(1))
    records = train(training)
    for _ in range(3):
        next(records)
    records.close()
    assert next(records, None) is None
    assert len(steps) == 3

    theirs = Article(tiny_root)
    after_each: list[dict[str, torch.Tensor]] = []
    theirs.train_epoch(
        lambda: after_each.append({n: t.clone() for n, t in theirs.model.state_dict().items()})
    )
    assert same(weights_of(training), after_each[2])


@pytest.mark.usefixtures("record_every_step")
def test_a_record_never_comes_from_inside_no_grad(tiny_mnist: MNIST) -> None:
    for _ in train(set_up(TrainConfig(epochs=2), tiny_mnist)):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


@pytest.mark.usefixtures("record_every_step")
def test_another_thread_may_resume_the_loop(tiny_mnist: MNIST) -> None:
    training = set_up(TrainConfig(epochs=2), tiny_mnist)
    records = train(training)
    arrived: list[object] = []
    while not arrived or arrived[-1] is not None:
        thread = threading.Thread(target=lambda: arrived.append(next(records, None)))
        thread.start()
        thread.join()
    alone = set_up(TrainConfig(epochs=2), tiny_mnist)
    assert len(arrived) == len(list(train(alone))) + 1
    assert same(weights_of(training), weights_of(alone))


@pytest.mark.usefixtures("record_every_step")
def test_records_are_frozen_and_survive_pickling(tiny_mnist: MNIST) -> None:
    records = list(train(set_up(TrainConfig(epochs=1), tiny_mnist)))
    assert pickle.loads(pickle.dumps(records)) == records
    assert {type(record) for record in records} == {StepRecord, EpochRecord}
    for record in records:
        assert {type(value) for value in dataclasses.astuple(record)} <= {int, float}
        with pytest.raises(dataclasses.FrozenInstanceError):
            record.epoch = 0  # type: ignore[misc]


@pytest.mark.usefixtures("record_every_step")
def test_nothing_is_printed_or_written(
    tiny_mnist: MNIST,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    list(train(set_up(TrainConfig(epochs=1), tiny_mnist)))
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_records_come_by_the_clock_not_by_the_step(
    tiny_mnist: MNIST, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def advance(*_: object) -> None:
        now[0] += 0.15  # two steps take longer than the pause between records, one does not

    monkeypatch.setattr(training_room, "perf_counter", lambda: now[0])
    training = set_up(TrainConfig(epochs=2), tiny_mnist)
    training.optimizer.register_step_post_hook(advance)
    steps, seconds = [], []
    for record in train(training):
        now[0] += 1_000.0  # the consumer's own time does not count
        if isinstance(record, StepRecord):
            steps.append(record.step)
        else:
            seconds.append(record.seconds)
    assert steps == [2, 4, 2, 4]
    assert seconds == pytest.approx([STEPS * 0.15] * 2)


def test_a_loss_that_is_no_number_ends_the_run_with_advice(tiny_mnist: MNIST) -> None:
    training = set_up(TrainConfig(learning_rate=0.5), tiny_mnist)
    with torch.no_grad():
        training.model.get_parameter("fc2.weight").fill_(3e38)
    with pytest.raises(DivergenceError, match=r"epoch 1, batch 1.*0\.5.*Try 0\.05"):
        list(train(training))


@pytest.fixture(autouse=True)
def random_generator_restored() -> Iterator[None]:
    """Training seeds the global generator; no other test should live off that."""
    state = torch.get_rng_state()
    yield
    torch.set_rng_state(state)

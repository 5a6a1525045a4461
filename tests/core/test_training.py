from __future__ import annotations

import dataclasses
import math
import pickle
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from mnist_core import training as training_room
from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.config import OPTIMIZERS, SCHEDULES, TrainConfig
from mnist_core.data import ImageDataset, Splits
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.loss_curve import BatchLoss, LossCurve
from mnist_core.models import ACTIVATIONS, MODELS
from mnist_core.text import speaking, translate
from mnist_core.training import (
    DivergenceError,
    EpochRecord,
    StepRecord,
    Training,
    extend,
    set_up,
    train,
)
from tests.article import Article
from tests.each import each

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
LABELS = {  # what people know the settings by
    "model": "Network",
    "epochs": "Epochs",
    "batch_size": "Batch size",
    "schedule": "Learning rate over time",
    "augmentation": "Augmentation",
    "optimizer": "Optimiser",
    "seed": "Seed",
    "width": "Hidden neurons",
    "images": "Training images",
    "activation": "Activation",
    "wrong_labels": "Wrong labels",
    "flatten": "Flatten",
}
RANGES = {
    "epochs": (1, 100),
    "batch_size": (1, 60_000),
    "seed": (0, 2**32 - 1),
    "width": (8, 512),
    "images": (100, 60_000),
}


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
    with pytest.raises(ValueError, match=f"^{LABELS[name]} must be .* from {low:,} to {high:,}"):
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
    with pytest.raises(ValueError, match=r"^Learning rate must be a number above 0, at most 100"):
        TrainConfig(learning_rate=rate)  # type: ignore[arg-type]


@given(
    st.text()
    | st.none()
    | st.booleans()
    | st.lists(st.text())
    | st.dictionaries(st.text(), st.text())
)
def test_an_unknown_model_is_refused(model: object) -> None:
    with pytest.raises(ValueError, match=r"^Network must be one of .*simple_nn"):
        TrainConfig(model=model)  # type: ignore[arg-type]


CHOICES = {
    "schedule": SCHEDULES,
    "augmentation": AUGMENTATIONS,
    "optimizer": OPTIMIZERS,
    "model": tuple(MODELS),
    "activation": tuple(ACTIVATIONS),
}


@pytest.mark.parametrize("name", CHOICES)
@given(data=st.data())
def test_only_the_choices_that_there_are_can_be_made(name: str, data: st.DataObject) -> None:
    for choice in CHOICES[name]:
        dataset = "cifar10" if choice == "mirror" else "mnist"
        assert getattr(TrainConfig(**{name: choice}, dataset=dataset), name) == choice
    value = data.draw(st.text() | NOT_WHOLE_NUMBERS)
    assume(value not in CHOICES[name])
    with pytest.raises(
        ValueError, match=f"^{LABELS[name]} must be one of {', '.join(CHOICES[name])}"
    ):
        TrainConfig(**{name: value})


@given(st.floats(0, 0.9) | st.just(0))
def test_a_share_of_wrong_labels_in_its_range_is_taken(share: float) -> None:
    assert TrainConfig(wrong_labels=share).wrong_labels == share


@given(
    st.floats(max_value=0, exclude_max=True)
    | st.floats(min_value=0.9, exclude_min=True)
    | st.sampled_from([math.nan, True, False, None, "0.2", [0.2]])
)
def test_any_other_share_of_wrong_labels_is_refused(share: object) -> None:
    with pytest.raises(ValueError, match=r"^Wrong labels must be a number from 0 to 0.9, not "):
        TrainConfig(wrong_labels=share)  # type: ignore[arg-type]


@given(st.none() | st.text() | st.integers() | st.floats() | st.lists(st.booleans()))
def test_flattening_is_on_or_off(flatten: object) -> None:
    with pytest.raises(ValueError, match=r"^Flatten must be one of True, False, not "):
        TrainConfig(flatten=flatten)  # type: ignore[arg-type]


def test_a_setting_that_the_network_does_not_have_is_refused() -> None:
    for settings, part in each(
        [
            ({"width": 64}, "The width of cnn cannot be chosen"),
            ({"activation": "tanh"}, "The activation of cnn cannot be chosen"),
            ({"flatten": False}, "cnn cannot be had without flattening"),
        ]
    ):
        with pytest.raises(ValueError, match=part):
            TrainConfig(model="cnn", **settings)


@given(st.none() | st.floats(0, 0.9) | st.just(0))
def test_a_share_of_dropout_in_its_range_is_taken(dropout: float | None) -> None:
    assert TrainConfig(model="cnn", dropout=dropout).dropout == dropout


@given(
    st.floats(max_value=0, exclude_max=True)
    | st.floats(min_value=0.9, exclude_min=True)
    | st.sampled_from([math.nan, True, False, "0.5", [0.5], 1j])
)
def test_any_other_dropout_is_refused(dropout: object) -> None:
    with pytest.raises(ValueError, match=r"^Dropout must be a number from 0 to 0\.9"):
        TrainConfig(model="cnn", dropout=dropout)  # type: ignore[arg-type]


def test_an_error_says_no_name_of_a_variable_in_either_language() -> None:
    for field in each(dataclasses.fields(TrainConfig)):
        with pytest.raises(ValueError, match="must be") as error:
            TrainConfig(**{field.name: -7})  # type: ignore[arg-type]
        assert "_" not in str(error.value).partition(" must be ")[0]
        with speaking("zh"):
            assert re.match(r"“[^_”]+”(要填|只能从)", translate(error.value))


def test_what_was_left_empty_is_not_called_none() -> None:
    with pytest.raises(ValueError, match=r"at most 100, not left empty\.$") as error:
        TrainConfig(learning_rate=None)  # type: ignore[arg-type]
    with speaking("zh"):
        assert translate(error.value) == "“学习率”要填大于 0、不超过 100 的数，不能是“空”。"


def test_dropout_for_a_model_without_such_a_layer_is_refused() -> None:
    with pytest.raises(ValueError, match=r"simple_nn has no dropout layer.*dropout_nn"):
        TrainConfig(dropout=0.2)


# --- setting up --------------------------------------------------------------------------------


def test_the_shapes_of_one_batch_are_kept(tiny_mnist: Splits) -> None:
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
        set_up(TrainConfig(), Splits(train=wrong, test=wrong))
    assert str(list(images)) in str(error.value)


def test_a_batch_may_be_larger_than_the_data(tiny_mnist: Splits) -> None:
    records = list(train(set_up(TrainConfig(epochs=1, batch_size=1_000), tiny_mnist)))
    assert isinstance(records[-1], EpochRecord)


# --- the loop ----------------------------------------------------------------------------------


def test_two_epochs_are_the_articles_own_loop(tiny_root: Path, tiny_mnist: Splits) -> None:
    theirs = Article(tiny_root)
    losses = [theirs.train_epoch() for _ in range(2)]
    ours = set_up(TrainConfig(epochs=2), tiny_mnist)
    records = [record for record in train(ours) if isinstance(record, EpochRecord)]
    assert [record.train_loss for record in records] == losses
    assert same(weights_of(ours), theirs.model.state_dict())


@pytest.mark.usefixtures("record_every_step")
def test_the_records_tell_of_every_step_and_every_epoch(tiny_mnist: Splits) -> None:
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
def test_the_losses_are_means_of_the_batch_losses(tiny_mnist: Splits, tiny_root: Path) -> None:
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


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(epochs=2),
        TrainConfig(epochs=2, model="cnn", schedule="one_cycle"),
        TrainConfig(epochs=2, model="dropout_nn", augmentation="affine"),
    ],
)
def test_noting_the_losses_changes_no_bit_of_a_run(tiny_mnist: Splits, config: TrainConfig) -> None:
    alone, noted = set_up(config, tiny_mnist), set_up(config, tiny_mnist)
    records = [record for record in train(alone) if isinstance(record, EpochRecord)]
    losses: list[BatchLoss] = []
    noted.note_loss = losses.append
    again = [record for record in train(noted) if isinstance(record, EpochRecord)]
    figures = [dataclasses.replace(record, seconds=0) for record in records]
    assert [dataclasses.replace(record, seconds=0) for record in again] == figures
    assert same(weights_of(noted), weights_of(alone))
    places = [(epoch, step) for epoch in (1, 2) for step in range(1, STEPS + 1)]
    assert [(batch.epoch, batch.step) for batch in losses] == places
    for record in records:
        of_epoch = [batch.loss for batch in losses if batch.epoch == record.epoch]
        assert sum(of_epoch) / STEPS == record.train_loss


@pytest.mark.usefixtures("record_every_step")
def test_a_run_that_is_closed_and_goes_on_notes_each_loss_once(tiny_mnist: Splits) -> None:
    whole, parts = set_up(TrainConfig(epochs=2), tiny_mnist), set_up(TrainConfig(), tiny_mnist)
    wanted, losses = LossCurve(), LossCurve()
    whole.note_loss, parts.note_loss = wanted.add, losses.add
    list(train(whole))
    parts.config = whole.config
    for _ in range(2 * STEPS + 3):
        records = train(parts)
        next(records, None)
        records.close()
    assert losses == wanted
    assert losses.batches == 2 * STEPS


def test_the_loss_that_ends_a_run_is_noted(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(learning_rate=1.0), tiny_mnist)
    losses: list[BatchLoss] = []
    training.note_loss = losses.append
    with pytest.raises(DivergenceError, match=r"epoch 1, batch (\d+)"):
        list(train(training))
    assert losses[0].loss == pytest.approx(math.log(10), abs=0.3)
    assert not losses[-1].loss < training_room.EXPLODED
    assert all(batch.loss < training_room.EXPLODED for batch in losses[:-1])


def test_the_loss_falls_and_the_digits_are_learned(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(epochs=6), tiny_mnist)
    records = [record for record in train(training) if isinstance(record, EpochRecord)]
    assert records[-1].train_loss < 0.5 * records[0].train_loss
    assert records[-1].test_loss < records[0].test_loss
    assert records[-1].test_accuracy == 1.0


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(tiny_mnist: Splits) -> None:
    runs = []
    for seed in (5, 5, 6):
        runs.append(set_up(TrainConfig(epochs=1, seed=seed), tiny_mnist))
        list(train(runs[-1]))
    first, again, other = map(weights_of, runs)
    assert same(first, again)
    assert not same(first, other)


def test_the_settings_reach_the_optimiser_and_the_loader(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(batch_size=100, learning_rate=0.02), tiny_mnist)
    assert type(training.optimizer) is torch.optim.Adam
    assert [group["lr"] for group in training.optimizer.param_groups] == [0.02]
    assert [len(labels) for _, labels in training.train_loader] == [100, 100, 100, 20]


def test_the_test_between_two_epochs_changes_nothing(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested = set_up(TrainConfig(epochs=3), tiny_mnist)
    list(train(tested))
    monkeypatch.setattr(training_room, "evaluate", lambda *_: Evaluation(0.0, 0.0, ()))
    untested = set_up(TrainConfig(epochs=3), tiny_mnist)
    list(train(untested))
    assert same(weights_of(tested), weights_of(untested))


@pytest.mark.usefixtures("record_every_step")
def test_closing_stops_at_once_and_keeps_what_was_learned(
    tiny_mnist: Splits, tiny_root: Path
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
def test_a_record_never_comes_from_inside_no_grad(tiny_mnist: Splits) -> None:
    for _ in train(set_up(TrainConfig(epochs=2), tiny_mnist)):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


@pytest.mark.usefixtures("record_every_step")
def test_another_thread_may_resume_the_loop(tiny_mnist: Splits) -> None:
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
def test_records_are_frozen_and_survive_pickling(tiny_mnist: Splits) -> None:
    records = list(train(set_up(TrainConfig(epochs=1), tiny_mnist)))
    assert pickle.loads(pickle.dumps(records)) == records
    assert {type(record) for record in records} == {StepRecord, EpochRecord}
    for record in records:
        assert {type(value) for value in dataclasses.astuple(record)} <= {int, float}
        with pytest.raises(dataclasses.FrozenInstanceError):
            record.epoch = 0  # type: ignore[misc]


@pytest.mark.usefixtures("record_every_step")
def test_nothing_is_printed_or_written(
    tiny_mnist: Splits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    list(train(set_up(TrainConfig(epochs=1), tiny_mnist)))
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_records_come_by_the_clock_not_by_the_step(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
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


@pytest.mark.parametrize(
    ("weight", "what"), [(math.nan, "stopped being a number"), (1e5, r"exploded to [\d,]+")]
)
def test_a_loss_beyond_reason_ends_the_run_with_advice(
    tiny_mnist: Splits, weight: float, what: str
) -> None:
    training = set_up(TrainConfig(learning_rate=0.5), tiny_mnist)
    with torch.no_grad():
        training.model.get_parameter("fc2.weight")[0].fill_(weight)
    before = weights_of(training)
    with pytest.raises(
        DivergenceError, match=rf"{what} in epoch 1, batch 1.*0\.5.*Try 0\.05"
    ) as end:
        list(train(training))
    assert end.value.retry_rate == 0.05
    assert weights_of(training).keys() == before.keys()
    again = pickle.loads(pickle.dumps(end.value))
    assert (str(again), again.retry_rate) == (str(end.value), 0.05)
    with speaking("zh"):
        assert translate(again).startswith("第 1 轮第 1 批，损失")
        assert translate(again).endswith("试试 0.05。")


def test_a_learning_rate_far_too_high_is_noticed_and_the_recipes_is_not(tiny_mnist: Splits) -> None:
    with pytest.raises(DivergenceError):
        list(train(set_up(TrainConfig(learning_rate=1.0), tiny_mnist)))
    list(train(set_up(TrainConfig(), tiny_mnist)))


# --- what the article suggests -----------------------------------------------------------------


def rates_of(config: TrainConfig, data: Splits) -> list[float]:
    """Train and return the learning rate of every step."""
    training = set_up(config, data)
    rates: list[float] = []
    training.optimizer.register_step_pre_hook(
        lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"])
    )
    list(train(training))
    return rates


def test_without_a_schedule_the_rate_stays(tiny_mnist: Splits) -> None:
    assert rates_of(TrainConfig(epochs=3), tiny_mnist) == [0.001] * 3 * STEPS


def test_the_step_schedule_halves_the_rate_every_two_epochs(tiny_mnist: Splits) -> None:
    rates = rates_of(TrainConfig(epochs=5, schedule="step"), tiny_mnist)
    assert rates == pytest.approx([0.001 / 2 ** (step // (2 * STEPS)) for step in range(5 * STEPS)])


def test_one_cycle_rises_to_the_rate_and_falls_to_nearly_nothing(tiny_mnist: Splits) -> None:
    rates = rates_of(TrainConfig(epochs=4, schedule="one_cycle", learning_rate=0.02), tiny_mnist)
    peak = rates.index(max(rates))
    assert max(rates) == pytest.approx(0.02)
    assert rates == sorted(rates[: peak + 1]) + sorted(rates[peak + 1 :], reverse=True)
    assert rates[0] < 0.02 / 10
    assert rates[-1] < 0.02 / 1000


@pytest.mark.parametrize("size", [320, 1_000])
def test_one_cycle_of_a_single_step_is_possible(tiny_mnist: Splits, size: int) -> None:
    config = TrainConfig(epochs=1, batch_size=size, schedule="one_cycle")
    assert len(rates_of(config, tiny_mnist)) == 1


def test_sgd_steps_along_the_gradient(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(optimizer="sgd", learning_rate=0.1, batch_size=320), tiny_mnist)
    before = weights_of(training)
    next(record for record in train(training) if isinstance(record, EpochRecord))
    # One epoch is one step here, over all images at once: their order does not matter.
    moved = set_up(TrainConfig(batch_size=320), tiny_mnist).model
    moved.load_state_dict(before)
    images, labels = tiny_mnist.train.images, tiny_mnist.train.labels
    torch.nn.functional.cross_entropy(moved(images), labels).backward()
    for name, parameter in moved.named_parameters():
        assert parameter.grad is not None
        expected = before[name] - 0.1 * parameter.grad
        torch.testing.assert_close(weights_of(training)[name], expected)


def test_training_accuracy_is_that_of_the_training_images_as_they_are(tiny_mnist: Splits) -> None:
    config = TrainConfig(model="dropout_nn", dropout=0.5, augmentation="affine", epochs=2)
    training = set_up(config, tiny_mnist)
    for record in train(training):
        if isinstance(record, EpochRecord):
            assert record.train_accuracy == evaluate(training.model, tiny_mnist.train).accuracy


def test_training_accuracy_is_measured_on_as_many_images_as_it_says(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_room, "TRAIN_SAMPLE", 30)
    training = set_up(TrainConfig(epochs=1), tiny_mnist)
    *_, epoch = train(training)
    assert isinstance(epoch, EpochRecord)
    assert epoch.train_accuracy == evaluate(training.model, tiny_mnist.train.first(30)).accuracy


@pytest.mark.parametrize("model", MODELS)
def test_every_model_learns(tiny_mnist: Splits, model: str) -> None:
    training = set_up(TrainConfig(model=model, epochs=8, learning_rate=0.003), tiny_mnist)
    *_, last = train(training)
    assert isinstance(last, EpochRecord)
    assert last.test_accuracy > 0.9


# --- runs that go on, and runs that take turns -------------------------------------------------

VARIED = [
    TrainConfig(epochs=5),
    TrainConfig(epochs=5, schedule="step"),
    TrainConfig(epochs=5, model="cnn", dropout=0.3, augmentation="affine"),
    TrainConfig(epochs=5, optimizer="sgd", learning_rate=0.1),
]


@pytest.mark.parametrize("config", VARIED)
def test_a_run_that_trains_on_equals_one_that_was_longer_from_the_start(
    tiny_mnist: Splits, config: TrainConfig
) -> None:
    whole = set_up(config, tiny_mnist)
    records = [record for record in train(whole) if isinstance(record, EpochRecord)]
    parts = set_up(dataclasses.replace(config, epochs=2), tiny_mnist)
    first = [record for record in train(parts) if isinstance(record, EpochRecord)]
    list(train(set_up(TrainConfig(epochs=1, seed=9), tiny_mnist)))  # somebody else's, meanwhile
    extend(parts, 3)
    second = [record for record in train(parts) if isinstance(record, EpochRecord)]
    assert parts.config == config
    assert parts.epochs_done == 5
    without_time = [dataclasses.replace(record, seconds=0.0) for record in (*first, *second)]
    assert without_time == [dataclasses.replace(record, seconds=0.0) for record in records]
    assert same(weights_of(parts), weights_of(whole))


def test_one_cycle_trains_on_with_a_new_cycle(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(epochs=2, schedule="one_cycle"), tiny_mnist)
    list(train(training))
    extend(training, 2)
    rates: list[float] = []
    training.optimizer.register_step_pre_hook(
        lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"])
    )
    list(train(training))
    whole_cycle = rates_of(TrainConfig(epochs=2, schedule="one_cycle"), tiny_mnist)
    assert rates == pytest.approx(whole_cycle)


@pytest.mark.usefixtures("record_every_step")
def test_a_run_closed_within_an_epoch_begins_that_epoch_anew(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(epochs=2), tiny_mnist)
    records = train(training)
    while next(records) != StepRecord(2, 3, STEPS, pytest.approx(0, abs=10)):
        pass
    records.close()
    assert training.epochs_done == 1
    extend(training, 2)
    epochs = [record.epoch for record in train(training) if isinstance(record, EpochRecord)]
    assert epochs == [2, 3]


@pytest.mark.usefixtures("record_every_step")
@pytest.mark.parametrize("config", VARIED)
def test_a_run_closed_within_an_epoch_goes_on_with_the_very_next_batch(
    tiny_mnist: Splits, config: TrainConfig
) -> None:
    config = dataclasses.replace(config, epochs=3)
    whole, parts = set_up(config, tiny_mnist), set_up(config, tiny_mnist)
    expected = [record for record in train(whole) if isinstance(record, EpochRecord)]
    epochs = []
    while parts.epochs_done < 3:  # closed after every record
        torch.rand(3)  # whoever else draws meanwhile
        records = train(parts)
        record = next(records)
        records.close()
        if isinstance(record, EpochRecord):
            epochs.append(dataclasses.replace(record, seconds=0.0))
    assert epochs == [dataclasses.replace(record, seconds=0.0) for record in expected]
    assert same(weights_of(parts), weights_of(whole))


@pytest.mark.usefixtures("record_every_step")
def test_an_epoch_that_is_begun_anew_has_one_learning_rate_all_through(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(epochs=4, schedule="step"), tiny_mnist)
    records = train(training)
    while next(records) != StepRecord(2, 3, STEPS, pytest.approx(0, abs=10)):
        pass
    records.close()
    rates: list[float] = []
    training.optimizer.register_step_pre_hook(
        lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"])
    )
    extend(training, 4)  # epochs 2 to 5, of which the second halves the rate and the fourth again
    list(train(training))
    assert rates == [0.001] * STEPS + [0.0005] * 2 * STEPS + [0.00025] * STEPS


def test_no_run_goes_on_for_more_epochs_than_a_run_may_have(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(epochs=1), tiny_mnist)
    list(train(training))
    with pytest.raises(ValueError, match=r"^Epochs must be a whole number from 1 to 100"):
        extend(training, 100)
    assert training.config.epochs == 1


@pytest.mark.usefixtures("record_every_step")
def test_runs_that_take_turns_do_not_disturb_each_other(tiny_mnist: Splits) -> None:
    configs = [
        TrainConfig(epochs=2, model="dropout_nn", augmentation="affine", seed=1),
        TrainConfig(epochs=2, model="dropout_nn", seed=2),
    ]
    alone = [set_up(config, tiny_mnist) for config in configs]
    for training in alone:
        list(train(training))
    together = [set_up(config, tiny_mnist) for config in configs]
    for _ in zip(*map(train, together), strict=True):
        torch.rand(3)  # whoever else draws
    for training, expected in zip(together, alone, strict=True):
        assert same(weights_of(training), weights_of(expected))


# --- on a GPU ----------------------------------------------------------------------------------
# PyTorch's "meta" device stands in for one: it computes shapes only, so that whoever reads a value
# from it, for which a GPU would have to be waited for, gets an error.

META = torch.device("meta")


class Copies(TorchDispatchMode):
    """Notes every tensor that goes from one device to another, and whether that is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_for: list[bool] = []
        self.dtypes: set[torch.dtype] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is torch.ops.aten._to_copy.default and kwargs["device"] != args[0].device:
            self.waited_for.append(not kwargs.get("non_blocking"))
            self.dtypes.add(args[0].dtype)
        return func(*args, **kwargs)


@pytest.mark.parametrize("config", [*VARIED, TrainConfig(schedule="one_cycle", model="dropout_nn")])
def test_between_two_records_nothing_waits_for_the_gpu(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch, config: TrainConfig
) -> None:
    monkeypatch.setattr(training_room, "SECONDS_BETWEEN_RECORDS", math.inf)
    training = set_up(config, tiny_mnist, META)
    steps: list[int] = []
    training.optimizer.register_step_post_hook(lambda *_: steps.append(1))
    with Copies() as copies, pytest.raises(NotImplementedError, match="meta"):
        next(train(training))
    assert len(steps) == STEPS  # the losses were read after the last of them
    *sent, losses_read = copies.waited_for
    assert losses_read
    assert not any(sent)
    if config.augmentation == "none":  # the data lie there: only which images are next is sent
        assert len(sent) == STEPS
        assert copies.dtypes == {torch.int64, torch.float32}  # float32: the losses that were read


def test_a_test_waits_for_the_gpu_only_at_its_end(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(), tiny_mnist, META)
    batches: list[int] = []
    training.model.register_forward_hook(lambda _, inputs, __: batches.append(len(inputs[0])))
    with Copies() as copies, pytest.raises(NotImplementedError, match="bincount"):
        evaluate(training.model, training.test_set)
    assert batches == [64, 36]
    assert copies.waited_for == []


def test_the_losses_are_read_with_each_record_and_before_the_time_is_taken(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    read = training_room._BatchLosses.read_mean

    def wait(losses: Any) -> float:
        now[0] += 10.0  # a GPU that is behind
        return read(losses)

    monkeypatch.setattr(training_room._BatchLosses, "read_mean", wait)
    monkeypatch.setattr(training_room, "perf_counter", lambda: now[0])
    monkeypatch.setattr(training_room, "SECONDS_BETWEEN_RECORDS", 0.0)
    *_, epoch = train(set_up(TrainConfig(epochs=1), tiny_mnist))
    assert isinstance(epoch, EpochRecord)
    assert epoch.seconds == 10.0 * (STEPS + 1)


def test_a_divergence_is_traced_to_its_batch_when_the_next_record_is_due(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_room, "SECONDS_BETWEEN_RECORDS", math.inf)
    training = set_up(TrainConfig(), tiny_mnist)
    steps: list[int] = []

    def spoil(*_: object) -> None:
        steps.append(1)
        if len(steps) == 2:
            with torch.no_grad():
                training.model.get_parameter("fc2.bias")[0] = math.nan

    training.optimizer.register_step_post_hook(spoil)
    with pytest.raises(DivergenceError, match="in epoch 1, batch 3:"):
        next(train(training))


def test_on_a_gpu_a_run_sees_the_batches_that_it_would_see_on_the_cpu(tiny_mnist: Splits) -> None:
    def chosen(device: torch.device) -> list[torch.Tensor]:
        training = set_up(TrainConfig(epochs=1), tiny_mnist, device)
        torch.set_rng_state(training.random_state[0])
        return list(iter(training.train_loader._loader.batch_sampler))  # type: ignore[attr-defined]

    assert chosen(META) == chosen(torch.device("cpu"))


def test_a_run_keeps_the_random_numbers_of_its_gpu_to_itself(
    tiny_mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = [torch.tensor([0])]
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: state[0])
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda new: state.__setitem__(0, new))
    training = set_up(TrainConfig(epochs=2), tiny_mnist, torch.device("cpu"))
    training.device = torch.device("cuda")
    monkeypatch.setattr(training_room, "send", lambda tensor, device: tensor)
    training.random_state = [training.random_state[0], torch.tensor([5])]
    records = train(training)
    next(records)
    assert state[0].item() == 5
    state[0] = torch.tensor([9])  # somebody else draws
    next(records)
    assert state[0].item() == 5


@pytest.fixture(autouse=True)
def random_generator_restored() -> Iterator[None]:
    """Training seeds the global generator; no other test should live off that."""
    state = torch.get_rng_state()
    yield
    torch.set_rng_state(state)

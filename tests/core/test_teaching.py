"""A network learns drawings by one hand, in seconds."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import fmean

import pytest
import torch
from torch import Tensor, nn, optim
from torch.nn import functional

from mnist_core.augmentation import affine
from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN, load_checkpoint
from mnist_core.data import ImageDataset, Splits, seeded
from mnist_core.drawings import NamedDrawing, images_of, read_drawings
from mnist_core.evaluation import evaluate
from mnist_core.models import MAX_CLASSES
from mnist_core.teaching import (
    LEAST_DIGITS,
    HandReport,
    build_network,
    learn_hand,
    load_base,
    prepare,
    sit,
    split,
    teach,
    training,
)
from tests.each import each
from tests.in_chinese import in_chinese
from tests.own_symbols import SYMBOLS, draw_symbols
from tests.real_pen_digits import read_writers


def stopped() -> float:
    """Tell the time on a clock that stands still, so that each step is taken."""
    return 0.0


def of_numbers(labels: list[int]) -> ImageDataset:
    """Return images that are told apart by their first pixel."""
    images = torch.zeros(len(labels), 1, 28, 28)
    images[:, 0, 0, 0] = torch.arange(len(labels))
    return ImageDataset(images, torch.tensor(labels))


# --- the lesson --------------------------------------------------------------------------------


def test_a_quarter_of_each_class_is_kept_for_the_exam() -> None:
    lesson = prepare(draw_symbols(12))
    assert lesson.names == SYMBOLS
    assert lesson.learning.labels.bincount().tolist() == [9, 9, 9]
    assert lesson.exam.labels.bincount().tolist() == [3, 3, 3]


def test_the_parts_have_nothing_in_common_and_each_fourth_of_a_class_is_in_the_exam() -> None:
    labels = [1, 0, 1, 1, 0, 1, 1, 0, 0, 1]
    learning, exam = split(of_numbers(labels))
    places = [part.images[:, 0, 0, 0].tolist() for part in (learning, exam)]
    assert places == [[1, 4, 7, 0, 2, 3, 6, 9], [8, 5]]
    for part, numbers in zip((learning, exam), places, strict=True):
        assert part.labels.tolist() == [labels[int(number)] for number in numbers]


def test_however_few_there_are_a_quarter_is_kept_and_each_class_is_learned() -> None:
    lesson = prepare(draw_symbols(2))
    assert len(lesson.exam) == 1
    assert set(lesson.learning.labels.tolist()) == {0, 1, 2}


def test_too_little_to_learn_from_is_said() -> None:
    one = draw_symbols(3)[::3]
    for drawings, part in each(
        [
            (one, "2 to 20 classes, not 1"),
            ([*one, NamedDrawing("star", one[0].strokes)], "star: 1 drawing; each class needs 2"),
            (
                [NamedDrawing(f"{i}", one[0].strokes) for i in range(MAX_CLASSES + 1)] * 2,
                "2 to 20 classes, not 21",
            ),
        ]
    ):
        with pytest.raises(ValueError, match=part) as error:
            prepare(drawings)
        in_chinese(error.value)


# --- the loop ----------------------------------------------------------------------------------


def article_like_weights(
    learning: ImageDataset, classes: int, *, augment: bool
) -> dict[str, Tensor]:
    """Restate it: the CNN's convolutions as they are, two linear layers, Adam, falling steps."""
    old = load_checkpoint(SHIPPED_CNN).model.state_dict()
    head = nn.Linear(128, classes)
    hidden = nn.Linear(32 * 7 * 7, 128, device="meta")
    hidden.load_state_dict(
        {name: old[f"fc1.{name}"].clone() for name in ("weight", "bias")}, assign=True
    )
    parameters = [*hidden.parameters(), *head.parameters()]
    for parameter in parameters:
        parameter.requires_grad_(True)
    adam = optim.Adam(parameters, lr=0.004)
    for step in range(300):
        adam.param_groups[0]["lr"] = 0.004 * (1 - min(step / 300, 1))
        chosen = torch.randint(len(learning), (64,))
        images, labels = learning.images[chosen], learning.labels[chosen]
        values = affine(images) if augment else images
        for layer in "12":
            values = functional.conv2d(values, old[f"conv{layer}.weight"], stride=2, padding=2)
            statistics = [old[f"norm{layer}.running_mean"], old[f"norm{layer}.running_var"]]
            scale = [old[f"norm{layer}.weight"], old[f"norm{layer}.bias"]]
            values = functional.batch_norm(values, *statistics, *scale).relu()
        loss = functional.cross_entropy(head(hidden(values.flatten(1)).relu()), labels)
        adam.zero_grad()
        loss.backward()
        adam.step()
    return {
        **{f"fc1.{name}": part.detach() for name, part in hidden.named_parameters()},
        **{f"fc2.{name}": part.detach() for name, part in head.named_parameters()},
    }


def test_it_is_what_a_plain_loop_does_bit_for_bit() -> None:
    lesson = prepare(draw_symbols(4))
    for augment in each([True, False]):
        with seeded(7):
            network = build_network(3, load_base())
            list(teach(network, lesson.learning, augment=augment, clock=stopped))
        with seeded(7):
            expected = article_like_weights(lesson.learning, 3, augment=augment)
        learned = network.state_dict()
        for name, part in expected.items():
            assert torch.equal(learned[name], part), name
        base = load_base().state_dict()
        for name in base.keys() - expected.keys():  # convolutions and what is usual in them
            assert torch.equal(learned[name], base[name]), name


def test_it_ends_when_its_time_is_over_but_not_before_it_has_learned_something() -> None:
    seconds = count(0.0, 1.0)
    network = build_network(3, load_base())
    steps = list(teach(network, prepare(draw_symbols(3)).learning, clock=lambda: next(seconds)))
    assert len(steps) == training.LEAST_STEPS // training.REPORT_EVERY
    assert steps[-1].share == 1.0
    assert not network.training


def test_it_tells_how_far_it_is() -> None:
    network = build_network(3)
    shares = [
        step.share for step in teach(network, prepare(draw_symbols(3)).learning, clock=stopped)
    ]
    assert len(shares) == training.STEPS // training.REPORT_EVERY
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_made_up_symbols_are_told_apart_whatever_it_begins_from() -> None:
    lesson = prepare(draw_symbols(12))
    for base in each([load_base(), None]):
        with seeded(1):
            network = build_network(3, base)
            list(teach(network, lesson.learning, clock=stopped))
        exam = sit(network, lesson)
        assert (exam.count, exam.right, exam.accuracy) == (9, 9, 1.0)


def test_an_exam_names_what_was_taken_for_what() -> None:
    class Zero(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return torch.eye(3)[torch.zeros(len(images), dtype=torch.long)]

    exam = sit(Zero(), prepare(draw_symbols(4)))
    assert exam.right == 1
    assert exam.mistakes == (("cross", "ring"), ("zigzag", "ring"))


def test_a_base_is_never_changed() -> None:
    before = {name: part.clone() for name, part in load_base().state_dict().items()}
    network = build_network(3, load_base())
    list(teach(network, prepare(draw_symbols(2)).learning))
    after = load_base().state_dict()
    assert all(torch.equal(after[name], part) for name, part in before.items())
    assert all(parameter.requires_grad for parameter in load_base().parameters())


def test_symbols_of_real_hands_are_learned(pen_digits_file: Path) -> None:
    of_writer: dict[str, list[list[NamedDrawing]]] = defaultdict(lambda: [[] for _ in range(10)])
    drawings = read_drawings(pen_digits_file)
    for writer, drawing in zip(read_writers(pen_digits_file), drawings, strict=True):
        named = NamedDrawing(f"symbol {drawing.label}", drawing.strokes)
        of_writer[writer][drawing.label].append(named)
    enough = [some for some in of_writer.values() if min(map(len, some)) >= 22]
    shares = []
    for of_digit in enough[::12]:
        lesson = prepare([drawing for some in of_digit for drawing in some[:12]])
        with seeded(42):
            network = build_network(10, load_base())
            list(teach(network, lesson.learning, clock=stopped))
        new = [drawing for some in of_digit for drawing in some[12:22]]
        images = split_free(new, lesson.names)
        shares.append(evaluate(network, images).accuracy)
    assert shares
    assert fmean(shares) >= 0.97


def split_free(drawings: list[NamedDrawing], names: tuple[str, ...]) -> ImageDataset:
    """Return the images of drawings, and the places of their names."""
    lesson = prepare(drawings)
    parts = (lesson.learning, lesson.exam)
    images = torch.cat([part.images for part in parts])
    labels = torch.cat([part.labels for part in parts])
    places = torch.tensor([names.index(name) for name in lesson.names])
    return ImageDataset(images, places[labels])


# --- the hand ----------------------------------------------------------------------------------


def finished(steps: Iterator[object]) -> HandReport:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            report: HandReport = end.value
            return report


def odd_digits(count: int) -> ImageDataset:
    """Return symbols that somebody writes for 0, 1 and 2: nobody else does."""
    lesson = prepare(draw_symbols(count))
    parts = (lesson.learning, lesson.exam)
    return ImageDataset(
        torch.cat([part.images for part in parts]),
        torch.cat([part.labels for part in parts]),
    )


def test_a_hand_is_learned_and_the_score_tells_of_drawings_that_were_not_shown(
    tiny_mnist: Splits,
) -> None:
    network = load_checkpoint(SHIPPED).model
    former = copy.deepcopy(network)
    digits = odd_digits(12)
    with seeded(3):
        report = finished(learn_hand(network, digits, tiny_mnist, clock=stopped))
    _, exam = split(digits)
    for model, right in ((former, report.right_before), (network, report.right_after)):
        assert right == round(evaluate(model, exam).accuracy * len(exam))
    assert report.count == len(exam) == 9
    assert report.right_after > report.right_before
    assert report.accuracy_before == evaluate(former, tiny_mnist.test).accuracy
    assert report.accuracy_after == evaluate(network, tiny_mnist.test).accuracy
    assert not network.training


def test_without_mnist_nobody_says_what_was_forgotten() -> None:
    report = finished(learn_hand(load_checkpoint(SHIPPED).model, odd_digits(6), None))
    assert report.accuracy_before is None
    assert report.accuracy_after is None
    assert report.right_after >= report.right_before


def test_too_few_digits_are_refused() -> None:
    digits = odd_digits(4).first(LEAST_DIGITS - 1)
    with pytest.raises(ValueError, match="9 labelled digits, and 10 at least") as error:
        next(learn_hand(load_checkpoint(SHIPPED).model, digits, None))
    in_chinese(error.value)


def test_real_pen_digits_of_one_hand_are_read_better_and_little_is_forgotten(
    pen_digits_file: Path, mnist: Splits
) -> None:
    of_writer = defaultdict(list)
    drawings = read_drawings(pen_digits_file)
    for writer, drawing in zip(read_writers(pen_digits_file), drawings, strict=True):
        of_writer[writer].append(drawing)
    model = load_checkpoint(SHIPPED).model
    worst = min(
        (some for some in of_writer.values() if len(some) >= 150),
        key=lambda some: evaluate(model, images_of(some)).accuracy,
    )
    with seeded(42):
        report = finished(learn_hand(model, images_of(worst), mnist, clock=stopped))
    assert report.right_after > report.right_before
    assert report.accuracy_before is not None
    assert report.accuracy_after is not None
    assert report.accuracy_after > report.accuracy_before - 0.015

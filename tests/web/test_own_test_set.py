from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.drawings import LabelledDrawing
from mnist_core.web.limits import LIMITS
from mnist_core.web.sessions import own_test_set as score_module
from mnist_core.web.sessions.own_test_set import OwnTestSet
from tests.web.constant import Constant

DRAWINGS = LIMITS["drawings"].laptop


def drawing(label: int, number: int = 0, points: int = 2) -> LabelledDrawing:
    """Return a drawing that differs from those with another number."""
    y = np.linspace(100, 900, points)
    return LabelledDrawing(label, [np.stack([np.full(points, 100.0 + number), y], axis=1)])


def test_each_network_reads_each_drawing_and_is_right_or_wrong() -> None:
    score = OwnTestSet()
    for number, label in enumerate([1, 1, 7]):
        assert score.add(drawing(label, number)) == 0
    assert len(score) == 3
    assert score.count_right("a", 0, Constant(1)) == 2
    assert score.count_right("b", 0, Constant(7)) == 1
    assert score.count_right("c", 0, Constant(3)) == 0


def test_a_network_reads_a_drawing_once() -> None:
    score, network = OwnTestSet(), Constant(1)
    for number in range(5):
        score.add(drawing(1, number))
        assert score.count_right("a", 0, network) == number + 1
        assert score.count_right("a", 0, network) == number + 1
    assert network.images_seen == 5


def test_new_weights_read_everything_anew_at_once() -> None:
    score, early, late = OwnTestSet(), Constant(3), Constant(1)
    for number in range(4):
        score.add(drawing(1, number))
    assert score.count_right("a", 1, early) == 0
    assert score.count_right("a", 2, late) == 4
    assert late.images_seen == 4


def test_another_label_for_the_same_drawing_corrects_it() -> None:
    score, network = OwnTestSet(), Constant(7)
    score.add(drawing(1))
    assert score.count_right("a", 0, network) == 0
    score.add(drawing(7))
    assert len(score) == 1
    assert score.drawings[0].label == 7
    assert score.count_right("a", 0, network) == 1


def test_the_same_points_in_other_strokes_are_another_drawing() -> None:
    score = OwnTestSet()
    points = np.array([[1.0, 2.0], [30.0, 4.0], [50.0, 60.0], [7.0, 80.0]])
    score.add(LabelledDrawing(1, [points]))
    score.add(LabelledDrawing(1, [points[:2], points[2:]]))
    assert len(score) == 2


def test_the_oldest_make_room_and_it_is_told() -> None:
    score = OwnTestSet()
    dropped = [score.add(drawing(number % 10, number)) for number in range(DRAWINGS + 3)]
    assert sum(dropped) == 3
    assert len(score) == DRAWINGS
    assert score.drawings[0].strokes[0][0][0] == 103


def test_a_few_enormous_drawings_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_module, "MOST_POINTS", 1000)
    score = OwnTestSet()
    for number in range(10):
        score.add(drawing(1, number, points=300))
    assert len(score) == 3
    score.add(drawing(1, 9, points=300))  # the same again takes no more room
    assert len(score) == 3


def test_what_is_forgotten_counts_no_more() -> None:
    score, network = OwnTestSet(), Constant(1)
    score.add(drawing(1))
    score.count_right("a", 0, network)
    score.clear()
    assert len(score) == 0
    assert score.count_right("a", 0, network) == 0
    score.add(drawing(1))
    assert score.count_right("a", 0, network) == 1


def test_answers_of_who_is_gone_are_forgotten() -> None:
    score, network = OwnTestSet(), Constant(1)
    score.add(drawing(1))
    score.count_right("a", 0, network)
    score.keep_answers_of({"b"})
    score.count_right("a", 0, network)
    assert network.images_seen == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=30))
def test_it_counts_as_a_dictionary_would(labels: list[tuple[int, int]]) -> None:
    score, truth = OwnTestSet(), {}
    for label, number in labels:
        score.add(drawing(label, number))
        truth[number] = label
        right = score.count_right("a", 0, Constant(3))
        assert right == sum(label == 3 for label in truth.values())
    assert len(score) == len(truth)


def test_many_threads_lose_nothing() -> None:
    score, network = OwnTestSet(), Constant(1)

    def work(number: int) -> None:
        score.add(drawing(1, number))
        score.count_right("a", 0, network)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(200)))
    assert len(score) == 200
    assert score.count_right("a", 0, network) == 200
    assert network.images_seen == 200

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.drawings import LabelledDrawing
from mnist_core.web.limits import LIMITS, MEGABYTE
from mnist_core.web.sessions.own_test_set import OwnTestSet
from tests.web.conftest import SetLimits
from tests.web.constant import Constant

DRAWINGS = LIMITS["drawings"].laptop


def drawing(label: int, number: int = 0, points: int = 2) -> LabelledDrawing:
    """Return a drawing that differs from those with another number."""
    y = np.linspace(100, 900, points)
    return LabelledDrawing(label, [np.stack([np.full(points, 100.0 + number), y], axis=1)])


def test_each_network_reads_each_drawing_and_is_right_or_wrong() -> None:
    test_set = OwnTestSet()
    for number, label in enumerate([1, 1, 7]):
        assert test_set.add(drawing(label, number)) == 0
    assert len(test_set) == 3
    assert test_set.count_right("a", 0, Constant(1)) == 2
    assert test_set.count_right("b", 0, Constant(7)) == 1
    assert test_set.count_right("c", 0, Constant(3)) == 0


def test_a_network_reads_a_drawing_once() -> None:
    test_set, network = OwnTestSet(), Constant(1)
    for number in range(5):
        test_set.add(drawing(1, number))
        assert test_set.count_right("a", 0, network) == number + 1
        assert test_set.count_right("a", 0, network) == number + 1
    assert network.images_seen == 5


def test_new_weights_read_everything_anew_at_once() -> None:
    test_set, early, late = OwnTestSet(), Constant(3), Constant(1)
    for number in range(4):
        test_set.add(drawing(1, number))
    assert test_set.count_right("a", 1, early) == 0
    assert test_set.count_right("a", 2, late) == 4
    assert late.images_seen == 4


def test_another_label_for_the_same_drawing_corrects_it() -> None:
    test_set, network = OwnTestSet(), Constant(7)
    test_set.add(drawing(1))
    assert test_set.count_right("a", 0, network) == 0
    test_set.add(drawing(7))
    assert len(test_set) == 1
    assert test_set.drawings[0].label == 7
    assert test_set.count_right("a", 0, network) == 1


def test_the_same_points_in_other_strokes_are_another_drawing() -> None:
    test_set = OwnTestSet()
    points = np.array([[1.0, 2.0], [30.0, 4.0], [50.0, 60.0], [7.0, 80.0]])
    test_set.add(LabelledDrawing(1, [points]))
    test_set.add(LabelledDrawing(1, [points[:2], points[2:]]))
    assert len(test_set) == 2


def test_the_oldest_make_room_and_it_is_told() -> None:
    test_set = OwnTestSet()
    dropped = [test_set.add(drawing(number % 10, number)) for number in range(DRAWINGS + 3)]
    assert sum(dropped) == 3
    assert len(test_set) == DRAWINGS
    assert test_set.drawings[0].strokes[0][0][0] == 103


def test_a_few_enormous_drawings_do_not_fill_the_memory(limit: SetLimits) -> None:
    limit(session_mb=20)
    test_set = OwnTestSet()
    for number in range(10):
        test_set.add(drawing(1, number, points=100_000))  # 1.6 MB
    assert len(test_set) == 3
    assert 4.8e6 < test_set.size < 20 * MEGABYTE / 4
    test_set.add(drawing(1, 9, points=100_000))  # the same again takes no more room
    assert len(test_set) == 3
    test_set.clear()
    assert test_set.size == 0


def test_what_is_forgotten_counts_no_more() -> None:
    test_set, network = OwnTestSet(), Constant(1)
    test_set.add(drawing(1))
    test_set.count_right("a", 0, network)
    test_set.clear()
    assert len(test_set) == 0
    assert test_set.count_right("a", 0, network) == 0
    test_set.add(drawing(1))
    assert test_set.count_right("a", 0, network) == 1


def test_answers_of_who_is_gone_are_forgotten() -> None:
    test_set, network = OwnTestSet(), Constant(1)
    test_set.add(drawing(1))
    test_set.count_right("a", 0, network)
    test_set.keep_predictions_of({"b"})
    test_set.count_right("a", 0, network)
    assert network.images_seen == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=30))
def test_it_counts_as_a_dictionary_would(labels: list[tuple[int, int]]) -> None:
    test_set, truth = OwnTestSet(), {}
    for label, number in labels:
        test_set.add(drawing(label, number))
        truth[number] = label
        right = test_set.count_right("a", 0, Constant(3))
        assert right == sum(label == 3 for label in truth.values())
    assert len(test_set) == len(truth)


def test_many_threads_lose_nothing() -> None:
    test_set, network = OwnTestSet(), Constant(1)

    def work(number: int) -> None:
        test_set.add(drawing(1, number))
        test_set.count_right("a", 0, network)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(200)))
    assert len(test_set) == 200
    assert test_set.count_right("a", 0, network) == 200
    assert network.images_seen == 200


def test_what_is_taken_back_counts_no_more_and_nothing_else_is_lost() -> None:
    test_set, network = OwnTestSet(), Constant(1)
    for number in range(2):
        test_set.add(drawing(1, number))
    assert test_set.count_right("a", 0, network) == 2
    assert not test_set.remove(drawing(7, 0))  # it counts as something else
    assert test_set.remove(drawing(1, 0))
    assert not test_set.remove(drawing(1, 0))
    assert test_set.count_right("a", 0, network) == 1
    assert len(test_set) == 1

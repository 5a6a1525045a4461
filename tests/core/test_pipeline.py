from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnist_core.data import normalize
from mnist_core.drawings import LabelledDrawing
from mnist_core.preprocessing import Stroke, center_of_mass, image_from_strokes
from mnist_core.preprocessing.pipeline import (
    STEPS,
    Steps,
    explain,
    image_by,
    values_by,
)

SEVEN = [np.array([[100.0, 550], [300, 550], [170, 820]])]  # small, in a corner
ALL = Steps()
NONE = Steps(**dict.fromkeys(STEPS, False))


def size_of(image: NDArray[np.uint8]) -> tuple[int, int]:
    """Return the width and the height of what is at least half ink."""
    rows, columns = np.nonzero(image >= 128)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


@pytest.mark.parametrize(
    "strokes",
    [
        SEVEN,
        [np.array([[500.0, 500.0]])],
        [np.array([[0.0, 500], [1000, 500]])],
        [np.array([[10.0, 10], [20, 30]]), np.empty((0, 2)), np.array([[900.0, 990]])],
    ],
)
def test_with_all_steps_it_is_the_image_that_the_network_is_given(strokes: list[Stroke]) -> None:
    way = explain(strokes, ALL)
    expected = image_from_strokes(strokes)
    assert way is not None
    assert expected is not None
    assert np.array_equal(way.image, expected)
    values = values_by(way.image, ALL)
    assert torch.equal(values, normalize(torch.from_numpy(expected).unsqueeze(0)))


def test_real_digits_too_are_the_images_that_the_network_is_given(
    pen_digits: list[LabelledDrawing],
) -> None:
    for drawing in pen_digits[::200]:
        image = image_by(drawing.strokes, ALL)
        assert np.array_equal(image, image_from_strokes(drawing.strokes))


def test_without_any_step_the_canvas_is_squeezed() -> None:
    image = image_by(SEVEN, NONE).astype(float)
    squeezed = np.array([100, 550, 300, 820]) * 28 / 1000
    rows, columns = np.nonzero(image >= 128)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    assert seen == pytest.approx(squeezed + np.array([-1, -1, 1, 1]), abs=1)  # the brush is 2 wide


def test_cropping_makes_place_and_size_irrelevant() -> None:
    moved = [SEVEN[0] * 2 + [200, -900]]
    assert np.array_equal(image_by(SEVEN, ALL), image_by(moved, ALL))
    without = ALL.switched("crop")
    assert not np.array_equal(image_by(SEVEN, without), image_by(moved, without))


def test_fitting_keeps_proportions_and_leaves_a_margin() -> None:
    assert max(size_of(image_by(SEVEN, ALL))) in (19, 20, 21)
    assert size_of(image_by(SEVEN, ALL.switched("fit"))) == (28, 28)
    assert max(size_of(image_by(SEVEN, ALL.switched("pen")))) in (19, 20, 21)
    assert size_of(image_by(SEVEN, Steps(fit=False, pen=False))) == (28, 28)


def test_one_pen_draws_large_and_small_digits_alike() -> None:
    large = [SEVEN[0] * 3 - 300]
    ink = [[image_by(s, Steps(pen=pen)).sum() for s in (SEVEN, large)] for pen in (True, False)]
    assert ink[0][0] == pytest.approx(ink[0][1], rel=0.02)
    assert ink[1][0] > 1.5 * ink[1][1]  # the same brush is thick on a small digit


@pytest.mark.parametrize("pen", [True, False])
@pytest.mark.parametrize("crop", [True, False])
def test_centring_puts_the_mass_where_mnists_is(crop: bool, pen: bool) -> None:
    image = image_by(SEVEN, Steps(crop=crop, pen=pen)).astype(float)
    assert center_of_mass(image) == pytest.approx((14.5, 14.5), abs=0.3)
    image = image_by(SEVEN, Steps(crop=crop, pen=pen, center=False)).astype(float)
    assert center_of_mass(image) != pytest.approx((14.5, 14.5), abs=0.3)


def test_without_normalising_paper_is_zero() -> None:
    image = image_by(SEVEN, ALL)
    assert (values_by(image, ALL).min(), values_by(image, ALL).max()) == (-1, 1)
    plain = values_by(image, ALL.switched("normalize"))
    assert (plain.min(), plain.max()) == (0, 1)
    assert plain.shape == (1, 1, 28, 28)


def test_a_step_left_out_changes_nothing_before_it() -> None:
    everything = explain(SEVEN, ALL)
    assert everything is not None
    for number, step in enumerate(STEPS, start=1):
        without = explain(SEVEN, ALL.switched(step))
        assert without is not None
        assert len(without.pictures) == 1 + len(STEPS)
        for before, same in list(zip(everything.pictures, without.pictures, strict=True))[:number]:
            assert np.array_equal(before, same)
        assert not np.array_equal(everything.pictures[number], without.pictures[number])


def test_switching_twice_changes_nothing() -> None:
    assert all(ALL.switched(step) != ALL for step in STEPS)
    assert all(ALL.switched(step).switched(step) == ALL for step in STEPS)


@pytest.mark.parametrize("strokes", [[], [np.empty((0, 2))]])
def test_of_nothing_drawn_there_is_no_way(strokes: list[Stroke]) -> None:
    assert explain(strokes, ALL) is None


EVERY_CHOICE = [Steps(*choice) for choice in product([True, False], repeat=len(STEPS))]
COORDINATES = st.floats(0, 1000) | st.sampled_from([0.0, 1000.0, -1e6, 1e6])
STROKES = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=6).map(np.array)


@settings(max_examples=60)
@given(st.lists(STROKES, min_size=1, max_size=3), st.sampled_from(EVERY_CHOICE))
def test_whatever_is_drawn_there_is_a_way_by_any_steps(strokes: list[Stroke], steps: Steps) -> None:
    way = explain(strokes, steps)
    assert way is not None
    assert way.image.shape == (28, 28)
    for picture in way.pictures:
        assert picture.dtype == np.uint8
        assert picture.shape in ((28, 28), (56, 56))
    assert values_by(way.image, steps).isfinite().all()

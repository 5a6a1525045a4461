from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from mnist_core.augmentation import (
    AUGMENTATIONS,
    AugmentedLoader,
    affine,
    augment,
    distortion,
    glyphs,
    non_digits,
    pen,
    skeletons,
)
from mnist_core.augmentation.habits import HABITS, Habit, _draw_habit, add_habits
from mnist_core.augmentation.handwriting import LETTERS, PLAIN, STRANGE, handwriting
from mnist_core.augmentation.mirror import MOST_SHIFT, mirror_and_shift
from mnist_core.data import Batch, Splits, make_train_loader
from mnist_core.preprocessing.strokes import draw_dots
from tests.each import each

CHANGING = [kind for kind in AUGMENTATIONS if kind != "none"]
every_kind = pytest.mark.parametrize("kind", AUGMENTATIONS)
every_change = pytest.mark.parametrize("kind", CHANGING)


def strokes(count: int = 48) -> Batch:
    """Draw upright lines of different heights, three pixels wide: as plain as a one."""
    images = torch.full((count, 1, 28, 28), -1.0)
    for i, image in enumerate(images):
        image[0, 4 + i % 4 : 24 - i % 3, 13:16] = 1.0
    return images, torch.arange(count) % 10


def ink_of(images: Tensor) -> Tensor:
    """Sum up an image's ink, in pixels."""
    return ((images + 1) / 2).sum(dim=(1, 2, 3))


def middle_of(images: Tensor) -> Tensor:
    """Return each image's centre of mass, [batch, 2], in pixels from the top left corner."""
    ink = (images[:, 0] + 1) / 2
    places = torch.arange(28) + 0.5
    x, y = ink.sum(dim=1) @ places, ink.sum(dim=2) @ places
    return torch.stack([x, y], dim=1) / ink.sum(dim=(1, 2)).unsqueeze(1)


# --- every kind ----------------------------------------------------------------------------------


@every_kind
@given(count=st.integers(1, 70), seed=st.integers(0, 100))
def test_shape_and_range_stay_and_targets_are_shares_of_one(
    kind: str, count: int, seed: int
) -> None:
    torch.manual_seed(seed)
    images, labels = torch.rand(count, 1, 28, 28) * 2 - 1, torch.randint(0, 10, (count,))
    changed, targets = augment(images, labels, kind)
    assert changed.shape == images.shape
    assert changed.dtype == torch.float32
    assert changed.isfinite().all()
    assert -1 - 1e-6 <= changed.min() <= changed.max() <= 1 + 1e-6
    if kind == "handwriting":
        assert targets.shape == (count, 10)
        torch.testing.assert_close(targets.sum(dim=1), torch.ones(count))
    else:
        assert torch.equal(targets, labels)


@every_kind
def test_a_seed_decides_every_image(kind: str) -> None:
    torch.manual_seed(1)
    first, first_targets = augment(*strokes(), kind)
    torch.manual_seed(1)
    second, second_targets = augment(*strokes(), kind)
    third, _ = augment(*strokes(), kind)
    assert torch.equal(first, second)
    assert torch.equal(first_targets, second_targets)
    assert torch.equal(first, third) == (kind == "none")


@every_kind
def test_other_random_generators_are_left_alone(kind: str) -> None:
    numpy_state, python_state = np.random.get_state(), random.getstate()
    augment(*strokes(), kind)
    assert random.getstate() == python_state
    for before, after in zip(numpy_state, np.random.get_state(), strict=True):
        assert np.array_equal(before, after)


def test_no_augmentation_draws_nothing_and_changes_nothing() -> None:
    images, labels = strokes()
    state = torch.get_rng_state()
    same, same_labels = augment(images, labels, "none")
    assert torch.equal(torch.get_rng_state(), state)
    assert same is images
    assert same_labels is labels


@every_change
def test_the_batch_itself_stays_and_each_image_goes_its_own_way(kind: str) -> None:
    images, labels = strokes()
    images[:] = images[:1].clone()
    before = images.clone()
    changed, _ = augment(images, labels, kind)
    assert torch.equal(images, before)
    changed = changed[len(images) // PLAIN if kind == "handwriting" else 0 :]
    ways = len({image.numpy().tobytes() for image in changed})
    # There are no more than 162 ways to mirror and to shift.
    assert ways > len(changed) / 2 if kind == "mirror" else ways == len(changed)


def distort(images: Tensor) -> Tensor:
    """Do to images what "handwriting" does to a digit without any habit."""
    return distortion.change_pen(distortion.deform((images + 1) / 2)) * 2 - 1


every_distortion = pytest.mark.parametrize("change", [affine, distort])


@every_distortion
def test_paper_stays_paper(change: Callable[[Tensor], Tensor]) -> None:
    blank = torch.full((16, 1, 28, 28), -1.0)
    torch.testing.assert_close(change(blank), blank)


@every_distortion
def test_ink_stays_about_the_middle(change: Callable[[Tensor], Tensor]) -> None:
    torch.manual_seed(0)
    images = strokes(31)[0].roll((1, -1), dims=(2, 3))
    changed = change(images)
    assert (middle_of(changed) - 14).abs().max() < 5
    ratio = ink_of(changed) / ink_of(images)
    assert ratio.min() > 0.3
    assert ratio.max() < 3


@every_change
def test_no_gradient_is_recorded_and_one_reaches_the_network(kind: str) -> None:
    images, targets = augment(*strokes(), kind)
    assert not images.requires_grad
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    nn.CrossEntropyLoss()(network(images), targets).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


@every_kind
def test_a_loader_augments_in_passing(kind: str, tiny_mnist: Splits) -> None:
    torch.manual_seed(5)
    loader = AugmentedLoader(make_train_loader(tiny_mnist.train, 48), kind)
    batches = list(loader)
    assert len(batches) == len(loader)
    assert sum(len(images) for images, _ in batches) == len(tiny_mnist.train)

    torch.manual_seed(5)  # the same draws by hand: the order first, then batch by batch
    plain = make_train_loader(tiny_mnist.train, 48)
    for (images, targets), (raw, labels) in zip(batches, plain, strict=True):
        expected, expected_targets = augment(raw, labels, kind)
        assert torch.equal(images, expected)
        assert torch.equal(targets, expected_targets)


# --- affine --------------------------------------------------------------------------------------


def test_affine_moves_ink_by_about_two_pixels_at_most_and_keeps_it() -> None:
    images, _ = strokes(200)
    changed = affine(images)
    moved = (middle_of(changed) - middle_of(images)).abs()
    # A shift of two pixels each way is turned, slanted and scaled as well: where all of them are
    # largest, these strokes move by 3.8 pixels to one side.
    assert 0.5 < moved.max() < 4
    ratio = ink_of(changed) / ink_of(images)
    assert 0.75 < ratio.min() < 1 < ratio.max() < 1.3


# --- handwriting ---------------------------------------------------------------------------------


def test_a_third_of_a_batch_stays_as_mnist_has_it() -> None:
    images, labels = strokes(64)
    changed, targets = handwriting(images, labels)
    same = (changed == images).flatten(1).all(dim=1)
    assert same.nonzero()[:, 0].tolist() == list(range(64 // 3))
    assert torch.equal(targets[same].argmax(dim=1), labels[same])


# --- handwriting: habits -------------------------------------------------------------------------


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: f"{habit.digit} {habit.start}")
def test_a_habit_adds_ink_where_it_says(habit: Habit) -> None:
    torch.manual_seed(0)
    images, _ = strokes(100)
    ink = (images + 1) / 2
    added = _draw_habit(ink, habit)
    assert added.sum(dim=(1, 2, 3)).min() > 2  # each image gets a line
    top, foot = 4.0, 24.0  # of the strokes, within 3 pixels
    around = top + habit.height * (foot - top) + (habit.start[1] + habit.end[1]) / 2
    middles = middle_of(added * 2 - 1)
    assert (middles[:, 1] - around).abs().max() < 7
    reach = (habit.start[0] + habit.end[0]) / 2 + 14.5
    assert (middles[:, 0] - reach).abs().max() < 5


def test_only_digits_with_a_habit_get_one_and_not_all_of_them() -> None:
    torch.manual_seed(0)
    images, labels = strokes(1_000)
    ink = (images + 1) / 2
    changed = (add_habits(ink, labels) != ink).flatten(1).any(dim=1)
    for digit in range(10):
        of_digit = changed[labels == digit].float().mean().item()
        none_has_one = 1.0
        for habit in HABITS:
            none_has_one *= 1 - habit.share * (habit.digit == digit)
        assert of_digit == pytest.approx(1 - none_has_one, abs=0.2)


def test_a_crossed_seven_is_crossed_in_its_middle() -> None:
    torch.manual_seed(0)
    images, _ = strokes(50)
    sevens = add_habits((images + 1) / 2, torch.full((50,), 7))
    widths = (sevens[:, 0] > 0.5).sum(dim=2)  # [50, 28]
    crossed = widths.amax(dim=1) > 6
    assert 0.2 < crossed.float().mean() < 0.6
    assert (widths[crossed].argmax(dim=1) - 14).abs().max() <= 4


def test_a_digit_that_outgrew_mnists_size_is_brought_back_to_it() -> None:
    torch.manual_seed(0)
    ink = torch.zeros(50, 1, 28, 28)
    ink[..., 0:28, 13:16] = 1  # 28 pixels tall
    deformed = distortion.deform(ink)
    tall = ((deformed.amax(dim=(1, 3)) > 0.5).sum(dim=1)).float()
    assert 17 < tall.mean() < 23
    assert tall.max() < 27


def test_what_is_measured_is_the_longer_side() -> None:
    ink = torch.zeros(3, 1, 28, 28)
    ink[0, 0, 4:24, 10:15] = 1
    ink[1, 0, 10:15, 9:19] = 1
    torch.testing.assert_close(distortion._measure(ink), torch.tensor([1.0, 0.5, 1.4]))


# --- handwriting: what is no digit ---------------------------------------------------------------


@pytest.mark.parametrize("count", [40, 64, 128, 1000])
def test_about_a_sixth_of_a_batch_is_no_digit_and_a_tenth_of_each(count: int) -> None:
    images, labels = strokes(count)
    _, targets = handwriting(images, labels)
    none = targets.amax(dim=1) < 0.5
    expected = count / LETTERS + count / STRANGE
    assert expected - 5 <= none.sum() <= expected
    torch.testing.assert_close(targets[none], torch.full((int(none.sum()), 10), 0.1))
    assert torch.equal(targets[~none].argmax(dim=1), labels[~none])
    assert set(targets[~none].unique().tolist()) == {0.0, 1.0}


def test_a_batch_too_small_for_them_has_digits_only() -> None:
    images, labels = strokes(7)
    _, targets = handwriting(images, labels)
    assert torch.equal(targets.argmax(dim=1), labels)
    assert targets.amax(dim=1).min() == 1


def test_zeros_are_not_laid_on_their_side_for_they_would_stay_zeros() -> None:
    ink = strokes(40)[0]
    kinds = non_digits.KINDS
    assert len(non_digits.make_non_digits(ink, torch.arange(40) % 10, 5)) == 5 * kinds
    assert len(non_digits.make_non_digits(ink, torch.zeros(40).long(), 5)) == 5 * (kinds - 1)
    assert len(non_digits.make_non_digits(ink, torch.zeros(40).long(), 0)) == 0


def test_a_pair_is_its_two_digits_side_by_side() -> None:
    left, right = torch.zeros(1, 1, 28, 28), torch.zeros(1, 1, 28, 28)
    left[..., 4:24, 12:16] = 1
    pair = non_digits._pair(left, right)
    assert pair.shape == left.shape
    assert pair[..., :14].sum() > 30
    assert pair[..., 14:].sum() == 0
    both = non_digits._pair(left, left)
    assert torch.equal(both[..., :14], both[..., 14:])


def test_paths_are_drawn_inside_the_image_and_differ() -> None:
    torch.manual_seed(0)
    for path in (non_digits._zigzag(50), non_digits._wind(50)):
        assert path.shape == (50, 1, 28, 28)
        assert path.sum(dim=(1, 2, 3)).min() > 10
        assert path[..., 0, :].max() == path[..., :, 0].max() == 0
        assert len({image.numpy().tobytes() for image in path}) == 50


def test_a_line_is_as_numpy_draws_it() -> None:
    torch.manual_seed(0)
    start, end = torch.tensor([[[5.0, 6.0]]]), torch.tensor([[[20.0, 17.0]]])
    ours = pen.draw_lines(start, end)[0, 0].numpy()
    torch.manual_seed(0)
    radius = 0.75 + 0.75 * torch.rand(1, 1).item()
    dots = np.linspace((5.0, 6.0), (20.0, 17.0), 2_000)
    for row in range(28):
        for column in range(28):
            distance = np.hypot(*(dots - (column + 0.5, row + 0.5)).T).min()
            expected = np.clip(radius + 0.5 - distance, 0, 1)
            assert ours[row, column] == pytest.approx(expected, abs=0.02)


# --- handwriting: drawn from skeletons -----------------------------------------------------------


def spans(ink: Tensor) -> Tensor:
    """Return the longer side of what is inked at all, in pixels, [batch]."""
    inked = ink[:, 0] > 0
    sides = []
    for dim in (1, 2):
        line = inked.any(dim=dim).float()
        sides.append(28 - line.flip(1).argmax(dim=1) - line.argmax(dim=1))
    return torch.maximum(*sides)


def test_what_is_drawn_lies_where_mnists_digits_do_and_is_as_large(mnist: Splits) -> None:
    torch.manual_seed(0)
    theirs = mnist.train.first(5_000)
    drawn = skeletons.draw_digits(theirs.labels)
    ours, expected = middle_of(drawn * 2 - 1).mean(dim=0), middle_of(theirs.images).mean(dim=0)
    torch.testing.assert_close(ours, expected, atol=0.1, rtol=0)
    assert (middle_of(skeletons.draw_non_digits(1_000) * 2 - 1) - 14.5).abs().max() < 5
    mean = spans((theirs.images + 1) / 2).float().mean().item()
    assert spans(drawn).float().mean() == pytest.approx(mean, abs=0.3)


def test_distorted_digits_stay_where_mnists_are(mnist: Splits) -> None:
    torch.manual_seed(0)
    images = mnist.train.first(5_000).images
    moved = middle_of(distort(images)).mean(dim=0)
    torch.testing.assert_close(moved, middle_of(images).mean(dim=0), atol=0.1, rtol=0)


def test_a_shape_is_drawn_through_its_points() -> None:
    knots, stroke, way = skeletons._read_shape("0,0 10,0! 10,10 / 2,5 4,5")
    assert knots.tolist() == [[0, 0], [10, 0], [10, 10], [2, 5], [4, 5]]
    assert stroke.tolist() == [0, 0, 0, 1, 1]
    dots = way @ knots
    torch.testing.assert_close(way.sum(dim=1), torch.ones(len(way)))  # it moves with its points
    on_bar, on_stem = dots[:, 1].abs() < 1e-5, (dots[:, 0] - 10).abs() < 1e-5
    on_second = (dots[:, 1] - 5).abs() < 1e-5
    assert (on_bar | on_stem | on_second).all()  # straight from corner to corner
    gaps = (dots[1:] - dots[:-1]).norm(dim=1)
    assert (gaps > 0.5).sum() == 1  # where the pen is lifted


def test_a_curve_passes_its_points_smoothly() -> None:
    knots, _, way = skeletons._read_shape("0,0 5,5 10,0")
    dots = way @ knots
    assert (dots - knots[1]).norm(dim=1).min() < 0.2
    turns = (dots[2:] - 2 * dots[1:-1] + dots[:-2]).norm(dim=1)
    assert turns.max() < 0.02


def test_no_shape_stands_for_two_digits() -> None:
    shapes = [shape for ways in glyphs.DIGITS for shape in ways]
    for shape in each(shapes):
        assert shapes.count(shape) == 1
        assert shape not in glyphs.NON_DIGITS


def test_each_shape_is_drawn_in_time_and_each_time_otherwise() -> None:
    torch.manual_seed(0)
    labels = torch.arange(10).repeat(200)
    drawn = skeletons.draw_digits(labels)
    assert drawn.shape == (2_000, 1, 28, 28)
    assert drawn.min() == 0
    assert drawn.amax(dim=(1, 2, 3)).min() > 0.9
    assert len({image.numpy().tobytes() for image in drawn}) == 2_000


def test_the_pen_is_the_one_that_draws_strokes() -> None:
    line = torch.tensor([[[7.0, 5.0], [21.0, 23.0]]])
    steps = torch.linspace(0, 1, 200).view(1, -1, 1)
    dots = line[:, :1] + steps * (line[:, 1:] - line[:, :1])
    ours = (pen.draw_dots(dots, torch.tensor([[2.3 / 2]])) * 255).round().byte()[0, 0].numpy()
    theirs = draw_dots(dots[0].double().numpy()) * 255
    assert np.abs(ours - theirs).max() <= 1


# --- photographs ---------------------------------------------------------------------------------


def test_what_is_mirrored_and_shifted_is_a_window_on_the_image_or_on_its_mirror() -> None:
    torch.manual_seed(0)
    image = torch.rand(3, 32, 32) * 2 - 1
    padded = functional.pad(image[None], (MOST_SHIFT,) * 4, mode="reflect")[0]
    seen = set()
    changed = mirror_and_shift(image.repeat(2_000, 1, 1, 1))
    for one in changed:
        for flipped, window in ((False, one), (True, one.flip(2))):
            for down, across in zip(*torch.where(padded[0] == window[0, 0, 0]), strict=True):
                part = padded[:, down : down + 32, across : across + 32]
                if part.shape == window.shape and torch.equal(part, window):
                    seen.add((flipped, int(down), int(across)))
    places = 2 * MOST_SHIFT + 1
    assert len(seen) == 2 * places**2  # every shift, mirrored and not
    assert changed.shape == (2_000, 3, 32, 32)


def test_about_half_of_the_images_are_mirrored() -> None:
    torch.manual_seed(0)
    images = torch.arange(32.0).expand(1_000, 1, 32, 32)  # brighter from left to right
    changed = mirror_and_shift(images)[:, 0, 0]
    mirrored = changed[:, 8] > changed[:, 24]
    assert 400 < mirrored.sum() < 600

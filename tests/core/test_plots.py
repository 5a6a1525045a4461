from __future__ import annotations

import io
import math
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.text import Text
from PIL import Image

from mnist_core import plots
from mnist_core.plots import (
    CARDS,
    CHINESE_FONTS,
    FAINT,
    LEFT,
    SMALL_TEXT,
    WIDTH,
    Curve,
    compare_accuracies,
    compare_losses,
    fonts_of_this_machine,
    loss_figure,
    places_of_epochs,
    to_svg,
)
from mnist_core.text import Message, speaking
from mnist_core.training import EpochRecord

SVG = "{http://www.w3.org/2000/svg}"
LOSSES = [0.3752, 0.1849, 0.1343, 0.1090, 0.0945]


def test_long_curves_keep_their_marks_and_those_do_not_touch() -> None:
    """Whoever sees no colours tells curves apart by them."""
    epochs = [EpochRecord(epoch, 1 / epoch, 1 / epoch, 0.9, 0.9, 1.0) for epoch in range(1, 101)]
    figure = compare_losses([Curve("one", "blue", [epochs]), Curve("two", "red", [epochs])])
    lines = figure.axes[0].get_lines()
    assert len({line.get_marker() for line in lines}) == 2
    assert {line.get_markevery() for line in lines} == {5}


def test_the_figure_is_the_articles() -> None:
    figure = loss_figure(LOSSES)
    assert figure.get_size_inches().tolist() == [10, 5]
    (axes,) = figure.axes
    assert axes.get_title() == "Training Loss per Epoch"
    assert axes.get_xlabel() == "Epoch"
    assert axes.get_ylabel() == "Loss"
    assert all(line.get_visible() for line in axes.get_xgridlines() + axes.get_ygridlines())
    (line,) = axes.get_lines()
    assert line.get_xdata().tolist() == [0, 1, 2, 3, 4]
    assert line.get_ydata().tolist() == LOSSES
    assert line.get_marker() == "o"
    assert line.get_linestyle() == "-"
    assert to_rgba(line.get_color()) == to_rgba("blue")


def test_a_figure_of_any_length_can_be_drawn() -> None:
    for losses in ([], [2.3], LOSSES, [0.1] * 100):
        file = io.BytesIO()
        loss_figure(losses).savefig(file, dpi=100)
        assert Image.open(file).size == (1000, 500), losses


def marks_in_sight(axes: Axes) -> list[float]:
    low, high = axes.get_xlim()
    return [mark for mark in axes.get_xticks() if low <= mark <= high]


def test_every_epoch_mark_is_a_whole_number() -> None:
    for count in (1, 2, 3, 5, 30, 100):
        (axes,) = loss_figure([0.5] * count).axes
        assert all(mark == round(mark) for mark in marks_in_sight(axes)), count
        for compare in (compare_losses, compare_accuracies):
            (axes,) = compare([Curve("Run 1", "red", [epochs(count, 1.0)])]).axes
            assert all(mark == round(mark) for mark in marks_in_sight(axes)), (compare, count)


def test_a_single_epoch_is_the_only_mark() -> None:
    (axes,) = loss_figure([0.5]).axes
    assert marks_in_sight(axes) == [0]  # as the article counts
    curve = Curve("Run 1", "red", [epochs(1, 1.0)], planned=1)
    for figure in (compare_losses([curve]), compare_accuracies([curve])):
        (axes,) = figure.axes
        assert marks_in_sight(axes) == [1]


def epochs(count: int, start: float) -> list[EpochRecord]:
    return [
        EpochRecord(epoch, start / epoch, 0.5, 0.9 + 0.001 * epoch, 0.95, 1.0)
        for epoch in range(1, count + 1)
    ]


def test_each_curve_stands_in_both_plots() -> None:
    curves = [Curve("Run 1", "#4f46e5", [epochs(3, 1.0)], 5), Curve("Run 2", "#d97706", [[]], 3)]
    (losses,) = compare_losses(curves).axes
    (line,) = losses.get_lines()
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert line.get_ydata().tolist() == [1.0, 0.5, 1 / 3]
    legend = losses.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["Run 1", "Run 2"]
    (accuracies,) = compare_accuracies(curves).axes
    test, training = accuracies.get_lines()
    assert test.get_ydata().tolist() == pytest.approx([90.1, 90.2, 90.3])
    assert training.get_ydata().tolist() == pytest.approx([95.0] * 3)
    assert (test.get_linestyle(), training.get_linestyle()) == ("-", "--")
    low, high = accuracies.get_xlim()
    assert low < 1
    assert 5 < high < 6  # all that are planned, though only three are over


def test_several_seeds_stand_faintly_behind_their_mean() -> None:
    runs = [epochs(2, 1.0), epochs(2, 3.0), epochs(1, 100.0)]
    (axes,) = compare_losses([Curve("Baseline", "gray", runs)]).axes
    *single, mean = axes.get_lines()
    assert [line.get_ydata().tolist() for line in single] == [[1.0, 0.5], [3.0, 1.5], [100.0]]
    assert all(line.get_alpha() == FAINT for line in single)
    assert mean.get_ydata().tolist() == [2.0, 1.0]  # of those that have come furthest
    assert mean.get_alpha() is None


def test_curves_differ_by_their_marks_as_well_as_by_colour() -> None:
    curves = [Curve(f"Run {number}", "red", [epochs(3, 1.0)]) for number in range(7)]
    (axes,) = compare_losses(curves).axes
    marks = [line.get_marker() for line in axes.get_lines()]
    assert len(set(marks)) == 6
    legend = axes.get_legend()
    assert legend is not None
    assert [handle.get_marker() for handle in legend.legend_handles] == marks


EXPLODING = [(0.1, 2.3), (0.2, 40.0), (0.3, 120.0)]


def test_a_run_that_diverged_is_drawn_batch_by_batch_on_a_logarithmic_axis() -> None:
    variant = Curve("Variant", "blue", [[]], 2, diverged=[EXPLODING])
    figure = compare_losses([Curve("Baseline", "gray", [epochs(2, 1.0)], 2), variant])
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    baseline, losses, end = axes.get_lines()
    assert baseline.get_xdata().tolist() == [1, 2]
    assert list(zip(losses.get_xdata(), losses.get_ydata(), strict=True)) == EXPLODING
    assert (end.get_xdata().tolist(), end.get_ydata().tolist()) == ([0.3], [120.0])
    assert (end.get_marker(), end.get_color()) == ("X", "blue")
    assert to_svg(figure).decode().count(">100<") == 1  # as people write it
    low, high = axes.get_xlim()
    assert low < 0  # where its first batch is
    assert 2 < high < 2.5
    places = places_of_epochs([variant])
    assert places == pytest.approx(
        [LEFT + WIDTH * (epoch - low) / (high - low) for epoch in (1, 2)]
    )


def test_losses_that_are_not_far_apart_keep_their_axis() -> None:
    mild = Curve("Variant", "blue", [[]], 1, diverged=[[(0.1, 2.3), (0.2, 9.0)]])
    (axes,) = compare_losses([mild]).axes
    assert axes.get_yscale() == "linear"
    (axes,) = compare_losses([Curve("Run 1", "red", [epochs(2, 50.0)])]).axes
    assert axes.get_yscale() == "log"  # it need not have diverged


def test_an_accuracy_that_hardly_changes_looks_so() -> None:
    still = [EpochRecord(epoch, 0.1, 0.1, 0.9903, 0.9904, 1.0) for epoch in (1, 2)]
    (axes,) = compare_accuracies([Curve("Run 1", "red", [still])]).axes
    low, high = axes.get_ylim()
    assert high - low == pytest.approx(1)
    assert (low + high) / 2 == pytest.approx(99.035)


def test_epochs_without_training_accuracy_are_drawn_with_their_test_accuracy() -> None:
    old = [EpochRecord(epoch, 0.1, 0.1, 0.9, None, 1.0) for epoch in (1, 2)]
    figure = compare_accuracies([Curve("Upload 1", "red", [old])])
    test, training = figure.axes[0].get_lines()
    assert test.get_ydata().tolist() == [90, 90]
    assert all(map(math.isnan, training.get_ydata()))
    assert to_svg(figure).startswith(b"<?xml")


def test_a_plot_of_no_curve_can_be_drawn() -> None:
    for figure in (compare_losses([]), compare_accuracies([Curve("Run 1", "red", [])])):
        assert to_svg(figure).startswith(b"<?xml")
        assert marks_in_sight(figure.axes[0]) == []


def test_labels_and_legends_are_in_the_current_language() -> None:
    curve = Curve(Message("change.model.cnn"), "red", [epochs(2, 1.0)])
    with speaking("zh"):
        figures = [
            loss_figure(LOSSES),
            compare_losses([curve]),
            compare_accuracies([curve]),
        ]
    said = [{text.get_text() for text in figure.findobj(Text)} for figure in figures]
    for words in said:
        assert not re.search("[A-Za-z]", "".join(words))
    assert {"每轮的训练损失", "轮次", "损失"} <= said[0]
    assert {"训练损失", "轮次", "卷积神经网络"} <= said[1]
    assert {"准确率（%）", "测试", "训练"} <= said[2]


# --- as a picture ------------------------------------------------------------------------------


def test_the_text_of_a_picture_stays_text_in_any_script() -> None:
    chinese = "\N{CJK UNIFIED IDEOGRAPH-6D4B}\N{CJK UNIFIED IDEOGRAPH-8BD5}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib's own font lacks these signs
        svg = to_svg(compare_losses([Curve(chinese, "red", [epochs(2, 1.0)])]))
    texts = [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert {"Training loss", "Epoch", "1", "2", chinese} <= set(texts)


def test_chinese_is_given_fonts_that_have_it_and_the_room_that_it_takes() -> None:
    curve = Curve("中" * 12, "red", [epochs(2, 1.0)])
    figure = compare_losses([curve])
    svg = to_svg(figure).decode()
    assert figure.axes[0].get_legend().get_texts()[0].get_text() == curve.name
    assert f"'DejaVu Sans', '{CHINESE_FONTS[0]}', " in svg
    assert f"'{CHINESE_FONTS[-1]}', sans-serif" in svg
    assert "'DejaVu Sans', sans-serif" not in svg
    assert "PingFang" not in to_svg(compare_losses([])).decode()  # for English: half the bytes
    frame = re.search(r'id="legend_1">.*?<path d="M ([\d.]+) [\d.]+ \nL ([\d.]+) ', svg, re.DOTALL)
    assert frame
    room = float(frame[2]) - float(frame[1])  # in points
    assert room > 12 * (SMALL_TEXT - 1)  # each sign is as wide as the text is high


def test_more_signs_than_cards_are_drawn_all_the_same() -> None:
    signs = "".join(chr(0x4E00 + number) for number in range(2 * len(CARDS)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = to_svg(compare_losses([Curve(signs, "red", [epochs(2, 1.0)])])).decode()
    assert signs in svg
    assert not set(map(chr, CARDS)) & set(svg)


def test_on_this_machine_chinese_is_drawn_only_where_a_font_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plots, "CHINESE_FONTS", ["Nobody's"])
    with speaking("zh"), fonts_of_this_machine():
        (axes,) = loss_figure(LOSSES).axes
        assert axes.get_title() == "Training Loss per Epoch"
    monkeypatch.setattr(plots, "CHINESE_FONTS", ["Nobody's", "DejaVu Serif"])  # as if it had it
    with speaking("zh"), fonts_of_this_machine():
        (axes,) = loss_figure(LOSSES).axes
        assert axes.get_title() == "每轮的训练损失"
        assert matplotlib.rcParams["font.family"] == ["DejaVu Sans", "DejaVu Serif"]
    with fonts_of_this_machine():
        assert loss_figure(LOSSES).axes[0].get_title() == "Training Loss per Epoch"


def test_drawing_a_picture_changes_no_setting_and_gives_the_same_bytes() -> None:
    before = dict(matplotlib.rcParams)
    figures = [compare_losses([Curve("Run 1", "red", [epochs(2, 1.0)])]) for _ in range(8)]
    with ThreadPoolExecutor(4) as threads:
        pictures = set(threads.map(to_svg, figures))
    assert len(pictures) == 1
    assert dict(matplotlib.rcParams) == before


def test_no_text_becomes_smaller_than_nine_pixels_where_it_is_shown() -> None:
    """The page shows the article's figure 379 pixels wide, the others 310 at the least."""
    curve = Curve("Run 1", "red", [epochs(5, 1.0)])
    for figure, width in (
        (loss_figure(LOSSES), 379),
        (compare_losses([curve]), 310),
        (compare_accuracies([curve]), 310),
    ):
        scale = width / (72 * figure.get_figwidth())
        svg = to_svg(figure).decode()
        sizes = [float(size) for size in re.findall(r"font(?:-size)?:[^;\"]*?([\d.]+)px", svg)]
        assert sizes
        assert min(sizes) * scale >= 8.5, figure

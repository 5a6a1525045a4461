from __future__ import annotations

import io
import subprocess
import sys

import pytest
from matplotlib.colors import to_rgba
from PIL import Image

from mnist_core.plots import (
    FAINT,
    Curve,
    compare_accuracies,
    compare_losses,
    loss_figure,
    to_svg,
)
from mnist_core.training import EpochRecord
from tests.real_mnist import REPOSITORY

LOSSES = [0.3752, 0.1849, 0.1343, 0.1090, 0.0945]


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


@pytest.mark.parametrize("losses", [[], [2.3], LOSSES, [0.1] * 100])
def test_a_figure_of_any_length_can_be_drawn(losses: list[float]) -> None:
    file = io.BytesIO()
    loss_figure(losses).savefig(file, dpi=100)
    assert Image.open(file).size == (1000, 500)


def test_every_epoch_mark_is_a_whole_number() -> None:
    (axes,) = loss_figure([0.5, 0.4]).axes
    assert all(mark == round(mark) for mark in axes.get_xticks())


def test_figures_are_made_without_pyplot() -> None:
    program = (
        "import io, sys; from mnist_core.plots import loss_figure\n"
        "loss_figure([2.0, 1.0]).savefig(io.BytesIO())\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    run = [sys.executable, "-c", program]
    assert subprocess.run(run, cwd=REPOSITORY, capture_output=True, text=True).stdout == "False\n"


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


def test_a_plot_of_no_curve_can_be_drawn() -> None:
    for figure in (compare_losses([]), compare_accuracies([Curve("Run 1", "red", [])])):
        assert to_svg(figure).startswith(b"<?xml")

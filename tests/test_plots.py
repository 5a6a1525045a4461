from __future__ import annotations

import io
import subprocess
import sys

import pytest
from matplotlib.colors import to_rgba
from PIL import Image

from mnist_core.plots import loss_figure
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

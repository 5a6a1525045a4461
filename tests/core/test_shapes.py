from __future__ import annotations

import pickle
from typing import Any

import pytest
import torch
from torch import nn

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.models import MODELS, create_model
from mnist_core.shapes import ShapeMismatchError, explain_mismatch, follow_shapes
from mnist_core.text import speaking, translate
from mnist_core.training import set_up, train
from tests.each import each

BATCH = torch.zeros(64, 1, 28, 28)
PYTORCHS = "mat1 and mat2 shapes cannot be multiplied (1792x28 and 784x128)"


def test_where_all_fits_the_shape_behind_each_layer_is_told() -> None:
    report = follow_shapes(create_model("simple_nn"), BATCH)
    assert str(report) == (
        "[64, 1, 28, 28] → view → [64, 784] → fc1 → [64, 128] → ReLU → fc2 → [64, 10]"
    )
    assert (report.error, report.failed, report.pieces) == ("", "", ())
    for name in each(MODELS):
        assert follow_shapes(create_model(name), BATCH).steps[-1][1] == (64, 10)


def test_the_network_without_view_is_run_and_pytorchs_error_is_its_own() -> None:
    model = create_model("simple_nn", flatten=False)
    with pytest.raises(RuntimeError) as raised:
        model(BATCH)
    report = follow_shapes(model, BATCH)
    assert report.error == str(raised.value) == PYTORCHS
    assert str(report) == "[64, 1, 28, 28] → fc1 → RuntimeError"


def test_the_error_is_read_piece_by_piece() -> None:
    report = follow_shapes(create_model("simple_nn", flatten=False), BATCH)
    meanings = {piece.text: str(piece.meaning) for piece in report.pieces}
    assert list(meanings) == ["mat1", "1792x28", "mat2", "784x128", "cannot be multiplied"]
    assert all(text in report.error for text in meanings)
    assert "fc1 is given: [64, 1, 28, 28]" in meanings["mat1"]
    assert "64 × 1 × 28 = 1,792 rows" in meanings["1792x28"]
    assert "784 inputs" in meanings["784x128"] and "128 neurons" in meanings["784x128"]
    assert "28 is not 784" in meanings["cannot be multiplied"]
    with speaking("zh"):
        assert "1,792 行像素" in translate(report.pieces[1].meaning)


def test_the_numbers_are_those_of_the_network_and_the_batch_at_hand() -> None:
    model = create_model("simple_nn", width=20, flatten=False)
    report = follow_shapes(model, torch.zeros(7, 1, 28, 28))
    assert [piece.text for piece in report.pieces][1:4:2] == ["196x28", "784x20"]
    assert "7 × 1 × 28 = 196 rows" in report.pieces[1].meaning


def test_an_error_in_a_later_layer_is_told_of_that_layer() -> None:
    class Wrong(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = nn.Linear(784, 128)
            self.fc2 = nn.Linear(64, 10)

        def forward(self, images: torch.Tensor) -> Any:
            return self.fc2(torch.relu(self.fc1(images.view(-1, 784))))

    report = follow_shapes(Wrong(), BATCH)
    assert report.failed == "fc2"
    assert str(report).endswith("fc1 → [64, 128] → ReLU → fc2 → RuntimeError")
    assert "fc2 is given: [64, 128]" in report.pieces[0].meaning


def test_another_error_is_quoted_and_not_read() -> None:
    report = follow_shapes(create_model("cnn"), torch.zeros(2, 3, 28, 28))
    assert "3 channels" in report.error
    assert report.pieces == ()
    assert str(report) == "[2, 3, 28, 28] → RuntimeError"


def test_training_without_flattening_stops_at_the_first_batch(tiny_mnist: Splits) -> None:
    training = set_up(TrainConfig(flatten=False), tiny_mnist)
    with pytest.raises(RuntimeError) as raised:
        next(train(training))
    assert str(raised.value) == PYTORCHS
    error = pickle.loads(pickle.dumps(explain_mismatch(raised.value)))
    assert isinstance(error, ShapeMismatchError)
    assert PYTORCHS in str(error)
    with speaking("zh"):
        assert translate(error).startswith(f"PyTorch 报错：{PYTORCHS}。")

from __future__ import annotations

import json
import re
from typing import Any

import gradio as gr
import pytest

from mnist_core.config import TrainConfig
from mnist_core.models import MODELS
from mnist_core.text import speaking
from mnist_core.web.components.one_step import OneStepPanel
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import one_step as room
from mnist_core.web.tabs.one_step import LINES, loop_of, show_step
from tests.form_values import form_values

MOST_BYTES = 20_000


def sent(number: int = 1, **changes: object) -> dict[str, Any]:
    """Ask as the page does, and unpack the answer as its script does."""
    panel = OneStepPanel(render=False)
    view = show_step(panel.preprocess({"number": number}), *form_values(**changes), Session())
    answer = panel.postprocess(view)["answer"]
    assert len(answer) < MOST_BYTES
    unpacked: dict[str, Any] = json.loads(answer)
    return unpacked


def test_each_line_of_the_loop_has_its_numbers_in_the_order_of_the_program() -> None:
    view = sent()
    names = [phase["name"] for phase in view["phases"]]
    assert names == ["batch", "zero_grad", "forward", "loss", "backward", "step"]
    lines = [phase["line"] for phase in view["phases"]]
    assert lines == sorted(lines)
    words = {phase["name"]: phase["words"] for phase in view["phases"]}
    assert "[64, 1, 28, 28]" in words["batch"]
    assert "Batch 1 of 5" in words["batch"]
    assert "None" in words["zero_grad"]
    assert "9: " in words["forward"]
    assert f"{view['loss']:.4f}" in words["loss"]
    gradient = re.search(r"fc2\.weight\[\d, \d+\]\.grad = (−?\d\.\d+)", words["backward"])
    assert gradient
    assert words["step"].startswith("Adam moves")
    assert gradient[1] in {p["name"]: p["words"] for p in sent(2)["phases"]}["zero_grad"]
    assert str(view["images"][0]["label"]) == re.findall(r"(\d)\.$", words["batch"])[0]


def test_it_speaks_chinese() -> None:
    with speaking("zh"):
        for number in (1, 2):
            assert all(re.search("[\u4e00-\u9fff]", p["words"]) for p in sent(number)["phases"])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("schedule", ["none", "one_cycle"])
def test_the_lines_are_those_of_the_program(model: str, schedule: str) -> None:
    config = TrainConfig(model=model, schedule=schedule, augmentation="affine")
    lines = loop_of(config)
    assert lines[0] == "for images, labels in train_loader:"
    assert lines[-1].strip() == "running_loss += loss.item()"
    for part in LINES.values():
        assert sum(part in line for line in lines) == 1


def test_other_settings_are_another_run() -> None:
    assert sent()["settings"] != sent(seed=7)["settings"]
    assert sent()["loss"] != sent(seed=7)["loss"]


@pytest.mark.parametrize(
    ("number", "changes", "advice"),
    [
        (6, {}, "steps 1 to 5"),
        (1, {"batch_size": 60_000}, "up to 256 images"),
        (1, {"epochs": None}, "Epochs"),
    ],
)
def test_what_cannot_be_done_is_said(number: int, changes: dict[str, object], advice: str) -> None:
    view = sent(number, **changes)
    assert advice in view["error"]
    assert view["phases"] == []


def test_a_network_that_forgets_to_flatten_stops_with_pytorch_s_own_error() -> None:
    assert "mat1 and mat2" in sent(flatten=False)["error"]


def test_without_mnist_it_says_what_fetches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "has_images", lambda _: False)
    assert "the first training fetches MNIST" in sent()["error"]


@pytest.mark.parametrize(
    "payload", [None, 1, "1", [], {}, {"number": None}, {"number": 0}, {"number": True}]
)
def test_what_no_page_sends_is_refused(payload: object) -> None:
    with pytest.raises(gr.Error):
        OneStepPanel(render=False).preprocess(payload)

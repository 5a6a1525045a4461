from __future__ import annotations

import json
import math
from array import array
from base64 import b64decode
from typing import Any

import pytest

from mnist_core.checkpoints import Checkpoint
from mnist_core.config import TrainConfig
from mnist_core.inference import UNCALIBRATED
from mnist_core.loss_curve import BatchLoss, LossCurve
from mnist_core.models import create_model
from mnist_core.training import EpochRecord
from mnist_core.web.components.run_curves import RunCurves
from mnist_core.web.jobs.run import Run
from mnist_core.web.tabs.run_curves import view_curves
from tests.web.workshop import WORKERS

MOST_BYTES = 35_000  # of an update, however long a run is
STEPS = 5  # 320 images in batches of 64


def sent(run: Run | None) -> Any:
    """Return what the page is sent, unpacked as its script does it."""
    return json.loads(RunCurves(render=False).postprocess(view_curves(run)))


def points_of(view: dict[str, Any]) -> tuple[list[float], list[float], list[float]]:
    numbers = array("f", b64decode(view["points"])).tolist()
    count = len(numbers) // 3
    return numbers[:count], numbers[count : 2 * count], numbers[2 * count :]


def test_without_a_run_there_is_nothing_to_show() -> None:
    assert sent(None) is None


def test_a_run_that_waits_has_axes_and_nothing_else() -> None:
    view = sent(Run(TrainConfig()))
    assert (view["batches"], view["epochs"], view["first"]) == (0, [], None)
    assert view["planned"] == 5 * 938


def test_a_run_is_sent_with_every_loss_and_the_place_of_each_epoch() -> None:
    run = Run(TrainConfig(epochs=2))
    for _ in run.train(WORKERS):
        pass
    view = sent(run)
    means, low, high = points_of(view)
    assert len(means) == view["batches"] == view["planned"] == 2 * STEPS
    assert low == high == means
    assert view["first"] == pytest.approx(math.log(10), abs=0.3)
    assert [epoch["end"] for epoch in view["epochs"]] == [STEPS, 2 * STEPS]
    for start, epoch, record in zip((0, STEPS), view["epochs"], run.epochs, strict=True):
        mean = sum(means[start : start + STEPS]) / STEPS
        assert epoch["train_loss"] == record.train_loss == pytest.approx(mean, rel=1e-5)
        assert epoch["test_accuracy"] == record.test_accuracy


def test_a_run_that_is_stopped_and_goes_on_shows_every_batch_that_it_has_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An epoch that is begun anew has its batches once more, and its point after all of them."""
    monkeypatch.setattr("mnist_core.training.SECONDS_BETWEEN_RECORDS", 0.0)
    run = Run(TrainConfig(epochs=2))
    for _ in run.train(WORKERS):
        if run.status.step == 3:
            run.request_stop()
    view = sent(run)
    assert run.state == "stopped"
    assert view["batches"] == view["planned"]
    stopped_after = view["batches"]
    run.extend(1)
    assert sent(run)["planned"] == (run.epoch_ends or [0])[-1] + STEPS
    for _ in run.train(WORKERS):
        pass
    view = sent(run)
    assert view["batches"] == stopped_after + STEPS == view["epochs"][-1]["end"]


def test_what_has_diverged_is_sent_as_far_as_it_can_be_drawn() -> None:
    run = Run(TrainConfig(learning_rate=1.0))
    for _ in run.train(WORKERS):
        pass
    view = sent(run)
    assert run.state == "diverged"
    assert view["batches"] == view["planned"] > 0
    assert view["is_broken"] == (view["last"] is None)
    run.curve.add(BatchLoss(1, 99, math.nan))
    view = sent(run)
    assert view["is_broken"]
    assert view["last"] is None


def test_an_upload_has_its_epochs_where_they_would_have_ended() -> None:
    epochs = [EpochRecord(epoch, 0.2, 0.1, 0.96, None, 1.0) for epoch in (1, 2)]
    checkpoint = Checkpoint(create_model("simple_nn"), "simple_nn", {}, UNCALIBRATED)
    run = Run.from_checkpoint(checkpoint, TrainConfig(epochs=2), epochs, "Upload 1")
    view = sent(run)
    assert [epoch["end"] for epoch in view["epochs"]] == [938, 1_876]
    assert view["planned"] == 1_876
    assert view["batches"] == 0


def test_the_longest_run_is_no_more_to_send_than_another() -> None:
    run = Run(TrainConfig(epochs=100, batch_size=1))
    run.curve = LossCurve()
    for number in range(200_000):
        run.curve.add(BatchLoss(1, number, 1 / (number + 3)))
    run.epochs = [
        EpochRecord(epoch, 1 / 3, 1 / 7, 0.9876543210123, 0.9876543210123, 60.123456789)
        for epoch in range(1, 101)
    ]
    run.epoch_ends = [60_000 * epoch for epoch in range(1, 101)]
    assert len(json.dumps(sent(run))) < MOST_BYTES

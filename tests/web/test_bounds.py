"""However long runs are and however many are kept: what they cost in memory and on the line."""

from __future__ import annotations

import functools
import gzip
import json
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from mnist_core.checkpoints import Checkpoint
from mnist_core.config import TrainConfig
from mnist_core.evaluation import Evaluation
from mnist_core.inference import UNCALIBRATED
from mnist_core.loss_curve import BatchLoss, LossCurve
from mnist_core.models import create_model
from mnist_core.moments import Moment, Moments, make_tiles, shrink_network
from mnist_core.training import EpochRecord
from mnist_core.web.components.keepsakes import Keepsakes
from mnist_core.web.components.scrubber import Look
from mnist_core.web.jobs.run import Run
from mnist_core.web.limits import MEGABYTE
from mnist_core.web.sessions.registry import Registry
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.experiments import describe_cards
from mnist_core.web.tabs.mistakes import MistakesTab
from mnist_core.web.tabs.own_browser import to_keep
from mnist_core.web.tabs.run_curves import view_curves
from mnist_core.web.tabs.runs import describe_runs
from mnist_core.web.tabs.scrubber import look_back
from tests.web.conftest import SetLimits
from tests.web.workshop import build, screens_of

LONGEST = TrainConfig(epochs=100, batch_size=1)
KEPT = 500
MODELS = {name: create_model(name).eval() for name in ("simple_nn", "cnn")}
EVALUATION = Evaluation(2.3, 0.1, ((1_000,) * 10,) * 10)
RECORDS = [
    EpochRecord(epoch, 1 / 3, 1 / 7, 0.9876543210123, 0.9876543210123, 60.123456789)
    for epoch in range(1, 101)
]


def checkpoint(model: str) -> Checkpoint:
    return Checkpoint(MODELS[model], model, {}, UNCALIBRATED)


@functools.cache
def losses_of_the_longest() -> LossCurve:
    curve = LossCurve()
    for number in range(200_000):
        curve.add(BatchLoss(1, number, 1 / (number + 3)))
    return curve


@functools.cache
def moments_of_the_longest(model: str) -> Moments:
    moments, tiles, small = Moments(), make_tiles(MODELS[model]), shrink_network(MODELS[model])
    for number in range(111):
        epoch = number - 10 if number > 10 else None
        moment = Moment(60_000 * number, number, epoch, EVALUATION, tiles, small)
        moments.add(moment, keeps_network=True)
    return moments


def remember_all(run: Run, model: str) -> None:
    """Give a run all that the longest one has to look back on: its losses and 111 moments."""
    run.curve, run.moments = losses_of_the_longest().copy(), copy(moments_of_the_longest(model))


@pytest.mark.parametrize(("model", "megabytes"), [("simple_nn", 4.5), ("cnn", 7.0)])
def test_the_longest_run_takes_a_bounded_room(model: str, megabytes: float) -> None:
    run = Run.from_checkpoint(checkpoint(model), LONGEST, RECORDS, "Run 1")
    remember_all(run, model)
    assert len(run.moments) == 111
    assert run.size < megabytes * MEGABYTE


def test_the_longest_run_is_told_in_answers_of_a_bounded_size(session: Session) -> None:
    run = Run.from_checkpoint(checkpoint("simple_nn"), LONGEST, RECORDS, "Run 1")
    remember_all(run, "simple_nn")
    session._add([run])
    assert len(json.dumps(view_curves(run))) < 50_000
    seen = 0
    while answer := look_back(Look(run=run.id, start=seen), session)["moments"]:
        assert len(json.dumps(answer)) < 500_000
        seen += len(answer)
    assert seen == 111


def keep_500(session: Session) -> None:
    for number in range(KEPT):
        config = TrainConfig(epochs=100, seed=number)
        run = Run.from_checkpoint(checkpoint("simple_nn"), config, RECORDS, f"Run {number}")
        run._update(state="finished")
        session._add([run])


def test_the_page_of_who_keeps_500_runs_stays_light(session: Session, limit: SetLimits) -> None:
    """On one server the most that an operator can allow: 100 with networks, the others' results."""
    limit(runs=100, results=1_000, session_mb=1_000, sessions_mb=2_000)
    keep_500(session)
    assert (len(session.runs), len(session.results)) == (100, KEPT)

    def on_the_line(value: Any) -> int:
        return len(gzip.compress(json.dumps(value).encode()))

    assert on_the_line(describe_runs(session, {})) < 20_000
    assert on_the_line(describe_cards(session, {})) < 20_000
    assert len(Keepsakes(most=5, render=False).postprocess(to_keep(session))) < 150_000
    mistakes = build(MistakesTab)
    (screen,) = screens_of(session, mistakes)
    assert sum(on_the_line(value) for value in screen.values()) < 20_000


def test_500_kept_runs_of_all_sessions_take_no_more_than_they_may(
    limit: SetLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a Space: with all that can be looked back on they would be gigabytes."""
    limit(networks=KEPT, sessions=50, session_mb=50, sessions_mb=1_000)

    def read_upload(*_: object) -> tuple[Checkpoint, TrainConfig, list[EpochRecord]]:
        return checkpoint("cnn"), LONGEST, list(RECORDS)

    monkeypatch.setattr("mnist_core.web.sessions.session.read_upload", read_upload)
    registry = Registry()
    visitors = [(f"page {number}", f"client {number}") for number in range(50)]
    sessions = [registry.enter(None, *visitor)[1] for visitor in visitors]
    whole = 0
    for session in sessions:
        for _ in range(KEPT // 50):
            run = session.upload(Path("any.pth"))
            remember_all(run, "cnn")
            whole += run.size
    assert whole > 2_000 * MEGABYTE  # so much it would be
    for session in sessions:
        session.upload(Path("any.pth"))  # whoever adds something has all look at what they keep
    sizes = [session.size for session in sessions]
    assert max(sizes) <= 50 * MEGABYTE
    assert sum(sizes) <= 1_000 * MEGABYTE
    networks = sum(len(session.runs) for session in sessions)
    assert networks <= KEPT
    results = sum(len(session.results) for session in sessions)
    assert results == KEPT + 50  # what they came to is known of every one

"""Many at once: who draws never waits for who trains, and nobody is taken for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient

import app
from mnist_core.config import TrainConfig
from mnist_core.experiments import EXPERIMENTS
from mnist_core.web import curves, train
from mnist_core.web.experiments import follow_trial
from mnist_core.web.run import Run
from mnist_core.web.runs import follow_table
from mnist_core.web.train import follow_runs
from mnist_core.web.visit import THE_TRAINER, Visit
from mnist_core.web.visits import THE_VISITS
from tests.web import event_loop
from tests.web.workshop import Workshop, eventually

ONE = {"seq": 1, "strokes": [[[500, 150], [500, 850]]]}
LONG = TrainConfig(epochs=50)

Follow = Callable[[Visit], AsyncGenerator[Any, None]]


def ask(client: TestClient, page: str, name: str, *values: Any, data: Any = None) -> Any:
    """Send an event as the page does, past the queue; return what its handler has answered."""
    event = next(fn for fn in app.demo.fns.values() if fn.api_name == name)
    answer = client.post(
        "/gradio_api/run/predict",
        json={
            "data": values,
            "event_data": data,
            "fn_index": event._id,
            "session_hash": page,
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["data"][0]


def test_who_draws_is_answered_while_a_training_stands_still_within_a_batch(
    workshop: Workshop,
) -> None:
    trains, draws = "a page that trains", "a page that draws"
    client = TestClient(app.demo.app)
    key = ask(client, trains, "enter", {"key": None}, None)["key"]
    ask(client, draws, "enter", {"key": None}, None)
    visit = THE_VISITS.enter(key, Visit(), trains)[1]
    with visit.attended():
        run = visit.start(LONG)
        try:
            workshop.gate.let_pass(3)  # and the next batch stands at the gate until the end
            passed = workshop.gate.passed
            for page in (draws, trains):
                assert ask(client, page, "read_drawing", ONE, None)["digit"] == 1
                assert ask(client, page, "explain_drawing", {"off": []}, ONE, None)["answer"]
                label = {"label": 1, "strokes": ONE["strokes"]}
                assert ask(client, page, "count_drawing", None, data=label)["drawings"] == 1
            assert (run.state, workshop.gate.passed) == ("training", passed)
        finally:
            THE_TRAINER.stop(run)
            workshop.gate.allow()
            eventually(lambda: not run.is_under_way)
            THE_VISITS.leave(trains)
            THE_VISITS.leave(draws)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let somebody draw all the time; return a list that grows when a stream asks for that."""
    seen: list[int] = []
    numbers = count()

    def somebody_draws() -> bool:
        seen.append(next(numbers))
        return True

    monkeypatch.setattr(train, "somebody_draws", somebody_draws)
    monkeypatch.setattr(curves, "somebody_draws", somebody_draws)
    return seen


def begin(workshop: Workshop, visit: Visit) -> Run:
    """Begin a run that has trained three batches when this returns, and now stands still."""
    run = visit.start(EXPERIMENTS[visit.experiment].baseline)
    with visit.attended():
        workshop.gate.let_pass(4)  # the first is only looked at
    return run


@pytest.mark.parametrize("follow", [follow_runs, follow_table, follow_trial])
def test_a_closed_page_is_not_there_only_because_its_stream_has_not_ended(
    workshop: Workshop, looks: list[int], follow: Follow
) -> None:
    visit = workshop.visit()
    begin(workshop, visit)

    async def leave() -> float | None:
        async with aclosing(follow(visit)) as stream:
            await anext(stream)
            ahead = asyncio.ensure_future(anext(stream))  # Gradio asks before it knows of the end
            await asyncio.sleep(0)
            visit.attendance.leave()
            seen = len(looks)
            while len(looks) < seen + 3 and not ahead.done():
                visit.note_change()
                await asyncio.sleep(0.001)  # until the stream has looked
            absent_for = visit.attendance.absent_for
            ahead.cancel()
            await asyncio.wait([ahead])
            return absent_for

    assert event_loop.run(leave()) is not None


@pytest.mark.usefixtures("looks")
def test_the_end_of_a_run_is_shown_although_somebody_draws(workshop: Workshop) -> None:
    visit = workshop.visit()
    run = begin(workshop, visit)

    async def values() -> list[Any]:
        sent = []
        async for value in follow_table(visit):
            sent.append(value)
            visit.stop(run)
            workshop.gate.allow()
        return sent

    assert event_loop.run(values())[-1]["rows"][0]["state"] == "stopped"

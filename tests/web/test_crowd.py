"""Many at once: who draws never waits for who trains, and nobody is taken for another."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest
from fastapi.testclient import TestClient

import app
from mnist_core.config import TrainConfig
from mnist_core.web.sessions import page
from mnist_core.web.sessions.registry import REGISTRY
from mnist_core.web.sessions.session import JOB_QUEUE
from mnist_core.web.tabs.runs import RunsTab
from tests.web.workshop import Workshop, build, eventually, screens_of

ONE = {"seq": 1, "strokes": [[[500, 150], [500, 850]]]}
LONG = TrainConfig(epochs=50)


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
    trains, draws = "a-page-that-trains", "a-page-that-draws"
    client = TestClient(app.demo.app)
    keys = {name: ask(client, name, "enter", None)["props"]["session"] for name in (trains, draws)}
    session = REGISTRY.enter(keys[trains], trains)[1]
    with session.connected():
        run = session.start(LONG)
        try:
            workshop.gate.let_pass(3)  # and the next batch stands at the gate until the end
            passed = workshop.gate.passed
            for name in (draws, trains):
                assert ask(client, name, "read_drawing", ONE, keys[name])["digit"] == 1
                assert ask(client, name, "explain_drawing", {"off": []}, ONE, keys[name])["answer"]
                label = {"label": 1, "strokes": ONE["strokes"]}
                assert ask(client, name, "label_drawing", keys[name], data=label)["drawings"] == 1
            assert (run.state, workshop.gate.passed) == ("training", passed)
        finally:
            JOB_QUEUE.stop(run)
            workshop.gate.allow()
            eventually(lambda: not run.is_under_way)
            REGISTRY.leave(trains)
            REGISTRY.leave(draws)


def test_the_end_of_a_run_is_shown_although_somebody_draws(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "somebody_draws", lambda: True)
    session, tab = workshop.session(), build(RunsTab)
    run = session.start(LONG)
    with session.connected():
        workshop.gate.let_pass(4)  # the first is only looked at

    def stop() -> None:
        session.stop(run)
        workshop.gate.allow()

    assert screens_of(session, tab, once_seen=stop)[-1][tab.table]["rows"][0]["state"] == "stopped"


def test_while_somebody_draws_a_page_is_told_of_changes_more_rarely(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, told_at = workshop.session(), monotonic()
    seen = session.changes
    session.start(LONG)
    monkeypatch.setattr(page, "SILENCE_SECONDS", 1e9)
    monkeypatch.setattr(page, "somebody_draws", lambda: False)
    assert page._is_due(session, seen, told_at)
    monkeypatch.setattr(page, "somebody_draws", lambda: True)
    assert not page._is_due(session, seen, told_at)
    assert page._is_due(session, seen, told_at - page.DRAWING_UPDATE_SECONDS)
    session.end()
    assert page._is_due(session, seen, told_at)  # the end is told at once

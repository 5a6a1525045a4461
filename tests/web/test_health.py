from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mnist_core.config import TrainConfig
from mnist_core.web.endpoints import health
from mnist_core.web.endpoints.health import check_health, health_route
from mnist_core.web.sessions import classifiers
from tests.web.conftest import SetLimits
from tests.web.workshop import SHORT, Workshop, eventually


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[health_route()]))


@pytest.fixture
def damaged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no network of the project be there."""
    for key, (name, _) in classifiers.SHIPPED_CLASSIFIERS.items():
        monkeypatch.setitem(classifiers.SHIPPED_CLASSIFIERS, key, (name, tmp_path / "gone.pth"))


@pytest.fixture(autouse=True)
def loaded_anew() -> Iterator[None]:
    """Let what one test has loaded, or not, be nothing to another."""
    classifiers.load_shipped.cache_clear()
    yield
    classifiers.load_shipped.cache_clear()


def test_all_is_well(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found.pop("trainer") in ("ready", "training")
    assert found.pop("sessions") >= 0
    assert found == {
        "status": "ok",
        "networks": {"cnn": True, "simple_nn": True},
        "mnist": True,
        "waiting": 0,
    }


def test_a_monitor_may_ask_for_the_head_alone_and_nobody_may_write(client: TestClient) -> None:
    answer = client.head("/health")
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.post("/health").status_code == 405


def test_without_a_network_it_fails(client: TestClient, damaged: None) -> None:
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert answer.json()["networks"] == {"cnn": False, "simple_nn": False}
    assert client.head("/health").status_code == 503


def test_a_network_that_cannot_read_is_no_help(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr(health, "predict", fail)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_one_network_is_enough_to_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(classifiers.SHIPPED_CLASSIFIERS, "cnn", ("CNN", tmp_path / "gone.pth"))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_mnist_may_still_have_to_be_fetched(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tmp_path))
    assert client.get("/health").json()["mnist"] is False
    assert client.get("/health").json()["status"] == "ok"


def test_it_tells_who_trains_and_who_waits_and_does_not_wait_itself(workshop: Workshop) -> None:
    first, second = workshop.session(), workshop.session()
    assert check_health(workshop.queue)["trainer"] == "ready"
    with first.connected(), second.connected():
        run = first.start(TrainConfig(epochs=100))
        second.start(SHORT)
        workshop.gate.let_pass(2)  # and no batch more, however long it takes
        found = check_health(workshop.queue)
        assert (found["trainer"], found["waiting"]) == ("training", 1)
        first.stop(run)
        workshop.gate.allow()
        eventually(lambda: not second.is_under_way)
    eventually(lambda: check_health(workshop.queue)["trainer"] == "ready")


def test_with_full_queues_it_is_degraded(workshop: Workshop, limit: SetLimits) -> None:
    limit(waiting=4)
    session = workshop.session()
    for _ in range(4):
        assert check_health(workshop.queue)["status"] == "ok"
        session.start(SHORT)
    assert check_health(workshop.queue)["status"] == "degraded"
    session.end()
    workshop.gate.allow()
    client = TestClient(Starlette(routes=[health_route(lambda: True)]))
    assert client.get("/health").json()["status"] == "degraded"
    assert client.get("/health").status_code == 200


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_trainer_is_told_and_the_next_run_brings_it_back(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise SystemExit  # which ends a thread without a word

    choose = workshop.queue._choose
    monkeypatch.setattr(workshop.queue, "_choose", fail)
    session = workshop.session()
    workshop.gate.allow()
    with session.connected():
        run = session.start(SHORT)
        eventually(lambda: workshop.queue.state == "dead")
        assert check_health(workshop.queue)["status"] == "degraded"
        monkeypatch.setattr(workshop.queue, "_choose", choose)
        other = session.start(SHORT)
        eventually(lambda: not session.is_under_way)
    assert (run.state, other.state) == ("finished", "finished")

from __future__ import annotations

import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.training import set_up, train
from mnist_core.web.jobs.queue import (
    RECONNECT_GRACE_SECONDS,
    UNATTENDED_TIMEOUT_SECONDS,
    JobQueue,
)
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.run_text import say_status
from tests.web.conftest import SetLimits
from tests.web.workshop import SHORT, Workshop, eventually, worker_in_a_thread

BATCHES = 5  # in an epoch of the tiny data set
LONG = TrainConfig(epochs=100)


def has_the_turn(run: Run) -> bool:
    return run.state == "training"


def weights_after(config: TrainConfig, mnist: Splits) -> list[torch.Tensor]:
    training = set_up(config, mnist, torch.device("cpu"))
    list(train(training))
    return [weights.detach() for weights in training.model.parameters()]


def assert_equal_weights(run: Run, weights: list[torch.Tensor]) -> None:
    assert run.model is not None
    assert all(map(torch.equal, run.model.parameters(), weights))


def test_runs_train_one_after_another_in_the_order_they_came(workshop: Workshop) -> None:
    sessions = [workshop.session() for _ in range(3)]
    with sessions[0].connected(), sessions[1].connected(), sessions[2].connected():
        runs = [session.start(TrainConfig(epochs=1)) for session in sessions]
        workshop.gate.let_pass(2)
        assert [run.state for run in runs] == ["training", "waiting", "waiting"]
        assert say_status(runs[1].status).startswith("1st in the queue")
        assert say_status(runs[2].status).startswith("2nd in the queue")
        workshop.gate.let_pass(BATCHES + 1)  # each run looks at one batch before it begins
        assert [run.state for run in runs] == ["finished", "training", "waiting"]
        assert say_status(runs[2].status).startswith("1st in the queue")
        workshop.gate.allow()
        eventually(lambda: not any(run.is_under_way for run in runs))
        assert [run.state for run in runs] == ["finished"] * 3


def test_how_long_runs_and_new_ones_will_take(workshop: Workshop) -> None:
    session = workshop.session()
    assert session.seconds_until_over(()) is None
    alone = session.seconds_until_over((), [SHORT])
    assert alone is not None
    assert session.seconds_until_over((), [SHORT, SHORT]) == pytest.approx(2 * alone)
    with session.connected():
        first, second = session.start(SHORT), session.start(SHORT)
        workshop.gate.let_pass(0)
        assert has_the_turn(first)
        assert session.seconds_until_over([first]) == pytest.approx(alone)
        assert session.seconds_until_over([first, second]) == pytest.approx(2 * alone)
        assert session.seconds_until_over((), [SHORT]) == pytest.approx(3 * alone)
    session.end()


def test_of_one_visitor_s_runs_only_one_is_ahead_of_the_next_visitor(workshop: Workshop) -> None:
    eager, other = workshop.session(), workshop.session()
    with eager.connected(), other.connected():
        first, second, third = (eager.start(TrainConfig(epochs=1)) for _ in range(3))
        late = other.start(TrainConfig(epochs=1))
        workshop.gate.let_pass(2)
        assert say_status(late.status).startswith("1st in the queue")
        assert say_status(second.status).startswith("2nd in the queue")
        assert say_status(third.status).startswith("3rd in the queue")
        workshop.gate.let_pass(BATCHES + 1)
        assert [run.state for run in (first, late, second)] == ["finished", "training", "waiting"]
        workshop.gate.let_pass(BATCHES + 1)
        assert has_the_turn(second)


def test_with_two_slots_two_train_at_once_and_the_queue_is_as_fair(workshop: Workshop) -> None:
    queue = JobQueue(workshop.clock, WorkerPool(worker_in_a_thread), slots=2)
    eager, other = Session(queue), Session(queue)
    with eager.connected(), other.connected():
        first, second, third = (eager.start(LONG) for _ in range(3))
        eventually(lambda: first.state == second.state == "training")
        assert say_status(third.status).startswith("1st in the queue")
        late = other.start(LONG)
        assert say_status(late.status).startswith("1st in the queue")
        assert say_status(third.status).startswith("2nd in the queue")
        assert (queue.state, queue.waiting) == ("training", 2)
        eager.stop(first)
        workshop.gate.allow(12)  # too few for a run to end by itself
        eventually(lambda: late.state == "training")
        assert (first.state, third.state) == ("stopped", "waiting")
        eager.end()
        other.end()
        workshop.gate.allow()
        eventually(lambda: queue.state == "ready")


def test_stop_while_waiting_lets_those_behind_move_up(workshop: Workshop) -> None:
    sessions = [workshop.session() for _ in range(3)]
    with sessions[0].connected(), sessions[1].connected(), sessions[2].connected():
        runs = [session.start(LONG) for session in sessions]
        workshop.gate.let_pass(2)
        sessions[1].stop(runs[1])
        assert runs[1].state == "stopped"
        assert runs[1].model is None
        assert say_status(runs[2].status).startswith("1st in the queue")
        assert has_the_turn(runs[0])


def test_stop_while_training_keeps_the_network_and_passes_the_turn_on(workshop: Workshop) -> None:
    first, second = workshop.session(), workshop.session()
    with first.connected(), second.connected():
        run, other = first.start(LONG), second.start(LONG)
        workshop.gate.let_pass(3)
        first.stop(run)
        workshop.gate.allow()
        eventually(lambda: has_the_turn(other))
        assert run.state == "stopped"
        assert run.model is not None
        assert not run.model.training


def test_a_closed_page_pauses_its_training_at_once(workshop: Workshop) -> None:
    session = workshop.session()
    with session.connected():
        run = session.start(LONG)
        workshop.gate.let_pass(3)
    workshop.gate.allow()
    eventually(lambda: workshop.clock.waiting)  # the batch under way was the last
    assert workshop.gate.passed == 4
    assert run.is_under_way


def test_a_page_that_reloads_keeps_its_turn(workshop: Workshop) -> None:
    first, second = workshop.session(), workshop.session()
    with second.connected():
        with first.connected():
            run, other = first.start(LONG), second.start(LONG)
            workshop.gate.let_pass(3)
        workshop.gate.allow(1)
        eventually(lambda: workshop.clock.waiting)
        workshop.clock.put_forward(RECONNECT_GRACE_SECONDS - 0.1)
        with first.connected():
            workshop.gate.let_pass(3)
            assert has_the_turn(run)
            assert say_status(other.status).startswith("1st in the queue")


def test_who_leaves_gives_up_the_turn_and_goes_on_bit_for_bit_when_it_comes_again(
    workshop: Workshop, tiny_mnist: Splits
) -> None:
    config, other_config = TrainConfig(epochs=3), TrainConfig(epochs=2, seed=7)
    first, second = workshop.session(), workshop.session()
    with second.connected():
        with first.connected():
            run, other = first.start(config), second.start(other_config)
            workshop.gate.let_pass(BATCHES + 3)  # into the second epoch
        workshop.gate.allow(1)
        eventually(lambda: workshop.clock.waiting)
        workshop.clock.put_forward(RECONNECT_GRACE_SECONDS)
        workshop.gate.let_pass(3)
        assert has_the_turn(other)
        assert run.state == "waiting"
        with first.connected():
            workshop.gate.let_pass(1)
            assert say_status(run.status).startswith("1st in the queue")
            workshop.gate.allow()
            eventually(lambda: not run.is_under_way)
    assert [run.state, other.state] == ["finished", "finished"]
    assert_equal_weights(run, weights_after(config, tiny_mnist))
    assert_equal_weights(other, weights_after(other_config, tiny_mnist))


def test_an_unattended_run_ends_after_a_while_and_keeps_what_it_learned(
    workshop: Workshop,
) -> None:
    session = workshop.session()
    with session.connected():
        run = session.start(LONG)
        workshop.gate.let_pass(BATCHES + 3)
    workshop.gate.allow()
    eventually(lambda: workshop.clock.waiting)
    workshop.clock.put_forward(RECONNECT_GRACE_SECONDS)
    eventually(lambda: run.state == "waiting" and workshop.clock.waiting)
    waits = workshop.clock.waits
    workshop.clock.put_forward(UNATTENDED_TIMEOUT_SECONDS - RECONNECT_GRACE_SECONDS - 1)
    eventually(lambda: workshop.clock.waits > waits)  # it has looked, and waits again
    assert run.is_under_way
    workshop.clock.put_forward(1)
    eventually(lambda: not run.is_under_way)
    assert run.state == "stopped"
    assert run.model is not None
    assert len(run.epochs) == 1


def test_stop_ends_a_paused_run_at_once(workshop: Workshop) -> None:
    session = workshop.session()
    with session.connected():
        run = session.start(LONG)
        workshop.gate.let_pass(3)
    workshop.gate.allow()
    eventually(lambda: workshop.clock.waiting)
    workshop.clock.put_forward(RECONNECT_GRACE_SECONDS)
    eventually(lambda: run.state == "waiting")
    session.stop(run)
    assert run.state == "stopped"


def test_stop_ends_a_run_whose_page_has_just_left(workshop: Workshop) -> None:
    session = workshop.session()
    with session.connected():
        run = session.start(LONG)
        workshop.gate.let_pass(3)
    workshop.gate.allow()
    eventually(lambda: workshop.clock.waiting)
    session.stop(run)
    eventually(lambda: run.state == "stopped")


def test_deleting_a_run_that_trains_passes_the_turn_on(workshop: Workshop) -> None:
    first, second = workshop.session(), workshop.session()
    with first.connected(), second.connected():
        run, other = first.start(LONG), second.start(LONG)
        workshop.gate.let_pass(3)
        first.delete(run)
        assert first.runs == []
        workshop.gate.allow()
        eventually(lambda: has_the_turn(other))


def test_a_run_that_fails_passes_the_turn_on(workshop: Workshop, tiny_mnist: Splits) -> None:
    first, second = workshop.session(), workshop.session()
    with first.connected(), second.connected():
        run = first.start(TrainConfig(learning_rate=100, optimizer="sgd"))
        other = second.start(TrainConfig(epochs=1))
        workshop.gate.allow()
        eventually(lambda: not other.is_under_way)
    assert run.state == "diverged"
    assert run.retry_rate == 10
    assert run.model is None
    assert other.state == "finished"


def test_nobody_trains_without_a_page(workshop: Workshop) -> None:
    session = workshop.session()
    run = session.start(LONG)
    eventually(lambda: workshop.clock.waiting)
    assert run.state == "waiting"
    assert workshop.gate.passed == 0


def test_a_full_line_is_said_to_be_full(workshop: Workshop, limit: SetLimits) -> None:
    limit(waiting=4)
    first, second = workshop.session(), workshop.session()
    for _ in range(4):
        first.start(LONG)
    assert workshop.queue.is_full
    with pytest.raises(ValueError, match="Try again later"):
        second.start(LONG)
    assert second.runs == []


def test_those_who_have_left_do_not_count_among_those_who_wait(
    workshop: Workshop, limit: SetLimits
) -> None:
    limit(waiting=4)
    absent, second = workshop.session(), workshop.session()
    runs = [absent.start(LONG) for _ in range(4)]
    workshop.clock.time += RECONNECT_GRACE_SECONDS  # and no thread has looked yet
    assert not workshop.queue.is_full
    with second.connected():
        run = second.start(LONG)
        workshop.gate.let_pass(2)
        assert has_the_turn(run)
        with absent.connected():  # they are back, and more than may come in
            workshop.gate.let_pass(1)
            assert [say_status(run.status)[:3] for run in runs] == ["1st", "2nd", "3rd", "4th"]
            with pytest.raises(ValueError, match="Try again later"):
                second.start(LONG)
    second.end()
    absent.end()
    workshop.gate.allow()


def test_no_client_takes_every_place_in_the_line(workshop: Workshop, limit: SetLimits) -> None:
    limit(waiting=40)
    for client, fits in (("192.0.2.1", 30), ("192.0.2.2", 10), ("192.0.2.3", 0)):
        for number in range(fits + 1):
            session = workshop.session()  # whoever has many sessions is one client all the same
            session.presence.client = client
            if number < fits:
                session.start(LONG)
        with pytest.raises(ValueError, match="Try again later"):
            session.start(LONG)
    assert (workshop.queue.waiting, workshop.queue.is_full) == (40, True)

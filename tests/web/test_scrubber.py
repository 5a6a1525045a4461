from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import gradio as gr
import numpy as np
import pytest

from mnist_core.config import TrainConfig
from mnist_core.data import Splits
from mnist_core.evaluation import evaluate
from mnist_core.inference import predict
from mnist_core.training import set_up, train
from mnist_core.web.components.scrubber import Scrubber
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.scrubber import MOMENTS_PER_ANSWER, look_back, view_moments
from tests.web.workshop import eventually, trained

MOST_BYTES = 500_000  # of an answer
SEEN = [0, 64, 128, 256, 320, 640]  # images, of two epochs of 320


def seven() -> np.ndarray:
    image = np.zeros((28, 28), np.uint8)
    image[6:8, 8:20] = image[6:22, 18:20] = 255
    return image


def ask(session: Session, **facts: Any) -> dict[str, Any]:
    """Ask as the page does, and unpack the answer as its script does."""
    scrubber = Scrubber(render=False)
    look = scrubber.preprocess({"look": json.dumps(facts)})
    told = scrubber.postprocess(look_back(look, session))["told"]
    assert len(told) < MOST_BYTES
    answer: dict[str, Any] = json.loads(told)
    return answer


def counts_of(moment: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(b64decode(moment["confusion"]), np.uint16).reshape(10, 10)


def test_the_page_fetches_the_moments_of_a_run_bit_by_bit(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=2))
    told = view_moments(run)
    assert (told["moments"], told["weighed"]) == (len(SEEN), len(SEEN))
    answer = ask(session, run=run.id, start=0)
    assert [moment["images"] for moment in answer["moments"]] == SEEN
    assert [moment["epoch"] for moment in answer["moments"]] == [0, None, None, None, 1, 2]
    rest = ask(session, run=run.id, start=4)
    assert (rest["start"], rest["moments"]) == (4, answer["moments"][4:])
    assert ask(session, run=run.id, start=6)["moments"] == []
    for moment, record in zip(answer["moments"][4:], run.epochs, strict=True):
        assert moment["accuracy"] == record.test_accuracy
        assert counts_of(moment).sum() == moment["tested"] == 100
        tiles = np.frombuffer(b64decode(moment["tiles"]), np.int8)
        assert tiles.reshape(-1, moment["side"], moment["side"]).shape == (32, 28, 28)


def test_an_epoch_looked_back_at_is_a_run_of_so_many_epochs(
    session: Session, tiny_mnist: Splits
) -> None:
    run = trained(session, TrainConfig(epochs=2))
    session.draw.drawing = seven()
    first_epoch = ask(session, run=run.id)["moments"][4]
    reading = ask(session, run=run.id, drawing=True)["readings"][4]
    short = set_up(TrainConfig(epochs=1), tiny_mnist)
    list(train(short))
    assert counts_of(first_epoch).tolist() == [
        list(row) for row in evaluate(short.model, tiny_mnist.test).confusion
    ]
    wanted = predict(short.model.eval(), seven()).probabilities
    assert reading == pytest.approx(wanted, abs=0.01)  # one byte a weight


def test_what_they_say_of_the_drawing_follows_the_drawing(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=2))
    nothing = ask(session, run=run.id, drawing=True)
    assert (nothing["is_drawn"], nothing["readings"]) == (False, [None] * len(SEEN))
    session.draw.drawing = seven()
    told = ask(session, run=run.id, drawing=True)
    assert told["is_drawn"]
    assert all(sum(reading) == pytest.approx(1, abs=1e-3) for reading in told["readings"])
    session.draw.drawing = 255 - seven()
    assert ask(session, run=run.id, drawing=True)["readings"] != told["readings"]


def test_only_the_newest_run_keeps_networks_and_all_count_as_memory(session: Session) -> None:
    first = trained(session, TrainConfig(epochs=2))
    with_networks = first.size
    second = trained(session, TrainConfig(epochs=1, seed=7))
    assert first.size < with_networks - 3 * 100_000
    session.draw.drawing = seven()
    told = ask(session, run=first.id, drawing=True)
    assert told["readings"] == [None] * len(SEEN)
    assert ask(session, run=first.id)["moments"][0]["tiles"]  # pictures stay
    assert all(ask(session, run=second.id, drawing=True)["readings"])
    before = second.size
    second.forget_past_networks()
    assert second.size < before
    first.forget_network()
    assert view_moments(first)["moments"] == 0


def test_a_run_counts_the_networks_that_it_will_keep_while_it_is_under_way() -> None:
    run = Run(TrainConfig(model="cnn"))
    with_them = run.size
    run.forget_past_networks()
    assert with_them - run.size > 15 * 200_000  # of 16 moments


def test_where_memory_is_short_they_are_the_first_to_go(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=2))
    session.shrink(session.size - 1)
    assert view_moments(run)["weighed"] == 0
    assert run.can_train_on
    assert run.model is not None


def test_a_run_that_trains_on_goes_on_with_its_moments(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=1))
    assert [moment.images for moment in run.moments] == SEEN[:5]
    with session.connected():
        session.train_on(run, 1)
        eventually(lambda: not run.is_under_way)
    assert [moment.images for moment in run.moments] == SEEN


def test_of_another_one_s_run_nothing_is_told(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=1))
    stranger = Session()
    assert ask(stranger, run=run.id)["moments"] == []
    assert ask(stranger, run=run.id, drawing=True)["readings"] == []
    nothing = {"run": "", "moments": 0, "weighed": 0, "classes": None, "can_draw": True}
    assert view_moments(None) == nothing


def test_an_answer_holds_so_many_at_most(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=10))
    assert len(run.moments) == 14
    assert len(ask(session, run=run.id)["moments"]) == MOMENTS_PER_ANSWER
    assert len(ask(session, run=run.id, start=12)["moments"]) == 2


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"look": 1},
        {"look": "no JSON"},
        {"look": json.dumps({"run": "a", "start": -1})},
        {"look": json.dumps({"run": 1})},
        {"look": json.dumps({"run": "a", "more": 1})},
        {"look": " " * 300},
    ],
)
def test_what_no_page_sends_is_refused(payload: object) -> None:
    with pytest.raises(gr.Error):
        Scrubber(render=False).preprocess(payload)

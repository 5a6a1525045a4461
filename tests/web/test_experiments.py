from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import torch

from mnist_core.config import TrainConfig
from mnist_core.experiments import EXPERIMENTS
from mnist_core.plots import Curve
from mnist_core.rate_finder import find_rate, suggest
from mnist_core.text import speaking
from mnist_core.web.components.experiment_cards import CardOrder
from mnist_core.web.limits import LIMITS
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs import demonstrations
from mnist_core.web.tabs.curves import Plots, draw_curves
from mnist_core.web.tabs.experiments import ExperimentsTab, curves_of_experiment, describe_cards
from tests.web.conftest import SetLimits
from tests.web.workshop import Workshop, build, eventually, screens_of, sent

UNDER_WAY = LIMITS["under_way"].laptop


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every experiment take one epoch."""
    for name, experiment in EXPERIMENTS.items():
        quick = replace(
            experiment,
            baseline=replace(experiment.baseline, epochs=1),
            variant=replace(experiment.variant, epochs=1),
        )
        monkeypatch.setitem(EXPERIMENTS, name, quick)


def order(action: str, experiment: str, session: Session) -> None:
    build(ExperimentsTab).order_experiment(session, sent(action=action, experiment=experiment))


def values_of(
    session: Session, once_seen: Callable[[], None] = lambda: None
) -> list[dict[str, Any]]:
    """Follow to the end; return every value that was shown, each of them once it was seen."""
    tab = build(ExperimentsTab)
    return [screen[tab.cards] for screen in screens_of(session, tab, once_seen)]


def test_a_card_goes_from_untried_to_its_verdict(workshop: Workshop) -> None:
    session = workshop.session()
    (idle,) = values_of(session)
    assert idle["state"] == "untried"
    assert idle["note"] == "Trains two networks for 1 epoch each, in about 10 s."
    assert (idle["sides"], idle["plots"]) == ([], {})
    order("try", "batch", session)
    first, *_, last = values_of(session, once_seen=workshop.gate.allow)
    assert first["state"] == "running"
    assert first["time"].startswith("Over in ")
    assert last["time"].startswith("Takes ")  # as more seeds would
    assert (last["chosen"], last["state"]) == ("batch", "done")
    assert "points" in last["verdict"]
    assert last["badges"]["batch"][0] in "+−"
    assert {name for name, badge in last["badges"].items() if badge} == {"batch"}
    baseline, variant = last["sides"]
    assert (baseline["runs"], variant["runs"]) == ("Run 1", "Run 2")
    for side in (baseline, variant):
        assert 0 <= side["accuracy"] <= 1
        assert 0 <= side["train_accuracy"] <= 1
        assert side["parameters"] == 101_770
        assert side["message"] == ""
    assert last["plots"]["losses"].startswith("data:image/svg+xml;base64,")
    assert "Baseline: training loss" in last["plots"]["losses_words"]
    assert "Baseline: test accuracy" in last["plots"]["accuracies_words"]


def test_the_reused_baseline_is_said_before_and_after(session: Session) -> None:
    order("try", "batch", session)
    values_of(session)
    order("show", "step", session)
    (before,) = values_of(session)
    assert before["note"].endswith("the baseline is there already: Run 1.")
    order("try", "step", session)
    after = values_of(session)[-1]
    assert "Run 1 is reused" in after["note"]
    assert len(session.runs) == 3


def test_the_mistakes_of_variant_and_baseline_can_be_compared_once_both_are_there(
    workshop: Workshop,
) -> None:
    session = workshop.session()
    with session.connected():
        order("try", "batch", session)
        assert describe_cards(session, {})["compared"] is None
        workshop.gate.allow()
        eventually(lambda: not session.is_under_way)
    baseline, variant = session.runs
    expected = {"network": variant.id, "against": baseline.id}
    assert describe_cards(session, {})["compared"] == expected
    session.evict(baseline)  # its result is kept, its network is not
    assert describe_cards(session, {})["compared"] is None


def test_more_seeds_change_the_verdict_and_average_the_figures(session: Session) -> None:
    order("try", "small_rate", session)
    one = values_of(session)[-1]
    assert one["more_seeds"] == "Run 2 more seeds"
    order("seeds", "small_rate", session)
    three = values_of(session)[-1]
    assert three["seeds"] == 3
    assert "over 3 seeds" in three["verdict"]
    accuracies = [run.epochs[-1].test_accuracy for run in session.runs[::2]]
    assert three["sides"][0]["accuracy"] == pytest.approx(sum(accuracies) / 3)


def test_a_divergence_is_explained_and_retried_with_a_tenth(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = EXPERIMENTS["large_rate"]
    # The tiny data set forgives more than MNIST does.
    wild = replace(far, variant=replace(far.variant, learning_rate=100.0))
    monkeypatch.setitem(EXPERIMENTS, "large_rate", wild)
    order("try", "large_rate", session)
    last = values_of(session)[-1]
    assert last["state"] == "diverged"
    assert last["badges"]["large_rate"] == "diverged"
    assert "learning rate of 100" in last["verdict"]
    assert last["retry_rate"] == 10.0
    words = last["plots"]["losses_words"]
    assert re.search(r"Variant: diverged after \S+ epochs, its loss [\d.e+]+ by then", words), words
    assert "Baseline: training loss" in words
    assert "Variant" not in last["plots"]["accuracies_words"]
    _, variant = curves_of_experiment(session)
    (losses,) = variant.diverged
    run = session.runs[1]
    assert len(losses) == run.curve.batches  # each has its point
    assert losses[0][1] == run.curve.first
    order("retry", "large_rate", session)
    assert session.runs[-1].config.learning_rate == 10.0
    assert len(session.runs) == 3


def test_stop_ends_both_runs(workshop: Workshop) -> None:
    session = workshop.session()
    order("try", "cnn", session)
    with session.connected():
        eventually(lambda: session.runs[0].state == "training")
        order("stop", "cnn", session)
        workshop.gate.allow()
        eventually(lambda: not session.is_under_way)
    last = values_of(session)[-1]
    assert last["state"] == "stopped"
    assert {run.state for run in session.runs} == {"stopped"}


def test_another_card_can_be_opened_while_one_runs(workshop: Workshop) -> None:
    session = workshop.session()

    def open_another() -> None:
        if session.experiments.opened == "sgd":
            session.end()
        elif session.runs[0].state == "training":
            order("show", "sgd", session)

    order("try", "cnn", session)
    assert values_of(session, once_seen=open_another)[-1]["chosen"] == "sgd"


def test_the_pictures_are_drawn_only_when_an_epoch_has_passed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(curves: list[Curve]) -> Plots:
        drawn.append(curves)
        return draw_curves(curves)

    monkeypatch.setattr("mnist_core.web.tabs.curves.draw_curves", draw)
    order("try", "batch", session)
    values_of(session)
    assert len(drawn) <= 4  # empty, baseline waits, the epoch of each


def test_an_experiment_too_long_for_this_server_begins_nothing(
    session: Session, limit: SetLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(epochs=5, batch_size=100)
    large = replace(EXPERIMENTS["batch"], variant=TrainConfig(epochs=1, batch_size=128))
    monkeypatch.setitem(EXPERIMENTS, "batch", large)
    with pytest.raises(gr.Error, match="Batch size must be from 1 to 100 on this server"):
        order("try", "batch", session)
    assert session.runs == []


def test_a_full_line_is_an_error_of_one_sentence(workshop: Workshop) -> None:
    session = workshop.session()
    for _ in range(UNDER_WAY):
        session.start(EXPERIMENTS["cnn"].baseline)
    with pytest.raises(gr.Error, match="under way at once"):
        order("try", "sgd", session)
    session.end()


HOSTILE: dict[str, Any] = {
    "nothing": None,
    "text": "try",
    "number": 5,
    "list": ["try", "cnn"],
    "empty": {},
    "unknown experiment": {"action": "try", "experiment": "<script>"},
    "unknown action": {"action": "__init__", "experiment": "cnn"},
    "list as a name": {"action": "try", "experiment": ["cnn"]},
    "dict as an action": {"action": {"try": 1}, "experiment": "cnn"},
    "huge name": {"action": "try", "experiment": "x" * 10**6},
    "a value of ours sent back": {"chosen": "cnn", "badges": {}},
}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_what_no_page_sends_is_refused_in_a_sentence(session: Session, payload: Any) -> None:
    with pytest.raises(gr.Error, match="never sends"):
        build(ExperimentsTab).order_experiment(session, gr.EventData(None, payload))
    assert session.runs == []
    assert session.experiments.opened == next(iter(EXPERIMENTS))


@pytest.mark.parametrize("action", ["show", "try", "seeds", "retry", "stop"])
def test_every_order_of_the_page_is_understood(action: str) -> None:
    order = CardOrder.of(sent(action=action, experiment="cnn"))
    assert (order.action, order.experiment) == (action, "cnn")


def test_the_value_is_plain_json(session: Session) -> None:
    order("try", "batch", session)
    last = values_of(session)[-1]
    assert json.loads(json.dumps(last)) == last


def test_the_cards_are_told_in_chinese(session: Session) -> None:
    order("try", "batch", session)
    values_of(session)
    with speaking("zh"):
        shown = describe_cards(session, {})
    assert [side["runs"] for side in shown["sides"]] == ["训练 1", "训练 2"]
    assert shown["more_seeds"] == "再试 2 个随机种子"
    assert "个百分点" in shown["verdict"]
    assert shown["time"].startswith("需要")


# --- cards that compare nothing ------------------------------------------------------------------


def test_forgetting_to_flatten_is_shown_with_pytorchs_own_error(session: Session) -> None:
    order("show", "flatten", session)
    (before,) = values_of(session)
    assert (before["state"], before["demonstration"], before["compares"]) == (
        "untried",
        None,
        False,
    )
    order("try", "flatten", session)
    (after,) = values_of(session)
    assert after["state"] == "done"
    assert after["badges"]["flatten"] == "shown"
    shown = after["demonstration"]
    error = "mat1 and mat2 shapes cannot be multiplied (1792x28 and 784x128)"
    assert shown["quote"] == f"RuntimeError: {error}"
    assert [piece["text"] for piece in shown["pieces"]][1] == "1792x28"
    assert shown["lines"][0].endswith("[64, 1, 28, 28] → fc1 → RuntimeError")
    assert "view → [64, 784]" in shown["lines"][1]
    assert session.runs == []
    assert json.loads(json.dumps(after)) == after


def test_a_learning_rate_is_found_once_for_all(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    demonstrations._run_ramp.cache_clear()
    demonstrations._show_ramp.cache_clear()
    ramps = []

    def find(*arguments: Any) -> Any:
        ramps.append(arguments)
        return find_rate(*arguments)

    monkeypatch.setattr(demonstrations, "find_rate", find)
    before = torch.get_rng_state()
    for _ in range(2):
        order("try", "find_rate", session)
    (after,) = values_of(session)
    assert torch.equal(torch.get_rng_state(), before)
    assert len(ramps) == 1
    shown = after["demonstration"]
    assert shown["picture"].startswith("data:image/svg+xml;base64,")
    found = suggest(demonstrations._run_ramp())
    assert shown["lines"][1].endswith(f"Suggested: {found.rate:.2g}.")
    with speaking("zh"):
        said = describe_cards(session, {})["demonstration"]
    assert said is not None
    assert said["lines"][1].startswith("规则：")
    assert len(ramps) == 1


def test_without_mnist_no_rate_is_found(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    demonstrations._run_ramp.cache_clear()
    monkeypatch.setenv("MNIST_DATA", str(tmp_path))
    with pytest.raises(gr.Error, match="the first training fetches it"):
        order("try", "find_rate", session)
    (after,) = values_of(session)
    assert (after["state"], after["demonstration"]) == ("untried", None)


def test_from_a_card_that_compares_nothing_to_one_that_does_and_back(session: Session) -> None:
    order("try", "flatten", session)
    for name in ("batch", "flatten"):
        order("show", name, session)
        (shown,) = values_of(session)
        assert shown["compares"] is (name == "batch")
        assert (shown["demonstration"] is None) is (name == "batch")
    for action in ("seeds", "retry", "stop"):
        order(action, "flatten", session)  # no button of its card, and nothing happens
    assert session.runs == []

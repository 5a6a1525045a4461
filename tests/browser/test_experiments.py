"""The Experiments and Runs tabs in a real browser, on the real MNIST."""

from __future__ import annotations

import os
import pickle
import re
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Locator, Page, Route, expect

from mnist_core.checkpoints import load_checkpoint
from tests.browser.conftest import PageErrors, until
from tests.browser.test_train import choose_epochs, open_train_tab, press_train
from tests.browser.test_train import state_is as run_is

pytestmark = pytest.mark.usefixtures("mnist_root")

TRAINING_MS = 120_000  # ten epochs take as many seconds; a busy machine needs more
PICTURE = re.compile(r"^data:image/svg\+xml")


def open_tab(page: Page, name: str) -> None:
    page.locator(f"#{name.lower()}-button").click()


def open_card(page: Page, experiment: str) -> Locator:
    """Open a card, and wait until the server has told how it stands."""
    page.locator(f'[data-experiment="{experiment}"] .head').click()
    detail = page.locator(f'[data-experiment="{experiment}"] .detail:not(.unanswered)')
    detail.wait_for()
    return detail


def state_is(page: Page, state: str) -> None:
    expect(page.get_by_test_id("experiments")).to_have_attribute(
        "data-state", state, timeout=TRAINING_MS
    )


def row(page: Page, name: str) -> Locator:
    return page.locator(f'.run[data-name="{name}"]')


def open_row(page: Page, name: str) -> Locator:
    if "chosen" not in (row(page, name).get_attribute("class") or ""):
        row(page, name).get_by_test_id("name").click()
    return row(page, name)


def test_an_experiment_from_the_button_over_a_reload_to_its_verdict(
    page: Page, page_errors: PageErrors
) -> None:
    open_tab(page, "Experiments")
    card = open_card(page, "batch")
    expect(card.get_by_test_id("change")).to_have_text("batch size 256")
    card.get_by_test_id("try").click()
    state_is(page, "running")
    # The first epoch is over: both pictures are there while it goes on.
    expect(card.get_by_test_id("losses")).to_have_attribute("src", PICTURE, timeout=TRAINING_MS)
    expect(card.get_by_test_id("accuracies")).to_have_attribute("src", PICTURE)
    expect(card.get_by_test_id("stop")).to_be_visible()

    page.reload()
    page.get_by_role("tab").first.wait_for()
    page_errors.messages.clear()  # Gradio's page complains of its broken stream while it goes
    open_tab(page, "Experiments")
    state_is(page, "done")
    expect(page.get_by_test_id("experiments")).to_have_attribute("data-chosen", "batch")
    card = page.locator('[data-experiment="batch"]')
    expect(card.get_by_test_id("verdict")).to_contain_text("points")
    expect(card.get_by_test_id("badge")).to_have_text(re.compile(r"^[+−]\d\.\d\d$"))
    for side in ("baseline", "variant"):
        accuracy = card.locator(f'.side[data-side="{side}"] [data-figure="accuracy"]')
        expect(accuracy).to_have_text(re.compile(r"^9\d\.\d\d%$"))
    words = card.get_by_test_id("losses").get_attribute("alt") or ""
    assert "Baseline: training loss 0." in words
    assert "Variant: training loss 0." in words
    words = card.get_by_test_id("accuracies").get_attribute("alt") or ""
    assert re.search(r"Baseline: test accuracy 9.*, training accuracy 9.*Variant: test acc", words)
    expect(card.get_by_test_id("seeds")).to_have_text("Run 2 more seeds")

    # The next one reuses the baseline, diverges, and is tried again with a tenth of the rate.
    card = open_card(page, "large_rate")
    expect(card.get_by_test_id("note")).to_contain_text("the baseline is there already: Run 1")
    card.get_by_test_id("try").click()
    state_is(page, "diverged")
    expect(card.get_by_test_id("verdict")).to_contain_text("the weights explode")
    losses = card.get_by_test_id("losses")
    expect(losses).to_have_attribute("alt", re.compile("Variant: diverged after 0.0"))
    expect(losses).to_have_attribute("src", PICTURE)
    card.get_by_test_id("retry").click()
    state_is(page, "running")
    card.get_by_test_id("stop").click()
    state_is(page, "stopped")

    open_tab(page, "Runs")
    expect(page.get_by_test_id("runs")).to_have_attribute("data-runs", "4")
    expect(row(page, "Run 4").get_by_test_id("message")).to_contain_text("stopped after")


def test_a_forgotten_view_and_a_learning_rate_are_shown_at_one_click(page: Page) -> None:
    open_tab(page, "Experiments")
    card = open_card(page, "flatten")
    expect(card.get_by_test_id("change")).to_be_hidden()  # it compares nothing
    card.get_by_test_id("try").click()
    expect(card.get_by_test_id("quote")).to_have_text(
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (1792x28 and 784x128)"
    )
    expect(card.locator(".pieces dt")).to_have_text(
        ["mat1", "1792x28", "mat2", "784x128", "cannot be multiplied"]
    )
    expect(card.locator(".lines")).to_contain_text("[64, 1, 28, 28] → fc1 → RuntimeError")
    expect(card.get_by_test_id("picture")).to_be_hidden()
    expect(card.get_by_test_id("try")).to_be_hidden()

    card = open_card(page, "find_rate")
    expect(card.get_by_test_id("demonstration")).to_be_hidden()
    card.get_by_test_id("try").click()
    expect(card.get_by_test_id("picture")).to_have_attribute("src", PICTURE, timeout=TRAINING_MS)
    expect(card.locator(".lines")).to_contain_text(re.compile(r"Suggested: 0\.00\d+\."))
    expect(card.get_by_test_id("quote")).to_be_hidden()

    card = open_card(page, "batch")
    expect(card.get_by_test_id("change")).to_be_visible()
    expect(card.get_by_test_id("demonstration")).to_be_hidden()
    card = open_card(page, "flatten")  # it is still known
    expect(card.get_by_test_id("quote")).to_be_visible()
    badge = page.locator('[data-experiment="flatten"]').get_by_test_id("badge")
    expect(badge).to_have_text("shown")


def test_the_settings_of_hidden_layers_are_greyed_out_where_there_are_none(page: Page) -> None:
    open_train_tab(page)
    page.locator("#more-settings button").first.click()
    width = page.locator("#width input")
    width.fill("16")
    page.locator("#activation").get_by_label("tanh").check()
    note = page.locator("#settings-note")
    expect(note).to_contain_text("16 hidden neurons, tanh")
    page.locator("#model input").click()
    page.get_by_role("option", name=re.compile("^CNN")).click()
    expect(width).to_be_disabled()
    expect(width).to_have_value("128")
    expect(page.locator("#flatten input")).to_be_disabled()
    expect(note).to_have_text("Other than the article's recipe: CNN.")


def test_an_order_on_its_way_does_not_swallow_the_next(page: Page) -> None:
    open_tab(page, "Experiments")
    orders: list[Route] = []
    experiments = ("deep", "dropout")

    def hold(request: Route) -> None:  # a slow network: no order arrives as yet
        is_order = any(f'"{name}"' in (request.request.post_data or "") for name in experiments)
        if is_order:
            orders.append(request)
        else:
            request.continue_()

    page.route("**/run/predict*", hold)
    for experiment in experiments:
        page.locator(f'[data-experiment="{experiment}"] .head').click()
    until(page, lambda: len(orders) == len(experiments))
    for order in orders:
        with page.expect_response("**/run/predict*"):
            order.continue_()
    page.locator('[data-experiment="dropout"] .detail:not(.unanswered)').wait_for()
    expect(page.get_by_test_id("experiments")).to_have_attribute("data-chosen", "dropout")


def test_what_can_be_done_with_a_run(page: Page, tmp_path: Path) -> None:
    open_tab(page, "Runs")
    expect(page.get_by_test_id("empty")).to_be_visible()
    open_train_tab(page)
    choose_epochs(page, 1)
    press_train(page)
    run_is(page, "finished")
    page.get_by_label("256").check()
    press_train(page)
    expect(page.get_by_test_id("title")).to_have_text("Run 2 · 1 epoch, batch size 256")
    run_is(page, "finished")
    open_tab(page, "Runs")
    expect(page.get_by_test_id("runs")).to_have_attribute("data-runs", "2")
    expect(page.locator(".run.best")).to_have_count(1)

    # Curves: both are drawn, then one.
    losses = page.get_by_test_id("runs").get_by_test_id("losses")
    expect(losses).to_have_attribute("alt", re.compile("Run 1.*Run 2"))
    row(page, "Run 1").get_by_test_id("overlay").click()
    expect(losses).to_have_attribute("alt", re.compile("^Run 2"))

    # It reads, trains on, shows its code and gives its files.
    for name in ("Run 1", "Run 2"):
        run = open_row(page, name)
        run.get_by_test_id("read").click()
        expect(run.get_by_test_id("reads")).to_be_visible()
    run.get_by_test_id("more").fill("1")
    run.get_by_test_id("train_on").click()
    expect(run.get_by_test_id("differs")).to_have_text("2 epochs, batch size 256")
    expect(run).to_have_attribute("data-state", "finished", timeout=TRAINING_MS)
    run.get_by_test_id("open").click()
    expect(page.get_by_text("Code for Run 2")).to_be_visible()
    expect(page.get_by_test_id("program").last).to_contain_text("torch.manual_seed(42)")
    files = []
    for button, name in (("Weights", "mine.pth"), ("Metadata", "mine.json")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).last.click()
        download.value.save_as(tmp_path / name)
        files.append(tmp_path / name)
    assert load_checkpoint(files[0]).metadata["config"]["epochs"] == 2

    # What was downloaded can come back; what is not ours cannot.
    choose = page.locator('input[type="file"][accept*=".pth"]')
    choose.set_input_files(files)
    expect(row(page, "Upload 3").get_by_test_id("message")).to_have_text("uploaded")
    expect(row(page, "Upload 3").locator('[data-figure="accuracy"]')).to_have_text(
        row(page, "Run 2").locator('[data-figure="accuracy"]').inner_text()
    )
    evil = tmp_path / "<img src=x onerror=alert(1)>.pth"
    marker = tmp_path / "it ran"
    evil.write_bytes(pickle.dumps(Command(f"touch '{marker}'")))
    choose.set_input_files([evil])
    expect(page.get_by_text("is not a PyTorch file of weights")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    assert not marker.exists()

    # Deleting asks first.
    run = open_row(page, "Run 1")
    run.get_by_test_id("delete").click()
    run.get_by_test_id("keep").click()
    expect(page.get_by_test_id("runs")).to_have_attribute("data-runs", "3")
    run.get_by_test_id("delete").click()
    run.get_by_test_id("really").click()
    expect(page.get_by_test_id("runs")).to_have_attribute("data-runs", "2")
    expect(row(page, "Run 1")).to_have_count(0)


class Command:
    """A pickle that runs a command where it is loaded without care."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def test_the_evil_pickle_is_one(tmp_path: Path) -> None:
    marker = tmp_path / "it ran"
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(Command(f"touch '{marker}'")))
    with suppress(RuntimeError):  # it is no PyTorch file, which comes out when it has run
        torch.load(tmp_path / "evil.pth", weights_only=False)
    assert marker.exists()

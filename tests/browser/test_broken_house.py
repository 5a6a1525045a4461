"""The app where files are missing or damaged, and where nothing can be written: it says so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN
from tests.bombs import small_picture
from tests.form_values import form_values
from tests.hostile.stranger import Stranger
from tests.real_mnist import REPOSITORY
from tests.running_app import RunningApp, running_app
from tests.web.workshop import eventually

ONE = [[[500, 150], [500, 850]]]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """Start a copy of the app in which hardly anything is as it should be."""
    folder = tmp_path_factory.mktemp("broken")
    house = folder / "house"
    for name in ("mnist_core", "checkpoints"):
        shutil.copytree(REPOSITORY / name, house / name)
    shutil.copy(REPOSITORY / "app.py", house)
    cnn = house / "checkpoints" / SHIPPED_CNN.name
    cnn.write_bytes(cnn.read_bytes()[:300_000])
    (house / "checkpoints" / SHIPPED.with_suffix(".json").name).unlink()
    (house / "data").touch()  # a file, so not even a system's owner can make a folder of it
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(house / "data" / "gradio")}
    environment.pop("MNIST_DATA", None)
    with running_app(folder / "log.txt", environment, folder=house) as app:
        yield app


@pytest.fixture
def visitor(app: RunningApp) -> Iterator[Stranger]:
    visitor = Stranger(app.url)
    visitor.enter()
    yield visitor
    visitor.close()


def test_who_is_left_reads_and_the_page_says_why_the_other_does_not(
    app: RunningApp, visitor: Stranger
) -> None:
    answer = visitor.ask("read_drawing", {"seq": 1, "strokes": ONE})["data"][0]
    assert (answer["digit"], answer["classifier"]) == (1, "SimpleNN")
    rows = {row["key"]: row for row in visitor.shown("rows", "classifier")["rows"]}
    assert rows["cnn"]["missing"]
    assert rows["cnn"]["note"] == "cannot be loaded: cnn_mnist.pth is damaged"
    assert rows["simple_nn"]["note"].startswith("simple_nn_mnist.json is missing or damaged")
    assert "cnn_mnist.pth is not a PyTorch file of weights" in app.printed()


def test_programs_are_answered_by_who_is_left(visitor: Stranger) -> None:
    assert '"network": "SimpleNN"' in visitor.call("predict_strokes", ONE)


def test_without_data_or_a_place_for_it_a_training_says_so(
    app: RunningApp, visitor: Stranger
) -> None:
    visitor.queue("start_run", *form_values(epochs=1))
    latest: dict[str, Any] = {}

    def has_failed() -> bool:
        latest.update(visitor.shown("state", "fraction"))
        return latest["state"] == "failed"

    eventually(has_failed)
    said = latest["message"]
    assert said == (
        "MNIST could not be downloaded, because its folder on the server cannot be written to. "
        "Try again later; the server's log tells its operator what to do."
    )
    logged = app.printed()
    assert "MNIST is not in data and could not be downloaded, because this folder" in logged
    assert "Make it writable" in logged


def test_files_are_kept_in_memory_where_the_disk_has_no_place_for_them(visitor: Stranger) -> None:
    picture = visitor.upload("one.png", small_picture("PNG", 60))
    assert not picture["path"].startswith(str(REPOSITORY))
    question = {"seq": 1, "file": picture["path"], "crop": None, "show": False}
    assert visitor.queue("read_picture", question)["data"][0]["digit"] == 1


def test_the_page_shows_what_is_wrong(app: RunningApp, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(app.url)
    note = page.get_by_text("cannot be loaded: cnn_mnist.pth is damaged")
    expect(note).to_be_visible()
    expect(page.get_by_text("simple_nn_mnist.json is missing or damaged")).to_be_visible()
    page.close()

"""What one visitor can learn of another's, or do to it, by talking to the app without a page."""

from __future__ import annotations

import io
import json
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_core.checkpoints import SHIPPED
from tests import bombs
from tests.core.test_checkpoints import Burglar
from tests.each import each
from tests.hostile.payloads import MARKUP, PATHS
from tests.hostile.stranger import Stranger
from tests.real_mnist import REPOSITORY

BITS_A_SIGN = 6  # of what `secrets.token_urlsafe` returns
HIDDEN = ("Traceback", str(REPOSITORY), str(Path.home()), "/tmp/", "Error(")


def enter(app_url: str) -> Iterator[Stranger]:
    somebody = Stranger(app_url)
    somebody.enter()
    yield somebody
    somebody.close()


visitor = pytest.fixture(enter, name="visitor")
stranger = pytest.fixture(enter, name="stranger")


def upload_network(visitor: Stranger) -> None:
    weights = visitor.upload("mine.pth", SHIPPED.read_bytes())
    assert visitor.queue("take_in", [weights])["data"]


def table_of(visitor: Stranger) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = visitor.shown("rows", "plots")["rows"]
    return rows


def open_run(visitor: Stranger, run: str) -> dict[str, Any]:
    answer: dict[str, Any] = visitor.queue("open_run", data={"run": run})
    return answer


def is_a_sentence(said: str | None) -> bool:
    return bool(said) and "\n" not in said and not any(word in said for word in HIDDEN)


# --- what is another's -------------------------------------------------------------------------


def test_nobody_reaches_the_run_of_another_even_by_its_id(
    visitor: Stranger, stranger: Stranger
) -> None:
    upload_network(visitor)
    (before,) = table_of(visitor)
    run = before["id"]
    assert len(run) * BITS_A_SIGN >= 128
    for action in ("delete", "stop", "read", "train_on", "overlay"):
        order = {"action": action, "run": run, "epochs": 1, "shown": False}
        assert stranger.ask("order_run", data=order)["data"]
    (panel, *_) = open_run(stranger, run)["data"]
    assert panel["visible"] is False
    board = stranger.ask("choose_classifier", data={"key": run})["data"][0]
    assert "is gone" in board["note"]
    assert [row["key"] for row in board["rows"]] == ["cnn", "simple_nn"]
    assert table_of(stranger) == []
    assert table_of(visitor) == [before]


def test_a_key_cannot_be_guessed_and_opens_only_whole(
    visitor: Stranger, stranger: Stranger
) -> None:
    key = visitor.enter()
    assert len(key) * BITS_A_SIGN >= 256
    upload_network(visitor)
    swapped = key.swapcase()
    for guess in (
        None,
        "",
        key[:-1],
        swapped,
        f"{key}x",
        f" {key}",
        [key],
        {"key": key},
        0,
        True,
        "*",
        "%",
    ):
        assert stranger.enter(guess) not in (key, guess)
        assert table_of(stranger) == []
    assert len(table_of(visitor)) == 1
    assert stranger.enter(key) == key  # whoever has it is the visitor, as after a reload
    assert len(table_of(stranger)) == 1


def test_nothing_that_anybody_may_ask_for_names_another(
    visitor: Stranger, stranger: Stranger
) -> None:
    key = visitor.enter()
    upload_network(visitor)
    (row,) = table_of(visitor)
    weights = open_run(visitor, row["id"])["data"][3]["value"]["path"]
    secrets = [key, row["id"], Path(weights).parent.parent.name, visitor.session]
    for path in (
        "",
        "config",
        "openapi.json",
        "gradio_api/info",
        "gradio_api/queue/status",
        "gradio_api/startup-events",
        "gradio_api/app_id",
        "monitoring/summary",
        "gradio_api/run-history/buckets",
        f"gradio_api/deep_link?session_hash={stranger.session}",
    ):
        told = stranger.get(path).text
        assert not [secret for secret in secrets if secret in told], path


def test_files_are_given_by_their_whole_name_only(visitor: Stranger, stranger: Stranger) -> None:
    upload_network(visitor)
    (row,) = table_of(visitor)
    weights = Path(open_run(visitor, row["id"])["data"][3]["value"]["path"])
    assert visitor.get(f"gradio_api/file={weights}").content == weights.read_bytes()
    assert len(row["id"]) > 20
    assert row["id"] in weights.parts  # so the name cannot be guessed
    around = [weights.parent, weights.parent.parent, weights.parent.parent.parent]
    for place in [*map(str, around), *(f"{folder}/*" for folder in around), *PATHS]:
        answer = stranger.get(f"gradio_api/file={place}".replace("\0", "%00"))
        assert answer.status_code in (400, 403, 404, 422), place
        assert "root:" not in answer.text
        assert weights.name not in answer.text.replace(place, "")


def question(upload: dict[str, Any]) -> dict[str, Any]:
    """Ask for an upload to be read, as the page does."""
    return {"seq": 1, "file": upload["path"], "crop": None, "show": False}


# --- files that are not what they seem ---------------------------------------------------------


def test_code_in_a_checkpoint_does_not_run(visitor: Stranger, tmp_path: Path) -> None:
    loot = tmp_path / "loot"
    buffer = io.BytesIO()
    torch.save({"fc1.weight": Burglar(loot)}, buffer)
    for content in (buffer.getvalue(), pickle.dumps(Burglar(loot))):
        evil = visitor.upload("evil.pth", content)
        said = visitor.queue("take_in", [evil])["error"]
        assert re.search("is not a PyTorch file of weights|does not hold a state_dict", said)
        assert is_a_sentence(said)
    assert not loot.exists()
    assert table_of(visitor) == []


@pytest.mark.parametrize("make", bombs.CHECKPOINT_BOMBS.values(), ids=bombs.CHECKPOINT_BOMBS)
def test_a_checkpoint_that_is_a_bomb_is_refused(
    visitor: Stranger, make: Callable[[], bytes]
) -> None:
    bomb = visitor.upload("bomb.pth", make())
    assert is_a_sentence(visitor.queue("take_in", [bomb])["error"])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: bombs.png_that_claims(50_000, 50_000), "megapixels"),
        (bombs.tiff_of_many_tags, "not an image"),
        (lambda: b"<svg/>", "not an image"),
    ],
    ids=["50,000 × 50,000 pixels", "many tags", "no picture"],
)
def test_an_enormous_picture_is_refused_in_the_page_and_for_programs(
    visitor: Stranger, make: Callable[[], bytes], reason: str
) -> None:
    name, content = f"{MARKUP}.png", make()
    said = visitor.queue("read_picture", question(visitor.upload(name, content)))["data"][1][
        "problem"
    ]
    assert reason in said
    assert is_a_sentence(said)
    said = visitor.call("predict", visitor.upload(name, content))
    assert "event: error" in said
    assert reason in said
    assert "<" not in said
    assert not any(word in said for word in HIDDEN)


@pytest.mark.parametrize("place", [*PATHS, "http://127.0.0.1:1/"])
def test_a_file_that_nobody_has_uploaded_is_not_opened(visitor: Stranger, place: str) -> None:
    file = {"path": place, "meta": {"_type": "gradio.FileData"}}
    found = visitor.queue("read_picture", question(file))["data"][1]
    assert found == {"seq": 1, "gone": True}  # as if it had been there
    for answer in (visitor.queue("read_picture", file), visitor.queue("take_in", [file])):
        assert "data" not in answer
        assert not any(word in str(answer) for word in HIDDEN)
        assert "is not an image" not in str(answer)  # nobody learns which files there are


# --- what programs send ------------------------------------------------------------------------

FILE = {"meta": {"_type": "gradio.FileData"}}
WRONG: list[Any] = [
    *("/etc/passwd", "one.png", "data:image/png;base64,iVBORw0KGgo=", "http://127.0.0.1/x.png"),
    *({**FILE, "path": path} for path in ("/etc/passwd", "data:,x", "", "\0", "x" * 5000)),
    *(None, [], {}, 5, True, [["x"]], {"path": "/etc/passwd"}, {**FILE, "path": 5}),
    *({**FILE, "url": "http://127.0.0.1:1/"}, [{**FILE, "path": "/etc/passwd"}] * 2),
]


@pytest.mark.parametrize("endpoint", ["predict", "predict_strokes"])
def test_whatever_a_program_sends_it_is_told_in_a_sentence_what_is_wrong(
    visitor: Stranger, endpoint: str
) -> None:
    for values in each([*([wrong] for wrong in WRONG), [], [None, None]]):
        kind, data, *_ = visitor.call_with(endpoint, values).split("\n")
        assert kind == "event: error"
        said = json.loads(data.removeprefix("data: "))["error"]
        assert said.endswith(".") and " " in said
        assert is_a_sentence(said)
        assert not any(word in said for word in ("verbose", "passwd", "http", "Error"))


def test_a_refused_path_is_one_line_in_the_log(visitor: Stranger, app_log: Path) -> None:
    before = len(app_log.read_text().splitlines())
    assert "event: error" in visitor.call("predict", {**FILE, "path": "/etc/passwd"})
    (line,) = app_log.read_text().splitlines()[before:]
    assert line.endswith('level=warning event="a path was refused"')

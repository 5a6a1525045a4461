from __future__ import annotations

import asyncio
import io
import json
import logging
import shlex
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
import torch
import uvicorn.config
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from mnist_core.config import TrainConfig
from mnist_core.web.endpoints.log import (
    MAX_MESSAGE_CHARACTERS,
    OneLine,
    note_start,
    set_up_logs,
)
from mnist_core.web.endpoints.log import (
    MAX_VALUE_CHARACTERS as LONGEST,
)
from mnist_core.web.jobs.queue import RECONNECT_GRACE_SECONDS
from mnist_core.web.limits import the_limits
from mnist_core.web.tabs.run_text import say_status
from tests.web.workshop import Workshop, eventually

Fields = dict[str, str]


def read_line(line: str) -> Fields:
    """Read a line as an operator's tools would."""
    decoder, fields = json.JSONDecoder(), {}
    while line:
        key, _, line = line.partition("=")
        if line.startswith('"'):
            value, end = decoder.raw_decode(line)
            line = line[end:].removeprefix(" ")
        else:
            value, _, line = line.partition(" ")
        fields[key] = value
    return fields


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Set the logs up as the app does, and put everything back in the end."""
    output = io.StringIO()
    monkeypatch.setattr(sys, "stderr", output)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(traceback, "print_exc", traceback.print_exc)
    monkeypatch.setitem(uvicorn.config.LOGGING_CONFIG, "loggers", {"uvicorn": {}})
    root, ours = logging.getLogger(), logging.getLogger("mnist_core")
    before = root.handlers[:], root.level, ours.level
    root.handlers = []  # pytest's own stay open
    set_up_logs()
    yield output
    logging.captureWarnings(False)
    root.handlers, root.level, ours.level = before


def told(lines: io.StringIO) -> list[Fields]:
    return [read_line(line) for line in lines.getvalue().splitlines()]


def test_a_start_says_what_runs_here_and_within_which_limits(lines: io.StringIO) -> None:
    note_start(the_limits())
    (line,) = lines.getvalue().splitlines()
    assert " level=info event=start python=3." in line
    (fields,) = told(lines)
    assert fields["torch"] == torch.__version__
    assert fields["gradio"] == gr.__version__
    assert fields["torchvision"]
    assert fields["device"] in ("cpu", "cuda")
    assert fields["threads"] == str(torch.get_num_threads())
    assert fields["max_epochs"] == "100"
    assert shlex.split(line)  # readable for a shell as well


@given(st.text(), st.text())
def test_no_value_can_end_its_line_or_pass_for_another(event: str, value: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "%s", (event,), None)
    record.fields = {"value": value, "number": 1.5, "none": None}
    line = OneLine().format(record)
    assert len(line.splitlines()) == 1
    assert line.isascii()
    fields = read_line(line)
    assert list(fields) == ["time", "level", "event", "value", "number", "none"]
    assert (fields["event"], fields["value"], fields["number"]) == (event.rstrip(), value, "1.5")


def test_an_error_is_one_line_with_its_trace_and_long_ones_are_cut() -> None:
    try:
        try:
            raise KeyError("the cause")
        except KeyError:
            raise RuntimeError("x" * 2 * LONGEST + "\nevent=forged") from ValueError("a\rb")
    except RuntimeError:
        record = logging.LogRecord("x", 40, "x.py", 1, "it " * LONGEST, (), sys.exc_info())
    line = OneLine().format(record)
    assert len(line.splitlines()) == 1
    assert len(line) < 3 * LONGEST
    fields = read_line(line)
    assert fields["event"].startswith("... ")
    cause, *_, last = fields["trace"].splitlines()
    assert cause == "ValueError: a"
    assert last == "RuntimeError: " + "x" * MAX_MESSAGE_CHARACTERS
    assert "test_log.py" in fields["trace"]


def test_of_what_an_error_says_later_lines_are_not_told() -> None:
    """Gradio's and pydantic's quote what has been sent: a drawing, or the key of a session."""
    sent = "secret-key"
    try:
        raise ValueError(f"not enough values\nReceived: {sent}")
    except ValueError:
        record = logging.LogRecord("x", 40, "x.py", 1, "it failed", (), sys.exc_info())
    assert sent not in OneLine().format(record)


def test_whatever_fails_goes_the_same_way(lines: io.StringIO) -> None:
    def fail(text: str = "1 / 0") -> Any:
        return eval(text)

    try:
        fail()
    except ZeroDivisionError:
        traceback.print_exc()  # as Gradio does with what a handler raises
        file = io.StringIO()
        traceback.print_exc(file=file)
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    warnings.warn("an old\nhabit", stacklevel=1)
    events = told(lines)
    assert [event["level"] for event in events] == ["error"] * 3 + ["warning"]
    assert all("ZeroDivisionError" in event["trace"] for event in events[:3])
    assert "in fail" in events[0]["trace"]
    assert file.getvalue().startswith("Traceback")
    assert uvicorn.config.LOGGING_CONFIG["loggers"] == {}


@pytest.mark.parametrize(("status", "is_told"), [(404, False), (500, True)])
def test_a_stream_that_is_gone_is_no_error(lines: io.StringIO, status: int, is_told: bool) -> None:
    try:
        raise RuntimeError("response already started") from HTTPException(status)
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    assert bool(told(lines)) is is_told


@pytest.mark.parametrize(("before", "is_told"), [(asyncio.CancelledError, False), (OSError, True)])
def test_a_stream_that_is_closed_twice_is_no_error(
    lines: io.StringIO, before: type[BaseException], is_told: bool
) -> None:
    try:
        try:
            raise before
        except BaseException:
            raise KeyError("page")  # noqa: B904 - as Gradio does
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    assert bool(told(lines)) is is_told


def test_nothing_is_set_up_by_an_import() -> None:
    assert not any(isinstance(h.formatter, OneLine) for h in logging.getLogger().handlers)


# --- trainings ---------------------------------------------------------------------------------


def trainings(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    return [
        (record.getMessage(), record.fields)  # type: ignore[attr-defined]
        for record in caplog.records
        if record.getMessage().startswith("training ")
    ]


@pytest.fixture(autouse=True)
def attentive(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mnist_core")


def test_a_training_s_start_and_end_are_told(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = workshop.session(), workshop.session()
    with first.connected(), second.connected():
        run = first.start(TrainConfig(epochs=2))
        other = second.start(TrainConfig(learning_rate=100, optimizer="sgd"))
        workshop.gate.let_pass(2)
        workshop.clock.put_forward(3.0)
        workshop.gate.allow()
        eventually(lambda: len(trainings(caplog)) == 4)
    (start, start_facts), (end, end_facts), (_, next_facts), (_, last_facts) = trainings(caplog)
    assert (start, end) == ("training starts", "training ends")
    assert (start_facts["training"], start_facts["waited"]) == (1, 0)
    assert (start_facts["epochs"], start_facts["seed"]) == (2, 42)
    assert end_facts == {
        "training": 1,
        "outcome": "finished",
        "model": "simple_nn",
        "epochs_done": 2,
        "accuracy": run.epochs[-1].test_accuracy,
        "seconds": 3.0,
        "waited": 0.0,
    }
    assert (next_facts["training"], next_facts["waited"]) == (2, 3.0)
    assert (last_facts["outcome"], last_facts["epochs_done"]) == ("diverged", 0)
    assert last_facts["accuracy"] is None
    lines = [OneLine().format(record) for record in caplog.records]
    assert not any(secret in line for line in lines for secret in (run.id, other.id))


def test_a_pause_is_told_and_every_training_ends_once(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    session = workshop.session()
    with session.connected():
        run, waiting = session.start(TrainConfig(epochs=100)), session.start(TrainConfig())
        workshop.gate.let_pass(3)
        session.stop(waiting)
    workshop.gate.allow(1)
    eventually(lambda: workshop.clock.waiting)
    workshop.clock.put_forward(RECONNECT_GRACE_SECONDS)
    eventually(lambda: run.state == "waiting" and workshop.clock.waiting)
    with session.connected():
        workshop.gate.let_pass(2)
    session.stop(run)
    workshop.gate.allow()
    eventually(lambda: len(trainings(caplog)) == 5)
    assert [(event, fields["training"]) for event, fields in trainings(caplog)] == [
        ("training starts", 1),
        ("training ends", 2),
        ("training pauses", 1),
        ("training goes on", 1),
        ("training ends", 1),
    ]
    assert trainings(caplog)[1][1]["outcome"] == "stopped"


def test_a_training_that_fails_leaves_its_trace_with_the_operator_only(
    workshop: Workshop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr("mnist_core.web.jobs.worker.map_images", fail)
    session = workshop.session()
    with session.connected():
        run = session.start(TrainConfig())
        eventually(lambda: len(trainings(caplog)) == 2)
    assert trainings(caplog)[-1][1]["outcome"] == "failed"
    assert "a secret of the server" not in say_status(run.status)
    (error,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "a secret of the server" in read_line(OneLine().format(error))["trace"]

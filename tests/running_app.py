"""The app in a process of its own, as a user starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real_mnist import REPOSITORY

START_SECONDS = 120  # a cold start on a busy machine; the wait ends as soon as the app answers


@dataclass(frozen=True)
class RunningApp:
    """An app that answers.

    Attributes:
        url: its address, which ends in a slash.
        process: its process.
        log: the file that holds what it prints.
    """

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def printed(self) -> str:
        return self.log.read_text(errors="replace")


@contextmanager
def running_app(
    log: Path,
    environment: dict[str, str] | None = None,
    program: Sequence[str] = ("app.py",),
    folder: Path = REPOSITORY,
) -> Iterator[RunningApp]:
    """Start the app, wait until it answers, and end it when the block is over.

    Args:
        log: the file for what it prints.
        environment: its variables; by default those of this process.
        program: what Python is to run.
        folder: where.
    """
    port = free_port()
    address = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *program],
            cwd=folder,
            env={**(os.environ if environment is None else environment), **address},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    app = RunningApp(f"http://127.0.0.1:{port}/", process, log)
    try:
        wait_for_answer(app)
        yield app
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_answer(app: RunningApp) -> None:
    """Ask until the page comes; fail with the app's output if it ends or takes too long."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        code = app.process.poll()
        assert code is None, f"The app ended with {code}:\n{app.printed()}"
        try:
            with direct.open(app.url, timeout=5):
                return
        except OSError:
            time.sleep(0.05)  # between two questions, not instead of one
    raise AssertionError(f"No answer in {START_SECONDS} s:\n{app.printed()}")

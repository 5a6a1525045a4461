"""The command line as a user starts it: `python -m mnist_core`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mnist_core.checkpoints import SHIPPED, load_checkpoint
from tests.core.test_command_line import assert_refused
from tests.real_mnist import REPOSITORY


def run_process(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run `python -m mnist_core` as a user does."""
    command = [sys.executable, "-m", "mnist_core", *map(str, arguments)]
    settings.setdefault("env", {**os.environ, "LC_ALL": "en_US.UTF-8"})
    return subprocess.run(
        command,
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        **settings,
    )


def test_one_real_epoch_prints_the_articles_lines(mnist_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.pth"
    arguments = ["train", "--epochs", 1, "--threads", 1, "--data", mnist_root, "--out", out]
    done = run_process(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"Epoch \[1/1\], Loss: 0\.3\d{3}", lines[4])
    accuracy = re.fullmatch(r"Accuracy on the test set: (\d\d\.\d\d)%", lines[6])
    assert accuracy
    assert float(accuracy[1]) > 90
    assert len(load_checkpoint(out).metadata["epochs"]) == 1


def test_the_module_runs_as_a_program_in_any_console(four: Path) -> None:
    """Code page 1252 has no Chinese signs; the program says their codes and goes on."""
    named_in_chinese = four.rename(four.with_name("\N{CJK UNIFIED IDEOGRAPH-56DB}.png"))
    console = {**os.environ, "PYTHONIOENCODING": "cp1252", "LC_ALL": "en_US.UTF-8"}
    done = run_process("predict", SHIPPED, named_in_chinese, env=console)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{four.parent}{os.sep}\\u56db.png: 4 (" in done.stdout


def test_a_wrong_file_ends_the_program_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "damaged.tiff").write_bytes(b"II*\0\x08\0\0\0\x01\0\0\x01\x04\0\x01")
    done = run_process("predict", SHIPPED, tmp_path / "damaged.tiff")
    assert_refused((done.returncode, done.stdout, done.stderr), "damaged.tiff")


TRAIN_TINY = """
import runpy, signal, sys
from pathlib import Path
from tests.tiny_mnist import make_tiny_mnist

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job would ignore it
tiny = make_tiny_mnist(Path(sys.argv[1]))
tiny.replace_mnist()
options = ["train", "--epochs", "100", "--batch-size", "1", "--threads", "1"]
sys.argv[1:] = [*options, "--data", str(tiny.root), "--out", sys.argv[2]]
runpy.run_module("mnist_core", run_name="__main__")
"""


@pytest.fixture
def training_process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a long training on tiny data, and wait until its first epoch is told."""
    process = subprocess.Popen(
        [sys.executable, "-c", TRAIN_TINY, tmp_path / "tiny", tmp_path / "mine.pth"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Epoch [1/100]"):
            break
    yield process
    process.kill()
    process.communicate()


def test_ctrl_c_ends_training_without_a_traceback(
    training_process: subprocess.Popen[str], tmp_path: Path
) -> None:
    training_process.send_signal(signal.SIGINT)
    _, stderr = training_process.communicate(timeout=60)
    assert training_process.returncode == 130
    assert stderr.strip() == ""
    assert not (tmp_path / "mine.pth").exists()


def test_a_reader_who_leaves_ends_the_program_quietly(
    training_process: subprocess.Popen[str],
) -> None:
    assert training_process.stdout
    training_process.stdout.close()  # as `| head -5` does
    training_process.stdout = None
    _, stderr = training_process.communicate(timeout=60)
    assert training_process.returncode == 0
    assert stderr == ""

"""Processes that are killed while they save a checkpoint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from mnist_core.checkpoints import load_checkpoint, save_checkpoint
from tests.core.test_checkpoints import METADATA, fresh_state, network, same
from tests.real_mnist import REPOSITORY


def test_a_process_killed_at_any_moment_of_a_save_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.nursery", path],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert nursery.stdin
    assert nursery.stdout
    with nursery:
        for number in (1, 2):  # the weights are written first, then the metadata
            for moment in ("mkstemp", "write", "fsync", "chmod", "replace"):
                save_checkpoint(path, network(seed=1), METADATA)
                print(moment, number, file=nursery.stdin, flush=True)
                said = {nursery.stdout.readline().strip(), nursery.stdout.readline().strip()}
                (child,) = said - {"hangs"}
                os.kill(int(child), signal.SIGKILL)
                assert nursery.stdout.readline() == "gone\n"
                checkpoint = load_checkpoint(path)
                assert same(checkpoint.model, fresh_state(seed=number)), moment
                assert bool(checkpoint.metadata) == (number == 1), moment  # none that are not true
        nursery.stdin.close()
    assert len(leftovers(tmp_path)) == 8  # one for each moment but the first, before there is one

    save_checkpoint(path, network(seed=3), METADATA)
    assert same(load_checkpoint(path).model, fresh_state(seed=3))  # nothing was in the way
    assert len(leftovers(tmp_path)) == 8  # another process might be writing them just now
    for leftover in leftovers(tmp_path):
        os.utime(leftover, (0, 0))
    save_checkpoint(path, network(seed=4), METADATA)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.json", "mine.pth"]


def leftovers(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.name not in ("mine.json", "mine.pth")]

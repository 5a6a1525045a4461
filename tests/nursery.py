"""Processes that hang in the middle of saving a checkpoint, for a test to kill.

`python -m tests.nursery PATH` reads lines of a moment and a number from stdin, and for each of them
starts a process that saves to PATH until it comes to that moment for the so-manyeth time. On stdout
it says which process that is, that it hangs, and that it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import torch

from mnist_core.checkpoints import save_checkpoint
from mnist_core.models import SimpleNN

PLACES: dict[str, Any] = {"mkstemp": tempfile, "fsync": os, "chmod": Path, "replace": Path}


def hang() -> NoReturn:
    print("hangs", flush=True)
    while True:
        signal.pause()


class HalfAFile:
    """Writes half of what it is given."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def __enter__(self) -> HalfAFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, content: bytes) -> NoReturn:
        self.file.write(content[: len(content) // 2])
        self.file.flush()
        hang()


def hang_at(moment: str, number: int) -> None:
    """Let this process hang when it comes to that moment."""
    place, name = (os, "fdopen") if moment == "write" else (PLACES[moment], moment)
    do, count = getattr(place, name), 0

    def do_or_hang(*arguments: Any, **settings: Any) -> Any:
        nonlocal count
        count += 1
        if count < number:
            return do(*arguments, **settings)
        return HalfAFile(do(*arguments)) if moment == "write" else hang()

    setattr(place, name, do_or_hang)


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(2)
    path, model = Path(sys.argv[1]), SimpleNN()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            moment, number = line.split()
            hang_at(moment, int(number))
            save_checkpoint(path, model, {"test_accuracy": 0.9})
            os._exit(1)  # it never came to that moment
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()

"""Two processes that need MNIST at once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.mirror import Mirror
from tests.real_mnist import REPOSITORY

FETCH = """
import sys
from pathlib import Path
from mnist_core.data import DATASETS, damaged_files, fetch_images
from tests.tiny_mnist import make_tiny_mnist

scratch, root, mirror = sys.argv[1:]
make_tiny_mnist(Path(scratch)).replace_mnist(mirror)
shares = fetch_images(DATASETS["mnist"], Path(root))
print(next(shares), flush=True)
list(shares)
print(damaged_files(DATASETS["mnist"], Path(root)), flush=True)
"""


def test_two_processes_share_one_download(
    mirror: Mirror, one_fetch: Counter[str], tmp_path: Path
) -> None:
    mirror.open.clear()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", FETCH, tmp_path / str(number), tmp_path / "root", mirror.url],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    first = [process.stdout.readline() for process in processes if process.stdout]
    mirror.open.set()
    last = [process.communicate(timeout=120)[0] for process in processes]
    assert first == ["0.0\n", "0.0\n"]
    assert last == ["[]\n", "[]\n"]
    assert mirror.requests == one_fetch

"""How many arenas glibc makes for many threads, as it says itself."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.web.gradio_compat import malloc
from tests.real_mnist import REPOSITORY

PROGRAM = """
import ctypes, sys, threading
if sys.argv[1] == "shared":
    from mnist_core.web.gradio_compat.malloc import share_arenas
    share_arenas()
everybody = threading.Barrier(20)
def allocate():
    bytearray(10_000)  # too large for Python's own pools
    everybody.wait(60)  # so that no thread takes over another's arena
threads = [threading.Thread(target=allocate) for _ in range(20)]
for thread in threads: thread.start()
for thread in threads: thread.join()
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(c.fopen(sys.argv[2].encode(), b"w"))
c.malloc_info(0, file)
c.fclose(file)
"""


@pytest.mark.skipif(not hasattr(ctypes.pythonapi, "malloc_info"), reason="glibc alone has arenas.")
def test_many_threads_share_two_arenas(tmp_path: Path) -> None:
    arenas = {}
    for mode in ("own", "shared"):
        report = tmp_path / mode
        program = [sys.executable, "-c", PROGRAM, mode, str(report)]
        subprocess.run(program, cwd=REPOSITORY, check=True, timeout=120)
        arenas[mode] = report.read_text().count("<heap nr=")
    assert arenas["shared"] == malloc.ARENAS < arenas["own"]


def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "pythonapi", object())
    malloc.share_arenas()

"""The process that opens files from strangers: `decoder`, started with nothing it could misuse."""

from __future__ import annotations

import functools
import logging
import os
import shutil
import subprocess
import sys
from typing import IO

from mnist_core.preprocessing import decoder

log = logging.getLogger(__name__)

# What the decoder gets of this process's variables, which may hold secrets: what Windows starts
# programs by, and where Python's packages are if not in their usual place.
KEPT_VARIABLES = ("SYSTEMROOT", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
ENVIRONMENT = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
# It can wait while somebody draws, from its start on, which takes longer than most pictures.
PATIENTLY = [nice, "-n", "15"] if (nice := shutil.which("nice")) else []
DECODING_TIMEOUT_SECONDS = (
    60.0  # seconds; much more than the seconds of computing it may have, on a busy machine
)


def run_decoder(
    file: IO[bytes] | None = None, *, content: bytes | None = None, sides: tuple[int, ...] = ()
) -> bytes:
    """Let `decoder` read what it is given, and return what it answers.

    Args:
        file: an open file, for its input,
        content: or bytes in place of one.
        sides: its arguments.

    Raises:
        subprocess.TimeoutExpired: it has taken too long; the error has what it answered till then.
    """
    done = subprocess.run(
        [*PATIENTLY, sys.executable, "-B", decoder.__file__, *map(str, sides)],
        env=ENVIRONMENT,
        stdin=file,
        input=content,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what is wrong with a file is said once, by who asked
        timeout=DECODING_TIMEOUT_SECONDS,
        check=False,
    )
    return done.stdout


@functools.cache
def note_network() -> None:
    """Log, once, that the system does not let a process give up the network."""
    log.warning("pictures are decoded by a process that has the network")

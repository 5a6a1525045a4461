"""The files of MNIST, fetched: from archives that lie there already, else from the network."""

from __future__ import annotations

import errno
import gzip
import re
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

from filelock import FileLock  # a dependency of torch itself

from mnist_core.data.files import (
    FILES,
    damaged_files,
    default_root,
    expand_home,
    is_genuine,
    raw_folder,
)
from mnist_core.data.loading import is_loaded
from mnist_core.text import Message

DOWNLOAD_BYTES = 11_594_722  # the same four files, compressed
SECONDS_BETWEEN_REPORTS = 0.2
REASONS = {
    "CERTIFICATE_VERIFY_FAILED": "data.certificate",
    r"(?i)\bproxy\b|Tunnel connection": "data.proxy",
    "HTTP Error [45]": "data.refused",
    "(?i)name or service|name resolution|nodename|getaddrinfo|No address associated": "data.name",
    "(?i)timed out": "data.silent",
    "(?i)refused|unreachable": "data.unreachable",
}
"""What the words of an error tell of its reason, the first that is found."""
UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


class DownloadError(FileNotFoundError):
    """MNIST is not there, and could not be downloaded; the message says how to do without it.

    Attributes:
        said_to_visitors: the same without any name of a folder on this machine.
        cause: all that is known of what stood in the way.
    """

    def __init__(self, message: str, said_to_visitors: str, cause: str) -> None:
        super().__init__(message)
        self.said_to_visitors, self.cause = said_to_visitors, cause


def fetch_mnist(root: Path | None = None) -> Iterator[float]:
    """Make sure that MNIST lies unpacked in `root`: missing and damaged files are replaced.

    Archives (`.gz`) that lie in `MNIST/raw` are unpacked; what they do not give is downloaded.

    Yields nothing when all is there already, else the fraction that has arrived, 0 to 1, several
    times a second. Two that fetch at once, even in two processes, share one download: the second
    waits for the first and sees its progress. A download left unfinished is taken up again.

    Args:
        root: as for `load_mnist`.

    Raises:
        DownloadError: the download failed; the message says how to do without it, and which
            archives are damaged.
    """
    named = expand_home(root or default_root())
    root = named.resolve()
    if is_loaded(root) or not damaged_files(root):
        return
    job: Future[None] = Future()
    # A daemon, not an executor: whoever gives up waiting must not wait for a stalled network.
    threading.Thread(target=_complete, args=(job, root), daemon=True).start()
    while not job.done():
        yield min(_bytes_received(root) / DOWNLOAD_BYTES, 1.0)
        wait([job], timeout=SECONDS_BETWEEN_REPORTS)
    try:
        job.result()
    except (OSError, RuntimeError, HTTPException) as error:
        raise _say_what_to_do(named, error) from error


def _complete(job: Future[None], root: Path) -> None:
    try:
        _fetch(root)
    except BaseException as error:
        job.set_exception(error)
    else:
        job.set_result(None)


def _fetch(root: Path) -> None:
    part = _part_folder(root)
    part.mkdir(parents=True, exist_ok=True)
    with FileLock(part / "lock"):
        for name in damaged_files(root):  # none if another process has just finished
            _unpack(root, name)
        damaged = damaged_files(root)
        if damaged:
            _download(part)
            raw_folder(root).mkdir(parents=True, exist_ok=True)
            for name in damaged:
                (raw_folder(part) / name).replace(raw_folder(root) / name)
        _empty(raw_folder(part))


def _unpack(root: Path, name: str) -> None:
    """Unpack a file's archive, if it lies in `root` and is whole."""
    content = _read_archive(root, name)
    if content is None:
        return
    # Written elsewhere first, so that nobody finds half a file.
    unpacked = raw_folder(_part_folder(root)) / name
    unpacked.parent.mkdir(parents=True, exist_ok=True)
    unpacked.write_bytes(content)
    unpacked.replace(raw_folder(root) / name)


def _read_archive(root: Path, name: str) -> bytes | None:
    """Return what a file's archive holds; None if there is no archive or it is damaged."""
    size, _ = FILES[name]
    try:
        with gzip.open(_archive(root, name)) as archive:
            content = archive.read(size + 1)  # not all of a file that claims to be larger
    except (OSError, EOFError, zlib.error):
        return None
    return content if is_genuine(name, content) else None


def _download(part: Path) -> None:
    """Download all four files to `part`, where the lock keeps others away.

    Raises:
        OSError, RuntimeError, HTTPException: what torchvision raises, or not MNIST has arrived.
    """
    from torchvision import datasets  # here, since it takes a second to load, and few need it

    for name in damaged_files(part):  # torchvision takes what is there for whole
        (raw_folder(part) / name).unlink(missing_ok=True)
    datasets.MNIST(root=str(part), download=True)
    if damaged_files(part):
        raise RuntimeError(Message("data.not_mnist"))


def _is_damaged_archive(root: Path, name: str) -> bool:
    return _archive(root, name).is_file() and _read_archive(root, name) is None


def _empty(folder: Path) -> None:
    for leftover in folder.glob("*"):
        leftover.unlink()


def _archive(root: Path, name: str) -> Path:
    return raw_folder(root) / f"{name}.gz"


def _part_folder(root: Path) -> Path:
    return root / "MNIST" / "part"


def _bytes_received(root: Path) -> int:
    received = 0
    for file in raw_folder(_part_folder(root)).glob("*.gz"):
        with suppress(FileNotFoundError):  # the download has just finished and tidied up
            received += file.stat().st_size
    return received


def _say_what_to_do(root: Path, error: Exception) -> DownloadError:
    """Say why there is no MNIST, and how to get it.

    Args:
        root: the folder, by the name that it was given.
        error: what stood in the way.
    """
    cause = f"{type(error).__name__}: {error}"
    reason, remedy = "", "data.connect"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        reason, remedy = "data.disk_full", "data.make_room"
    elif isinstance(error, OSError) and error.errno in UNWRITABLE:
        reason, remedy = "data.unwritable", "data.make_writable"
    else:  # torchvision puts into words what has happened, and raises the words
        reason = next((key for sign, key in REASONS.items() if re.search(sign, cause)), "")
    broken = [f"{name}.gz" for name in damaged_files(root) if _is_damaged_archive(root, name)]
    message = Message(
        "data.missing",
        root=str(root),
        reason=Message(reason) if reason else "",
        damage=Message("data.damaged", files=", ".join(broken)) if broken else "",
        remedy=Message(remedy),
        raw=str(raw_folder(root)),
        files=", ".join(FILES),
    )
    told = "data.unwritable_there" if reason == "data.unwritable" else reason
    visitors = Message("data.not_downloaded", reason=Message(told) if told else "")
    return DownloadError(message, visitors, cause)

"""The files of a data set, fetched: from archives that lie there, else from the network."""

from __future__ import annotations

import errno
import gzip
import re
import shutil
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

from filelock import FileLock  # a dependency of torch itself

from mnist_core.data.files import (
    damaged_files,
    data_folder,
    default_root,
    expand_home,
    is_genuine,
)
from mnist_core.data.loading import is_loaded
from mnist_core.data.registry import DataSet
from mnist_core.text import Message

SECONDS_BETWEEN_REPORTS = 0.2
SECONDS_OF_SILENCE = 30.0  # after which a download of one large file has failed
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
    """A data set is not there, and could not be downloaded; the message says how to do without it.

    Attributes:
        said_to_visitors: the same without any name of a folder on this machine.
        cause: all that is known of what stood in the way.
    """

    def __init__(self, message: str, said_to_visitors: str, cause: str) -> None:
        super().__init__(message)
        self.said_to_visitors, self.cause = said_to_visitors, cause


def fetch_images(data_set: DataSet, root: Path | None = None) -> Iterator[float]:
    """Make sure that a data set lies unpacked in `root`: missing and damaged files are replaced.

    Archives that lie where they belong, MNIST's `.gz` in `MNIST/raw`, are unpacked; what they do
    not give is downloaded.

    Yields nothing when all is there already, else the fraction that has arrived, 0 to 1, several
    times a second. Two that fetch at once, even in two processes, share one download: the second
    waits for the first and sees its progress. A download left unfinished is taken up again.

    Args:
        data_set: an entry of `DATASETS`.
        root: as for `load_images`.

    Raises:
        DownloadError: the download failed; the message says how to do without it, and which
            archives are damaged.
    """
    named = expand_home(root or default_root())
    root = named.resolve()
    if is_loaded(data_set, root) or not damaged_files(data_set, root):
        return
    if data_set.is_own:
        gone = Message("pictures.gone")
        raise DownloadError(gone, gone, str(root))
    job: Future[None] = Future()
    # A daemon, not an executor: whoever gives up waiting must not wait for a stalled network.
    threading.Thread(target=_complete, args=(job, data_set, root), daemon=True).start()
    while not job.done():
        yield min(_bytes_received(data_set, root) / data_set.download_bytes, 1.0)
        wait([job], timeout=SECONDS_BETWEEN_REPORTS)
    try:
        job.result()
    except (OSError, RuntimeError, HTTPException) as error:
        raise _say_what_to_do(data_set, named, error) from error


def _complete(job: Future[None], data_set: DataSet, root: Path) -> None:
    try:
        _fetch(data_set, root)
    except BaseException as error:
        job.set_exception(error)
    else:
        job.set_result(None)


def _fetch(data_set: DataSet, root: Path) -> None:
    part = _part_folder(data_set, root)
    part.mkdir(parents=True, exist_ok=True)
    with FileLock(part / "lock"):
        for name in damaged_files(data_set, root):  # none if another process has just finished
            _unpack(data_set, root, name)
        damaged = damaged_files(data_set, root)
        if damaged:
            _download(data_set, part)
            data_folder(data_set, root).mkdir(parents=True, exist_ok=True)
            for name in damaged:
                (data_folder(data_set, part) / name).replace(data_folder(data_set, root) / name)
        _empty(data_set, part)


def _unpack(data_set: DataSet, root: Path, name: str) -> None:
    """Unpack a file's archive, if it lies in `root` and is whole."""
    content = _read_archive(data_set, root, name)
    if content is None:
        return
    # Written elsewhere first, so that nobody finds half a file.
    unpacked = data_folder(data_set, _part_folder(data_set, root)) / name
    unpacked.parent.mkdir(parents=True, exist_ok=True)
    unpacked.write_bytes(content)
    unpacked.replace(data_folder(data_set, root) / name)


def _read_archive(data_set: DataSet, root: Path, name: str) -> bytes | None:
    """Return what a file's archive holds; None if there is no archive or it is damaged."""
    size, _ = data_set.files[name]
    if size is None:
        return None  # it has no archive of its own
    try:
        with gzip.open(_archive(data_set, root, name)) as archive:
            content = archive.read(size + 1)  # not all of a file that claims to be larger
    except (OSError, EOFError, zlib.error):
        return None
    return content if is_genuine(data_set, name, content) else None


def _download(data_set: DataSet, part: Path) -> None:
    """Download a data set to `part`, where the lock keeps others away.

    Raises:
        OSError, RuntimeError, HTTPException: what torchvision raises, or it is not what it should
            be that has arrived.
    """
    from torchvision import datasets  # here, since it takes a second to load, and few need it

    for name in damaged_files(data_set, part):  # torchvision takes what is there for whole
        (data_folder(data_set, part) / name).unlink(missing_ok=True)
    source = getattr(datasets, data_set.source)
    for archive in data_set.archives:
        if hasattr(source, "url"):  # one large file, of which a part may be here already
            resume_download(source.url, part / archive, data_set.download_bytes)
    source(root=str(part), download=True)
    if damaged_files(data_set, part):
        raise RuntimeError(Message("data.not_genuine", title=data_set.title))


def resume_download(url: str, file: Path, size: int) -> None:
    """Go on with a download where an earlier one has ended.

    Args:
        url: of the file.
        file: where it is written; what is there already is its beginning.
        size: bytes of the whole file.

    Raises:
        OSError: the network or the disk does not let it.
    """
    have = file.stat().st_size if file.is_file() else 0
    if have > size:
        file.unlink()
        have = 0
    if have == size:
        return
    request = Request(url, headers={"Range": f"bytes={have}-"})
    with urlopen(request, timeout=SECONDS_OF_SILENCE) as answer:  # torchvision's own
        mode = "ab" if answer.status == HTTPStatus.PARTIAL_CONTENT else "wb"
        with file.open(mode) as target:
            shutil.copyfileobj(answer, target)


def _is_damaged_archive(data_set: DataSet, root: Path, name: str) -> bool:
    archive = _archive(data_set, root, name)
    return archive.is_file() and _read_archive(data_set, root, name) is None


def _empty(data_set: DataSet, part: Path) -> None:
    """Remove what a finished download has left: its archives, and files that were not needed."""
    for leftover in data_folder(data_set, part).glob("*"):
        leftover.unlink()
    for archive in data_set.archives:
        (part / archive).unlink(missing_ok=True)


def _archive(data_set: DataSet, root: Path, name: str) -> Path:
    return data_folder(data_set, root) / f"{name}.gz"


def _part_folder(data_set: DataSet, root: Path) -> Path:
    return root / data_set.source / "part"


def _bytes_received(data_set: DataSet, root: Path) -> int:
    part, received = _part_folder(data_set, root), 0
    for name in data_set.archives:
        for file in (part / name, data_folder(data_set, part) / name):
            with suppress(OSError):  # not begun, or just finished and tidied up
                received += file.stat().st_size
    return received


def _say_what_to_do(data_set: DataSet, root: Path, error: Exception) -> DownloadError:
    """Say why a data set is not here, and how to get it.

    Args:
        data_set: which.
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
    broken = [
        f"{name}.gz"
        for name in damaged_files(data_set, root)
        if _is_damaged_archive(data_set, root, name)
    ]
    message = Message(
        "data.missing",
        title=data_set.title,
        root=str(root),
        reason=Message(reason) if reason else "",
        damage=Message("data.damaged", files=", ".join(broken)) if broken else "",
        remedy=Message(remedy),
        raw=str(data_folder(data_set, root)),
        files=", ".join(data_set.files),
        folder=data_set.folder,
    )
    told = "data.unwritable_there" if reason == "data.unwritable" else reason
    visitors = Message(
        "data.not_downloaded",
        title=data_set.title,
        reason=Message(told) if told else "",
    )
    return DownloadError(message, visitors, cause)

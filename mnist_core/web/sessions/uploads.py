"""The files that visitors send: kept on the disk for minutes, in a folder of this process.

Gradio writes them into a folder that all its apps share. This process takes one of its own below
that, so that whatever lies there is its to remove.
"""

from __future__ import annotations

import atexit
import logging
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout  # a dependency of torch itself

from mnist_core.text import Message
from mnist_core.web.gradio_compat.upload_folder import upload_folder, use_upload_folder

log = logging.getLogger(__name__)

OWN_PREFIX = "mnist-"  # of the name of a process's folder
SESSION_PREFIX = "session-"  # of the folder of a session within it, which the session removes
MEMORY = "/dev/shm"  # where Linux keeps files in memory
_held: list[FileLock] = []  # by this process; the system lets go of them when it ends
UPLOAD_KEEP_SECONDS = 600.0  # an upload is read at once, so by then it has been
EMPTY_KEEP_SECONDS = 60.0  # of a folder: it may have been made for a file that is about to come


def use_own_folder() -> None:
    """Let Gradio keep its files where no other app does; call it before any component is made.

    Where that is not to be had, as on a full disk, memory takes its place if the system lends it.
    The folder goes when the process ends; those of processes that were killed go now.

    Raises:
        ValueError: no folder can be made.
    """
    if _is_own(upload_folder()):  # Gradio has reloaded the app
        return
    name = OWN_PREFIX + secrets.token_hex(8)
    for place in (upload_folder(), Path(MEMORY)):
        folder = place / name
        remove_leftovers(place)
        with suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            lock = _lock_of(folder)
            lock.acquire()
            _held.append(lock)
            folder.mkdir()
            use_upload_folder(folder)
            atexit.register(remove_own_folder)
            return
        log.warning("No folder can be made in %s.", place)
    raise ValueError(Message("files.no_folder"))


def remove_leftovers(place: Path) -> None:
    """Remove the folders of processes that have not come to remove them: nobody has their lock."""
    for folder in _list(place):
        if not _is_own(folder) or not folder.is_dir():
            continue
        lock = _lock_of(folder)
        with suppress(OSError, Timeout), lock.acquire(blocking=False):
            shutil.rmtree(folder, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)


def _lock_of(folder: Path) -> FileLock:
    """Return the lock that the process of a folder holds, a file beside it."""
    return FileLock(folder.with_suffix(".lock"))


def remove_own_folder() -> None:
    """Remove the folder with all that is in it; one that all apps share is left alone."""
    if _is_own(upload_folder()):
        shutil.rmtree(upload_folder(), ignore_errors=True)
        Path(_lock_of(upload_folder()).lock_file).unlink(missing_ok=True)


def _is_own(folder: Path) -> bool:
    return folder.name.startswith(OWN_PREFIX)


def clear_uploads() -> tuple[int, int]:
    """Remove the uploads that have been read, or that were broken off.

    Returns:
        How many files are left, and how many bytes they are.
    """
    files, size = 0, 0
    for path in _list(upload_folder()):
        if path.name.startswith(SESSION_PREFIX):
            continue
        has_lost = False
        for file in _list(path) if path.is_dir() else [path]:
            with suppress(OSError):  # another thread was quicker, or it is not ours
                found = file.stat()
                if time.time() - found.st_mtime >= UPLOAD_KEEP_SECONDS:
                    file.unlink()
                    has_lost = True
                else:
                    files, size = files + 1, size + found.st_size
        with suppress(OSError):  # it is not empty, or no folder
            if has_lost or time.time() - path.stat().st_mtime >= EMPTY_KEEP_SECONDS:
                path.rmdir()
    return files, size


def find_upload(path: str) -> Path | None:
    """Return a file that somebody has sent, by the path that the page was told.

    Args:
        path: from a stranger.

    Returns:
        The file; None if there is none any more, or never was: no other file can be named.
    """
    with suppress(OSError, ValueError):  # no system has such a path
        folder, file = upload_folder().resolve(), Path(path).resolve()
        is_upload = file.parent.parent == folder and file.is_file()
        if is_upload and not file.parent.name.startswith(SESSION_PREFIX):
            return file
    return None


def take_upload(upload: Path, place: Path) -> None:
    """Move an upload to where nobody else finds it: it is used once, and by one.

    A file that lies elsewhere has not been uploaded, and is copied.

    Args:
        upload: the file, which need not exist any more.
        place: its new name.

    Raises:
        OSError: it is gone, or cannot be moved.
    """
    if _is_upload(upload):
        upload.replace(place)
    else:
        shutil.copyfile(upload, place)


def remove_upload(upload: Path) -> None:
    """Remove an upload that has been used; a file that lies elsewhere is none, and stays."""
    if _is_upload(upload):
        with suppress(OSError):  # another thread was quicker, or its folder has another file
            upload.unlink()
            if upload.parent.resolve() != upload_folder().resolve():
                upload.parent.rmdir()


def _is_upload(file: Path) -> bool:
    return upload_folder().resolve() in file.resolve().parents


def _list(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # nobody has sent anything, or another thread was quicker
        return []

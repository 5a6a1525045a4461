"""The pictures that a visitor has brought: read once, then kept as arrays, in files of a session.

They are never seen by others: the name that settings know them by cannot be guessed, and no other
visitor's page is told it. What a page says is "pictures", which means its own.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from mnist_core.data import OWN_PICTURES, DataSet, close_images
from mnist_core.pictures import Bounds, Pictures, Skipped, read_pictures, save_data_set
from mnist_core.text import Message
from mnist_core.web.gradio_compat.upload_folder import upload_folder
from mnist_core.web.gradio_compat.wrong_input import NO_ROOM
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.uploads import SESSION_PREFIX, find_upload, take_upload

log = logging.getLogger(__name__)

UNPACKED = 10  # times as large as an upload may be: what is in it, once unpacked
READING_SECONDS = 60  # that one visitor's pictures may take
PATIENCE_SECONDS = 60.0  # while those of others are read
_reading = threading.Lock()  # one set at a time: more would take the cores from those who draw


@dataclass(frozen=True)
class OwnPictures:
    """Pictures as a visitor has brought them.

    Attributes:
        data_set: of them.
        counts: class → how many to learn from, and how many for the test.
        skipped: what was left out, and why.
        folder: where their arrays lie.
        size: bytes of the disk that those take.
    """

    data_set: DataSet
    counts: Mapping[str, tuple[int, int]]
    skipped: Skipped
    folder: Path
    size: int

    def remove_files(self) -> None:
        """Remove the pictures; whoever trains from them has them until that is over."""
        close_images(self.data_set)
        rmtree(self.folder, ignore_errors=True)


def read_own_pictures(path: str) -> OwnPictures:
    """Read the pictures of an uploaded zip file, which is gone then.

    Args:
        path: of the upload, as the page was told it; from a stranger.

    Raises:
        ValueError: it is no upload, there are no pictures to learn from, too many or too large
            ones, no room for them, or others are being read.
    """
    upload = find_upload(path)
    if upload is None:
        raise ValueError(Message("files.gone"))
    if not _reading.acquire(timeout=PATIENCE_SECONDS):
        raise ValueError(Message("pictures.busy"))
    try:
        return _read(upload)
    except OSError as error:
        log.exception("pictures cannot be kept")
        raise ValueError(NO_ROOM) from error
    finally:
        _reading.release()


def _read(upload: Path) -> OwnPictures:
    limits = the_limits()
    bounds = Bounds(
        pictures=limits.pictures,
        megabytes=UNPACKED * limits.upload_mb,
        megabytes_each=limits.upload_mb,
        seconds=READING_SECONDS,
    )
    folder = Path(mkdtemp(prefix=SESSION_PREFIX, dir=upload_folder()))
    try:
        own = folder / upload.name
        take_upload(upload, own)
        pictures = read_pictures(own, bounds=bounds)
        key = f"{OWN_PICTURES}-{secrets.token_hex(16)}"
        data_set = save_data_set(pictures, own, key, folder / "arrays")
        own.unlink()
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    size = sum(bytes_of_file or 0 for bytes_of_file, _ in data_set.files.values())
    return OwnPictures(data_set, _count(pictures), pictures.skipped, folder, size)


def _count(pictures: Pictures) -> dict[str, tuple[int, int]]:
    train, test = (Counter(half.labels.tolist()) for half in (pictures.train, pictures.test))
    return {name: (train[label], test[label]) for label, name in enumerate(pictures.classes)}

"""What lies in a folder or in a zip file, name by name, within bounds.

A zip file can lie about all that is in it: twenty kilobytes may list a million files or unpack to
gigabytes, and a name such as `../../.bashrc` may point to anywhere. So its list is counted before
it is read, each file is unpacked into memory when its turn comes and only as far as it claims, and
a name is never used as one on this disk.
"""

from __future__ import annotations

import mmap
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mnist_core.pictures.skipped import Skipped, printable
from mnist_core.text import Message

MEGABYTE = 1_000_000  # bytes
LISTED_ENTRY = b"PK\1\2"  # how each entry in the list of a zip file's entries begins
ENTRIES_A_PICTURE = 2  # macOS lists a second file, of its own, beside each
OTHER_ENTRIES = 1_000  # folders, and what is no picture
UNPACKERS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may need much memory
ENCRYPTED = 0x1  # a flag of an entry
NOT_MEANT = ("__macosx", "thumbs.db", "desktop.ini")  # what systems leave beside pictures


@dataclass(frozen=True)
class Bounds:
    """How much there may be of pictures; what is beyond is refused.

    Attributes:
        pictures: how many files, of all classes.
        megabytes: of all files together, once unpacked.
        megabytes_each: of one file; a larger one is skipped.
        seconds: that reading them may take.
    """

    pictures: int = 70_000
    megabytes: int = 20_000
    megabytes_each: int = 100
    seconds: int = 3_600


class Files(Protocol):
    """The files below one place.

    Attributes:
        names: of each, from that place on, with "/" between folders; sorted, so that their order
            is not the disk's.
    """

    names: list[str]

    def read(self, name: str) -> bytes:
        """Return a file's content.

        Raises:
            ValueError: it cannot be read; the message, a `Message`, says why.
        """


@contextmanager
def open_files(path: Path, bounds: Bounds, skipped: Skipped) -> Iterator[Files]:
    """List a folder or a zip file, for as long as a `with` block lasts.

    Args:
        path: of the folder, or of the file.
        bounds: what there may be.
        skipped: gets what is no plain file.

    Raises:
        FileNotFoundError: there is nothing at that path.
        ValueError: it is neither folder nor zip file, or there is too much in it.
    """
    if path.is_dir():
        yield Folder(path, bounds, skipped)
        return
    if not path.is_file():
        raise FileNotFoundError(Message("pictures.missing", path=str(path)))
    with _open_archive(path, bounds) as archive:
        yield Archive(archive, bounds, skipped)


class Folder:
    """The files of a folder and of those in it; links are not followed."""

    def __init__(self, root: Path, bounds: Bounds, skipped: Skipped) -> None:
        self._root, self._most = root, bounds.megabytes_each
        self.names: list[str] = []
        size = 0
        for folder, folders, files in os.walk(root):
            below = Path(folder).relative_to(root)
            for name in (*folders, *files):
                here, file = (below / name).as_posix(), Path(folder, name)
                if not _is_meant(here):
                    continue
                if file.is_symlink():
                    skipped.add(here, Message("pictures.link"))
                elif file.is_file():
                    size += file.stat().st_size
                    self.names.append(here)
            _check(len(self.names), size, bounds)
        self.names.sort()

    def read(self, name: str) -> bytes:
        """Return a file's content; for the errors see `Files`."""
        try:
            with (self._root / name).open("rb") as file:
                content = file.read(self._most * MEGABYTE + 1)
        except OSError as error:
            raise ValueError(Message("pictures.not_opened")) from error
        if len(content) > self._most * MEGABYTE:
            raise ValueError(Message("pictures.large", most=self._most))
        return content


class Archive:
    """The files of a zip file."""

    def __init__(self, archive: zipfile.ZipFile, bounds: Bounds, skipped: Skipped) -> None:
        self._archive = archive
        self._entries: dict[str, zipfile.ZipInfo] = {}
        size = 0
        for entry in archive.infolist():
            name = name_of(entry)
            if entry.is_dir() or not _is_meant(name):
                continue
            if reason := _why_not(entry, name, bounds):
                skipped.add(name, reason)
            else:
                size += entry.file_size
                self._entries[name] = entry
        _check(len(self._entries), size, bounds)
        self.names = sorted(self._entries)

    def read(self, name: str) -> bytes:
        """Return a file's content; for the errors see `Files`."""
        try:
            return self._archive.read(self._entries[name])
        except Exception as error:  # nearly any, if it is other than the list says
            raise ValueError(Message("pictures.damaged")) from error


def _open_archive(path: Path, bounds: Bounds) -> zipfile.ZipFile:
    most = ENTRIES_A_PICTURE * bounds.pictures + OTHER_ENTRIES
    if zipfile.is_zipfile(path) and _count_entries(path, most) > most:
        raise ValueError(Message("pictures.too_many_files", most=bounds.pictures))
    try:
        return zipfile.ZipFile(path)
    except Exception as error:  # nearly any, if the file is none or damaged
        raise ValueError(Message("pictures.not_zip", name=printable(path.name))) from error


def _count_entries(path: Path, most: int) -> int:
    """Count what looks like an entry in a zip file's list, up to one more than there may be."""
    count = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = content.find(LISTED_ENTRY)
        while place >= 0 and count <= most:
            count += 1
            place = content.find(LISTED_ENTRY, place + len(LISTED_ENTRY))
    return count


def name_of(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name, as macOS (UTF-8, unsaid) and Windows (a backslash) write it, too."""
    name = entry.filename
    if not entry.flag_bits & 0x800:  # which would say that it is UTF-8
        with suppress(UnicodeError):  # then it is as it says
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/").removeprefix("./")


def _is_meant(name: str) -> bool:
    """Tell whether a person meant a file to be there, by its name."""
    parts = [part for part in name.lower().split("/") if part != ".."]
    return not any(part in NOT_MEANT or part.startswith(".") for part in parts)


def _why_not(entry: zipfile.ZipInfo, name: str, bounds: Bounds) -> Message | None:
    """Return why an entry is left out, or None if it may be read."""
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or ":" in parts[0]:
        return Message("pictures.leaves")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Message("pictures.link")
    if entry.flag_bits & ENCRYPTED:
        return Message("pictures.encrypted")
    if entry.compress_type not in UNPACKERS:
        return Message("pictures.packed")
    if entry.file_size > bounds.megabytes_each * MEGABYTE:
        return Message("pictures.large", most=bounds.megabytes_each)
    return None


def _check(count: int, size: int, bounds: Bounds) -> None:
    if count > bounds.pictures:
        raise ValueError(Message("pictures.too_many_files", most=bounds.pictures))
    if size > bounds.megabytes * MEGABYTE:
        raise ValueError(Message("pictures.too_large", most=bounds.megabytes))

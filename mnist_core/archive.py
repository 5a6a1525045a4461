"""A `.pth` file from a stranger → one that PyTorch may read.

It is a zip archive with a pickle in it, and both formats can do far more than hold weights. Nothing
here relies on what PyTorch checks itself.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

from mnist_core.pickle_check import check_pickle
from mnist_core.text import Message

ARCHIVE_ENTRY = b"PK\1\2"  # how each entry in the list of a zip file's entries begins
MAX_ENTRIES = 1_000


def check_archive(content: bytes, most_bytes: int) -> BytesIO:
    """Return the archive anew, if it is one that `torch.save` may have written of weights.

    `weights_only` keeps code from running, but not a hundred bytes from becoming gigabytes (a
    `bytearray` of any length) nor from taking years (tuples of tuples of themselves, as a key); and
    older versions of PyTorch believe a storage that claims to be longer than its entry.

    Args:
        content: the file.
        most_bytes: what its entries may come to.

    Returns:
        The same entries, as Python's reader of archives has found them: PyTorch's own reader might
        find others in a file that was made to look different to each.

    Raises:
        NotAStateDictError: it holds weights, but no state_dict.
        Exception: nearly any, if it is not such an archive.
    """
    if content.count(ARCHIVE_ENTRY) > MAX_ENTRIES:
        raise ValueError(Message("archive.too_many_entries"))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        listed = archive.infolist()
        if len({entry.filename.lower() for entry in listed}) < len(listed):
            raise ValueError(Message("archive.name_twice"))
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in listed):
            raise ValueError(Message("archive.compressed"))
        if sum(entry.file_size for entry in listed) > most_bytes:
            raise ValueError(Message("archive.too_large"))
        entries = {entry.filename: archive.read(entry) for entry in listed}
    _check_weights(entries)
    anew = BytesIO()
    with zipfile.ZipFile(anew, "w") as copy:
        for name, data in entries.items():
            copy.writestr(name, data)
    anew.seek(0)
    return anew


def _check_weights(entries: dict[str, bytes]) -> None:
    """Refuse an archive whose pickle claims other storages than are there."""
    folder = next(iter(entries), "").partition("/")[
        0
    ]  # where PyTorch, too, looks for everything else
    if [name for name in entries if name.lower().endswith(".pkl")] != [f"{folder}/data.pkl"]:
        raise ValueError(Message("archive.other_pickle"))
    for storage in check_pickle(entries[f"{folder}/data.pkl"]):
        if len(entries[f"{folder}/data/{storage.key}"]) != storage.bytes:
            raise ValueError(Message("archive.wrong_length"))

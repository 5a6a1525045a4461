"""A `.pth` file from a stranger → one that PyTorch may read.

It is a zip archive with a pickle in it, and both formats can do far more than hold weights. Nothing
here relies on what PyTorch checks itself.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

import torch
from torch import Tensor

from mnist_core.pickle_check import (
    NotAStateDictError,
    Storage,
    TensorPlace,
    check_pickle,
    find_wrapped,
)
from mnist_core.text import Message

ARCHIVE_ENTRY = b"PK\1\2"  # how each entry in the list of a zip file's entries begins
MAX_ENTRIES = 1_000
DTYPES = {
    "torch DoubleStorage": torch.float64,
    "torch FloatStorage": torch.float32,
    "torch HalfStorage": torch.float16,
    "torch BFloat16Storage": torch.bfloat16,
    "torch LongStorage": torch.int64,
    "torch IntStorage": torch.int32,
    "torch ShortStorage": torch.int16,
    "torch CharStorage": torch.int8,
    "torch ByteStorage": torch.uint8,
    "torch BoolStorage": torch.bool,
}
"""What the numbers of each kind of storage are."""


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
        find others in a file that was made to look different to each. Of a dict that holds a
        state_dict beside other things, an archive of that state_dict alone.

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
    folder = next(iter(entries), "").partition("/")[0]  # where PyTorch, too, looks for all else
    if [name for name in entries if name.lower().endswith(".pkl")] != [f"{folder}/data.pkl"]:
        raise ValueError(Message("archive.other_pickle"))
    pickled = entries[f"{folder}/data.pkl"]
    try:
        _check_storages(check_pickle(pickled), entries, folder)
    except Exception as error:
        return _take_out(pickled, entries, folder, error)
    anew = BytesIO()
    with zipfile.ZipFile(anew, "w") as copy:
        for name, data in entries.items():
            copy.writestr(name, data)
    anew.seek(0)
    return anew


def _check_storages(storages: list[Storage], entries: dict[str, bytes], folder: str) -> None:
    """Refuse an archive whose pickle claims other storages than are there."""
    for storage in storages:
        if len(entries[f"{folder}/data/{storage.key}"]) != storage.bytes:
            raise ValueError(Message("archive.wrong_length"))


def _take_out(
    pickled: bytes, entries: dict[str, bytes], folder: str, refused: Exception
) -> BytesIO:
    """Return an archive of the state_dict that is in there beside other things, written anew.

    Raises:
        Exception: what `refused` the pickle as a state_dict, if there is none in it either. Its
            cause is a NotAStateDictError where that knows what there is.
    """
    try:
        places = find_wrapped(pickled)
        _check_storages([place.storage for place in places.values()], entries, folder)
    except NotAStateDictError as error:  # it says what was found
        raise refused from error
    except Exception:
        raise refused from None
    anew = BytesIO()
    weights = {
        name: _rebuild(place, entries[f"{folder}/data/{place.storage.key}"])
        for name, place in places.items()
    }
    torch.save(weights, anew)
    anew.seek(0)
    return anew


def _rebuild(place: TensorPlace, data: bytes) -> Tensor:
    dtype = DTYPES[place.storage.kind]
    numbers = (
        torch.frombuffer(bytearray(data), dtype=dtype) if data else torch.empty(0, dtype=dtype)
    )
    return numbers.as_strided(place.size, place.stride, place.offset)

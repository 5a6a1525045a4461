"""A file that holds no weights is called what it is."""

from __future__ import annotations

import io
import pickle
import zipfile

import torch
from torch import nn

from mnist_core.file_kinds import kind_of
from tests.bombs import small_picture


def saved(state: object, **settings: bool) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer, **settings)
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("homework.txt", "no weights")
    return buffer.getvalue()


def scripted() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # as torch.jit.save lays it out
        archive.writestr("net/data.pkl", "")
        archive.writestr("net/code/__torch__.py", "")
    return buffer.getvalue()


def test_it_is_called_what_it_is() -> None:
    old = saved(nn.Linear(2, 3).state_dict(), _use_new_zipfile_serialization=False)
    for content, words in (
        (b"", "empty"),
        (old, "before 1.6"),
        (pickle.dumps({"w": [1]}), "Python pickle"),
        (small_picture("PNG"), "a picture"),
        (small_picture("JPEG"), "a picture"),
        (b"\x89HDF\r\n", "Keras"),
        (zipped(), "zip archive of something else"),
        (zipped()[:-5], "damaged"),
        (scripted(), "TorchScript"),
        (saved({}), "torch.save does not write so"),
        (b"Die Gewichte", "a text"),
        (bytes(range(200, 256)), "not known"),
    ):
        assert words in kind_of(content), words

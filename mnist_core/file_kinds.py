"""What a file is, by how it begins: told to whoever takes it for weights."""

from __future__ import annotations

import zipfile
from io import BytesIO

from mnist_core.archive import ARCHIVE_ENTRY, MAX_ENTRIES
from mnist_core.text import Message

OLD_PYTORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19"  # torch.save before PyTorch 1.6
BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (OLD_PYTORCH, "kind.old_pytorch"),
    (b"\x89HDF", "kind.keras"),
    (b"GGUF", "kind.gguf"),
    (b"\x89PNG", "kind.picture"),
    (b"\xff\xd8\xff", "kind.picture"),
    (b"GIF8", "kind.picture"),
    (b"%PDF", "kind.pdf"),
    (b"\x1f\x8b", "kind.packed"),
    (b"\x80", "kind.pickle"),
)
TEXT_BYTES = 1_000  # from the beginning, by which a text is known


def kind_of(content: bytes) -> Message:
    """Say in a few words what a file seems to be."""
    if not content:
        return Message("kind.empty")
    if content.startswith(b"PK"):
        return _kind_of_archive(content)
    for beginning, key in BEGINNINGS:
        if content.startswith(beginning):
            return Message(key)
    start = content[:TEXT_BYTES]
    return Message("kind.text" if _is_text(start) else "kind.unknown")


def _kind_of_archive(content: bytes) -> Message:
    """Tell the archives apart; only the list of what is in them is read."""
    if content.count(ARCHIVE_ENTRY) > MAX_ENTRIES:
        return Message("kind.zip")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except Exception:  # damaged archives raise nearly anything
        return Message("kind.damaged")
    if any("/code/" in name for name in names):
        return Message("kind.torchscript")
    is_pytorchs = any(name.endswith("data.pkl") for name in names)
    return Message("kind.changed" if is_pytorchs else "kind.zip")


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode()
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text)

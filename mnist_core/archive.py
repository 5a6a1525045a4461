"""A `.pth` file from a stranger → one that PyTorch may read.

It is a zip archive with a pickle in it, and both formats can do far more than hold weights.
"""

from __future__ import annotations

import pickletools
import re
import zipfile
from io import BytesIO

ARCHIVE_ENTRY = b"PK\1\2"  # how each entry in the list of a zip file's entries begins
MOST_ENTRIES = 1_000
MOST_PICKLED_BYTES = 100_000
PICKLE_OPCODES = re.compile(
    "PROTO|GLOBAL|MARK|TUPLE[123]?|EMPTY_(DICT|TUPLE)|BINUNICODE|BININT[12]?|LONG1|BINFLOAT|"
    "NEWFALSE|NEWTRUE|NONE|BINPERSID|(LONG_)?BIN(PUT|GET)|REDUCE|BUILD|SETITEMS?|STOP"
)
PICKLED_NAMES = re.compile(
    r"collections OrderedDict|torch\._utils _rebuild_(tensor_v2|parameter)|"
    "torch (Float|Double|Half|BFloat16|Long|Int|Short|Char|Byte|Bool)Storage"
)
NAMES_ONLY: tuple[object, ...] = ("GLOBAL", "BINUNICODE")


def check_archive(content: bytes, most_bytes: int) -> BytesIO:
    """Return the archive anew, if it is one that `torch.save` may have written of weights.

    `weights_only` keeps code from running, but not a hundred bytes from becoming gigabytes (a
    `bytearray` of any length) nor from taking years (tuples of tuples of themselves, as a key).

    Args:
        content: the file.
        most_bytes: what its entries may come to.

    Returns:
        The same entries, as Python's reader of archives has found them: PyTorch's own reader might
        find others in a file that was made to look different to each.

    Raises:
        Exception: nearly any, if it is not such an archive.
    """
    if content.count(ARCHIVE_ENTRY) > MOST_ENTRIES:
        raise ValueError("The archive has too many entries.")
    anew = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as archive, zipfile.ZipFile(anew, "w") as copy:
        entries = archive.infolist()
        if len({entry.filename.lower() for entry in entries}) < len(entries):
            raise ValueError("A name is there twice.")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise ValueError("The archive is compressed, as PyTorch never does.")
        if sum(entry.file_size for entry in entries) > most_bytes:
            raise ValueError("The archive unpacks to more than it is.")
        for entry in entries:
            data = archive.read(entry)
            if entry.filename.lower().endswith(".pkl"):
                _check_pickle(data)
            copy.writestr(entry.filename, data)
    anew.seek(0)
    return anew


def _check_pickle(data: bytes) -> None:
    """Refuse a pickle with anything else in it than a state_dict needs.

    It builds nothing but weights, and refers back to nothing but names; so what it builds cannot
    be larger than it is itself.
    """
    if len(data) > MOST_PICKLED_BYTES:
        raise ValueError("The pickle is too long.")
    latest = ""
    remembered: dict[object, str] = {}
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name == "GLOBAL" and not PICKLED_NAMES.fullmatch(str(argument)):
            raise ValueError("The pickle names something else than weights.")
        if not PICKLE_OPCODES.fullmatch(opcode.name):
            raise ValueError("The pickle does something else than to build weights.")
        if opcode.name.endswith("BINGET") and remembered.get(argument, "") not in NAMES_ONLY:
            raise ValueError("The pickle refers back to something else than names.")
        if opcode.name.endswith("BINPUT"):
            remembered[argument] = latest
        latest = opcode.name

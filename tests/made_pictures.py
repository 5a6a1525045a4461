"""Small pictures of two classes, made by the tests: what is upright, and what lies."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

UPRIGHT, LYING = "upright", "lying"


def picture(seed: int, *, is_upright: bool, size: tuple[int, int] = (40, 40)) -> Image.Image:
    """Make a picture of stripes in some colours, upright or lying."""
    random = np.random.default_rng(seed)
    width, height = size
    low, high = random.integers(0, 100, 3), random.integers(150, 256, 3)
    place = np.arange(width)[None, :] if is_upright else np.arange(height)[:, None]
    stripes = ((place // 5 + random.integers(0, 2)) % 2).astype(bool)
    pixels = np.where(np.broadcast_to(stripes, (height, width))[..., None], high, low)
    return Image.fromarray(pixels.astype(np.uint8))


def content_of(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def two_classes(count: int = 10, prefix: str = "", mode: str = "RGB") -> dict[str, bytes]:
    """Make so many pictures of each class, by the names of their files."""
    return {
        f"{prefix}{name}/{number:03}.png": content_of(
            picture(number, is_upright=name == UPRIGHT).convert(mode)
        )
        for name in (UPRIGHT, LYING)
        for number in range(count)
    }


def write_folder(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return root


def write_zip(path: Path, files: Mapping[str, bytes], names: Iterable[str] | None = None) -> Path:
    """Write a zip file, its entries in the order of `names`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or files:
            archive.writestr(name, files[name])
    return path


def link_to(target: str, name: str) -> tuple[zipfile.ZipInfo, str]:
    """Return an entry of a zip file that is a link, and its content."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, target

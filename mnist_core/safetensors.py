"""Weights as safetensors: eight bytes of length, a JSON header, and the numbers as they are.

Nothing in such a file can run, which is why people exchange weights in it. A header from a stranger
is still only believed where it is true: every tensor lies in the file, right behind the one before.
Format: https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from mnist_core.text import Message

MAX_HEADER_BYTES = 2_000_000  # the metadata of a hundred epochs are 20 kB
LENGTH_BYTES = 8  # the header's length, little-endian, at the beginning of a file
ABOUT = "__metadata__"  # the entry of the header that is no tensor: texts by names

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
CODES = {dtype: code for code, dtype in DTYPES.items()}


def is_safetensors(content: bytes) -> bool:
    """Tell whether a file begins as this format does; no other of ours has a brace there."""
    return content[LENGTH_BYTES : LENGTH_BYTES + 1] == b"{"


def write_safetensors(weights: Mapping[str, Tensor], about: Mapping[str, str]) -> bytes:
    """Write weights as the content of a file.

    Args:
        weights: by their names, of the types `DTYPES`.
        about: texts that go with them.
    """
    # The widest numbers come first, so that each lies at a multiple of its size.
    ordered = sorted(weights.items(), key=lambda entry: (-entry[1].element_size(), entry[0]))
    header: dict[str, Any] = {ABOUT: dict(about)}
    pieces, end = [], 0
    for name, tensor in ordered:
        numbers = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        header[name] = {
            "dtype": CODES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [end, end + len(numbers)],
        }
        pieces.append(numbers)
        end += len(numbers)
    told = json.dumps(header, separators=(",", ":")).encode()
    told += b" " * (-len(told) % LENGTH_BYTES)
    return len(told).to_bytes(LENGTH_BYTES, "little") + told + b"".join(pieces)


def read_safetensors(content: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read the content of a file from anybody.

    Returns:
        The weights by their names, and the texts that go with them.

    Raises:
        ValueError: it is not such a file, or says of itself what is not true.
    """
    length = int.from_bytes(content[:LENGTH_BYTES], "little")
    start = LENGTH_BYTES + length
    if length > MAX_HEADER_BYTES or start > len(content):
        raise ValueError(Message("safetensors.header_length"))
    header = _read_header(content[LENGTH_BYTES:start])
    about = header.pop(ABOUT, {})
    if not isinstance(about, dict) or not all(isinstance(text, str) for text in about.values()):
        raise ValueError(Message("safetensors.header"))
    weights, end = {}, 0
    entries = [(name, *_read_entry(entry)) for name, entry in header.items()]
    for name, dtype, shape, begins, ends in sorted(entries, key=lambda entry: entry[3:]):
        is_there = begins == end and start + ends <= len(content)
        if not is_there or ends - begins != math.prod(shape) * dtype.itemsize:
            raise ValueError(Message("safetensors.places"))
        end = ends
        weights[name] = _read_tensor(content[start + begins : start + ends], dtype, shape)
    if start + end != len(content):
        raise ValueError(Message("safetensors.places"))
    return weights, about


def _read_header(told: bytes) -> dict[str, Any]:
    try:
        header = json.loads(told.decode(), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise ValueError(Message("safetensors.header")) from error
    if not isinstance(header, dict):
        raise ValueError(Message("safetensors.header"))
    return header


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError(Message("archive.name_twice"))
    return entries


def _read_entry(entry: Any) -> tuple[torch.dtype, list[int], int, int]:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(Message("safetensors.header"))
    dtype = DTYPES.get(entry["dtype"]) if isinstance(entry["dtype"], str) else None
    shape, places = entry["shape"], entry["data_offsets"]
    if dtype is None or not _are_natural(shape) or not _are_natural(places) or len(places) != 2:
        raise ValueError(Message("safetensors.header"))
    return dtype, shape, *places


def _are_natural(numbers: Any) -> bool:
    """Is this a list of whole numbers that PyTorch can count with?"""
    return (
        isinstance(numbers, list)
        and len(numbers) < 16
        and all(type(number) is int and 0 <= number < 2**40 for number in numbers)
    )


def _read_tensor(numbers: bytes, dtype: torch.dtype, shape: list[int]) -> Tensor:
    if not numbers:  # of which PyTorch makes no tensor
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(bytearray(numbers), dtype=dtype).reshape(shape)

"""The format that holds only weights: ours is theirs, and a false header is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.models import MODELS, create_model
from mnist_core.safetensors import DTYPES, is_safetensors, read_safetensors, write_safetensors
from tests.each import each

ALL_KINDS = {code: torch.ones(3, 2).to(dtype) for code, dtype in DTYPES.items()}
SHAPES = {"scalar": torch.tensor(0.5), "none": torch.empty(0, 3), "turned": torch.rand(2, 3).T}


def equal(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> bool:
    return ours.keys() == theirs.keys() and all(
        ours[name].dtype == theirs[name].dtype and torch.equal(ours[name], theirs[name])
        for name in ours
    )


def file_of(header: object, numbers: bytes = b"") -> bytes:
    told = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(told).to_bytes(8, "little") + told + numbers


def test_what_is_written_is_read() -> None:
    networks = {name: create_model(name).state_dict() for name in MODELS}
    for weights in each([{}, ALL_KINDS, SHAPES, *networks.values()]):
        content = write_safetensors(weights, {"about": "数"})
        assert is_safetensors(content)
        read, about = read_safetensors(content)
        assert equal(read, weights)
        assert about == {"about": "数"}
        assert int.from_bytes(content[:8], "little") % 8 == 0


def test_their_own_package_reads_ours_and_we_read_theirs() -> None:
    theirs = pytest.importorskip("safetensors.torch", reason="The package is not installed.")
    for weights in each([ALL_KINDS, SHAPES, create_model("cnn").state_dict()]):
        contiguous = {name: tensor.contiguous() for name, tensor in weights.items()}
        assert equal(theirs.load(write_safetensors(weights, {"format": "pt"})), contiguous)
        read, about = read_safetensors(theirs.save(contiguous, {"format": "pt"}))
        assert equal(read, contiguous)
        assert about == {"format": "pt"}


def entry(dtype: object = "F32", shape: object = (2,), places: object = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": places}


FALSE: dict[str, bytes] = {
    "longer than the file": (100).to_bytes(8, "little") + b"{}",
    "longer than memory": (2**63).to_bytes(8, "little") + b"{}",
    "no JSON": file_of(b"{"),
    "no UTF-8": file_of(b"{\xff}"),
    "deep": file_of(b"[" * 100_000),
    "a list": file_of([]),
    "a name twice": file_of(b'{"a": 1, "a": 1}'),
    "no entry": file_of({"w": 1}),
    "too little": file_of({"w": {"dtype": "F32", "shape": [2]}}),
    "too much": file_of({"w": {**entry(), "more": 1}}, bytes(8)),
    "another type": file_of({"w": entry("F8_E5M2")}, bytes(8)),
    "a type that is none": file_of({"w": entry(["F32"])}, bytes(8)),
    "a fraction": file_of({"w": entry(shape=[2.0])}, bytes(8)),
    "a truth value": file_of({"w": entry(shape=[2, True])}, bytes(8)),
    "below nothing": file_of({"w": entry(shape=[-2], places=[8, 0])}, bytes(8)),
    "more than is there": file_of({"w": entry(shape=[3], places=[0, 12])}, bytes(8)),
    "another length": file_of({"w": entry(shape=[1])}, bytes(8)),
    "more than can be counted": file_of({"w": entry(shape=[2**39] * 4)}, bytes(8)),
    "many dimensions": file_of({"w": entry(shape=[1] * 99 + [2])}, bytes(8)),
    "three places": file_of({"w": entry(places=[0, 8, 8])}, bytes(8)),
    "a hole": file_of({"w": entry(places=[4, 12])}, bytes(12)),
    "one over the other": file_of({"v": entry(), "w": entry()}, bytes(8)),
    "left over": file_of({"w": entry()}, bytes(9)),
    "about numbers": file_of({"__metadata__": {"a": 1}}),
    "about in a list": file_of({"__metadata__": ["a"]}),
}


def test_a_header_that_is_not_true_is_refused() -> None:
    assert read_safetensors(file_of({"w": entry()}, bytes(8)))[0]["w"].tolist() == [0, 0]
    for kind in each(FALSE):
        with pytest.raises(ValueError, match=r"header|tensors|twice"):
            read_safetensors(FALSE[kind])


@given(st.integers(0, 200), st.binary(max_size=4), st.integers(0, 4))
@settings(max_examples=500, deadline=None)
def test_a_changed_file_is_read_whole_or_refused(place: int, new: bytes, length: int) -> None:
    content = write_safetensors(SHAPES, {})
    content = content[:place] + new + content[place + length :]
    try:
        weights, _ = read_safetensors(content)
    except ValueError:
        return
    size = sum(tensor.nbytes for tensor in weights.values())
    assert size == len(content) - 8 - int.from_bytes(content[:8], "little")

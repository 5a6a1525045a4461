"""Files that claim more than they hold, and what may pass for weights."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core.archive import check_archive
from mnist_core.checkpoints import MAX_BYTES
from mnist_core.models import MODELS, create_model
from mnist_core.pickle_check import NotAStateDictError
from tests.bombs import ORDERED_DICT, checkpoint_of, checkpoint_with, storage_pickle
from tests.each import each
from tests.real_mnist import REPOSITORY

Weights = dict[str, Tensor]
FOUR = {"data/0": bytes(16)}  # a storage of four numbers
NAME = b"X\1\0\0\0w"
TENSOR = storage_pickle(4, size=4)


def saved(state: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def read(content: bytes) -> Weights:
    archive = check_archive(content, MAX_BYTES)
    weights: Weights = torch.load(archive, map_location="cpu", weights_only=True)
    return weights


def records_of(content: bytes) -> list[bytes]:
    """Return what the file itself holds of storages."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist() if "/data/" in name]


def lies_within_a_record(tensor: Tensor, records: list[bytes]) -> bool:
    """Is the whole storage beneath the tensor what one of the records says?"""
    storage = tensor.untyped_storage()
    if not tensor.numel():
        return True
    last = sum((n - 1) * step for n, step in zip(tensor.shape, tensor.stride(), strict=True))
    end = (tensor.storage_offset() + last + 1) * tensor.element_size()
    return end <= storage.nbytes() and bytes(storage.tolist()) in records


# --- what passes -------------------------------------------------------------------------------


def test_a_shipped_checkpoint_passes() -> None:
    for path in each(sorted((REPOSITORY / "checkpoints").glob("*.pth"))):
        content = path.read_bytes()
        theirs = torch.load(path, weights_only=True)
        ours = read(content)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)
        assert all(lies_within_a_record(tensor, records_of(content)) for tensor in ours.values())


def test_the_state_dict_of_every_network_passes() -> None:
    for name in each(MODELS):
        state = create_model(name).state_dict()
        weights = read(saved(state))
        assert all(torch.equal(weights[name], state[name]) for name in state)
        assert getattr(weights, "_metadata", None) == getattr(state, "_metadata", 0)


def tied() -> Weights:
    weight = torch.rand(3, 4)
    return {"one": weight, "same": weight, "part": weight[1:], "turned": weight.T}


LEGAL: dict[str, Callable[[], Weights]] = {
    "nothing": dict,
    "in order": lambda: OrderedDict(weight=torch.rand(2)),
    "tensors and storages that are shared": tied,
    "every other": lambda: {"weight": torch.rand(8)[1::2]},
    "the last": lambda: {"weight": torch.rand(8)[7:]},
    "one that is spread out": lambda: {"weight": torch.rand(1).expand(5, 7)},
    "none": lambda: {"weight": torch.empty(0), "wide": torch.empty(5, 0, 3)},
    "none at the end": lambda: {"weight": torch.rand(8)[8:]},
    "a scalar": lambda: {"weight": torch.tensor(0.5)},
    "many dimensions": lambda: {"weight": torch.rand(1, 2, 1, 3, 1).permute(4, 3, 2, 1, 0)},
    "batch normalisation": lambda: nn.BatchNorm2d(3).state_dict(),
    "parameters": lambda: dict(nn.Linear(2, 3).named_parameters()),
    **{
        str(kind): lambda kind=kind: {"weight": torch.ones(3, dtype=kind)}
        for kind in (
            *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
            *(torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool),
        )
    },
}


def test_what_a_state_dict_may_hold_passes() -> None:
    for kind in each(LEGAL):
        state = LEGAL[kind]()
        weights = read(saved(state))
        assert type(weights) is type(state)
        assert weights.keys() == state.keys()
        for name, tensor in state.items():
            assert torch.equal(weights[name], tensor)
            assert weights[name].stride() == tensor.stride()
            assert type(weights[name]) is type(tensor)


def test_weights_from_a_gpu_pass() -> None:
    content = checkpoint_with(TENSOR.replace(b"\3\0\0\0cpu", b"\6\0\0\0cuda:0"), **FOUR)
    assert torch.equal(read(content)["w"], torch.zeros(4))


# --- what does not -----------------------------------------------------------------------------


def test_a_tensor_within_its_storage_passes() -> None:
    for offset, size, stride in each(
        [(0, 4, 1), (3, 1, 1), (3, 1, 2**40), (1, 2, 2), (0, 2, 3), (4, 0, 1), (0, 2**40, 0)]
    ):
        content = checkpoint_with(storage_pickle(4, offset, size, stride), **FOUR)
        (tensor,) = read(content).values()
        assert (tensor.storage_offset(), *tensor.shape, *tensor.stride()) == (offset, size, stride)


def test_a_tensor_beyond_its_storage_is_refused() -> None:
    for offset, size, stride in each(
        [
            (0, 5, 1),
            (1, 4, 1),
            (4, 1, 1),
            (0, 2, 4),
            (5, 0, 1),
            (2**62, 1, 1),
            (0, 1, 2**40 + 1),
            (0, 2, 2**63),
            (0, 2**63 + 1, 0),
            (0, 2**80, 1),
            (-1, 1, 1),
            (0, -1, 1),
            (0, -4, -1),
            (3, 2, -1),
            (0, 2, -(2**63)),
        ]
    ):
        content = checkpoint_with(storage_pickle(4, offset, size, stride), **FOUR)
        with pytest.raises(ValueError, match=r"within its storage|no whole number"):
            check_archive(content, MAX_BYTES)


def test_a_storage_that_claims_another_length_than_its_entry_has_is_refused() -> None:
    for elements in each([0, 1, 3, 5, 8, 10**6, 2**61, 2**62 + 4, 2**70 + 4, -4]):
        tensor = storage_pickle(elements, size=0)
        assert check_archive(checkpoint_with(storage_pickle(4, size=0), **FOUR), MAX_BYTES)
        with pytest.raises(ValueError, match=r"longer or shorter|no whole number"):
            check_archive(checkpoint_with(tensor, **FOUR), MAX_BYTES)


def test_bytes_left_over_at_the_end_of_an_entry_are_refused() -> None:
    with pytest.raises(ValueError, match="longer or shorter"):
        check_archive(checkpoint_with(TENSOR, **{"data/0": bytes(17)}), MAX_BYTES)


def test_a_storage_without_its_entry_is_refused() -> None:
    for entry in each(["data/1", "data/00", "0", "DATA/0"]):
        with pytest.raises(KeyError):
            check_archive(checkpoint_with(TENSOR, **{entry: bytes(16)}), MAX_BYTES)


def of(*parts: bytes) -> bytes:
    return b"\x80\2" + b"".join(parts) + b"."


def put(number: int) -> bytes:
    return b"q" + bytes([number])


def get(number: int) -> bytes:
    return b"h" + bytes([number])


ONE, HALF = b"K\1", b"G\x3f\xe0" + bytes(6)
STORAGE = TENSOR[TENSOR.index(b"(X\7") : TENSOR.index(b"Q") + 1]
DOUBLE = STORAGE.replace(b"FloatStorage", b"DoubleStorage").replace(b"K\4", b"K\2")
PARAMETER = b"ctorch._utils\n_rebuild_parameter\n"
MANY = b"(" + b"J\0\0\0\x40" * 3 + b"t"  # three lengths of 2**30
ATTRIBUTES = ORDERED_DICT + b"}X\x09\0\0\0_metadata" + ORDERED_DICT

STRANGE: dict[str, dict[str, bytes]] = {
    "set on something else than a dict": {
        "a tensor": of(TENSOR, ONE, HALF, b"s"),
        "a tensor, several": of(TENSOR, b"(", ONE, HALF, b"u"),
        "a tensor in the dict": of(b"}", NAME, TENSOR, NAME, HALF, b"ss"),
        "a tensor that is found again": of(
            b"}", NAME, TENSOR, put(1), b"s", NAME, get(1), ONE, HALF, b"ss"
        ),
        "a parameter": of(PARAMETER, TENSOR, b"\x88", ORDERED_DICT, b"\x87R", ONE, HALF, b"s"),
        "a storage": of(STORAGE, ONE, HALF, b"s"),
        "a tuple": of(ONE, b"\x85", ONE, HALF, b"s"),
        "a class": of(b"ccollections\nOrderedDict\n", NAME, HALF, b"s"),
        "no value": of(b"}(", NAME, b"u"),
    },
    "not hold names → weights": {
        "a tensor in an inner dict": of(b"}", NAME, b"}", NAME, TENSOR, b"ss"),
        "tensors in an inner dict": of(b"}", NAME, b"}(", NAME, TENSOR, b"us"),
        "a dict of dicts": of(b"}", NAME, b"}", NAME, ONE, b"ss"),
        "a key that is a number": of(b"}", ONE, TENSOR, b"s"),
        "a key that is a tuple": of(b"}", ONE, b"\x85", TENSOR, b"s"),
        "a storage as a weight": of(b"}", NAME, STORAGE, b"s"),
    },
    "there twice": {
        "hooks": of(
            b"}", NAME, TENSOR[:-2], put(1), TENSOR[-2:], b"s", NAME, get(1), NAME, ONE, b"ss"
        ),
        "an identity": of(
            *(b"}", NAME, TENSOR.replace(b"Q", put(1) + b"Q"), b"s", NAME, get(1), b"Qs")
        ),
        "what was never kept": of(b"}", get(7), TENSOR, b"s"),
        "what was never kept, by a long number": of(b"}", NAME, b"j\0\0\1\0s"),
    },
    "calls something": {
        "hooks with an item": of(b"}", NAME, TENSOR[:-2], NAME, ONE, b"s", TENSOR[-2:], b"s"),
        "a tensor for a storage": of(b"}", NAME, TENSOR.replace(STORAGE, TENSOR), b"s"),
        "a number for a storage": of(b"}", NAME, TENSOR.replace(STORAGE, ONE), b"s"),
        "a storage": of(b"}", NAME, STORAGE, ONE, b"\x85Rs"),
        "a kind of storage": of(b"}", NAME, b"ctorch\nFloatStorage\n", ONE, b"\x85Rs"),
        "a parameter that is a storage": of(
            *(b"}", NAME, PARAMETER, STORAGE, b"\x88", ORDERED_DICT, b"\x87Rs")
        ),
        "a parameter's hooks with an item": of(
            *(b"}", NAME, PARAMETER, TENSOR, b"\x88", ORDERED_DICT, NAME, ONE, b"s\x87Rs")
        ),
        "a dict with items": of(b"ccollections\nOrderedDict\n}\x85R"),
    },
    "refers to something else than a storage": {
        "a name": of(b"}", NAME, TENSOR.replace(STORAGE, NAME + b"Q"), b"s"),
        "too short": of(b"}", NAME, TENSOR.replace(STORAGE, STORAGE.replace(b"K\4", b"")), b"s"),
        "a class that is none of a storage": of(
            *(b"}", NAME, TENSOR.replace(b"torch\nFloatStorage", b"collections\nOrderedDict"), b"s")
        ),
    },
    "no whole number": {
        "a truth value": of(b"}", NAME, TENSOR.replace(b"cpuK\4", b"cpu\x88"), b"s"),
        "a fraction": of(b"}", NAME, TENSOR.replace(b"cpuK\4", b"cpu" + HALF), b"s"),
        "a text": of(b"}", NAME, TENSOR.replace(b"K\4\x85", NAME + b"\x85"), b"s"),
    },
    "of two kinds": {
        "doubles, then floats": of(
            *(b"}(", NAME, TENSOR.replace(STORAGE, DOUBLE).replace(b"K\4", b"K\2")),
            *(NAME, TENSOR, b"u"),
        ),
    },
    "zip": {
        "a size without a stride": of(b"}", NAME, TENSOR.replace(b"\x85K\1\x85", b"\x85)"), b"s"),
    },
    "within its storage": {
        "more elements than can be counted": of(
            *(b"}", NAME, TENSOR.replace(b"K\4\x85K\1\x85", MANY + b"(K\0K\0K\0t"), b"s")
        ),
    },
    "has attributes": {
        "a tensor": of(TENSOR, b"}", NAME, ONE, b"sb"),
        "a plain dict": of(ATTRIBUTES.replace(ORDERED_DICT, b"}", 1), b"sb"),
        "an inner dict": of(b"}", NAME, ATTRIBUTES, b"sbs"),
    },
    "no attribute but its metadata": {
        "a method's name": of(ORDERED_DICT, b"}X\6\0\0\0values", ONE, b"sb"),
        "a number": of(ORDERED_DICT, ONE, b"b"),
    },
    "something else than a dict": {
        "a name": of(NAME),
        "a dict on a dict": of(b"}}"),
        "a dict on a mark": of(b"(}"),
    },
    "list": {"nothing": of(), "less than is taken": of(b"}s"), "no mark": of(b"}u")},
    "No state_dict needs": {
        "a list": of(b"]"),
        "the top taken away": of(b"}", NAME, b"0"),
        "the top doubled": of(b"}2"),
        "another protocol": b"\x80\4}.",
    },
    "exhausted": {"no end": of(b"}")[:-1]},
    "not a valid": {"another name": of(b"cposix\nsystem\n")},
}  # fmt: skip


def test_a_pickle_that_pytorch_would_not_write_is_refused() -> None:
    for reason, kinds in each(STRANGE.items()):
        for _, pickled in each(kinds.items()):
            with pytest.raises((ValueError, IndexError), match=reason):
                check_archive(checkpoint_of(pickled, **FOUR), MAX_BYTES)


def test_the_parts_that_strange_pickles_are_made_of_pass() -> None:
    for pickled in (
        of(b"}", NAME, TENSOR, b"s"),
        of(b"}(", NAME, TENSOR, put(1), b"X\1\0\0\0v", get(1), b"u"),
        of(b"}", NAME, TENSOR.replace(STORAGE, DOUBLE).replace(b"K\4", b"K\2"), b"s"),
        of(b"}", NAME, PARAMETER, TENSOR, b"\x88", ORDERED_DICT, b"\x87Rs"),
        of(ATTRIBUTES, b"sb"),
    ):
        assert read(checkpoint_of(pickled, **FOUR)) is not None


def test_weights_that_are_no_state_dict_are_called_so() -> None:
    for wrong in each([[TENSOR], [b"K\1"], [b"}", NAME, b"}", NAME, TENSOR, b"ss"]]):
        with pytest.raises(NotAStateDictError):
            check_archive(checkpoint_of(of(*wrong), **FOUR), MAX_BYTES)


def test_a_second_pickle_is_refused() -> None:
    for name in each(["archive/constants.pkl", "archive/data.PKL", "other/data.pkl"]):
        made = io.BytesIO(saved({}))
        with zipfile.ZipFile(made, "a") as archive:
            archive.writestr(name, pickle.dumps({}, 2))
        with pytest.raises(ValueError, match=r"another pickle|twice"):
            check_archive(made.getvalue(), MAX_BYTES)


def test_an_empty_archive_is_refused() -> None:
    made = io.BytesIO()
    zipfile.ZipFile(made, "w").close()
    with pytest.raises(ValueError, match="another pickle"):
        check_archive(made.getvalue(), MAX_BYTES)


# --- whatever passes ---------------------------------------------------------------------------


def some_weights() -> Weights:
    weight = torch.arange(12.0).view(3, 4)
    state: Weights = OrderedDict(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).state_dict())
    state.update(weight=weight, part=weight[1:, 1:], none=weight[3:], half=torch.ones(5).half())
    return state


torch.manual_seed(0)
GOOD = saved(some_weights())
with zipfile.ZipFile(io.BytesIO(GOOD)) as good:
    ENTRIES = {name: good.read(name) for name in good.namelist()}
PICKLE = next(name for name in ENTRIES if name.endswith(".pkl"))


def written(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made.getvalue()


def changed(data: bytes, changes: list[tuple[int, bytes, int]]) -> bytes:
    """Put other bytes in the place of some, each time so many from there."""
    for place, new, length in changes:
        at = place % len(data)
        data = data[:at] + new + data[at + length :]
    return data


def check_what_passes(content: bytes) -> None:
    try:
        archive = check_archive(content, MAX_BYTES)
    except Exception:  # refused, which is always right
        return
    records = records_of(archive.getvalue())
    try:
        weights = torch.load(archive, map_location="cpu", weights_only=True)
    except (RuntimeError, ValueError):  # PyTorch finds its own records (version, byte order) wrong
        return
    assert all(isinstance(name, str) for name in weights)
    for tensor in weights.values():
        assert type(tensor) in (Tensor, nn.Parameter)
        assert lies_within_a_record(tensor, records)


def wrapped(extra: object) -> bytes:
    state = nn.Linear(3, 2).state_dict()
    return saved({"epoch": 3, "state_dict": state, "history": [1.0, (2, None)], "more": extra})


def test_a_wrapped_state_dict_comes_out_alone_and_in_small() -> None:
    content = wrapped({"momentum": torch.zeros(100_000)})
    taken = check_archive(content, MAX_BYTES)
    assert len(taken.getvalue()) < 3_000 < len(content)
    assert {name: [*tensor.shape] for name, tensor in read(content).items()} == {
        "weight": [2, 3],
        "bias": [2],
    }


def test_a_wrapped_state_dict_has_to_lie_within_its_storages() -> None:
    name = b"X\x0a\0\0\0state_dict"
    good = of(b"}", name, b"}", NAME, TENSOR, b"ss")
    assert read(checkpoint_of(good, **FOUR))["w"].tolist() == [0.0] * 4
    for bad in each(
        [
            of(b"}", name, b"}", NAME, storage_pickle(4, size=5), b"ss"),
            of(b"}", name, b"}", NAME, storage_pickle(8, size=4), b"ss"),
            of(b"}", name, b"}", NAME, ONE, b"ss"),
            of(b"}", name, b"}", NAME, TENSOR, ONE, TENSOR, b"sss"),
            of(b"}", name, b"]", b"s"),
            of(b"}", name, b"}", b"s"),
            of(b"}", name, b"}", NAME, TENSOR, b"sas"),
        ]
    ):
        with pytest.raises((ValueError, IndexError)):
            check_archive(checkpoint_of(bad, **FOUR), MAX_BYTES)


def test_keys_that_would_make_a_dict_slow_are_refused() -> None:
    for key in each([-1, 10**6, 2**61 - 1, (1, 2), 0.5]):
        with pytest.raises(ValueError):
            check_archive(wrapped({key: 1}), MAX_BYTES)


WRAPPED = wrapped({0: torch.arange(3), "rate": [{"betas": (0.9, 0.99), "params": [0, 1]}]})
with zipfile.ZipFile(io.BytesIO(WRAPPED)) as good:
    WRAPPED_ENTRIES = {name: good.read(name) for name in good.namelist()}


# Single bytes of instructions and small numbers meet more of the pickle's grammar than any bytes.
pieces = st.sampled_from([bytes([code]) for code in b"(.)}0123GJKMQRXbchjqrstu\x80\x85\x86\x87"])
places = st.integers(0, len(GOOD))
changes = st.lists(
    st.tuples(places, pieces | st.binary(max_size=4), st.integers(0, 4)), min_size=1, max_size=4
)


@given(changes)
@settings(max_examples=200, deadline=None)
def test_whatever_passes_of_a_changed_file_lies_within_it(
    changes: list[tuple[int, bytes, int]],
) -> None:
    check_what_passes(changed(GOOD, changes))


@given(changes)
@settings(max_examples=500, deadline=None)
def test_whatever_passes_with_a_changed_pickle_lies_within_its_records(
    changes: list[tuple[int, bytes, int]],
) -> None:
    check_what_passes(written({**ENTRIES, PICKLE: changed(ENTRIES[PICKLE], changes)}))


NUMBERS = [  # where the pickle's small numbers are: lengths, places, sizes, strides
    at + 1 for at, code in enumerate(ENTRIES[PICKLE]) if code == ord("K")
]


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), st.integers(0, 13)), min_size=1, max_size=2))
@settings(max_examples=500, deadline=None)
def test_whatever_passes_with_other_numbers_lies_within_its_records(
    numbers: list[tuple[int, int]],
) -> None:
    others = [(place, bytes([number]), 1) for place, number in numbers]
    check_what_passes(written({**ENTRIES, PICKLE: changed(ENTRIES[PICKLE], others)}))


@given(changes)
@settings(max_examples=500, deadline=None)
def test_whatever_is_taken_out_of_a_changed_pickle_lies_within_its_records(
    changes: list[tuple[int, bytes, int]],
) -> None:
    pickled = changed(WRAPPED_ENTRIES[PICKLE], changes)
    check_what_passes(written({**WRAPPED_ENTRIES, PICKLE: pickled}))


def test_the_good_file_passes_and_lies_within_its_records() -> None:
    weights = read(GOOD)
    assert weights.keys() == some_weights().keys()
    assert all(lies_within_a_record(tensor, records_of(GOOD)) for tensor in weights.values())

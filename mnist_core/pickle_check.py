"""The pickle of a state_dict, followed without being run → the storages that it claims.

A pickle is a program for a small machine: a stack of values, and a memo to find some of them again.
Here that machine moves descriptions in place of the values. It knows only the instructions that
`torch.save` writes for a state_dict, so whatever else a pickle does, it is refused before PyTorch
reads it.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from enum import Enum
from math import prod

from mnist_core.text import Message

MAX_BYTES = 100_000
MAX_ELEMENTS = 2**40  # of a tensor by its shape; far from where whole numbers overflow in PyTorch

ITEM_BYTES = {
    **dict.fromkeys(("torch DoubleStorage", "torch LongStorage"), 8),
    **dict.fromkeys(("torch FloatStorage", "torch IntStorage"), 4),
    **dict.fromkeys(("torch HalfStorage", "torch BFloat16Storage", "torch ShortStorage"), 2),
    **dict.fromkeys(("torch CharStorage", "torch ByteStorage", "torch BoolStorage"), 1),
}
"""Bytes of one number in each kind of storage."""


class NotAStateDictError(ValueError):
    """A pickle builds something of weights, but not a dict of names → weights."""


@dataclass(frozen=True)
class Storage:
    """The numbers that one or several tensors look at.

    Attributes:
        kind: its type, which says how many bytes one number takes.
        key: the name of the archive's entry that holds the numbers.
        location: the device that it was saved from.
        elements: how many numbers it claims to have.
    """

    kind: str
    key: str
    location: str
    elements: int

    @property
    def bytes(self) -> int:
        """How long the archive's entry has to be."""
        return self.elements * ITEM_BYTES[self.kind]


class _Function(Enum):
    """What a pickle may call, by the name that it has there."""

    ORDERED_DICT = "collections OrderedDict"
    TENSOR = "torch._utils _rebuild_tensor_v2"
    PARAMETER = "torch._utils _rebuild_parameter"


@dataclass(frozen=True)
class _StorageKind:
    name: str


class _Tensor:
    """A tensor within its storage, or a parameter."""


@dataclass
class _Dict:
    ordered: bool
    items: dict[str, object] = field(default_factory=dict)


def check_pickle(data: bytes) -> list[Storage]:
    """Return the storages of the state_dict that a pickle builds, each once.

    Every tensor lies within its storage as long as that has the elements that it claims.

    Raises:
        NotAStateDictError: it builds something else of weights.
        Exception: nearly any, if it builds them in another way than `torch.save`, or is no pickle.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(Message("pickle.too_long"))
    machine = _Machine()
    for opcode, argument, _ in pickletools.genops(data):
        machine.step(opcode.name, argument)
    return list(machine.storages.values())


class _Machine:
    """Follows a pickle, one instruction at a time.

    Attributes:
        stack: what has been put on it since the latest mark.
        marked: the stacks that lie beneath, one for each mark.
        memo: what instructions may find again, by number.
        storages: those that have been met, by key.
    """

    def __init__(self) -> None:
        self.stack: list[object] = []
        self.marked: list[list[object]] = []
        self.memo: dict[object, object] = {}
        self.storages: dict[str, Storage] = {}

    def step(self, opcode: str, argument: object) -> None:
        """Follow one instruction, or refuse it.

        Raises:
            NotAStateDictError: it makes the state_dict into something else.
            ValueError: `torch.save` does not write such a thing.
            IndexError: it takes more from the stack than is there.
        """
        match opcode:
            case "PROTO" if argument == 2:  # the only one that torch.load knows for weights
                pass
            case "BINUNICODE" | "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT":
                self.stack.append(argument)
            case "NONE":
                self.stack.append(None)
            case "NEWTRUE" | "NEWFALSE":
                self.stack.append(opcode == "NEWTRUE")
            case "GLOBAL":
                self.stack.append(_global(argument))
            case "EMPTY_DICT":
                self.stack.append(_Dict(ordered=False))
            case "EMPTY_TUPLE":
                self.stack.append(())
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                parts = [self.stack.pop() for _ in range(int(opcode[-1]))]
                self.stack.append(tuple(reversed(parts)))
            case "TUPLE":
                parts = self._pop_to_mark()
                self.stack.append(tuple(parts))
            case "MARK":
                self.marked.append(self.stack)
                self.stack = []
            case "BINPUT" | "LONG_BINPUT":
                self.memo[argument] = self.stack[-1]
            case "BINGET" | "LONG_BINGET":
                self.stack.append(self._recall(argument))
            case "BINPERSID":
                self.stack.append(self._storage(self.stack.pop()))
            case "REDUCE":
                arguments, function = self.stack.pop(), self.stack.pop()
                self.stack.append(_call(function, arguments))
            case "SETITEM":
                value, key = self.stack.pop(), self.stack.pop()
                self._set_items([key, value])
            case "SETITEMS":
                self._set_items(self._pop_to_mark())
            case "BUILD":
                self._set_metadata(self.stack.pop())
            case "STOP":
                self._check_result()
            case _:
                raise ValueError(Message("pickle.instruction", name=opcode))

    def _pop_to_mark(self) -> list[object]:
        parts, self.stack = self.stack, self.marked.pop()
        return parts

    def _recall(self, number: object) -> object:
        # Tuples of tuples of themselves would take years to hash; a dict that is found again could
        # change after it has been checked.
        value = self.memo.get(number)
        if not isinstance(value, (str, _Function, _StorageKind, _Tensor)):
            raise ValueError(Message("pickle.found_again"))
        return value

    def _storage(self, identity: object) -> Storage:
        match identity:
            case ("storage", _StorageKind(kind), str(key), str(location), elements):
                storage = Storage(kind, key, location, _natural(elements))
            case _:
                raise ValueError(Message("pickle.no_storage"))
        if self.storages.setdefault(key, storage) != storage:  # PyTorch would take the first for it
            raise ValueError(Message("pickle.two_kinds"))
        return storage

    def _set_items(self, items: list[object]) -> None:
        """Names → tensors in the state_dict; names → plain values in the dicts of its metadata."""
        target = self.stack[-1]
        if not isinstance(target, _Dict) or len(items) % 2:
            raise ValueError(Message("pickle.no_dict"))
        allowed = _Tensor if self._is_at_the_bottom() else (_Dict, str, int, float, type(None))
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, str) or not isinstance(value, allowed):
                raise NotAStateDictError(Message("pickle.no_weights"))
            target.items[key] = value

    def _set_metadata(self, attributes: object) -> None:
        """Follow what `Module.state_dict` hangs on its OrderedDict: the version of each module."""
        target = self.stack[-1]
        if not isinstance(target, _Dict) or not target.ordered or not self._is_at_the_bottom():
            raise ValueError(Message("pickle.attributes"))
        # An attribute of any other name could stand in the way of a method.
        if not isinstance(attributes, _Dict) or attributes.items.keys() != {"_metadata"}:
            raise ValueError(Message("pickle.metadata"))

    def _check_result(self) -> None:
        if not isinstance(self.stack[-1], _Dict) or not self._is_at_the_bottom():
            raise NotAStateDictError(Message("pickle.other_result"))

    def _is_at_the_bottom(self) -> bool:
        """Is the value on top of the stack the only one, as the state_dict is?"""
        return len(self.stack) == 1 and not self.marked


def _global(name: object) -> _Function | _StorageKind:
    return _StorageKind(str(name)) if name in ITEM_BYTES else _Function(name)


def _call(function: object, arguments: object) -> _Dict | _Tensor:
    """Follow a call: of OrderedDict(), or of what makes a tensor of a storage.

    A tensor's last argument are its hooks, for which `torch.save` writes an empty OrderedDict.
    """
    match function, arguments:
        case _Function.ORDERED_DICT, ():
            return _Dict(ordered=True)
        case _Function.TENSOR, (
            Storage() as storage,
            offset,
            tuple(size),
            tuple(stride),
            bool(),
            _Dict() as hooks,
        ) if not hooks.items:
            _check_extent(storage, offset, size, stride)
            return _Tensor()
        case _Function.PARAMETER, (_Tensor(), bool(), _Dict() as hooks) if not hooks.items:
            return _Tensor()
    raise ValueError(Message("pickle.other_call"))


def _check_extent(
    storage: Storage, offset: object, size: tuple[object, ...], stride: tuple[object, ...]
) -> None:
    """Refuse a tensor that reaches beyond its storage."""
    first = _natural(offset)
    lengths, steps = [_natural(length) for length in size], [_natural(step) for step in stride]
    last = first + sum((n - 1) * step for n, step in zip(lengths, steps, strict=True))
    fits = first <= storage.elements if 0 in lengths else last < storage.elements
    if not fits or prod(max(n, 1) for n in lengths) > MAX_ELEMENTS:
        raise ValueError(Message("pickle.outside"))


def _natural(number: object) -> int:
    if type(number) is int and 0 <= number <= MAX_ELEMENTS:  # True is no number here
        return number
    raise ValueError(Message("pickle.not_natural"))

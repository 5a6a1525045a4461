"""The pickle of a state_dict, followed without being run → the storages that it claims.

A pickle is a program for a small machine: a stack of values, and a memo to find some of them again.
Here that machine moves descriptions in place of the values. It knows only the instructions that
`torch.save` writes for a state_dict, so whatever else a pickle does, it is refused before PyTorch
reads it.
"""

from __future__ import annotations

import pickletools
from collections.abc import Iterable
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

WRAPPERS = ("state_dict", "model_state_dict")
"""Under which names people save a state_dict among other things, such as the optimiser's state."""
MAX_NAMES, MAX_NAME = 4, 30  # of what a stranger's file holds, as it is told

FOUND_SOMETHING = Message("pickle.found_something")


class NotAStateDictError(ValueError):
    """A pickle builds something of weights, but not a dict of names → weights.

    Attributes:
        found: what it builds.
    """

    def __init__(self, reason: Message, found: Message = FOUND_SOMETHING) -> None:
        super().__init__(reason)
        self.found = found


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


@dataclass(frozen=True)
class TensorPlace:
    """A tensor within its storage, or a parameter.

    Attributes:
        storage: the storage.
        offset: its first element there.
        size, stride: its lengths, and how far its elements are from each other, in elements.
    """

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


@dataclass
class _Dict:
    ordered: bool
    items: dict[object, object] = field(default_factory=dict)


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


def find_wrapped(data: bytes) -> dict[str, TensorPlace]:
    """Return the state_dict that somebody has saved among other things, by names.

    People save `{"epoch": 5, "model_state_dict": ..., "optimizer_state_dict": ...}` to train on.
    All of that is followed, but nothing except the places of the weights leaves this function: the
    rest is never built, neither here nor by PyTorch.

    Raises:
        NotAStateDictError: there is none under one of the names `WRAPPERS`; it says what there is.
        Exception: nearly any, if the pickle holds more than weights, texts and numbers.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(Message("pickle.too_long"))
    machine = _WrapperMachine()
    for opcode, argument, _ in pickletools.genops(data):
        machine.step(opcode.name, argument)
    return machine.found


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
                self.stack.append(self._global(argument))
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

    def _global(self, name: object) -> _Function | _StorageKind:
        return _StorageKind(str(name)) if name in ITEM_BYTES else _Function(name)

    def _recall(self, number: object) -> object:
        # Tuples of tuples of themselves would take years to hash; a dict that is found again could
        # change after it has been checked.
        value = self.memo.get(number)
        if not isinstance(value, (str, _Function, _StorageKind, TensorPlace)):
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
        plain = (_Dict, str, int, float, type(None))
        allowed = TensorPlace if self._is_at_the_bottom() else plain
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


class _WrapperMachine(_Machine):
    """Follows what people save beside a state_dict as well: lists, tuples, numbers, texts.

    Since none of it is ever built, values may be found again and stand anywhere.

    Attributes:
        found: the state_dict, once the pickle has come to its end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, TensorPlace] = {}

    def step(self, opcode: str, argument: object) -> None:
        match opcode:
            case "EMPTY_LIST":
                self.stack.append([])
            case "APPEND":
                self._append([self.stack.pop()])
            case "APPENDS":
                self._append(self._pop_to_mark())
            case _:
                super().step(opcode, argument)

    def _append(self, values: list[object]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise ValueError(Message("pickle.no_list"))
        target += values

    def _global(self, name: object) -> _Function | _StorageKind:
        try:
            return super()._global(name)
        except ValueError:  # a class or function of somebody's own, never to be called here
            found = Message("pickle.found_object", name=tell(str(name).replace(" ", ".")))
            raise NotAStateDictError(Message("pickle.other_result"), found) from None

    def _recall(self, number: object) -> object:
        return self.memo[number]

    def _set_items(self, items: list[object]) -> None:
        target = self.stack[-1]
        if not isinstance(target, _Dict) or len(items) % 2:
            raise ValueError(Message("pickle.no_dict"))
        for key, value in zip(items[::2], items[1::2], strict=True):
            # Numbers stand for the parameters in an optimiser's state. Larger ones could be chosen
            # so that a dict of them takes hours.
            if not isinstance(key, str) and not (type(key) is int and 0 <= key < MAX_BYTES):
                raise NotAStateDictError(Message("pickle.no_weights"))
            target.items[key] = value

    def _set_metadata(self, attributes: object) -> None:
        if not isinstance(self.stack[-1], _Dict) or not isinstance(attributes, _Dict):
            raise ValueError(Message("pickle.attributes"))

    def _check_result(self) -> None:
        result = self.stack[-1]
        if isinstance(result, TensorPlace):
            found = Message("pickle.found_tensor", shape=tell(str(list(result.size))))
            raise NotAStateDictError(Message("pickle.other_result"), found)
        if not isinstance(result, _Dict) or not self._is_at_the_bottom():
            raise NotAStateDictError(Message("pickle.other_result"))
        for inner in map(result.items.get, WRAPPERS):
            weights = inner.items if isinstance(inner, _Dict) else {}
            self.found = {
                name: place
                for name, place in weights.items()
                if isinstance(name, str) and isinstance(place, TensorPlace)
            }
            if self.found and len(self.found) == len(weights):
                return
        raise NotAStateDictError(Message("pickle.no_weights"), _tell_dict(result.items))


def _tell_dict(items: dict[object, object]) -> Message:
    if not items:
        return Message("pickle.found_empty")
    return Message("pickle.found_dict", names=tell_names(map(str, items)))


def tell_names(names: Iterable[str]) -> str:
    """Join the first names that a stranger's file holds, each in few printable letters."""
    told = list(map(tell, names))
    return ", ".join(told[:MAX_NAMES]) + (", …" if len(told) > MAX_NAMES else "")


def tell(name: str) -> str:
    """Return a name from a stranger's file in few printable letters."""
    shown = name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in shown)


def _call(function: object, arguments: object) -> _Dict | TensorPlace:
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
            return _place(storage, offset, size, stride)
        case _Function.PARAMETER, (
            TensorPlace() as place,
            bool(),
            _Dict() as hooks,
        ) if not hooks.items:
            return place
    raise ValueError(Message("pickle.other_call"))


def _place(
    storage: Storage, offset: object, size: tuple[object, ...], stride: tuple[object, ...]
) -> TensorPlace:
    """Place a tensor, and refuse one that reaches beyond its storage."""
    first = _natural(offset)
    lengths, steps = [_natural(length) for length in size], [_natural(step) for step in stride]
    last = first + sum((n - 1) * step for n, step in zip(lengths, steps, strict=True))
    fits = first <= storage.elements if 0 in lengths else last < storage.elements
    if not fits or prod(max(n, 1) for n in lengths) > MAX_ELEMENTS:
        raise ValueError(Message("pickle.outside"))
    return TensorPlace(storage, first, tuple(lengths), tuple(steps))


def _natural(number: object) -> int:
    if type(number) is int and 0 <= number <= MAX_ELEMENTS:  # True is no number here
        return number
    raise ValueError(Message("pickle.not_natural"))

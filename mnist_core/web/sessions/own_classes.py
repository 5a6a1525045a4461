"""A visitor's own classes: their names, the drawings of each, and the network that knows them.

In memory alone, and gone with the session. What is there at one moment is never changed but
replaced, so that it can come back when the visitor undoes something.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from mnist_core.drawings import NamedDrawing, clean_name
from mnist_core.models import MAX_CLASSES
from mnist_core.preprocessing import GrayImage, Stroke, image_from_strokes
from mnist_core.teaching import Lesson, check_counts, prepare_images
from mnist_core.text import Message
from mnist_core.web.limits import MEGABYTE, the_limits
from mnist_core.web.sessions.own_networks import TaughtNetwork

SHARE = 0.25  # of the memory that a session may take
ARRAY_BYTES = 200  # of memory for each array, beside its numbers
MOST_UNDO = 30

_numbers = count(1)


@dataclass(frozen=True, eq=False)
class OwnDrawing:
    """A drawing of a class.

    Attributes:
        number: tells it from others, of all sessions.
        of: the number of its class.
        strokes: as they were drawn.
        image: what networks are given of it.
    """

    number: int
    of: int
    strokes: list[Stroke]
    image: GrayImage

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, about."""
        arrays = [self.image.nbytes, *(stroke.nbytes for stroke in self.strokes)]
        return sum(arrays) + ARRAY_BYTES * len(arrays)


@dataclass(frozen=True, eq=False)
class Contents:
    """What there is at one moment.

    Attributes:
        names: of the classes, by their numbers, in the order in which they were named.
        drawings: the oldest first.
    """

    names: dict[int, str] = field(default_factory=dict)
    drawings: tuple[OwnDrawing, ...] = ()

    def of(self, number: int) -> list[OwnDrawing]:
        """Return the drawings of a class."""
        return [drawing for drawing in self.drawings if drawing.of == number]

    def find(self, name: str) -> int | None:
        """Return the number of the class of this name."""
        return next((number for number, other in self.names.items() if other == name), None)


class OwnClasses:
    """The classes of one session. Usable on any thread.

    Attributes:
        taught: the network that was taught last, if any has been.
    """

    def __init__(self) -> None:
        self.taught: TaughtNetwork | None = None
        self._now = Contents()
        self._past: list[Contents] = []  # what undo goes back to
        self._lock = threading.Lock()

    @property
    def contents(self) -> Contents:
        """Return what there is at this moment."""
        return self._now

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to lose."""
        return not self._now.names and self.taught is None

    @property
    def can_undo(self) -> bool:
        """Tell whether there is anything to be undone."""
        return bool(self._past)

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, about, what can be undone included."""
        network = self.taught.size if self.taught else 0
        states = [self._now, *self._past]
        kept = {drawing.number: drawing for state in states for drawing in state.drawings}
        return network + sum(drawing.size for drawing in kept.values())

    # --- changes -------------------------------------------------------------------------------

    def add_class(self, name: object) -> str:
        """Add a class; return its name as it is written.

        Raises:
            ValueError: it is no name, there is such a class, or there are too many.
        """
        with self._lock:
            names = dict(self._now.names)
            names[next(_numbers)] = self._new_name(name)
            self._replace(replace(self._now, names=names))
            return list(names.values())[-1]

    def rename(self, number: int, name: object) -> str:
        """Give a class another name; its drawings stay. Return the name as it is written.

        Raises:
            ValueError: there is no such class, or as `add_class`.
        """
        with self._lock:
            self._check_class(number)
            if clean_name(name) != self._now.names[number]:
                names = {**self._now.names, number: self._new_name(name, but=number)}
                self._replace(replace(self._now, names=names))
            return self._now.names[number]

    def remove_class(self, number: int) -> str:
        """Remove a class with its drawings; return its name.

        Raises:
            ValueError: there is no such class.
        """
        with self._lock:
            self._check_class(number)
            names = {other: name for other, name in self._now.names.items() if other != number}
            rest = tuple(drawing for drawing in self._now.drawings if drawing.of != number)
            name = self._now.names[number]
            self._replace(Contents(names, rest))
            return name

    def add(self, drawing: NamedDrawing) -> None:
        """Add a drawing to the class of its name.

        Raises:
            ValueError: there is no such class, or no room.
        """
        with self._lock:
            number = self._now.find(drawing.label)
            if number is None:
                raise ValueError(Message("teach.no_class", name=drawing.label))
            self._replace(_with(self._now, [(number, drawing)]))

    def open(self, drawings: Sequence[NamedDrawing]) -> None:
        """Add the drawings of a file, and the classes that are not there yet; all or none.

        Raises:
            ValueError: there would be too many classes or drawings.
        """
        with self._lock:
            names = dict(self._now.names)
            numbers = {name: number for number, name in names.items()}
            for name in dict.fromkeys(drawing.label for drawing in drawings):
                if name not in numbers:
                    numbers[name] = next(_numbers)
                    names[numbers[name]] = name
            _check_count(len(names))
            placed = [(numbers[drawing.label], drawing) for drawing in drawings]
            self._replace(_with(replace(self._now, names=names), placed))

    def remove(self, number: int) -> str:
        """Remove a drawing; return the name of its class.

        Raises:
            ValueError: there is no such drawing.
        """
        with self._lock:
            found = [drawing for drawing in self._now.drawings if drawing.number == number]
            if not found:
                raise ValueError(Message("teach.no_drawing"))
            rest = tuple(drawing for drawing in self._now.drawings if drawing.number != number)
            self._replace(replace(self._now, drawings=rest))
            return self._now.names[found[0].of]

    def take_back(self, drawing: NamedDrawing) -> bool:
        """Remove the newest drawing if it is this one; tell whether it was."""
        with self._lock:
            newest = self._now.drawings[-1] if self._now.drawings else None
            if newest is None or _bytes_of(newest.strokes) != _bytes_of(drawing.strokes):
                return False
            self._replace(replace(self._now, drawings=self._now.drawings[:-1]))
            return True

    def undo(self) -> bool:
        """Bring back what was there before the last change; tell whether there was one."""
        with self._lock:
            if self._past:
                self._now = self._past.pop()
                return True
            return False

    def forget(self) -> None:
        """Forget all classes and drawings, which undo brings back, and the network."""
        with self._lock:
            self._replace(Contents())
            self.taught = None

    def clear(self) -> None:
        """Forget everything for good."""
        with self._lock:
            self._now, self._past, self.taught = Contents(), [], None

    # --- learning ------------------------------------------------------------------------------

    def check(self) -> None:
        """Make sure that there is enough to learn from.

        Raises:
            ValueError: as `teaching.check_counts`.
        """
        now = self._now
        check_counts({name: len(now.of(number)) for number, name in now.names.items()})

    def lesson(self) -> tuple[Lesson, tuple[int, ...]]:
        """Return what a network is to be taught, and the numbers of the classes in that order.

        Raises:
            ValueError: as `teaching.prepare`.
        """
        now = self._now
        images = [(now.names[drawing.of], drawing.image) for drawing in now.drawings]
        return prepare_images(tuple(now.names.values()), images), tuple(now.names)

    def names_of(self, taught: TaughtNetwork) -> tuple[str, ...]:
        """Return what the classes of a network are called by now."""
        names = self._now.names
        pairs = zip(taught.classes, taught.names, strict=True)
        return tuple(names.get(number, name) for number, name in pairs)

    # --- with the lock held --------------------------------------------------------------------

    def _replace(self, contents: Contents) -> None:
        self._past = [*self._past, self._now][-MOST_UNDO:]
        self._now = contents
        while self._past and self.size > SHARE * the_limits().session_mb * MEGABYTE:
            del self._past[0]

    def _new_name(self, name: object, but: int | None = None) -> str:
        written = clean_name(name)
        if self._now.find(written) not in (None, but):
            raise ValueError(Message("teach.class_there", name=written))
        if but is None:
            _check_count(len(self._now.names) + 1)
        return written

    def _check_class(self, number: int) -> None:
        if number not in self._now.names:
            raise ValueError(Message("teach.class_gone"))


def _check_count(classes: int) -> None:
    if classes > MAX_CLASSES:
        raise ValueError(Message("teach.too_many", most=MAX_CLASSES))


def _with(contents: Contents, placed: Sequence[tuple[int, NamedDrawing]]) -> Contents:
    """Return contents with more drawings; one that is there already comes once.

    Raises:
        ValueError: there is no room for them.
    """
    drawings = list(contents.drawings)
    known = {(drawing.of, _bytes_of(drawing.strokes)) for drawing in drawings}
    for of, drawing in placed:
        image, key = image_from_strokes(drawing.strokes), (of, _bytes_of(drawing.strokes))
        if image is not None and key not in known:
            known.add(key)
            drawings.append(OwnDrawing(next(_numbers), of, drawing.strokes, image))
    limits = the_limits()
    if len(drawings) > limits.drawings:
        raise ValueError(Message("teach.full", most=limits.drawings))
    if sum(drawing.size for drawing in drawings) > SHARE * limits.session_mb * MEGABYTE:
        raise ValueError(Message("teach.too_large"))
    return replace(contents, drawings=tuple(drawings))


def _bytes_of(strokes: list[Stroke]) -> tuple[bytes, ...]:
    """Tell one drawing from another: no two are quite the same."""
    return tuple(stroke.tobytes() for stroke in strokes)

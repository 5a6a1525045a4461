"""The names of files → classes, and which of them are for learning and which for the test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_core.models import LEAST_CLASSES, MAX_CLASSES
from mnist_core.pictures.skipped import Skipped, printable
from mnist_core.text import Message

LONGEST_CLASS_NAME = 40  # characters
TRAIN, TEST = "train", "test"  # the folders that divide pictures, where there are both
LEAST_TO_LEARN, LEAST_TO_TEST = 8, 2  # pictures of a class: ten, divided by `divide`


@dataclass(frozen=True)
class Layout:
    """Where the names of files speak of classes.

    Attributes:
        start: how many folders stand above those of the classes, `TRAIN` and `TEST` included.
        is_divided: whether `TRAIN` and `TEST` divide the files.
    """

    start: int
    is_divided: bool


@dataclass(frozen=True)
class Labelled:
    """Where a file belongs.

    Attributes:
        name: of the file.
        label: of its class, by its number.
        half: `TRAIN` or `TEST`; "" where `divide` decides.
    """

    name: str
    label: int
    half: str


def find_layout(names: Sequence[str]) -> Layout:
    """Find out which folders are the classes.

    Folders that hold all the others, as most zip files have one, are none.

    Args:
        names: of files, with "/" between folders.
    """
    paths = [name.split("/") for name in names]
    start = 0
    while paths:
        tops = {path[start] for path in paths if len(path) > start + 1}
        if len(tops) != 1 or max(map(len, paths)) <= start + 2:
            break
        paths = [path for path in paths if len(path) > start + 1]
        start += 1
    halves = {path[start].lower() for path in paths if len(path) > start + 2}
    is_divided = {TRAIN, TEST} <= halves
    return Layout(start + is_divided, is_divided)


def sort_into_classes(
    names: Sequence[str], layout: Layout, skipped: Skipped
) -> tuple[tuple[str, ...], list[Labelled]]:
    """Find the class of each file: the folder that it lies in, or that its folder lies in.

    Args:
        names: of files, with "/" between folders, sorted.
        layout: of those.
        skipped: gets what belongs to no class.

    Returns:
        The classes' names, sorted, and the files, in the order of their names.

    Raises:
        ValueError: there are too few classes or too many, or one has a name that cannot be shown.
    """
    found = []
    for name in names:
        path = name.split("/")
        half = "".join(path[layout.start - 1 : layout.start]).lower() if layout.is_divided else ""
        if layout.is_divided and half not in (TRAIN, TEST):
            skipped.add(name, Message("pictures.no_half"))
        elif len(path) < layout.start + 2:
            skipped.add(name, Message("pictures.no_class"))
        else:
            found.append((name, path[layout.start], half))
    classes = _check_classes({folder for _, folder, half in found if half != TEST})
    files = []
    for name, folder, half in found:
        if folder in classes:
            files.append(Labelled(name, classes.index(folder), half))
        else:
            skipped.add(name, Message("pictures.unknown_class"))
    return classes, files


def _check_classes(folders: set[str]) -> tuple[str, ...]:
    classes = tuple(sorted(folders))
    if len(classes) < LEAST_CLASSES:
        key = "pictures.one_class" if classes else "pictures.no_classes"
        raise ValueError(Message(key, **({"name": printable(classes[0])} if classes else {})))
    if len(classes) > MAX_CLASSES:
        raise ValueError(Message("pictures.many_classes", count=len(classes), most=MAX_CLASSES))
    for name in classes:
        if not name.isprintable() or not name.strip() or len(name) > LONGEST_CLASS_NAME:
            raise ValueError(
                Message("pictures.class_name", name=printable(name), most=LONGEST_CLASS_NAME)
            )
    return classes


def divide(labels: Sequence[int]) -> list[bool]:
    """Return which pictures are for the test: of each class every fifth.

    Args:
        labels: of pictures, sorted by name.
    """
    seen = Counter[int]()
    chosen = []
    for label in labels:
        seen[label] += 1
        chosen.append(seen[label] % 5 == 0)
    return chosen


def check_counts(classes: Sequence[str], train: Sequence[int], test: Sequence[int]) -> None:
    """Make sure that there is enough of each class to learn it and to test that.

    Args:
        classes: their names.
        train: the labels of the pictures to learn from.
        test: of those for the test.

    Raises:
        ValueError: there is not; the message says of which class.
    """
    to_learn, to_test = Counter(train), Counter(test)
    for label, name in enumerate(classes):
        if to_learn[label] < LEAST_TO_LEARN or to_test[label] < LEAST_TO_TEST:
            raise ValueError(
                Message(
                    "pictures.too_few",
                    name=name,
                    train=to_learn[label],
                    test=to_test[label],
                    least_train=LEAST_TO_LEARN,
                    least_test=LEAST_TO_TEST,
                )
            )


def take_turns(labels: Sequence[int]) -> list[int]:
    """Return an order in which the classes take turns, as far as each has something left.

    So the first images of a data set, which a sample or a preview takes, are of all classes.

    Args:
        labels: of images, [n].

    Returns:
        Places in `labels`, [n]: the first of each class, the second of each, and so on.
    """
    seen = Counter[int]()
    turns = []
    for place, label in enumerate(labels):
        turns.append((seen[label], label, place))
        seen[label] += 1
    return [place for *_, place in sorted(turns)]

"""The data sets: MNIST, which the article uses, and others to use its code on.

The article's last advice: reuse this code on a data set that interests you.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mnist_core.data.batches import Shape, Splits
from mnist_core.data.formats import read_cifar, read_idx
from mnist_core.text import Message

FileFacts = tuple[int | None, str | None]
"""Size in bytes, and MD5; None where it was never published, and where the other tells enough."""


OWN_PICTURES = "pictures"  # the key of a data set of those, or how it begins
OWN_DRAWINGS = "drawings"  # likewise


@dataclass(frozen=True)
class Origin:
    """Where pictures of one's own come from: what a program has to know to read them again.

    Attributes:
        name: of the folder or the zip file.
        is_zip: whether it is a zip file.
        start: how many folders stand above those of the classes.
        is_divided: whether the last of these is `train` or `test`.
    """

    name: str
    is_zip: bool
    start: int
    is_divided: bool


@dataclass(frozen=True)
class DataSet:
    """Images of so many classes, half of them to learn from, the others to be tested on.

    Attributes:
        key: the name that settings, the command line and checkpoints use.
        title: its name for people.
        classes: what its labels 0, 1, 2 … stand for; a Message where it is a word.
        shape: of an image: channels, rows, columns.
        is_drawable: whether its images are lines, so that one can draw another by hand.
        source: the class of `torchvision.datasets` that knows where it lies in the net.
        folder: where its files lie below the folder of all data.
        files: name → what is known of the file, once it is unpacked.
        archives: what is downloaded: each file as `NAME.gz`, or one for all.
        download_bytes: their size in all.
        read: its files, which lie in the folder that it is given → images.
        origin: where it comes from, if it is of pictures of one's own.
        is_on_black: whether each of its images is something light on black.
        train_images: how many there are to learn from.
    """

    key: str
    title: Message
    classes: tuple[str, ...]
    shape: Shape
    is_drawable: bool
    source: str
    folder: str
    files: Mapping[str, FileFacts]
    archives: tuple[str, ...]
    download_bytes: int
    read: Callable[[Path], Splits]
    origin: Origin | None = None
    is_on_black: bool = False
    train_images: int = 60_000

    @property
    def name(self) -> str:
        """Return its name in files: of what is somebody's own the same for all of its kind."""
        return self.key.partition("-")[0]

    @property
    def is_own(self) -> bool:
        """Tell whether it is of somebody's own pictures or drawings."""
        return self.name in (OWN_PICTURES, OWN_DRAWINGS)


IDX_SIZES = {  # bytes of MNIST's four files, which others copy
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}


def _like_mnist(
    key: str,
    classes: tuple[str, ...],
    source: str,
    md5s: tuple[str | None, ...],
    download_bytes: int,
    *,
    is_drawable: bool,
) -> DataSet:
    return DataSet(
        key=key,
        title=Message(f"dataset.{key}"),
        classes=classes,
        shape=(1, 28, 28),
        is_drawable=is_drawable,
        source=source,
        folder=f"{source}/raw",
        files=dict(zip(IDX_SIZES, zip(IDX_SIZES.values(), md5s, strict=True), strict=True)),
        archives=tuple(f"{name}.gz" for name in IDX_SIZES),
        download_bytes=download_bytes,
        read=read_idx,
        is_on_black=True,
    )


def _words(key: str, *names: str) -> tuple[Message, ...]:
    return tuple(Message(f"class.{key}.{name}") for name in names)


DATASETS = {
    "mnist": _like_mnist(
        "mnist",
        tuple("0123456789"),
        "MNIST",
        (
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        ),
        11_594_722,
        is_drawable=True,
    ),
    "fashion_mnist": _like_mnist(
        "fashion_mnist",
        _words(
            "fashion",
            "t_shirt",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle_boot",
        ),
        "FashionMNIST",
        (
            "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "9018921c3c673c538a1fc5bad174d6f9",
            "8181f5470baa50b63fa0f6fddb340f0a",
            "15d484375f8d13e6eb1aabb0c3f46965",
        ),
        30_878_645,
        is_drawable=False,
    ),
    "kmnist": _like_mnist(
        "kmnist",
        ("お o", "き ki", "す su", "つ tsu", "な na", "は ha", "ま ma", "や ya", "れ re", "を wo"),
        "KMNIST",
        (None,) * 4,  # torchvision checks those of the archives on their way
        21_305_389,
        is_drawable=True,
    ),
    "cifar10": DataSet(
        key="cifar10",
        title=Message("dataset.cifar10"),
        classes=_words(
            "cifar",
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        shape=(3, 32, 32),
        is_drawable=False,
        source="CIFAR10",
        folder="cifar-10-batches-py",
        files={
            "batches.meta": (None, "5ff9c542aee3614f3951f8cda6e48888"),
            "data_batch_1": (None, "c99cafc152244af753f735de768cd75f"),
            "data_batch_2": (None, "d4bba439e000b95fd0a9bffe97cbabec"),
            "data_batch_3": (None, "54ebc095f3ab1f0389bbae665268c751"),
            "data_batch_4": (None, "634d18415352ddfa80567beed471001a"),
            "data_batch_5": (None, "482c414d41f54cd18b22e5b47cb7c3cb"),
            "test_batch": (None, "40351d587109b95175f43aff81a1287e"),
        },
        archives=("cifar-10-python.tar.gz",),
        download_bytes=170_498_071,
        read=read_cifar,
        train_images=50_000,
    ),
}
"""Every data set by the name that settings, the command line and checkpoints use."""

_own: dict[str, DataSet] = {}  # of pictures that somebody has brought
_times_added = Counter[str]()
_changing = threading.Lock()


def without_images(
    kind: str, classes: tuple[str, ...], shape: Shape, origin: Origin | None = None
) -> DataSet:
    """Describe what a network has learned elsewhere: its classes have names, no images.

    Args:
        kind: `OWN_PICTURES` or `OWN_DRAWINGS`.
        classes: the names.
        shape: of an image.
        origin: of the pictures, if that is known.
    """
    return DataSet(
        key=kind,
        title=Message(f"dataset.{kind}"),
        classes=classes,
        shape=shape,
        is_drawable=kind == OWN_DRAWINGS,
        source="",
        folder=kind,
        files={"images": (None, None)},  # which lies nowhere
        archives=(),
        download_bytes=0,
        read=_find_none,
        origin=origin,
        train_images=0,
    )


def _find_none(folder: Path) -> Splits:
    raise FileNotFoundError(Message("pictures.gone"))


def find_data_set(key: str) -> DataSet | None:
    """Return the data set with this key, be it one of `DATASETS` or somebody's own."""
    return DATASETS.get(key) or _own.get(key)


def add_own(data_set: DataSet) -> None:
    """Let settings name a data set of one's own by its key, until `forget_own`.

    Among strangers the key has to be one that nobody can guess.
    """
    with _changing:
        _own[data_set.key] = data_set
        _times_added[data_set.key] += 1


def forget_own(key: str) -> None:
    """Take back `add_own`, once."""
    with _changing:
        _times_added[key] -= 1
        if _times_added[key] <= 0:
            del _times_added[key]
            _own.pop(key, None)


@contextmanager
def naming(data_set: DataSet | None) -> Iterator[None]:
    """Let settings name a data set of somebody's own within a `with` block; None is none."""
    if data_set:
        add_own(data_set)
    try:
        yield
    finally:
        if data_set:
            forget_own(data_set.key)

from __future__ import annotations

import errno
import gzip
import shutil
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset
from torchvision import datasets, transforms

from mnist_core.data import (
    DATASETS,
    DataSet,
    DownloadError,
    ImageDataset,
    Splits,
    damaged_files,
    data_folder,
    default_root,
    download,
    fetch_images,
    has_images,
    load_images,
    make_train_loader,
    normalize,
    send,
)
from tests.in_chinese import in_chinese
from tests.mirror import Mirror
from tests.tiny_mnist import TEST_IMAGES, TRAIN_IMAGES, TinyMNIST


def raw_folder(root: Path) -> Path:
    return data_folder(DATASETS["mnist"], root)


def damaged(root: Path) -> list[str]:
    return damaged_files(DATASETS["mnist"], root)


def fetch(root: Path | None = None) -> Iterator[float]:
    return fetch_images(DATASETS["mnist"], root)


def load(root: Path | None = None) -> Splits:
    return load_images(DATASETS["mnist"], root)


# --- tensors and batches -----------------------------------------------------------------------


def test_normalize_equals_torchvision_to_the_last_bit() -> None:
    every_value = np.arange(28 * 28, dtype=np.int64).reshape(28, 28) % 256
    pixels = np.stack([every_value, every_value[::-1]]).astype(np.uint8)
    theirs = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    expected = torch.stack([theirs(image[..., None]) for image in pixels])
    ours = normalize(torch.from_numpy(pixels))
    assert ours.dtype == expected.dtype == torch.float32
    assert ours.shape == (2, 1, 28, 28)
    assert torch.equal(ours, expected)


def test_normalize_leaves_its_input_alone() -> None:
    pixels = torch.full((28, 28), 255, dtype=torch.uint8)
    assert normalize(pixels).unique().tolist() == [1.0]
    assert pixels.unique().tolist() == [255]


def test_batches_come_in_the_order_of_an_ordinary_loader() -> None:
    images, labels = torch.rand(10, 1, 28, 28), torch.arange(10)
    torch.manual_seed(7)
    expected = list(DataLoader(TensorDataset(images, labels), batch_size=4, shuffle=True))
    torch.manual_seed(7)
    batches = list(make_train_loader(ImageDataset(images, labels), batch_size=4))
    assert [len(labels) for _, labels in batches] == [4, 4, 2]
    for ours, theirs in zip(batches, expected, strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


def test_a_dataset_gives_single_images_too() -> None:
    dataset = ImageDataset(torch.rand(3, 1, 28, 28), torch.tensor([5, 6, 7]))
    image, label = dataset[1]
    assert len(dataset) == 3
    assert torch.equal(image, dataset.images[1])
    assert label == 6


def test_a_dataset_is_copied_to_a_device_once_and_stays_where_it_is() -> None:
    dataset = ImageDataset(torch.rand(3, 1, 28, 28), torch.tensor([5, 6, 7]))
    assert dataset.to(torch.device("cpu")) is dataset
    there = dataset.to(torch.device("meta"))
    assert there.images.device.type == there.labels.device.type == "meta"
    assert dataset.to(torch.device("meta")) is there
    images, labels = there.__getitems__([2, 0])
    assert images.shape == (2, 1, 28, 28)
    assert labels.shape == (2,)


def test_what_is_sent_to_a_gpu_leaves_from_memory_that_need_not_be_waited_for() -> None:
    gpu = torch.device("cuda")
    tensor = Mock(torch.Tensor, is_cuda=False)
    send(tensor, gpu)
    tensor.pin_memory().to.assert_called_once_with(gpu, non_blocking=True)
    tensor.to.assert_not_called()

    there = Mock(torch.Tensor, is_cuda=True)
    send(there, gpu)
    there.to.assert_called_once_with(gpu, non_blocking=True)
    there.pin_memory.assert_not_called()

    here = torch.ones(3)
    assert send(here, torch.device("cpu")) is here


# --- on disk -----------------------------------------------------------------------------------


def test_what_is_loaded_is_what_torchvision_reads(tiny_root: Path) -> None:
    mnist = load(tiny_root)
    for split, train, count in (
        (mnist.train, True, TRAIN_IMAGES),
        (mnist.test, False, TEST_IMAGES),
    ):
        theirs = datasets.MNIST(str(tiny_root), train=train, transform=transforms.ToTensor())
        assert len(split) == len(theirs) == count
        expected = torch.stack([image for image, _ in theirs])
        assert torch.equal(((split.images + 1) * 127.5).round(), (expected * 255).round())
        assert split.labels.tolist() == [label for _, label in theirs]


def test_the_real_data_are_mnist(mnist: Splits) -> None:
    assert mnist.train.images.shape == (60_000, 1, 28, 28)
    assert mnist.test.images.shape == (10_000, 1, 28, 28)
    # How often each digit occurs, as the data set's literature has it.
    train_counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    test_counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert mnist.train.labels.bincount().tolist() == train_counts
    assert mnist.test.labels.bincount().tolist() == test_counts
    # The mean and deviation that everybody normalises MNIST with, in [0, 1].
    pixels = (mnist.train.images + 1) / 2
    assert pixels.mean().item() == pytest.approx(0.1307, abs=1e-4)
    assert pixels.std().item() == pytest.approx(0.3081, abs=1e-4)


def test_data_are_read_once_and_shared(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = shutil.copytree(tiny_root, tmp_path / "root")
    mnist = DATASETS["mnist"]
    reads = []
    counting = replace(mnist, read=lambda folder: reads.append(folder) or mnist.read(folder))
    monkeypatch.setitem(DATASETS, "mnist", counting)
    found: list[Splits] = []
    threads = [threading.Thread(target=lambda: found.append(load(root))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.chdir(tmp_path)
    found.append(load(Path("root")))  # the same folder by another name
    assert len(found) == 5
    assert all(splits is found[0] for splits in found)
    assert len(reads) == 1


def test_the_folder_is_the_one_that_mnist_data_names(
    tiny_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DATA", str(tiny_root))
    assert default_root() == tiny_root
    assert load() is load(tiny_root)
    assert list(fetch()) == []


@pytest.mark.parametrize("value", [None, ""])
def test_without_mnist_data_the_folder_is_the_articles(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None:
        monkeypatch.delenv("MNIST_DATA", raising=False)
    else:
        monkeypatch.setenv("MNIST_DATA", value)
    assert default_root() == Path("data")


def test_a_folder_below_ones_home_is_found_there(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_root, tmp_path / "home" / "mnist")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MNIST_DATA", "~/mnist")
    monkeypatch.chdir(tmp_path)
    assert default_root() == tmp_path / "home" / "mnist"
    assert has_images(DATASETS["mnist"])
    assert list(fetch()) == []
    assert load() is load(Path("~/mnist"))
    assert [path.name for path in tmp_path.iterdir()] == ["home"]  # none that is called ~

    monkeypatch.setenv("MNIST_DATA", "~nobody-is-called-so/mnist")
    assert default_root() == Path("~nobody-is-called-so/mnist")  # as a shell leaves it


@pytest.mark.parametrize("damage", ["missing", "cut short", "altered", "a folder"])
def test_damage_is_noticed(tiny_root: Path, tmp_path: Path, damage: str) -> None:
    root = shutil.copytree(tiny_root, tmp_path / "root")
    assert has_images(DATASETS["mnist"], root)
    do_damage(raw_folder(root) / "t10k-labels-idx1-ubyte", damage)
    assert has_images(DATASETS["mnist"], root) is (
        damage == "altered"
    )  # which cannot be seen at a glance
    assert damaged(root) == ["t10k-labels-idx1-ubyte"]
    with pytest.raises(FileNotFoundError, match="t10k-labels-idx1-ubyte"):
        load(root)


def do_damage(file: Path, damage: str) -> None:
    content = file.read_bytes()
    file.unlink()
    if damage == "cut short":
        file.write_bytes(content[:-1])
    elif damage == "altered":
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "a folder":
        file.mkdir()


# --- from the network --------------------------------------------------------------------------


def snapshot(folder: Path) -> dict[Path, tuple[int, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {file: (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


def test_a_download_reports_shares_and_completes(mirror: Mirror, tmp_path: Path) -> None:
    root = tmp_path / "not" / "there" / "yet"
    mirror.open.clear()
    shares = []
    for share in fetch(root):
        shares.append(share)
        if len(shares) == 2:  # it reports while nothing arrives, too
            mirror.open.set()
    assert len(shares) >= 2
    assert all(0 <= share <= 1 for share in shares)
    assert damaged(root) == []
    assert len(load(root).train) == TRAIN_IMAGES
    assert {path.name for path in raw_folder(root).iterdir()} == set(DATASETS["mnist"].files)


def test_what_is_complete_is_left_alone(tiny_root: Path, mirror: Mirror, tmp_path: Path) -> None:
    root = shutil.copytree(tiny_root, tmp_path / "root")
    before = snapshot(root)
    assert list(fetch(root)) == []
    load(root)
    assert snapshot(root) == before  # so that a folder that cannot be written to will do
    assert not mirror.requests


@pytest.mark.parametrize("damage", ["missing", "cut short", "altered"])
def test_only_a_damaged_file_is_replaced(
    tiny_root: Path, mirror: Mirror, tmp_path: Path, damage: str
) -> None:
    root = shutil.copytree(tiny_root, tmp_path / "root")
    file = raw_folder(root) / "t10k-images-idx3-ubyte"
    do_damage(file, damage)
    before = snapshot(raw_folder(root))
    list(fetch(root))
    after = snapshot(raw_folder(root))
    assert damaged(root) == []
    before.pop(file, None)
    after.pop(file)
    assert after == before


def test_what_an_interrupted_download_left_is_used_or_cleaned(
    mirror: Mirror, tiny_mnist_folder: TinyMNIST, one_fetch: Counter[str], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    part = raw_folder(root / "MNIST" / "part")
    part.mkdir(parents=True)
    whole, cut, broken, _ = (name for name, _ in tiny_mnist_folder.resources)
    shutil.copy(tiny_mnist_folder.archives / whole, part)
    (part / cut).write_bytes((tiny_mnist_folder.archives / cut).read_bytes()[:10])
    (part / broken.removesuffix(".gz")).write_bytes(b"half unpacked")
    list(fetch(root))
    assert damaged(root) == []
    assert not snapshot(part)
    assert whole not in mirror.requests  # it had arrived already
    assert mirror.requests[cut] == one_fetch[cut]


def test_two_threads_share_one_download(
    mirror: Mirror, one_fetch: Counter[str], tmp_path: Path
) -> None:
    mirror.open.clear()
    both_wait = threading.Barrier(2, action=mirror.open.set)
    complete = []

    def fetch_one() -> None:
        shares = fetch(tmp_path)
        next(shares)
        both_wait.wait(timeout=60)
        list(shares)
        complete.append(damaged(tmp_path) == [])

    threads = [threading.Thread(target=fetch_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert complete == [True, True]
    assert mirror.requests == one_fetch


# --- from archives -----------------------------------------------------------------------------


@pytest.fixture
def packed_root(mirror: Mirror, tiny_mnist_folder: TinyMNIST, tmp_path: Path) -> Path:
    """Return a folder where the four files lie packed only, far from any network."""
    shutil.copytree(tiny_mnist_folder.archives, raw_folder(tmp_path))
    datasets.MNIST.mirrors = []
    return tmp_path


def test_archives_that_lie_there_are_unpacked_without_a_network(
    packed_root: Path, mirror: Mirror
) -> None:
    archives = snapshot(raw_folder(packed_root))
    list(fetch(packed_root))
    assert damaged(packed_root) == []
    assert len(load(packed_root).train) == TRAIN_IMAGES
    assert archives.items() <= snapshot(raw_folder(packed_root)).items()  # they stay as they are
    assert not snapshot(raw_folder(packed_root / "MNIST" / "part"))
    assert not mirror.requests


DAMAGED_ARCHIVES: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda packed: packed[:-20],
    "altered": lambda packed: packed[:100] + bytes([packed[100] ^ 255]) + packed[101:],
    "no archive": lambda packed: b"<html>404</html>",
    "empty": lambda packed: b"",
    "of another file": lambda packed: gzip.compress(b"hello"),
    "a bomb": lambda packed: gzip.compress(bytes(100_000_000)),
}


@pytest.mark.parametrize("damage", DAMAGED_ARCHIVES)
def test_a_damaged_archive_is_named_and_not_taken(packed_root: Path, damage: str) -> None:
    archive = raw_folder(packed_root) / "t10k-images-idx3-ubyte.gz"
    archive.write_bytes(DAMAGED_ARCHIVES[damage](archive.read_bytes()))
    with pytest.raises(FileNotFoundError) as error:
        list(fetch(packed_root))
    assert_says_what_to_do(error, packed_root)
    assert "Damaged there: t10k-images-idx3-ubyte.gz." in str(error.value)
    assert "其中损坏的有：t10k-images-idx3-ubyte.gz。" in in_chinese(error.value)
    assert damaged(packed_root) == ["t10k-images-idx3-ubyte"]  # the others were whole


def test_what_a_damaged_archive_does_not_give_is_downloaded(
    packed_root: Path, mirror: Mirror
) -> None:
    datasets.MNIST.mirrors = [mirror.url]
    (raw_folder(packed_root) / "train-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    list(fetch(packed_root))
    assert damaged(packed_root) == []
    assert mirror.requests


# --- when nothing helps ------------------------------------------------------------------------


def assert_says_what_to_do(error: pytest.ExceptionInfo[FileNotFoundError], root: Path) -> None:
    message = str(error.value)
    assert all(name in message for name in DATASETS["mnist"].files)
    assert str(raw_folder(root)) in message
    assert "MNIST_DATA" in message
    chinese = in_chinese(error.value)
    assert all(
        name in chinese
        for name in [
            *DATASETS["mnist"].files,
            str(raw_folder(root)),
            "MNIST_DATA",
        ]
    )


def test_without_network_the_error_says_what_to_do(mirror: Mirror, tmp_path: Path) -> None:
    with socket.socket() as nobody:  # bound, but not listening: connections are refused
        nobody.bind(("127.0.0.1", 0))
        datasets.MNIST.mirrors = [f"http://127.0.0.1:{nobody.getsockname()[1]}/"]
        with pytest.raises(FileNotFoundError) as error:
            list(fetch(tmp_path))
    assert_says_what_to_do(error, tmp_path)


def test_a_network_that_wants_a_login_gives_the_same_advice(mirror: Mirror, tmp_path: Path) -> None:
    mirror.garbage = True
    with pytest.raises(FileNotFoundError) as error:
        list(fetch(tmp_path))
    assert_says_what_to_do(error, tmp_path)


def test_files_that_are_not_mnist_are_not_taken(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mnist = DATASETS["mnist"]
    wrong = {name: (size, "0" * 32) for name, (size, _) in mnist.files.items()}
    monkeypatch.setitem(DATASETS, "mnist", replace(mnist, files=wrong))
    with pytest.raises(FileNotFoundError) as error:
        list(fetch(tmp_path))
    assert_says_what_to_do(error, tmp_path)
    assert not raw_folder(tmp_path).exists()


def test_a_folder_that_cannot_be_made_gives_the_same_advice(mirror: Mirror, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    root = tmp_path / "file" / "root"
    with pytest.raises(FileNotFoundError) as error:
        list(fetch(root))
    assert_says_what_to_do(error, root)
    assert not mirror.requests


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EROFS, "because this folder cannot be written to. Make it writable"),
        (errno.EACCES, "because this folder cannot be written to. Make it writable"),
        (errno.ENOSPC, "because the disk is full. Make room"),
        (errno.ECONNRESET, "could not be downloaded. Connect to the internet"),
    ],
)
def test_why_there_is_no_download_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def fail(data_set: DataSet, root: Path) -> None:
        raise OSError(number, "no")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(download, "_fetch", fail)
    with pytest.raises(FileNotFoundError, match=said) as failure:
        list(fetch(Path("data")))
    assert str(tmp_path) not in str(failure.value)  # the folder has the name that it was given


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("<urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate>", "certificate"),
        ("<urlopen error Tunnel connection failed: 407 Proxy Authentication Required>", "a proxy"),
        ("HTTP Error 403: Forbidden", "refuses it"),
        ("<urlopen error [Errno -2] Name or service not known>", "name of the other side"),
        ("<urlopen error [Errno -3] Temporary failure in name resolution>", "name of the other"),
        ("<urlopen error [Errno 11001] getaddrinfo failed>", "name of the other side"),
        ("<urlopen error timed out>", "does not answer"),
        ("<urlopen error [Errno 111] Connection refused>", "no connection"),
        ("<urlopen error [Errno 101] Network is unreachable>", "no connection"),
        ("something new", ""),
    ],
)
def test_why_a_download_failed_is_said_in_a_few_words_and_is_known_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: str, reason: str
) -> None:
    said = f"Error downloading x.gz:\nTried http://a/x.gz, got:\n{cause}\nTried http://b/x.gz\n"

    def fail(data_set: DataSet, root: Path) -> None:
        raise RuntimeError(said)

    monkeypatch.setattr(download, "_fetch", fail)
    with pytest.raises(DownloadError) as failure:
        list(fetch(tmp_path))
    for told in (failure.value.said_to_visitors, str(failure.value)):
        assert reason in told
        assert ("because" in told) is bool(reason)
    assert str(tmp_path) not in failure.value.said_to_visitors
    assert said in failure.value.cause


def test_after_a_failure_the_next_fetch_succeeds(mirror: Mirror, tmp_path: Path) -> None:
    mirror.garbage = True
    with pytest.raises(FileNotFoundError):
        list(fetch(tmp_path))
    mirror.garbage = False
    list(fetch(tmp_path))
    assert damaged(tmp_path) == []

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets

from mnist_core.checkpoints import describe_run, load_checkpoint, read_run, save_checkpoint
from mnist_core.config import TrainConfig
from mnist_core.data import (
    DATASETS,
    PixelDataset,
    damaged_files,
    data_folder,
    fetch_images,
    has_images,
    load_images,
    map_images,
    mapping,
)
from mnist_core.data.registry import IDX_SIZES
from mnist_core.models import MODELS, SHAPES, create_model
from mnist_core.training import EpochRecord, set_up, train
from tests.article import TRANSFORM
from tests.each import each
from tests.mirror import serve
from tests.tiny_cifar import TinyCIFAR, make_tiny_cifar
from tests.tiny_mnist import TinyMNIST


@pytest.fixture
def tiny_cifar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyCIFAR:
    made = make_tiny_cifar(tmp_path)
    made.replace_cifar(monkeypatch)
    return made


# --- what is known of them ---------------------------------------------------------------------


def test_what_is_downloaded_is_what_torchvision_downloads() -> None:
    for name, data_set in each(DATASETS.items()):
        source = getattr(datasets, data_set.source)
        if name == "cifar10":
            assert data_set.archives == (source.filename,)
            listed = [*source.train_list, *source.test_list]
            assert {file: md5 for file, (_, md5) in data_set.files.items()} == {
                **dict(listed),
                source.meta["filename"]: source.meta["md5"],
            }
        else:
            assert data_set.archives == tuple(archive for archive, _ in source.resources)
            assert data_set.folder == f"{source.__name__}/raw"


def test_each_can_be_told_from_the_others() -> None:
    for name, data_set in each(DATASETS.items()):
        assert data_set.key == name
        assert 2 <= len(data_set.classes) <= 20
        assert len(set(data_set.classes)) == len(data_set.classes)
        assert data_set.shape in SHAPES
    assert len({data_set.folder for data_set in DATASETS.values()}) == len(DATASETS)


def test_the_network_fits_the_data_set() -> None:
    for data_set in each(DATASETS.values()):
        images = torch.zeros(2, *data_set.shape)
        for name in each(MODELS):
            model = TrainConfig(model=name, dataset=data_set.key).create_model().eval()
            assert model(images).shape == (2, len(data_set.classes))


def test_a_network_can_be_built_for_any_shape_and_number_of_classes() -> None:
    for shape in each(SHAPES):
        for name in each(MODELS):
            model = create_model(name, shape=shape, classes=7).eval()
            assert model(torch.zeros(3, *shape)).shape == (3, 7)


# --- MNIST's form ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fashion_mnist", "kmnist"])
def test_a_set_in_mnists_form_is_read_as_torchvision_reads_it(
    tiny_mnist_folder: TinyMNIST, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    data_set = replace(DATASETS[name], files=tiny_mnist_folder.data_set.files)
    monkeypatch.setitem(DATASETS, name, data_set)
    assert not has_images(data_set, tmp_path)
    shutil.copytree(tiny_mnist_folder.root / "MNIST", tmp_path / data_set.source)
    assert has_images(data_set, tmp_path)
    source = getattr(datasets, data_set.source)
    for is_train, half in ((True, "train"), (False, "test")):
        theirs = source(root=str(tmp_path), train=is_train, transform=TRANSFORM)
        images = torch.stack([image for image, _ in theirs])
        for ours in (load_images(data_set, tmp_path), map_images(data_set, tmp_path)):
            assert torch.equal(getattr(ours, half).images, images)
            assert torch.equal(getattr(ours, half).labels, theirs.targets)


def test_one_that_is_not_there_is_fetched_from_its_own_mirror(
    tiny_mnist_folder: TinyMNIST, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = tiny_mnist_folder.data_set
    for name in each(["fashion_mnist", "kmnist"]):
        data_set = replace(DATASETS[name], files=tiny.files, download_bytes=tiny.download_bytes)
        source = getattr(datasets, data_set.source)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with serve(tiny_mnist_folder.archives) as mirror:
            monkeypatch.setattr(source, "mirrors", [mirror.url])
            monkeypatch.setattr(source, "resources", tiny_mnist_folder.resources)
            list(fetch_images(data_set, tmp_path))
            assert set(mirror.requests) == set(data_set.archives)
        assert damaged_files(data_set, tmp_path) == []
        assert {path.name for path in data_folder(data_set, tmp_path).iterdir()} == set(IDX_SIZES)


# --- CIFAR-10's --------------------------------------------------------------------------------


def test_cifar_is_read_as_torchvision_reads_it(tiny_cifar: TinyCIFAR) -> None:
    ours = map_images(tiny_cifar.data_set, tiny_cifar.root)
    for is_train, half in ((True, ours.train), (False, ours.test)):
        theirs = datasets.CIFAR10(root=str(tiny_cifar.root), train=is_train, transform=TRANSFORM)
        assert torch.equal(half.images, torch.stack([image for image, _ in theirs]))
        assert half.labels.tolist() == theirs.targets
        assert isinstance(half, PixelDataset)
        assert half.pixels.dtype == torch.uint8


def test_the_articles_loop_on_cifar_computes_the_same_numbers(tiny_cifar: TinyCIFAR) -> None:
    """The article's code, restated with the one class changed and the network's two numbers."""
    torch.manual_seed(42)
    source, root = datasets.CIFAR10, str(tiny_cifar.root)
    train_set = source(root=root, train=True, transform=TRANSFORM)
    loader = DataLoader(train_set, batch_size=64, shuffle=True)
    next(iter(loader))
    fc1, fc2 = nn.Linear(3 * 32 * 32, 128), nn.Linear(128, 10)
    model = nn.Sequential(nn.Flatten(), fc1, nn.ReLU(), fc2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    criterion = nn.CrossEntropyLoss()
    expected = []
    for _ in range(2):
        running_loss = 0.0
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
        expected.append(running_loss / len(loader))
    config = TrainConfig(dataset="cifar10", epochs=2)
    training = set_up(config, load_images(config.data_set, tiny_cifar.root), torch.device("cpu"))
    ends = [record for record in train(training) if isinstance(record, EpochRecord)]
    assert [end.train_loss for end in ends] == expected
    assert torch.equal(training.model.fc1.weight, fc1.weight)  # type: ignore[arg-type]


@pytest.mark.parametrize("have", [0, 1_000, -1])
def test_a_large_download_goes_on_where_it_was_broken_off(
    tiny_cifar: TinyCIFAR, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, have: int
) -> None:
    root, whole = tmp_path / "root", tiny_cifar.archive.read_bytes()
    begun = root / "CIFAR10" / "part" / tiny_cifar.archive.name
    begun.parent.mkdir(parents=True)
    begun.write_bytes(whole[:have] if have >= 0 else whole)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(tiny_cifar.archive.parent) as mirror:
        monkeypatch.setattr(datasets.CIFAR10, "url", mirror.url + tiny_cifar.archive.name)
        shares = list(fetch_images(tiny_cifar.data_set, root))
    assert damaged_files(tiny_cifar.data_set, root) == []
    assert mirror.ranges == ([] if have < 0 else [f"bytes={have}-"])
    assert all(0 <= share <= 1 for share in shares)
    assert not begun.exists()
    assert len(map_images(tiny_cifar.data_set, root).train) == 300


def test_what_was_broken_off_and_is_not_genuine_is_fetched_anew(
    tiny_cifar: TinyCIFAR, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    begun = root / "CIFAR10" / "part" / tiny_cifar.archive.name
    begun.parent.mkdir(parents=True)
    begun.write_bytes(random.Random(0).randbytes(1_000))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(tiny_cifar.archive.parent) as mirror:
        monkeypatch.setattr(datasets.CIFAR10, "url", mirror.url + tiny_cifar.archive.name)
        list(fetch_images(tiny_cifar.data_set, root))
    assert damaged_files(tiny_cifar.data_set, root) == []


# --- memory ------------------------------------------------------------------------------------


def test_the_set_used_least_recently_leaves_memory(
    tiny_cifar: TinyCIFAR, tiny_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "_opened", {})
    mnist, cifar = DATASETS["mnist"], tiny_cifar.data_set
    first = map_images(mnist, tiny_root)
    map_images(cifar, tiny_cifar.root)
    assert map_images(mnist, tiny_root) is first  # both have room
    monkeypatch.setenv("MNIST_MAX_DATA_MB", "1")  # of which CIFAR alone takes more
    map_images(cifar, tiny_cifar.root)
    assert [key for key, _ in mapping._opened] == ["cifar10"]
    assert map_images(mnist, tiny_root) is not first


# --- what a network says that it has learned ---------------------------------------------------


def test_metadata_name_the_data_set_and_its_classes(tmp_path: Path) -> None:
    for dataset in each(DATASETS):
        config = TrainConfig(model="cnn", dataset=dataset)
        path = tmp_path / f"{dataset}.pth"
        metadata = describe_run(config, [])
        save_checkpoint(path, config.create_model(), metadata)
        checkpoint = load_checkpoint(path)
        assert (checkpoint.dataset, checkpoint.shape) == (dataset, config.data_set.shape)
        assert metadata["classes"] == list(config.data_set.classes)
        assert read_run(checkpoint.metadata, "cnn", dataset=dataset) == (config, [])
        path.with_suffix(".json").unlink()
        checkpoint = load_checkpoint(path)
        assert checkpoint.dataset is None  # its shapes do not tell
        assert (checkpoint.shape, checkpoint.classes) == (config.data_set.shape, 10)


def test_old_metadata_that_name_no_data_set_are_of_mnist(tmp_path: Path) -> None:
    metadata = describe_run(TrainConfig(), [])
    del metadata["config"]["dataset"], metadata["classes"]
    save_checkpoint(tmp_path / "old.pth", TrainConfig().create_model(), metadata)
    assert load_checkpoint(tmp_path / "old.pth").dataset == "mnist"


def test_a_data_set_that_the_weights_do_not_fit_is_not_believed(tmp_path: Path) -> None:
    metadata = describe_run(TrainConfig(dataset="cifar10"), [])
    for told in each(["cifar10", "unknown", 7, None]):
        metadata["config"]["dataset"] = told
        save_checkpoint(tmp_path / "false.pth", TrainConfig().create_model(), metadata)
        assert load_checkpoint(tmp_path / "false.pth").dataset is None


def test_handwriting_is_for_digits_alone() -> None:
    TrainConfig(augmentation="handwriting")
    for dataset in each(set(DATASETS) - {"mnist"}):
        with pytest.raises(ValueError, match="for MNIST alone"):
            TrainConfig(augmentation="handwriting", dataset=dataset)
    with pytest.raises(ValueError, match="Data set must be one of mnist"):
        TrainConfig(dataset="imagenet")

"""Fixtures for every test: data sets, one thread, and no skipping where everything is there."""

from __future__ import annotations

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before anything imports gradio

from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from PIL import Image, ImageDraw
from torchvision import datasets

from mnist_core.data import DATASETS, Splits, fetch_images, has_images, load_images
from mnist_core.drawings import LabelledDrawing, read_drawings
from mnist_core.preprocessing import Stroke
from tests import real_pen_digits, real_pictures
from tests.mirror import Mirror, serve
from tests.real_mnist import ADVICE, find_mnist
from tests.tiny_mnist import TinyMNIST, make_tiny_mnist

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")

settings.register_profile("ours", deadline=None, derandomize=IN_CI)  # a busy machine is no failure
settings.load_profile("ours")


LANES = ("browser", "slow")  # folders of tests whose name is the mark of all that lie in them


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the mark of its lane."""
    for item in items:
        lane = item.path.relative_to(Path(__file__).parent).parts[0]
        if lane in LANES:
            item.add_marker(lane)


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"CI does not allow this: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one: everything that it needs has to be there."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself while it is read."""
    report = yield
    if IN_CI and report.skipped:
        refuse_skip(report)
    return report


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Compute with one thread: two that fight for a busy processor take ten times as long."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """Return the folder of the real MNIST; skip the test where there is none."""
    root = find_mnist()
    if root is None:
        pytest.skip(ADVICE)
    return root


@pytest.fixture(scope="session")
def mnist(mnist_root: Path) -> Splits:
    """Return the real MNIST, loaded once for all tests."""
    return load_images(DATASETS["mnist"], mnist_root)


@pytest.fixture(scope="session")
def fashion_root(mnist_root: Path) -> Path:
    """Return the folder of the real Fashion-MNIST, MNIST's; skip the test where there is none."""
    if not has_images(DATASETS["fashion_mnist"], mnist_root):
        pytest.skip("The real Fashion-MNIST does not lie beside MNIST.")
    return mnist_root


@pytest.fixture(scope="session")
def pen_digits_file() -> Path:
    """Return the file of real pen digits; skip the test where there is none."""
    file = real_pen_digits.find_pen_digits()
    if file is None:
        pytest.skip(real_pen_digits.ADVICE)
    return file


@pytest.fixture(scope="session")
def pen_digits(pen_digits_file: Path) -> list[LabelledDrawing]:
    """Return the real pen digits, read once for all tests."""
    return read_drawings(pen_digits_file)


@pytest.fixture(scope="session")
def other_pen_digits() -> list[LabelledDrawing]:
    """Return the digits of other people, who cross their sevens; skip where there are none."""
    file = real_pen_digits.find_beside(real_pen_digits.OTHERS)
    if file is None:
        pytest.skip(f"{real_pen_digits.OTHERS} does not lie beside the file of pen digits.")
    return read_drawings(file)


@pytest.fixture(scope="session")
def real_letters() -> list[list[Stroke]]:
    """Return letters that are written like no digit; skip the test where there are none."""
    file = real_pen_digits.find_beside(real_pen_digits.LETTERS)
    if file is None:
        pytest.skip(f"{real_pen_digits.LETTERS} does not lie beside the file of pen digits.")
    letters = real_pen_digits.read_letters(file)
    return [strokes for letter, strokes in letters if letter not in real_pen_digits.TWINS]


@pytest.fixture(scope="session")
def cats_and_dogs() -> Path:
    """Return the zip file of real cats and dogs; skip the test where there is none."""
    file = real_pictures.find_cats_and_dogs()
    if file is None:
        pytest.skip(real_pictures.ADVICE)
    return file


@pytest.fixture(scope="session")
def tiny_mnist_folder(tmp_path_factory: pytest.TempPathFactory) -> TinyMNIST:
    """Make a tiny data set on disk, in MNIST's own format; tests may not change it."""
    return make_tiny_mnist(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def tiny_root(tiny_mnist_folder: TinyMNIST, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let `mnist_core` take the tiny data set for MNIST; return its folder."""
    monkeypatch.setitem(DATASETS, "mnist", tiny_mnist_folder.data_set)
    return tiny_mnist_folder.root


@pytest.fixture
def tiny_mnist(tiny_root: Path) -> Splits:
    """Return a tiny data set that a network can learn: 320 images to learn from, 100 to test."""
    return load_images(DATASETS["mnist"], tiny_root)


@pytest.fixture
def mirror(
    tiny_root: Path, tiny_mnist_folder: TinyMNIST, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mirror]:
    """Let torchvision download the tiny data set from this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(tiny_mnist_folder.archives) as mirror:
        monkeypatch.setattr(datasets.MNIST, "mirrors", [mirror.url])
        monkeypatch.setattr(datasets.MNIST, "resources", tiny_mnist_folder.resources)
        yield mirror


@pytest.fixture
def one_fetch(mirror: Mirror, tmp_path: Path) -> Counter[str]:
    """Return what a single download asks of the mirror, which is then as good as new."""
    list(fetch_images(DATASETS["mnist"], tmp_path / "alone"))
    requests, mirror.requests = mirror.requests, Counter()
    assert set(requests) == {name for name, _ in datasets.MNIST.resources}
    return requests


@pytest.fixture
def four(tmp_path: Path) -> Path:
    """Paint a picture of a four."""
    picture = Image.new("L", (100, 100), 255)
    pen = ImageDraw.Draw(picture)
    pen.line([(40, 15), (30, 55), (70, 55)], fill=0, width=8)
    pen.line([(60, 25), (60, 85)], fill=0, width=8)
    picture.save(tmp_path / "four.png")
    return tmp_path / "four.png"

"""The programs that `codegen` writes, run alone: they print what the run prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from mnist_core.codegen import COMMENTS, generate_code, generate_rate_finder
from mnist_core.commands.find_rate import say_point
from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, Splits, add_own, forget_own, load_images
from mnist_core.notebook import generate_notebook
from mnist_core.pictures import as_data_set, read_pictures
from mnist_core.rate_finder import find_rate, suggest
from mnist_core.training import EpochRecord, set_up, train
from tests.core.test_codegen import SPREAD
from tests.made_pictures import (
    LYING,
    UPRIGHT,
    content_of,
    picture,
    two_classes,
    write_folder,
    write_zip,
)
from tests.tiny_cifar import make_tiny_cifar
from tests.tiny_mnist import TinyMNIST

# Runs what each folder holds by itself, in a Python that has loaded PyTorch once for all: a
# program, or the cells of a notebook from top to bottom.
RUN_ALL = """
import contextlib, json, os, runpy, sys

def run_cells(path):
    with open(path, encoding="utf-8") as file:
        cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
    names = {"__name__": "__main__"}
    for cell in cells:
        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)

if os.environ.get("TINY_CIFAR"):  # which torchvision would find not to be genuine
    from torchvision.datasets import cifar
    cifar.check_integrity = lambda *_: True

for folder in sys.argv[1:]:
    os.chdir(folder)
    with open("said.txt", "w", encoding="utf-8") as said, contextlib.redirect_stdout(said):
        if os.path.exists("notebook.ipynb"):
            run_cells("notebook.ipynb")
        else:
            runpy.run_path("program.py", run_name="__main__")
"""


def execute(programs: dict[Path, str], mnist_root: Path) -> list[list[str]]:
    """Run each program or notebook in its folder, far from this project, with MNIST in its ./data.

    Returns:
        The lines that each has printed.
    """
    for folder, program in programs.items():
        folder.mkdir()
        name = "notebook.ipynb" if program.startswith("{") else "program.py"
        (folder / name).write_text(program, encoding="utf-8")
        (folder / "data").symlink_to(mnist_root, target_is_directory=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
    environment.pop("PYTHONPATH", None)
    command = [sys.executable, "-I", "-c", RUN_ALL, *map(str, programs)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [(folder / "said.txt").read_text(encoding="utf-8").splitlines() for folder in programs]


def lines_of_the_run(config: TrainConfig, data: Splits) -> list[str]:
    """Train with these settings; return what the article's program would print, in English."""
    epochs = [record for record in train(set_up(config, data)) if isinstance(record, EpochRecord)]
    size = min(config.batch_size, config.images, len(data.train))
    return [
        f"Image batch shape: {torch.Size([size, *config.data_set.shape])}",
        f"Label batch shape: torch.Size([{size}])",
        f"The model is on: {'cuda' if torch.cuda.is_available() else 'cpu'}",
        "Training starts ...",
        *[f"Epoch [{e.epoch}/{config.epochs}], Loss: {e.train_loss:.4f}" for e in epochs],
        "Training finished!",
        f"Accuracy on the test set: {epochs[-1].test_accuracy:.2%}",
        "The model has been loaded!",
    ]


def test_each_program_prints_what_its_run_prints(
    tmp_path: Path, tiny_root: Path, tiny_mnist: Splits
) -> None:
    # The recipe with each choice of comments, and each of the others with one of them: they differ
    # in nothing else, as the tests of `codegen` show.
    recipe, *others = SPREAD
    cases = [*product([recipe], COMMENTS), *zip(others, cycle(COMMENTS), strict=False)]
    programs = {
        tmp_path / str(number): generate_code(config, comments)
        for number, (config, comments) in enumerate(cases)
    }
    expected = {config: lines_of_the_run(config, tiny_mnist) for config in SPREAD}
    said_by_each = execute(programs, tiny_root)
    for (config, comments), folder, said in zip(cases, programs, said_by_each, strict=True):
        english = expected[config]
        assert said == (in_chinese(english) if comments == "zh" else english), (config, comments)
        assert (folder / "loss.png").read_bytes().startswith(b"\x89PNG"), config
        weights = torch.load(folder / f"{config.model}_{config.dataset}.pth", weights_only=True)
        config.create_model().load_state_dict(weights)


def test_each_rate_finder_prints_what_the_ramp_finds(
    tmp_path: Path, tiny_root: Path, tiny_mnist: Splits
) -> None:
    configs = [
        TrainConfig(),
        TrainConfig(model="cnn", augmentation="affine", batch_size=100, seed=3),
        TrainConfig(model="deep_nn", activation="tanh", width=20, optimizer="sgd", images=150),
    ]
    programs = {
        tmp_path / str(number): generate_rate_finder(config, "en")
        for number, config in enumerate(configs)
    }
    for config, said in zip(configs, execute(programs, tiny_root), strict=True):
        points = list(find_rate(config, tiny_mnist))
        assert said[3:] == [
            *[say_point(point) for point in points if point.batch % 10 == 1],
            f"suggested: {suggest(points).rate:.2g}",
        ], config


def test_the_program_that_forgets_to_flatten_ends_as_its_run_does(
    tmp_path: Path, tiny_root: Path, tiny_mnist: Splits
) -> None:
    config = TrainConfig(flatten=False)
    with pytest.raises(RuntimeError) as raised:
        list(train(set_up(config, tiny_mnist)))
    (tmp_path / "program.py").write_text(generate_code(config), encoding="utf-8")
    (tmp_path / "data").symlink_to(tiny_root, target_is_directory=True)
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    environment.pop("PYTHONPATH", None)
    command = [sys.executable, "-I", "program.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "Training starts ..."
    assert done.stderr.splitlines()[-1] == f"RuntimeError: {raised.value}"


def test_each_notebook_prints_what_its_run_prints(
    tmp_path: Path, tiny_root: Path, tiny_mnist: Splits
) -> None:
    recipe, *_, handwriting = SPREAD
    cases = [(recipe, "en"), (recipe, "zh"), (handwriting, "none")]
    notebooks = {
        tmp_path / str(number): generate_notebook(config, comments)
        for number, (config, comments) in enumerate(cases)
    }
    said_by_each = execute(notebooks, tiny_root)
    for (config, comments), folder, said in zip(cases, notebooks, said_by_each, strict=True):
        english = lines_of_the_run(config, tiny_mnist)
        assert said == (in_chinese(english) if comments == "zh" else english), (config, comments)
        assert (folder / "loss.png").read_bytes().startswith(b"\x89PNG")
        weights = torch.load(folder / f"{config.model}_{config.dataset}.pth", weights_only=True)
        config.create_model().load_state_dict(weights)


def in_chinese(lines: list[str]) -> list[str]:
    """Put the article's own words in the place of ours."""
    words = {
        "Image batch shape: ": "图像批次 Shape: ",
        "Label batch shape: ": "标签批次 Shape: ",
        "The model is on: ": "模型已移动到: ",
        "Training starts ...": "开始训练...",
        "Training finished!": "训练完成!",
        "Accuracy on the test set: ": "测试集上的准确率: ",
        "The model has been loaded!": "模型加载成功!",
    }
    text = "\n".join(lines)
    for ours, articles in words.items():
        assert ours in text
        text = text.replace(ours, articles)
    return text.splitlines()


@pytest.mark.parametrize("dataset", ["fashion_mnist", "cifar10"])
def test_the_program_for_another_data_set_prints_what_its_run_prints(
    tmp_path: Path,
    tiny_mnist_folder: TinyMNIST,
    monkeypatch: pytest.MonkeyPatch,
    dataset: str,
) -> None:
    if dataset == "cifar10":
        tiny = make_tiny_cifar(tmp_path)
        monkeypatch.setitem(DATASETS, dataset, tiny.data_set)
        monkeypatch.setenv("TINY_CIFAR", "1")
        root = tiny.root
    else:
        files = tiny_mnist_folder.data_set.files
        data_set = replace(DATASETS[dataset], files=files)
        monkeypatch.setitem(DATASETS, dataset, data_set)
        root = tmp_path / "fashion"
        shutil.copytree(tiny_mnist_folder.root / "MNIST", root / data_set.source)
    configs = [
        TrainConfig(dataset=dataset, epochs=2),
        TrainConfig(model="deep_nn", dataset=dataset, epochs=1, images=150, wrong_labels=0.2),
        TrainConfig(model="cnn", dataset=dataset, epochs=1, augmentation="affine"),
    ]
    programs = {
        tmp_path / str(number): generate_code(config) for number, config in enumerate(configs)
    }
    data = load_images(DATASETS[dataset], root)
    expected = [lines_of_the_run(config, data) for config in configs]
    assert execute(programs, root) == expected


def test_on_mnist_the_recipes_program_prints_what_the_recipe_prints(
    tmp_path: Path, mnist_root: Path, mnist: Splits
) -> None:
    config = TrainConfig(epochs=1)
    (said,) = execute({tmp_path / "recipe": generate_code(config)}, mnist_root)
    assert said == lines_of_the_run(config, mnist)


def test_programs_read_pictures_of_ones_own_as_the_run_does(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (50, 30), (200, 30, 10, 90))
    clear.paste((0, 0, 255, 255), (5, 5, 20, 25))
    large = picture(7, is_upright=True, size=(1_200, 700))
    odd = {
        f"{UPRIGHT}/clear.png": content_of(clear),
        f"{UPRIGHT}/photograph.jpg": content_of(large, "JPEG"),
        f"{LYING}/moves.gif": content_of(picture(8, is_upright=False), "GIF"),
        f"{LYING}/no picture.png": b"?",
        f"{LYING}/.hidden.png": content_of(clear),
        "read me.txt": b"by me",
    }
    deep = {f"mine/{name}": content for name, content in (two_classes(70) | odd).items()}
    places = [
        write_folder(tmp_path / "plain", two_classes(70) | odd),
        write_zip(tmp_path / "deep.zip", deep),
        write_zip(tmp_path / "divided.zip", two_classes(70, "train/") | two_classes(9, "test/")),
        write_zip(tmp_path / "gray.zip", two_classes(70, mode="L")),
    ]
    settings: list[dict[str, Any]] = [
        {"augmentation": "mirror", "model": "cnn"},
        {"images": 100, "wrong_labels": 0.1},
        {"augmentation": "affine", "model": "dropout_nn"},
        {"augmentation": "mirror", "model": "deep_nn", "schedule": "one_cycle"},
    ]
    programs, expected = {}, []
    for place, given in zip(places, settings, strict=True):
        data_set = as_data_set(read_pictures(place), place)
        add_own(data_set)
        config = TrainConfig(**given, epochs=2, dataset=data_set.key)
        expected.append(lines_of_the_run(config, load_images(data_set, tmp_path / place.name)))
        programs[tmp_path / f"{place.stem} alone"] = generate_code(config, "en").replace(
            ascii(place.name), ascii(str(place))
        )
        forget_own(data_set.key)
    assert execute(programs, tmp_path) == expected

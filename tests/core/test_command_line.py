from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from io import BytesIO, TextIOWrapper
from pathlib import Path
from statistics import fmean
from unicodedata import east_asian_width

import numpy as np
import pytest
import torch
from PIL import Image

from mnist_core.__main__ import main
from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.calibration import calibrate, halve
from mnist_core.checkpoints import (
    SHIPPED,
    SHIPPED_CNN,
    describe_run,
    load_checkpoint,
    save_calibration,
    save_checkpoint,
)
from mnist_core.codegen import generate_code, generate_rate_finder
from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, Splits, forget_own, load_images
from mnist_core.drawings import format_drawings
from mnist_core.evaluation import evaluate
from mnist_core.inference import UNCALIBRATED, Calibration
from mnist_core.loss_curve import BatchLoss
from mnist_core.notebook import generate_notebook
from mnist_core.rate_finder import find_rate, suggest
from mnist_core.training import EpochRecord, set_up, train
from tests import bombs
from tests.each import each
from tests.made_pictures import two_classes, write_folder, write_zip
from tests.own_symbols import SYMBOLS, draw_symbols

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs one command in this process: its status, stdout and stderr."""

    def run_main(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as exit_:  # as argparse ends
            status = int(exit_.code or 0)
        return (status, *capfd.readouterr())

    return run_main


@pytest.fixture(autouse=True)
def threads_restored() -> Iterator[None]:
    yield
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def english_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def assert_refused(result: tuple[int, str, str], *parts: str) -> None:
    status, stdout, stderr = result
    assert status == 2
    assert stdout == ""
    assert re.fullmatch(r"python -m mnist_core[^\n]*: [^\n]+\n", stderr), stderr
    assert all(part in stderr for part in parts), stderr


# --- train -------------------------------------------------------------------------------------


def test_train_prints_the_articles_lines(run: Run, tiny_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.pth"
    status, stdout, stderr = run("train", "--epochs", 2, "--data", tiny_root, "--out", out)
    training = set_up(TrainConfig(epochs=2), load_images(DATASETS["mnist"], tiny_root))
    epochs = [record for record in train(training) if isinstance(record, EpochRecord)]
    assert stdout.splitlines() == [
        "Image batch shape: torch.Size([64, 1, 28, 28])",
        "Label batch shape: torch.Size([64])",
        f"The model is on: {training.device}",
        "Training starts ...",
        f"Epoch [1/2], Loss: {epochs[0].train_loss:.4f}",
        f"Epoch [2/2], Loss: {epochs[1].train_loss:.4f}",
        "Training finished!",
        f"Accuracy on the test set: {100 * epochs[1].test_accuracy:.2f}%",
        f"Saved to {out}",
    ]
    assert stderr == ""  # the progress bar is for terminals
    assert status == 0


def test_train_saves_what_was_learned_with_its_metadata(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "mine.pth"
    options = {
        "--epochs": 1,
        "--batch-size": 32,
        "--learning-rate": 0.01,
        "--seed": 7,
        "--model": "cnn",
        "--schedule": "one_cycle",
        "--dropout": 0.25,
        "--augmentation": "affine",
        "--optimizer": "sgd",
        "--threads": 1,
        "--data": tiny_root,
        "--out": out,
    }
    assert run("train", *(part for option in options.items() for part in option))[0] == 0
    config = TrainConfig(
        model="cnn",
        epochs=1,
        batch_size=32,
        learning_rate=0.01,
        schedule="one_cycle",
        dropout=0.25,
        augmentation="affine",
        optimizer="sgd",
        seed=7,
    )
    training = set_up(config, load_images(DATASETS["mnist"], tiny_root))
    *_, epoch = train(training)
    assert isinstance(epoch, EpochRecord)
    checkpoint = load_checkpoint(out)
    for name, tensor in training.model.state_dict().items():
        assert torch.equal(checkpoint.model.state_dict()[name], tensor.cpu())
    assert TrainConfig(**checkpoint.metadata["config"]) == config
    assert checkpoint.metadata["threads"] == 1
    assert checkpoint.metadata["test_accuracy"] == epoch.test_accuracy


def test_train_goes_on_from_saved_weights_and_says_so(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.pth", tmp_path / "second.pth"
    settings = ["train", "--data", tiny_root, "--epochs", "1", "--learning-rate", "1e-9"]
    assert run(*settings, "--seed", "1", "--out", first)[0] == 0
    assert run(*settings, "--seed", "2", "--start", first, "--out", second)[0] == 0
    begun, gone_on = load_checkpoint(first), load_checkpoint(second)
    for name, weights in begun.model.state_dict().items():
        torch.testing.assert_close(gone_on.model.state_dict()[name], weights, atol=1e-6, rtol=0)
    assert gone_on.metadata["start"] == {**begun.metadata, "kept": 0.0}


def test_train_does_not_go_on_from_another_kind_of_network(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    status, _, stderr = run(
        "train", "--data", tiny_root, "--start", SHIPPED_CNN, "--out", tmp_path / "a.pth"
    )
    assert status == 2
    assert "holds a cnn, not simple_nn" in stderr


def test_train_keeps_a_share_of_the_weights_that_it_went_on_from(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    weights = {}
    for name, more in {
        "start": ["--seed", "1"],
        "plain": ["--start", tmp_path / "start.pth"],
        "mixed": ["--start", tmp_path / "start.pth", "--keep", "0.25"],
    }.items():
        out = tmp_path / f"{name}.pth"
        assert run("train", "--data", tiny_root, "--epochs", "1", *more, "--out", out)[0] == 0
        checkpoint = load_checkpoint(out)
        weights[name] = checkpoint.model.state_dict()
        expected = evaluate(
            checkpoint.model, load_images(DATASETS["mnist"], tiny_root).test
        ).accuracy
        assert checkpoint.metadata["test_accuracy"] == expected
    for name, mixed in weights["mixed"].items():
        expected_mix = 0.25 * weights["start"][name] + 0.75 * weights["plain"][name]
        torch.testing.assert_close(mixed, expected_mix)


@pytest.mark.parametrize("keep", [["--keep", "0.5"], ["--keep", "2", "--start", SHIPPED]])
def test_a_share_that_makes_no_sense_is_refused(run: Run, tiny_root: Path, keep: list[str]) -> None:
    status, _, stderr = run("train", "--data", tiny_root, *keep)
    assert status == 2
    assert "--keep must be from 0 to 1, and needs --start" in stderr


# --- average -----------------------------------------------------------------------------------


def test_average_saves_the_mean_and_says_of_which(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    start, out = tmp_path / "start.pth", tmp_path / "mean.pth"
    assert run("train", "--data", tiny_root, "--epochs", "1", "--out", start)[0] == 0
    parts = [tmp_path / f"{seed}.pth" for seed in (1, 2)]
    for seed, part in enumerate(parts, start=1):
        settings = ["--epochs", "1", "--seed", seed, "--start", start, "--out", part]
        assert run("train", "--data", tiny_root, *settings)[0] == 0
    save_calibration(parts[0], Calibration(2.0, 0.9))
    status, stdout, _ = run("average", *parts, start, start, "--data", tiny_root, "--out", out)
    assert status == 0

    mean = load_checkpoint(out)
    told = [load_checkpoint(path) for path in (*parts, start, start)]
    for name, weights in mean.model.state_dict().items():
        each_ones = torch.stack([part.model.state_dict()[name] for part in told])
        torch.testing.assert_close(weights, each_ones.mean(dim=0))
    accuracy = evaluate(mean.model, load_images(DATASETS["mnist"], tiny_root).test).accuracy
    assert stdout.splitlines() == [
        f"Accuracy on the test set: {accuracy:.2%}",
        f"Saved to {out}",
    ]
    assert mean.metadata["test_accuracy"] == accuracy
    assert mean.metadata["config"] == told[0].metadata["config"]
    assert mean.metadata["start"] == told[0].metadata["start"]
    assert mean.calibration == UNCALIBRATED
    for brief, part in zip(mean.metadata["average_of"], told, strict=True):
        own = ("config", "test_accuracy", "sha256")
        assert brief == {name: part.metadata[name] for name in own}
    again = tmp_path / "again.pth"
    assert run("average", out, start, "--json", "--data", tiny_root, "--out", again)[0] == 0
    inner = load_checkpoint(again).metadata["average_of"][0]
    assert inner["average_of"] == mean.metadata["average_of"]


def test_networks_of_two_kinds_have_no_mean(run: Run, tiny_root: Path, tmp_path: Path) -> None:
    two = [SHIPPED, SHIPPED_CNN, "--data", tiny_root, "--out", tmp_path / "mean.pth"]
    assert_refused(run("average", *two), "Only networks of one kind", "cnn, simple_nn")
    assert not (tmp_path / "mean.pth").exists()


def test_networks_of_two_widths_or_activations_do_not_mix(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    narrow, tanh = tmp_path / "narrow.pth", tmp_path / "tanh.pth"
    short = ["--data", tiny_root, "--epochs", 1, "--images", 100]
    assert run("train", *short, "--width", 16, "--out", narrow)[0] == 0
    assert run("train", *short, "--activation", "tanh", "--out", tanh)[0] == 0
    mean = ["average", narrow, tanh, "--data", tiny_root, "--out", tmp_path / "mean.pth"]
    kinds = "simple_nn --activation tanh, simple_nn --width 16"
    assert_refused(run(*mean), "Only networks of one kind", kinds)
    out = tmp_path / "on.pth"
    begin = ["train", *short, "--out", out, "--start", narrow]
    assert_refused(run(*begin), "holds a simple_nn --width 16, not simple_nn.")
    assert run(*begin, "--width", 16)[0] == 0
    assert load_checkpoint(out).width == 16


def test_every_new_setting_of_a_run_is_taken_and_kept(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine.pth"
    options = ["--model", "deep_nn", "--width", 20, "--activation", "sigmoid"]
    options += ["--images", 150, "--wrong-labels", 0.25, "--epochs", 1]
    assert run("train", *options, "--data", tiny_root, "--out", out)[0] == 0
    config = TrainConfig(
        "deep_nn", epochs=1, width=20, activation="sigmoid", images=150, wrong_labels=0.25
    )
    checkpoint = load_checkpoint(out)
    assert TrainConfig(**checkpoint.metadata["config"]) == config
    assert checkpoint.kind == config.kind == "deep_nn --width 20 --activation sigmoid"
    assert run("code", *options)[1] == generate_code(config)


def test_without_flattening_pytorchs_error_is_read_out(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    error = "mat1 and mat2 shapes cannot be multiplied (1792x28 and 784x128)"
    forget = ["train", "--no-flatten", "--data", tiny_root, "--out", tmp_path / "none.pth"]
    status, stdout, stderr = run(*forget)
    assert (status, stderr) == (2, f"python -m mnist_core: {error}\n")
    lines = stdout.splitlines()
    assert lines[3:6] == ["Training starts ...", "[64, 1, 28, 28] → fc1 → RuntimeError", error]
    assert [line.split(":")[0].strip() for line in lines[6:]] == [
        "mat1",
        "1792x28",
        "mat2",
        "784x128",
        "cannot be multiplied",
    ]
    status, stdout, _ = run(*forget, "--json")
    told = json.loads(stdout)
    assert (status, told["error"], len(told["pieces"])) == (2, error, 5)
    assert list(tmp_path.glob("none*")) == []


def test_a_rate_is_found_printed_and_drawn(run: Run, tiny_root: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "rates.png"
    command = ["find-rate", "--width", 16, "--data", tiny_root]
    status, stdout, stderr = run(*command, "--out", sheet)
    assert (status, stderr) == (0, "")
    points = list(find_rate(TrainConfig(width=16), load_images(DATASETS["mnist"], tiny_root)))
    lines = stdout.splitlines()
    assert lines[0] == f"Batch 1/200: rate 1e-06, loss {points[0].loss:.4f}, " + (
        f"smoothed {points[0].smoothed:.4f}"
    )
    assert lines[-1].endswith(f"Suggested: {suggest(points).rate:.2g}.")
    assert sheet.read_bytes().startswith(b"\x89PNG")
    told = [json.loads(line) for line in run(*command, "--json")[1].splitlines()]
    assert told[:-1] == [asdict(point) for point in points]
    assert told[-1] == asdict(suggest(points))
    assert run("code", "--find-rate", "--width", 16)[1] == generate_rate_finder(
        TrainConfig(width=16)
    )
    assert_refused(run(*command, "--out", tmp_path / "rates.txt"), ".png, .svg, .pdf")


def test_what_no_file_tells_is_said(run: Run, tiny_root: Path, tmp_path: Path) -> None:
    path = tmp_path / "theirs.pth"
    torch.save(load_checkpoint(SHIPPED).model.state_dict(), path)
    status, _, stderr = run("evaluate", path, "--data", tiny_root)
    assert (status, stderr.count("\n")) == (0, 1)
    assert "it is taken for ReLU" in stderr
    assert run("evaluate", SHIPPED, "--data", tiny_root)[2] == ""


# --- train, as JSON ----------------------------------------------------------------------------


def test_train_json_is_one_object_an_epoch(run: Run, tiny_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.pth"
    status, stdout, stderr = run(
        "train", "--epochs", 3, "--json", "--data", tiny_root, "--out", out
    )
    lines = [json.loads(line) for line in stdout.splitlines()]
    assert [list(line) for line in lines] == [
        ["epoch", "train_loss", "test_loss", "test_accuracy", "train_accuracy", "seconds"]
    ] * 3
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert lines[2]["train_loss"] < lines[0]["train_loss"]
    assert all(0 <= line["test_accuracy"] <= 1 and line["seconds"] > 0 for line in lines)
    assert (status, stderr) == (0, "")
    assert out.is_file()


@pytest.mark.parametrize(("every", "steps"), [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (999, [5])])
def test_train_json_gives_the_losses_of_batches_where_they_are_asked_for(
    run: Run, tiny_root: Path, tmp_path: Path, every: int, steps: list[int]
) -> None:
    command = ["train", "--epochs", 2, "--json", "--data", tiny_root, "--out", tmp_path / "a.pth"]
    status, stdout, _ = run(*command, "--every", every)
    lines = [json.loads(line) for line in stdout.splitlines()]
    losses = [line for line in lines if list(line) == ["epoch", "step", "loss"]]
    epochs = [line for line in lines if "train_loss" in line]
    assert status == 0
    assert len(losses) + len(epochs) == len(lines)
    assert [(line["epoch"], line["step"]) for line in losses] == [
        (epoch, step) for epoch in (1, 2) for step in steps
    ]
    training = set_up(TrainConfig(epochs=2), load_images(DATASETS["mnist"], tiny_root))
    noted: list[BatchLoss] = []
    training.note_loss = noted.append
    list(train(training))
    ends = [5 * (line["epoch"] - 1) + line["step"] for line in losses]
    for start, end, line in zip([0, *ends], ends, losses, strict=False):
        assert line["loss"] == pytest.approx(fmean(batch.loss for batch in noted[start:end]))


def test_the_losses_of_a_run_that_diverges_are_printed_to_its_end(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    command = ["train", "--learning-rate", 1, "--json", "--every", 2, "--data", tiny_root]
    status, stdout, stderr = run(*command, "--out", tmp_path / "a.pth")
    lines = [json.loads(line) for line in stdout.splitlines()]
    assert status == 2
    assert f"batch {lines[-1]['step']}:" in stderr
    assert lines[-1]["loss"] is None or lines[-1]["loss"] > 10


@pytest.mark.parametrize("options", [["--every", 1], ["--every", 0, "--json"]])
def test_losses_of_batches_are_for_programs(
    run: Run, tiny_root: Path, options: list[object]
) -> None:
    result = run("train", *options, "--data", tiny_root)
    assert_refused(result, "--every must be a number of batches from 1, and goes with --json")


def test_train_saves_beside_the_user_by_default(
    run: Run, tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MNIST_DATA", str(tiny_root))
    assert run("train", "--epochs", 1)[0] == 0
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["simple_nn_mnist.json", "simple_nn_mnist.pth"]


@pytest.mark.parametrize(
    ("option", "value", "part"),
    [
        ("--epochs", "0", "from 1 to 100"),
        ("--epochs", "101", "from 1 to 100"),
        ("--epochs", "1.5", "--epochs"),
        ("--epochs", "many", "--epochs"),
        ("--batch-size", "0", "from 1 to 60,000"),
        ("--batch-size", "-64", "from 1 to 60,000"),
        ("--learning-rate", "0", "above 0"),
        ("--learning-rate", "nan", "above 0"),
        ("--learning-rate", "inf", "above 0"),
        ("--learning-rate", "fast", "--learning-rate"),
        ("--seed", "-1", "from 0 to"),
        ("--seed", "1" + "0" * 400, "from 0 to"),
        ("--model", "resnet", "simple_nn"),
        ("--threads", "0", "--threads"),
        ("--threads", "9999999999", "--threads"),
        ("--out", "model.txt", ".pth"),
        ("--out", ".", ".pth"),
        ("--colour", "blue", "--colour"),
    ],
)
def test_a_wrong_option_is_refused_in_one_line(
    run: Run, tiny_root: Path, tmp_path: Path, option: str, value: str, part: str
) -> None:
    elsewhere = ["--out", tmp_path / "mine.pth"] if option != "--out" else []
    result = run("train", "--data", tiny_root, *elsewhere, option, value)
    assert_refused(result, part)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused_before_training(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "mine.pth"
    assert_refused(run("train", "--data", tiny_root, "--out", out), "file")


def test_without_data_or_network_the_line_says_what_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torchvision.datasets.MNIST.mirrors", ["http://127.0.0.1:9/"])
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    result = run("train", "--data", tmp_path, "--out", tmp_path / "mine.pth")
    assert_refused(result, "MNIST_DATA", "train-images-idx3-ubyte", str(tmp_path))


def test_a_run_that_diverges_ends_in_one_line_and_saves_nothing(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine.pth"
    status, _, stderr = run("train", "--data", tiny_root, "--learning-rate", 10, "--out", out)
    assert status == 2
    assert stderr.count("\n") == 1
    assert "exploded" in stderr
    assert "Try 1." in stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["fly"], ["evaluate"], ["predict", "model.pth"]])
def test_a_wrong_command_is_refused_in_one_line(run: Run, arguments: list[str]) -> None:
    assert_refused(run(*arguments))


# --- code --------------------------------------------------------------------------------------


def test_code_prints_the_notebook_as_well(run: Run) -> None:
    status, stdout, stderr = run("code", "--model", "cnn", "--seed", 3, "--notebook")
    assert (status, stderr) == (0, "")
    assert stdout == generate_notebook(TrainConfig(model="cnn", seed=3))
    assert_refused(run("code", "--notebook", "--find-rate"), "does not go with --find-rate")


def test_weights_are_saved_as_safetensors_where_the_name_says_so(
    run: Run, tiny_root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine.safetensors"
    assert run("train", "--epochs", 1, "--data", tiny_root, "--out", out)[0] == 0
    assert [file.name for file in tmp_path.iterdir()] == ["mine.safetensors"]
    assert run("evaluate", out, "--data", tiny_root)[0] == 0
    assert load_checkpoint(out).metadata["config"]["epochs"] == 1


def test_code_prints_the_program_for_the_settings_of_train(run: Run) -> None:
    status, stdout, stderr = run("code", "--model", "deep_nn", "--batch-size", 256, "--seed", 3)
    assert stdout == generate_code(TrainConfig(model="deep_nn", batch_size=256, seed=3))
    assert (status, stderr) == (0, "")


@pytest.mark.parametrize("command", ["train", "code"])
def test_settings_that_do_not_go_together_are_refused(run: Run, command: str) -> None:
    assert_refused(run(command, "--dropout", "0.5"), "dropout_nn")
    assert_refused(run(command, "--model", "cnn", "--dropout", "1"), "from 0 to 0.9")


# --- evaluate ----------------------------------------------------------------------------------


def test_evaluate_prints_loss_and_accuracy(run: Run, mnist_root: Path, mnist: Splits) -> None:
    expected = evaluate(load_checkpoint(SHIPPED).model, mnist.test)
    assert run("evaluate", SHIPPED, "--data", mnist_root) == (
        0,
        f"Loss on the test set: {expected.loss:.4f}\n"
        f"Accuracy on the test set: {100 * expected.accuracy:.2f}%\n",
        "",
    )


def test_evaluate_json_is_one_object(run: Run, tiny_root: Path) -> None:
    status, stdout, stderr = run("evaluate", SHIPPED, "--data", tiny_root, "--json")
    (line,) = stdout.splitlines()
    metadata = json.loads(line)
    assert metadata.keys() == {"model", "loss", "accuracy", "confusion"}
    assert metadata["model"] == "simple_nn"
    assert np.sum(metadata["confusion"]) == 100
    assert np.trace(metadata["confusion"]) / 100 == metadata["accuracy"]
    assert (status, stderr) == (0, "")


@pytest.fixture
def drawings_file(tmp_path: Path) -> Path:
    """Write drawings that leave no doubt: two ones, and a one that was labelled as a seven."""
    one = [[[500, 100], [500, 900]]]
    entries = [{"label": label, "strokes": one, "writer": "me"} for label in (1, 1, 7)]
    (tmp_path / "digits.json").write_text(json.dumps(entries))
    return tmp_path / "digits.json"


@pytest.fixture
def no_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be neither MNIST nor a place to get it from."""
    monkeypatch.setenv("MNIST_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setattr("torchvision.datasets.MNIST.mirrors", [])


def test_evaluate_drawings_prints_how_each_digit_was_read(
    run: Run, no_mnist: None, drawings_file: Path
) -> None:
    status, stdout, stderr = run("evaluate", SHIPPED, "--drawings", drawings_file)
    assert (status, stderr) == (0, "")
    lines = stdout.splitlines()
    assert lines[0] == "Accuracy on 3 drawings: 66.67%"
    assert lines[-11].split() == [*map(str, range(10)), "accuracy"]
    table = {row[0]: row[1:] for row in map(str.split, lines[-10:])}
    assert table["1"] == ["·", "2", *["·"] * 8, "100.00%"]
    assert table["7"] == ["·", "1", *["·"] * 8, "0.00%"]
    assert table["0"] == ["·"] * 10  # there was none, and so no share of them
    assert len({len(line) for line in lines[-10:]}) == 1  # so the columns are straight


def test_evaluate_drawings_json_is_one_object(
    run: Run, no_mnist: None, drawings_file: Path
) -> None:
    status, stdout, stderr = run("evaluate", SHIPPED, "--drawings", drawings_file, "--json")
    assert (status, stderr) == (0, "")
    (line,) = stdout.splitlines()
    metadata = json.loads(line)
    assert metadata.keys() == {"model", "count", "loss", "accuracy", "per_digit", "confusion"}
    assert (metadata["model"], metadata["count"], metadata["accuracy"]) == ("simple_nn", 3, 2 / 3)
    assert metadata["per_digit"] == [None, 1.0, *[None] * 5, 0.0, None, None]
    assert np.argwhere(metadata["confusion"]).tolist() == [[1, 1], [7, 1]]


def test_wrong_drawings_are_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text("hello")
    entries = [{"label": 1, "strokes": [[[0, 0]]]}, {"label": 11, "strokes": [[[0, 0]]]}]
    (tmp_path / "label.json").write_text(json.dumps(entries))
    for name, part in [("text", "JSON"), ("label", "Drawing 2"), ("none", "no file of drawings")]:
        file = tmp_path / f"{name}.json"
        assert_refused(run("evaluate", SHIPPED, "--drawings", file), file.name, part)


def test_a_file_that_is_no_checkpoint_is_refused(run: Run, tmp_path: Path, four: Path) -> None:
    for command in each(["evaluate", "calibrate", "predict"]):
        for content in each([b"", b"hello", b"PK\x03\x04", b"\x80\x04N."]):
            path = tmp_path / "other.pth"
            path.write_bytes(content)
            assert_refused(
                run(command, path, *([four] if command == "predict" else [])), "other.pth"
            )


@pytest.mark.parametrize("command", ["evaluate", "calibrate", "predict"])
def test_a_missing_checkpoint_is_named(run: Run, four: Path, command: str) -> None:
    images = [four] if command == "predict" else []
    assert_refused(run(command, "nothing.pth", *images), "nothing.pth")


# --- predict -----------------------------------------------------------------------------------


def test_predict_reads_each_picture(run: Run, four: Path) -> None:
    light_on_dark = four.with_name("light.png")
    Image.eval(Image.open(four), lambda value: 255 - value).save(light_on_dark)
    status, stdout, stderr = run("predict", SHIPPED, four, light_on_dark)
    first, second = stdout.splitlines()
    line = re.escape(str(four)) + r": 4 \((\d{1,3}\.\d)%(?:, not sure)?\)"
    match = re.fullmatch(line, first)
    assert match
    assert 10 < float(match[1]) <= 100
    assert second == first.replace(str(four), str(light_on_dark))
    assert (status, stderr) == (0, "")


def test_own_pictures_are_learned_evaluated_read_and_shown(run: Run, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "lines.zip", two_classes(75) | {"lying/text.png": b"no picture"})
    out = tmp_path / "cnn_pictures.pth"
    settings = ("--data-set", path, "--model", "cnn", "--epochs", 2)
    status, stdout, stderr = run("train", *settings, "--out", out)
    assert status == 0
    assert stdout.startswith("Image batch shape: torch.Size([64, 3, 32, 32])\n")
    assert stderr.splitlines() == [
        "lying, upright: 120 pictures to learn from, 30 for the test",
        "1 file was left out:",
        "  lying/text.png: no picture that can be read",
    ]
    accuracy = stdout.splitlines()[-2]
    status, stdout, _ = run("evaluate", out, "--data-set", path)
    assert (status, stdout.splitlines()[-1]) == (0, accuracy)
    status, stdout, _ = run("mistakes", out, "--data-set", path, "--out", tmp_path / "sheet.png")
    assert status == 0
    assert (tmp_path / "sheet.png").stat().st_size > 0
    folder = write_folder(tmp_path / "folder", two_classes(1))
    status, stdout, _ = run("predict", out, folder / "lying/000.png", folder / "upright/000.png")
    assert re.fullmatch(r".*000.png: lying \(.*\)\n.*000.png: upright \(.*\)\n", stdout), stdout
    assert_refused(run("evaluate", out), "--data-set")
    status, stdout, _ = run("code", *settings)
    assert (
        stdout.splitlines()
        == generate_code(TrainConfig(model="cnn", epochs=2, dataset="pictures")).splitlines()
    )
    cats = {name.replace("lying", "cats"): content for name, content in two_classes(10).items()}
    other = write_zip(tmp_path / "other.zip", cats)
    status, _, stderr = run("evaluate", out, "--data-set", other)
    assert status == 2
    assert "tells apart lying, upright, but these pictures show cats, upright" in stderr
    forget_own("pictures")


def test_wrong_paths_of_pictures_are_one_sentence(run: Run, tmp_path: Path) -> None:
    assert_refused(run("train", "--data-set", "mnst"), "must be one of mnist, ")
    assert_refused(run("train", "--data-set", tmp_path / "no.zip"), "neither a folder nor a zip")
    assert_refused(run("train", "--data-set", tmp_path), "a folder of its own")


def test_predict_json_is_one_object_a_picture(run: Run, four: Path) -> None:
    status, stdout, stderr = run("predict", SHIPPED, "--json", four, four)
    first, second = (json.loads(line) for line in stdout.splitlines())
    assert first == second
    assert first.keys() == {"image", "digit", "probabilities", "sure"}
    assert first["image"] == str(four)
    assert first["digit"] == 4
    assert len(first["probabilities"]) == 10
    assert sum(first["probabilities"]) == pytest.approx(1)
    assert (status, stderr) == (0, "")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_predict_goes_on_after_files_that_cannot_be_read(
    run: Run, four: Path, tmp_path: Path, options: list[str]
) -> None:
    (tmp_path / "text.png").write_text("hello")
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    wrong = [tmp_path / "text.png", tmp_path / "none.png", tmp_path / "blank.png"]
    status, stdout, stderr = run("predict", SHIPPED, *options, wrong[0], four, *wrong[1:], four)
    expected = run("predict", SHIPPED, *options, four, four)
    assert expected == (0, stdout, "")
    lines = stderr.splitlines()
    assert len(lines) == 3
    for line, path in zip(lines, wrong, strict=True):
        assert line.startswith("python -m mnist_core: ")
        assert path.name in line
    assert status == 1
    assert run("predict", SHIPPED, *options, *wrong)[::2] == (1, stderr)


@pytest.mark.parametrize(("sure_from", "told"), [(0.0, ""), (1.0, ", not sure")])
def test_predict_says_when_the_network_is_not_sure(
    run: Run, four: Path, tmp_path: Path, sure_from: float, told: str
) -> None:
    path = tmp_path / "mine.pth"
    path.write_bytes(SHIPPED.read_bytes())
    save_calibration(path, Calibration(3.0, sure_from))
    status, stdout, _ = run("predict", path, four)
    assert status == 0
    assert re.fullmatch(rf".*: 4 \(\d+\.\d%{told}\)", stdout.strip())
    assert json.loads(run("predict", path, four, "--json")[1])["sure"] == (not told)


# --- calibrate ---------------------------------------------------------------------------------


def test_calibrate_writes_beside_the_weights_what_it_prints(
    run: Run, tmp_path: Path, tiny_root: Path, tiny_mnist: Splits
) -> None:
    path = tmp_path / "mine.pth"
    path.write_bytes(SHIPPED.read_bytes())
    status, stdout, stderr = run("calibrate", path, "--data", tiny_root)
    assert (status, stderr.count("\n")) == (0, 1)
    assert "it is taken for ReLU" in stderr  # there are no metadata yet
    calibration = load_checkpoint(path).calibration
    assert calibration == calibrate(load_checkpoint(path).model, halve(tiny_mnist.test)[0])
    assert stdout.splitlines() == [
        f"Temperature: {calibration.temperature:.3f}",
        f"Sure from: {calibration.sure_from:.1%}",
    ]
    as_json = json.loads(run("calibrate", path, "--data", tiny_root, "--json")[1])
    assert Calibration(**as_json) == calibration


def test_a_picture_that_cannot_be_read_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    assert_refused(run("predict", SHIPPED, tmp_path / "text.png"), "text.png is not an image")
    assert_refused(run("predict", SHIPPED, tmp_path / "blank.png"), "blank.png is blank")
    assert_refused(run("predict", SHIPPED, tmp_path / "none.png"), "none.png")
    assert_refused(run("predict", SHIPPED, tmp_path), tmp_path.name)


def test_a_picture_or_checkpoint_that_is_a_bomb_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "claims.png").write_bytes(bombs.png_that_claims(50_000, 50_000))
    (tmp_path / "tags.tiff").write_bytes(bombs.tiff_of_many_tags())
    (tmp_path / "tuples.pth").write_bytes(bombs.checkpoint_of_tuples())
    assert_refused(run("predict", SHIPPED, tmp_path / "claims.png"), "more than 40 megapixels")
    assert_refused(run("predict", SHIPPED, tmp_path / "tags.tiff"), "tags.tiff is not an image")
    assert_refused(
        run("evaluate", tmp_path / "tuples.pth"), "tuples.pth does not hold a state_dict"
    )


def test_help_names_the_commands_and_the_recipe(run: Run) -> None:
    status, stdout, stderr = run("--help")
    assert all(command in stdout for command in ("train", "evaluate", "calibrate", "predict"))
    assert (status, stderr) == (0, "")
    assert "default: 0.001" in run("train", "--help")[1]
    assert stdout.startswith("usage: python -m mnist_core ")
    assert "show this help message and exit" in stdout


def test_inspect_speaks_chinese_and_draws_so(
    run: Run, four: Path, tmp_path: Path, tiny_root: Path
) -> None:
    out = tmp_path / "sheet.png"
    options = ["--out", out, "--data", tiny_root]
    status, stdout, stderr = run("--language", "zh", "inspect", SHIPPED, four, *options)
    assert (status, stderr) == (0, "")
    lines = stdout.splitlines()
    assert lines[1] == "101,770 个参数：fc1 100,352 + 128, fc2 1,280 + 10"
    assert re.fullmatch(r"relu：128 个里激活了 \d+ 个，\d+ 个从不激活", lines[2])
    assert re.fullmatch(r"最相似的测试图像：(\d（第 \d+ 张）(, )?){8}", lines[-1])
    assert not ENGLISH.search("\n".join(lines[1:]))
    assert out.read_bytes().startswith(b"\x89PNG")
    refused = run("--language", "zh", "inspect", SHIPPED, four, "--for", "10")
    assert_refused(refused, "数字要在 0 到 9 之间，不能是 10。")


# --- in Chinese ---------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["before", "after", "locale"])
def test_in_chinese_train_prints_the_articles_own_lines(
    run: Run, tiny_root: Path, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "mine.pth"
    command = ["train", "--epochs", 1, "--data", tiny_root, "--out", out]
    language = ["--language", "zh"]
    if where == "locale":
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        language = []
    arguments = [*language, *command] if where == "before" else [*command, *language]
    status, stdout, stderr = run(*arguments)
    epoch = load_checkpoint(out).metadata["epochs"][0]
    assert stdout.splitlines() == [
        "图像批次 Shape: torch.Size([64, 1, 28, 28])",
        "标签批次 Shape: torch.Size([64])",
        f"模型已移动到: {'cuda' if torch.cuda.is_available() else 'cpu'}",
        "开始训练...",
        f"Epoch [1/1], Loss: {epoch['train_loss']:.4f}",
        "训练完成!",
        f"测试集上的准确率: {100 * epoch['test_accuracy']:.2f}%",
        f"已保存到 {out}",
    ]
    assert (status, stderr) == (0, "")


def test_english_is_spoken_in_a_chinese_terminal_that_asks_for_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run("--language", "en", "--help")[1].startswith("usage: ")
    assert run("code", "--lang", "en")[1] == generate_code(TrainConfig())


ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,}")


def test_the_help_is_chinese_from_its_first_line_to_its_last(run: Run) -> None:
    for command in each(
        [
            [],
            ["train"],
            ["code"],
            ["evaluate"],
            ["calibrate"],
            ["predict"],
            ["inspect"],
            ["average"],
        ]
    ):
        status, stdout, _ = run("--language", "zh", *command, "--help")
        assert status == 0
        assert stdout.startswith("用法：")
        assert "选项：" in stdout
        said = stdout.partition("\n\n")[2]  # below the usage, which names options
        assert not ENGLISH.search(re.sub(r"--?[a-z-]+ \{[^}]*\}|\{[^}]*\}", "", said)), said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "--epochs", "0"], "“训练轮数”要填 1 到 100 的整数，不能是“0”。"),
        (["train", "--epochs", "1.5"], "--epochs：'1.5' 不是有效的 int 值"),
        (["train", "--model", "resnet"], "--model：没有 'resnet' 这个选项（可以选 "),
        (["train", "--epochs"], "--epochs：后面要跟一个值"),
        (["train", "--colour=blue"], "不认识的参数：--colour=blue"),
        (["predict", "a.pth"], "缺少参数：IMAGE"),
        (["evaluate", "a.pth"], "没有文件 a.pth。"),
        (["code", "--dropout", "0.5"], "simple_nn 没有 Dropout 层。"),
        (["train", "--l", "3"], "--l 有歧义，可能是 "),
        (
            ["train", "--out", "model.txt"],
            "--out 要给出以 .pth 或 .safetensors 结尾的文件名，不能是 model.txt。",
        ),
    ],
)
def test_wrong_input_is_refused_in_chinese(run: Run, arguments: list[str], said: str) -> None:
    result = run("--language", "zh", *arguments)
    assert_refused(result, said)
    assert not ENGLISH.search(result[2].partition(": ")[2].partition("（")[0])


def test_a_language_that_is_not_spoken_is_refused(run: Run) -> None:
    assert_refused(run("--language", "fr", "code"), "invalid choice: 'fr'")
    assert_refused(run("code", "--language"), "expected one argument")


def test_in_chinese_drawings_and_readings_are_told_in_chinese(
    run: Run, no_mnist: None, drawings_file: Path, four: Path
) -> None:
    status, stdout, _ = run("--language", "zh", "evaluate", SHIPPED, "--drawings", drawings_file)
    assert status == 0
    lines = stdout.splitlines()
    assert lines[0] == "3 幅手写上的准确率：66.67%"
    columns = [sum(1 + (east_asian_width(sign) == "W") for sign in line) for line in lines[-11:]]
    assert len(set(columns)) == 1
    assert re.fullmatch(
        r".*：4（\d+\.\d%.*）\n", run("--language", "zh", "predict", SHIPPED, four)[1]
    )


# --- inspect -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SHIPPED, SHIPPED_CNN])
def test_inspect_prints_shapes_and_parts_that_add_up(
    run: Run, four: Path, tiny_root: Path, path: Path
) -> None:
    status, stdout, stderr = run("inspect", path, four, "--against", 9, "--data", tiny_root)
    assert (status, stderr) == (0, "")
    lines = stdout.splitlines()
    assert lines[0].startswith("[1, 28, 28] → ")
    assert lines[0].endswith(" → fc2 → [10] → softmax")
    assert any(re.fullmatch(r"relu.*: \d+ of 128 on, \d+ dead", line) for line in lines)
    assert any(line.startswith("Read: 4 (") for line in lines)
    (score,) = (line for line in lines if line.startswith("4 rather than 9: "))
    total = float(score.rpartition(" ")[2])
    sums = [line for line in lines if line.startswith("  by ")]
    assert len(sums) == 2
    for line in sums:
        parts, _, said = line.partition(" = ")
        numbers = [float(number) for number in re.findall(r"[+-]\d+\.\d+", parts)]
        assert sum(numbers) == pytest.approx(total, abs=1e-3)
        assert float(said) == pytest.approx(total, abs=2e-4)
    assert re.fullmatch(r"Test images most alike: (\d \(image \d+\)(, )?){8}", lines[-1])


def test_inspect_of_the_articles_network_counts_its_parameters(
    run: Run, four: Path, no_mnist: None
) -> None:
    lines = run("inspect", SHIPPED, four)[1].splitlines()
    assert lines[0] == "[1, 28, 28] → view → [784] → fc1 → [128] → ReLU → fc2 → [10] → softmax"
    assert lines[1] == "101,770 parameters: fc1 100,352 + 128, fc2 1,280 + 10"
    assert re.fullmatch(r"relu: \d+ of 128 on", lines[2])  # who is dead, nobody knows without data
    assert lines[-1].endswith("see --data.")


def test_inspect_json_is_one_object(run: Run, four: Path, tiny_root: Path, no_mnist: None) -> None:
    status, stdout, stderr = run("inspect", SHIPPED, four, "--for", 7, "--against", 1, "--json")
    assert (status, stderr) == (0, "")
    (line,) = stdout.splitlines()
    facts = json.loads(line)
    assert (facts["digit"], facts["parameters"]) == (4, 101_770)
    assert [layer["shape"] for layer in facts["layers"]] == [
        [1, 28, 28],
        [784],
        [128],
        [128],
        [10],
    ]
    assert np.shape(facts["activations"]["relu"]) == (128,)
    evidence = facts["evidence"]
    assert (evidence["digit"], evidence["rather_than"]) == (7, 1)
    total = np.sum(evidence["ink"]) + evidence["paper"] + evidence["biases"]
    assert total == pytest.approx(facts["scores"][7] - facts["scores"][1], abs=1e-4)
    assert evidence["sum"] == pytest.approx(total, abs=1e-4)
    assert facts["neurons"]["sum"] == pytest.approx(total, abs=1e-4)
    assert (facts["alike"], facts["dead"]) == ([], None)
    command = ["inspect", SHIPPED, four, "--json", "--data", tiny_root]
    with_data = json.loads(run(*command)[1])
    assert len(with_data["alike"]) == 8
    assert with_data["alike"][0].keys() == {"index", "label", "distance"}
    assert with_data["dead"].keys() == {"relu"}
    assert with_data["evidence"]["digit"] == 4


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_inspect_draws_a_sheet(
    run: Run, four: Path, tmp_path: Path, tiny_root: Path, ending: str
) -> None:
    out = tmp_path / f"sheet.{ending}"
    assert run("inspect", SHIPPED, four, "--out", out, "--data", tiny_root)[0] == 0
    magic = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert out.read_bytes().startswith(magic)


def test_inspect_refuses_in_one_line(run: Run, four: Path, no_mnist: None, tmp_path: Path) -> None:
    for options, part in each(
        [
            (["--for", "10"], "from 0 to 9, not 10"),
            (["--against", "-1"], "from 0 to 9, not -1"),
            (["--for", "seven"], "--for"),
            (["--out", "sheet.txt"], ".png, .svg, .pdf"),
        ]
    ):
        assert_refused(run("inspect", SHIPPED, four, *options), part)
    assert_refused(run("inspect", SHIPPED, tmp_path / "none.png"), "none.png")
    assert_refused(run("inspect", tmp_path / "none.pth", four), "none.pth")


# --- in any console ----------------------------------------------------------------------------


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], BytesIO]:
    """Return a function that connects stdout with a console; it returns what is printed there."""

    def use(encoding: str) -> BytesIO:
        printed = BytesIO()
        monkeypatch.setattr(sys, "stdout", TextIOWrapper(printed, encoding=encoding))
        return printed

    return use


def test_what_a_console_cannot_show_does_not_end_the_program(
    console: Callable[[str], BytesIO], drawings_file: Path
) -> None:
    printed = console("ascii")
    assert main(["evaluate", str(SHIPPED), "--drawings", str(drawings_file)]) == 0
    assert printed.getvalue().startswith(b"Accuracy on 3 drawings: 66.67%")
    assert b"\\xb7" in printed.getvalue()  # a raised dot where no drawing was read so


def test_code_in_a_console_of_another_code_page_is_a_program(
    console: Callable[[str], BytesIO],
) -> None:
    for augmentation in AUGMENTATIONS:
        printed = console("cp1252")
        dataset = "cifar10" if augmentation == "mirror" else "mnist"
        assert main(["code", "--augmentation", augmentation, "--data-set", dataset]) == 0
        compile(printed.getvalue(), "train.py", "exec")  # which takes the bytes for UTF-8


def test_code_that_speaks_chinese_is_written_as_python_reads_it(
    console: Callable[[str], BytesIO],
) -> None:
    for encoding in ("cp1252", "cp936", "utf-8"):
        printed = console(encoding)
        assert main(["code", "--comments", "zh"]) == 0
        program = printed.getvalue().decode()  # from UTF-8
        assert program == generate_code(TrainConfig(), "zh")


def test_code_has_the_comments_that_are_asked_for(run: Run) -> None:
    assert run("code", "--comments", "zh")[1] == generate_code(TrainConfig(), "zh")
    assert run("code", "--comments", "none")[1] == generate_code(TrainConfig(), "none")
    assert run("--language", "zh", "code")[1] == generate_code(TrainConfig(), "zh")
    assert run("--language", "zh", "code", "--comments", "en")[1] == generate_code(TrainConfig())


# --- mistakes ----------------------------------------------------------------------------------


def test_mistakes_are_counted_named_and_drawn(run: Run, tiny_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    status, stdout, stderr = run("mistakes", SHIPPED, "--data", tiny_root, "--out", out)
    assert (status, stderr) == (0, "")
    assert out.read_bytes().startswith(b"\x89PNG")
    facts = json.loads(run("mistakes", SHIPPED, "--data", tiny_root, "--json")[1])
    wrong = facts["mistakes"]
    images = sum(map(sum, facts["confusion"]))
    assert facts["accuracy"] == pytest.approx(1 - len(wrong) / images)
    assert stdout.splitlines()[1] == f"{len(wrong)} of {images} images misread"
    confidences = [mistake["confidence"] for mistake in wrong]
    assert confidences == sorted(confidences, reverse=True)
    first = wrong[0]
    assert f"image {first['index']}: {first['label']} → {first['digit']}, " in stdout
    counts = [int(line.rpartition(" ")[2]) for line in stdout.splitlines() if " read as " in line]
    assert counts == sorted(counts, reverse=True)


def test_a_sheet_of_another_kind_is_refused_before_anything_is_read(run: Run) -> None:
    refused = run("mistakes", "no such file.pth", "--out", "sheet.txt")
    assert_refused(refused, "--out must end in one of .png, .svg, .pdf, not sheet.txt.")


# --- teach ---------------------------------------------------------------------------------------


@pytest.fixture
def symbols(tmp_path: Path) -> Path:
    """Return a file of drawings of three symbols."""
    path = tmp_path / "symbols.json"
    path.write_bytes(format_drawings(draw_symbols(8)))
    return path


def test_teach_prints_how_the_exam_went(run: Run, symbols: Path, tmp_path: Path) -> None:
    out = tmp_path / "taught.pth"
    status, stdout, stderr = run("teach", symbols, "--out", out)
    assert (status, stderr) == (0, "")
    first, second, *_, last = stdout.splitlines()
    assert re.fullmatch(r"Taught 3 classes from 18 drawings in \d\.\d s\.", first)
    assert second == "Exam: 6 of 6 right, 100.00%"
    assert last == f"Saved to {out}"
    assert torch.load(out)["fc2.weight"].shape == (3, 128)
    assert json.loads(out.with_suffix(".json").read_text())["classes"] == list(SYMBOLS)
    assert_refused(run("evaluate", out), "own drawings, ring, cross, zigzag")
    assert_refused(run("mistakes", out), "there are no test images of those")
    status, stdout, _ = run("evaluate", out, "--drawings", symbols)
    lines = stdout.splitlines()
    assert (status, lines[0]) == (0, "Accuracy on 24 drawings: 100.00%")
    assert lines[-4].split() == [*SYMBOLS, "accuracy"]
    assert [line.split() for line in lines[-3:]] == [
        ["ring", "8", "·", "·", "100.00%"],
        ["cross", "·", "8", "·", "100.00%"],
        ["zigzag", "·", "·", "8", "100.00%"],
    ]
    told = json.loads(run("evaluate", out, "--drawings", symbols, "--json")[1])
    assert told["classes"] == list(SYMBOLS)
    other = tmp_path / "other.json"
    other.write_bytes(format_drawings(draw_symbols(1, names=("ring", "plus", "zigzag"))))
    assert_refused(run("evaluate", out, "--drawings", other), "a drawing of plus")


def test_a_network_is_looked_into_among_what_it_has_learned(
    run: Run, symbols: Path, four: Path, drawings_file: Path, tmp_path: Path
) -> None:
    taught, colours, fashion = (tmp_path / f"{name}.pth" for name in ("taught", "colours", "f"))
    run("teach", symbols, "--out", taught)
    for path, dataset in ((colours, "cifar10"), (fashion, "fashion_mnist")):
        config = TrainConfig(dataset=dataset)
        save_checkpoint(path, config.create_model(), describe_run(config, []))
    status, stdout, stderr = run("inspect", taught, four)
    assert (status, stderr) == (0, "")
    assert "MNIST" not in stdout
    assert json.loads(run("inspect", taught, four, "--json")[1])["alike"] == []
    assert_refused(run("inspect", colours, four), "reads images in colour")
    assert_refused(run("evaluate", fashion, "--drawings", drawings_file), "no digits, but T-shirt")
    assert_refused(run("evaluate", colours, "--drawings", drawings_file), "no digits, but airplane")


def test_teach_as_json_names_what_was_taken_for_what(run: Run, symbols: Path) -> None:
    status, stdout, _ = run("teach", symbols, "--no-augmentation", "--json")
    told = json.loads(stdout)
    assert status == 0
    assert told["classes"] == list(SYMBOLS)
    assert told["count"] == told["right"] + len(told["mistakes"]) == 6


def test_teach_refuses_what_it_cannot_learn_from(run: Run, tmp_path: Path, symbols: Path) -> None:
    one = tmp_path / "one.json"
    one.write_bytes(format_drawings(draw_symbols(3)[::3]))
    assert_refused(run("teach", one), "2 to 20 classes, not 1")
    assert_refused(run("teach", tmp_path / "none.json"), "There is no file of drawings")
    assert_refused(run("teach", symbols, "--out", "x.txt"), "--out")

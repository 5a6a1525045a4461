from __future__ import annotations

import io
import json
import math
import os
import pickle
import resource
import tracemalloc
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mnist_core import checkpoints
from mnist_core.checkpoints import (
    MAX_BYTES,
    SHIPPED,
    SHIPPED_CNN,
    CheckpointError,
    describe_run,
    describe_taught,
    load_checkpoint,
    metadata_path,
    read_run,
    save_calibration,
    save_checkpoint,
)
from mnist_core.config import TrainConfig
from mnist_core.data import DataSet, Origin, Splits, has_images, load_images
from mnist_core.evaluation import evaluate
from mnist_core.inference import UNCALIBRATED, Calibration
from mnist_core.models import ACTIVATIONS, MODELS, SimpleNN, create_model
from mnist_core.safetensors import write_safetensors
from mnist_core.training import EpochRecord
from tests import article
from tests.bombs import CHECKPOINT_BOMBS
from tests.each import each
from tests.in_chinese import in_chinese
from tests.real_mnist import REPOSITORY

State = dict[str, Tensor]
METADATA = {"test_accuracy": 0.5, "date": "2000-01-01"}


def fresh_state(seed: int = 0) -> State:
    torch.manual_seed(seed)
    return SimpleNN().state_dict()


def network(seed: int = 0) -> SimpleNN:
    model = SimpleNN()
    model.load_state_dict(fresh_state(seed))
    return model


def same(ours: nn.Module, state: State) -> bool:
    weights = ours.state_dict()
    return weights.keys() == state.keys() and all(torch.equal(weights[n], state[n]) for n in state)


# --- there and back ----------------------------------------------------------------------------


def test_the_articles_own_code_reads_our_file(tmp_path: Path) -> None:
    model = network()
    save_checkpoint(tmp_path / "ours.pth", model, METADATA)
    theirs = article.SimpleNN()
    theirs.load_state_dict(torch.load(tmp_path / "ours.pth"))
    theirs.eval()
    images = torch.rand(4, 1, 28, 28)
    assert torch.equal(theirs(images), model(images))


def test_we_read_the_articles_own_file(tmp_path: Path) -> None:
    theirs = article.SimpleNN()
    torch.save(theirs.state_dict(), tmp_path / "simple_nn_mnist.pth")
    checkpoint = load_checkpoint(tmp_path / "simple_nn_mnist.pth")
    assert checkpoint.model_name == "simple_nn"
    assert checkpoint.metadata == {}
    assert not checkpoint.model.training
    assert same(checkpoint.model, theirs.state_dict())


def test_what_is_saved_is_loaded_with_its_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a" / "new" / "folder" / "mine.pth"
    save_checkpoint(path, network(), METADATA)
    checkpoint = load_checkpoint(path)
    assert same(checkpoint.model, fresh_state())
    assert METADATA.items() <= checkpoint.metadata.items()
    assert sorted(file.name for file in path.parent.iterdir()) == ["mine.json", "mine.pth"]


def test_metadata_with_the_old_name_of_an_augmentation_stay_readable(tmp_path: Path) -> None:
    old = {"config": {"model": "simple_nn", "augmentation": "hands"}, "epochs": []}
    save_checkpoint(tmp_path / "mine.pth", network(), old)
    config = load_checkpoint(tmp_path / "mine.pth").metadata["config"]
    assert TrainConfig(**config).augmentation == "handwriting"
    other = {"config": {"model": "simple_nn", "augmentation": "affine"}}
    save_checkpoint(tmp_path / "other.pth", network(), other)
    assert load_checkpoint(tmp_path / "other.pth").metadata["config"] == other["config"]


def test_loading_draws_nothing_from_the_global_random_generator(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine.pth", network(), METADATA)
    before = torch.get_rng_state()
    load_checkpoint(tmp_path / "mine.pth")
    describe_run(TrainConfig(), [])
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loaded_model_can_learn_on(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine.pth", network(), METADATA)
    model = load_checkpoint(tmp_path / "mine.pth").model
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    model(torch.rand(2, 1, 28, 28)).sum().backward()
    optimizer.step()
    assert not same(model, fresh_state())


def test_other_floats_are_read_as_float32(tmp_path: Path) -> None:
    for dtype in each([torch.float16, torch.bfloat16, torch.float64]):
        state = {name: tensor.to(dtype) for name, tensor in fresh_state().items()}
        torch.save(state, tmp_path / "other.pth")
        model = load_checkpoint(tmp_path / "other.pth").model
        assert same(model, {name: tensor.float() for name, tensor in state.items()})


def test_the_metadata_of_a_run_are_complete_and_plain() -> None:
    epochs = [EpochRecord(1, 0.4, 0.3, 0.9, 0.91, 2.0), EpochRecord(2, 0.2, 0.1, 0.95, 0.96, 2.0)]
    metadata = describe_run(TrainConfig(epochs=2), epochs)
    assert json.loads(json.dumps(metadata)) == metadata
    assert metadata["parameters"] == 101_770
    assert TrainConfig(**metadata["config"]) == TrainConfig(epochs=2)
    assert [epoch["train_loss"] for epoch in metadata["epochs"]] == [0.4, 0.2]
    assert metadata["test_accuracy"] == 0.95
    assert metadata["torch"] == torch.__version__
    assert describe_run(TrainConfig(), [])["test_accuracy"] is None


def test_every_network_is_recognised_when_it_is_loaded(tmp_path: Path) -> None:
    for name in each(MODELS):
        metadata = describe_run(TrainConfig(model=name), [])
        save_checkpoint(tmp_path / "mine.pth", create_model(name), metadata)
        checkpoint = load_checkpoint(tmp_path / "mine.pth")
        assert checkpoint.model_name == name
        assert type(checkpoint.model) is MODELS[name].network


ADJUSTABLE = ["simple_nn", "dropout_nn", "deep_nn"]


def test_width_is_recognised_by_the_shapes_and_activation_by_the_metadata(tmp_path: Path) -> None:
    for name, width, activation in each(product(ADJUSTABLE, [8, 33, 512], ACTIVATIONS)):
        config = TrainConfig(model=name, width=width, activation=activation)
        model = config.create_model().eval()
        save_checkpoint(tmp_path / "mine.pth", model, describe_run(config, []))
        checkpoint = load_checkpoint(tmp_path / "mine.pth")
        found = (checkpoint.model_name, checkpoint.width, checkpoint.activation)
        assert found == (name, width, activation)
        assert checkpoint.is_activation_known
        images = torch.rand(3, 1, 28, 28)
        assert torch.equal(checkpoint.model(images), model(images))
        assert read_run(checkpoint.metadata, *found) == (config, [])
        assert checkpoint.metadata["parameters"] == sum(p.numel() for p in model.parameters())


def test_without_metadata_the_width_is_known_and_the_activation_taken_for_relu(
    tmp_path: Path,
) -> None:
    model = create_model("simple_nn", width=33, activation="tanh")
    torch.save(model.state_dict(), tmp_path / "theirs.pth")
    checkpoint = load_checkpoint(tmp_path / "theirs.pth")
    assert (checkpoint.width, checkpoint.activation) == (33, "relu")
    assert not checkpoint.is_activation_known
    torch.save(create_model("cnn").state_dict(), tmp_path / "theirs.pth")
    assert load_checkpoint(tmp_path / "theirs.pth").is_activation_known  # it has no other


def test_metadata_from_before_there_was_a_choice_mean_relu(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine.pth", network(), {"config": {"model": "simple_nn"}})
    checkpoint = load_checkpoint(tmp_path / "mine.pth")
    assert (checkpoint.activation, checkpoint.is_activation_known) == ("relu", True)


def test_an_activation_that_there_is_not_is_not_believed(tmp_path: Path) -> None:
    for told in each([None, 7, "gelu", ["tanh"], {"tanh": 1}]):
        metadata = {"config": {"model": "simple_nn", "activation": told}}
        save_checkpoint(tmp_path / "mine.pth", network(), metadata)
        checkpoint = load_checkpoint(tmp_path / "mine.pth")
        assert (checkpoint.activation, checkpoint.is_activation_known) == ("relu", False)


def test_a_width_that_cannot_be_chosen_is_refused(tmp_path: Path) -> None:
    for width in each([0, 1, 7, 513, 5_000]):
        state = {"fc1.weight": torch.zeros(width, 784), "fc1.bias": torch.zeros(width)}
        state |= {"fc2.weight": torch.zeros(10, width), "fc2.bias": torch.zeros(10)}
        torch.save(state, tmp_path / "other.pth")
        with pytest.raises(CheckpointError, match="fit none of: simple_nn"):
            load_checkpoint(tmp_path / "other.pth")


def test_what_is_said_of_another_width_activation_or_without_flattening_is_not_believed() -> None:
    config = TrainConfig(width=64, activation="tanh")
    metadata = describe_run(config, [])
    assert read_run(metadata, "simple_nn", 64, "tanh") == (config, [])
    for width, activation in each([(128, "tanh"), (64, "relu")]):
        expected = TrainConfig(width=width, activation=activation)
        assert read_run(metadata, "simple_nn", width, activation) == (expected, [])
    forgetful = describe_run(TrainConfig(flatten=False), [])
    assert read_run(forgetful, "simple_nn") == (TrainConfig(), [])


def test_metadata_of_another_form_or_another_network_do_not_change_what_is_recognised(
    tmp_path: Path,
) -> None:
    for config in each([None, [], "cnn", {}, {"model": None}, {"model": ["cnn"]}]):
        for told in (config, {"model": "cnn"}):
            save_checkpoint(tmp_path / "mine.pth", create_model("simple_nn"), {"config": told})
            assert load_checkpoint(tmp_path / "mine.pth").model_name == "simple_nn"


# --- calibration -------------------------------------------------------------------------------


OWN = {
    "config": {"activation": "relu", "dataset": "pictures"},
    "classes": ["a cat", "🏳️\u200d🌈"],
    "origin": {"name": "mine.zip", "is_zip": True, "start": 1, "is_divided": True},
}


def own_of(tmp_path: Path, **changed: Any) -> DataSet | None:
    """Save a network for two classes with metadata that differ from `OWN`; return what it says."""
    path = tmp_path / "own.pth"
    save_checkpoint(path, create_model("cnn", classes=2), {**OWN, **changed})
    checkpoint = load_checkpoint(path)
    assert checkpoint.dataset is None
    assert checkpoint.is_dataset_known == (checkpoint.own is not None)
    return checkpoint.own


def test_what_was_somebodys_own_is_known_by_its_names(tmp_path: Path) -> None:
    pictures = own_of(tmp_path)
    assert pictures is not None
    assert (pictures.key, pictures.classes, pictures.shape) == (
        "pictures",
        ("a cat", "🏳️\u200d🌈"),
        (1, 28, 28),
    )
    assert pictures.origin == Origin("mine.zip", True, 1, True)
    assert not pictures.is_drawable and not has_images(pictures, tmp_path)
    with pytest.raises(FileNotFoundError):
        load_images(pictures, tmp_path)
    drawings = own_of(tmp_path, config={"dataset": "drawings"})
    assert drawings is not None and drawings.is_drawable


def test_what_was_learned_of_drawings_says_its_form_and_its_classes(tmp_path: Path) -> None:
    for activation, dataset in each([("tanh", "drawings"), ("none", "mnist")]):
        network = create_model("simple_nn", width=64, activation=activation)
        metadata = describe_taught(network, list("0123456789"), dataset=dataset, exam={"right": 2})
        save_checkpoint(tmp_path / "taught.safetensors", network, metadata)
        checkpoint = load_checkpoint(tmp_path / "taught.safetensors")
        assert (checkpoint.width, checkpoint.activation) == (64, activation)
        assert checkpoint.metadata["exam"] == {"right": 2}
        assert checkpoint.dataset == (None if dataset == "drawings" else "mnist")
        assert (checkpoint.own is None) == (dataset == "mnist")
        assert checkpoint.is_dataset_known


def test_names_that_nobody_could_show_are_not_believed(tmp_path: Path) -> None:
    names: list[Any] = [None, "ab", [], ["a"], ["a", "a"], ["a", ""], ["a", 1], ["a", "b", "c"]]
    names += [["a", "\x1b[31m"], ["a", "\ud800"], ["a", "x" * 101], {"a": 1, "b": 2}]
    for classes in each(names):
        assert own_of(tmp_path, classes=classes) is None
    for dataset in each([None, 1, "x", ["pictures"], "pictures-1", {}]):
        assert own_of(tmp_path, config={"dataset": dataset}) is None


def test_a_place_that_cannot_be_is_not_believed(tmp_path: Path) -> None:
    wrong: list[Any] = [None, [], {}, {**OWN["origin"], "name": "../mine.zip"}]
    for changed in (
        {"name": ""},
        {"name": ".."},
        {"name": "a\\b"},
        {"name": "a\nb"},
        {"name": 1},
        {"start": -1},
        {"start": 0},  # train and test are folders themselves
        {"start": True},
        {"start": 10**9},
        {"is_zip": 1},
        {"is_divided": None},
    ):
        wrong.append({**OWN["origin"], **changed})
    for origin in each(wrong):
        pictures = own_of(tmp_path, origin=origin)
        assert pictures is not None and pictures.origin is None


def test_a_calibration_is_loaded_as_it_was_saved_and_the_metadata_stay(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    save_checkpoint(path, network(), METADATA)
    before = load_checkpoint(path)
    assert before.calibration == UNCALIBRATED
    weights = path.read_bytes()
    calibration = Calibration(1.2345678901234567, 1 / 3)
    save_calibration(path, calibration)
    checkpoint = load_checkpoint(path)
    assert checkpoint.calibration == calibration
    assert before.metadata.items() <= checkpoint.metadata.items()
    assert path.read_bytes() == weights


def test_weights_without_metadata_can_be_calibrated(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    torch.save(fresh_state(), path)
    save_calibration(path, Calibration(2.0, 0.75))
    assert load_checkpoint(path).calibration == Calibration(2.0, 0.75)


def test_a_calibration_does_not_outlive_its_weights(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    save_checkpoint(path, network(), METADATA)
    save_calibration(path, Calibration(2.0, 0.75))
    torch.save(fresh_state(seed=1), path)
    assert load_checkpoint(path).calibration == UNCALIBRATED


def test_there_is_nothing_to_calibrate_without_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save_calibration(tmp_path / "none.pth", UNCALIBRATED)
    assert list(tmp_path.iterdir()) == []


def test_a_calibration_that_makes_no_sense_is_none(tmp_path: Path) -> None:
    for calibration in each(
        [
            None,
            [],
            "2",
            {},
            {"temperature": 2},
            {"temperature": float("nan"), "sure_from": 0.5},
            {"temperature": float("inf"), "sure_from": 0.5},
            {"temperature": -1, "sure_from": 0.5},
            {"temperature": 0, "sure_from": 0.5},
            {"temperature": "2", "sure_from": 0.5},
            {"temperature": [2], "sure_from": 0.5},
            {"temperature": True, "sure_from": 0.5},
            {"temperature": 2, "sure_from": None},
            {"temperature": 2, "sure_from": 50},
            {"temperature": 2, "sure_from": {}},
            {"temperature": 10**400, "sure_from": 0.5},
        ]
    ):
        save_checkpoint(tmp_path / "mine.pth", network(), {**METADATA, "calibration": calibration})
        checkpoint = load_checkpoint(tmp_path / "mine.pth")
        assert checkpoint.calibration == UNCALIBRATED
        assert checkpoint.metadata["test_accuracy"] == 0.5


# --- metadata of other versions ----------------------------------------------------------------

FIRST_CONFIG = {"model": "cnn", "epochs": 7, "batch_size": 32, "learning_rate": 0.01, "seed": 3}
FIRST_EPOCH = {
    "epoch": 1,
    "train_loss": 0.4,
    "test_loss": 0.3,
    "test_accuracy": 0.9,
    "seconds": 2.0,
}
"""What the first version wrote; an entry may be added to records, but never asked of a file."""


def test_what_is_said_of_a_run_is_read_as_it_was_written() -> None:
    config = TrainConfig(model="cnn", dropout=0.3, schedule="step", augmentation="affine", epochs=2)
    epochs = [EpochRecord(1, 0.4, 0.3, 0.9, 0.91, 2.0), EpochRecord(2, 0.2, 0.1, 0.95, 0.96, 2.0)]
    metadata = json.loads(json.dumps(describe_run(config, epochs)))
    assert read_run(metadata, "cnn") == (config, epochs)


def test_an_older_file_keeps_what_it_says() -> None:
    config, epochs = read_run({"config": FIRST_CONFIG, "epochs": [FIRST_EPOCH] * 2}, "cnn")
    assert config == TrainConfig(**FIRST_CONFIG)
    assert epochs == [EpochRecord(number, 0.4, 0.3, 0.9, None, 2.0) for number in (1, 2)]
    again = json.loads(json.dumps(describe_run(config, epochs)))  # as a run that is downloaded
    assert read_run(again, "cnn") == (config, epochs)


def test_the_shipped_files_keep_what_they_say() -> None:
    for path in (SHIPPED, SHIPPED_CNN):
        checkpoint = load_checkpoint(path)
        config, epochs = read_run(checkpoint.metadata, checkpoint.model_name)
        assert len(epochs) == config.epochs == len(checkpoint.metadata["epochs"]), path
        if "start" not in checkpoint.metadata:  # else it was mixed with the one that it began with
            assert epochs[-1].test_accuracy == checkpoint.metadata["test_accuracy"]


def test_a_newer_file_keeps_what_this_version_knows() -> None:
    config = {**FIRST_CONFIG, "momentum": 0.9, "crop": {"to": [20, 20]}}
    epoch = {**FIRST_EPOCH, "train_accuracy": 0.8, "top_two": [0.99], "note": "fine", "rate": None}
    metadata = {"config": config, "epochs": [epoch], "written_by": "a newer version"}
    assert read_run(metadata, "cnn") == (
        TrainConfig(**FIRST_CONFIG),
        [EpochRecord(1, 0.4, 0.3, 0.9, 0.8, 2.0)],
    )


def test_what_lacks_what_every_version_writes_or_cannot_be_true_is_not_believed() -> None:
    lacking = [
        *({"epochs": [_without(FIRST_EPOCH, name)]} for name in FIRST_EPOCH if name != "epoch"),
        *({"config": _without(FIRST_CONFIG, name)} for name in FIRST_CONFIG),
    ]
    untrue = [
        *(
            {"epochs": [{**FIRST_EPOCH, "test_accuracy": value}]}
            for value in (-0.1, 1.1, "1", True)
        ),
        {"epochs": [{**FIRST_EPOCH, "train_accuracy": math.nan}]},
        {"epochs": [{**FIRST_EPOCH, "seconds": None}]},
        {"epochs": [FIRST_EPOCH] * 8},
        {"epochs": {"1": FIRST_EPOCH}},
        {"epochs": None},
        {"config": {**FIRST_CONFIG, "model": "simple_nn"}},
        {"config": {**FIRST_CONFIG, "epochs": 10**9}},
        {"config": [*FIRST_CONFIG]},
        {"config": "model epochs batch_size learning_rate seed"},
    ]
    for change in lacking + untrue:
        metadata = {"config": FIRST_CONFIG, "epochs": [FIRST_EPOCH], **change}
        assert read_run(metadata, "cnn") == (TrainConfig(model="cnn"), []), change
    assert read_run({}, "cnn") == (TrainConfig(model="cnn"), [])


def _without(entries: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in entries.items() if key != name}


# --- metadata belong to weights -------------------------------------------------------------------


def test_metadata_about_other_weights_are_not_told(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine.pth", network(), METADATA)
    torch.save(fresh_state(seed=1), tmp_path / "mine.pth")
    assert load_checkpoint(tmp_path / "mine.pth").metadata == {}


def test_metadata_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    for content in each(
        [
            "",
            "[]",
            "null",
            "3",
            '"sha256"',
            "{}",
            '{"sha256": 1}',
            "[" * 100_000,
            "\udcff",
            "not JSON",
        ]
    ):
        save_checkpoint(tmp_path / "mine.pth", network(), METADATA)
        metadata_path(tmp_path / "mine.pth").write_bytes(content.encode(errors="surrogateescape"))
        checkpoint = load_checkpoint(tmp_path / "mine.pth")
        assert checkpoint.metadata == {}
        assert same(checkpoint.model, fresh_state())


# --- whole or not at all -----------------------------------------------------------------------


def fail(*_: object, **__: object) -> None:
    raise OSError("no space left")


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace"])
def test_a_failing_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "mine.pth"
    save_checkpoint(path, network(seed=1), METADATA)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with monkeypatch.context() as broken_disk:
        broken_disk.setattr(broken, fail)
        with pytest.raises(OSError, match="no space left"):
            save_checkpoint(path, network(seed=2), METADATA)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_metadata_that_are_not_json_leave_no_false_metadata(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    save_checkpoint(path, network(seed=1), METADATA)
    with pytest.raises(TypeError):
        save_checkpoint(path, network(seed=2), {"model": object()})
    checkpoint = load_checkpoint(path)
    assert same(checkpoint.model, fresh_state(seed=1)) == bool(checkpoint.metadata)


def test_a_save_removes_nothing_else(tmp_path: Path) -> None:
    others = ["mine.pth.part", ".mine.pth.backup", ".other.pth.x.part", ".mine.pth"]
    for name in others:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    save_checkpoint(tmp_path / "mine.pth", network(), METADATA)
    assert {file.name for file in tmp_path.iterdir()} == {*others, "mine.pth", "mine.json"}


def test_a_disk_without_room_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    save_checkpoint(path, network(seed=1), METADATA)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # no file may grow beyond
    try:
        with pytest.raises(OSError, match="too large"):
            save_checkpoint(path, network(seed=2), METADATA)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_others_may_read_a_saved_file(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine.pth", network(), METADATA)
    assert [file.stat().st_mode & 0o777 for file in tmp_path.iterdir()] == [0o644, 0o644]


# --- files as people have them ------------------------------------------------------------------


def trained_with_adam() -> tuple[SimpleNN, torch.optim.Adam]:
    model = network()
    optimizer = torch.optim.Adam(
        [{"params": model.fc1.parameters()}, {"params": model.fc2.parameters(), "lr": 0.01}]
    )
    model(torch.rand(2, 1, 28, 28)).sum().backward()
    optimizer.step()
    return model, optimizer


def test_what_wrappers_put_before_the_names_is_taken_off(tmp_path: Path) -> None:
    for prefix in each(["module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module."]):
        state = {f"{prefix}{name}": tensor for name, tensor in fresh_state().items()}
        torch.save(state, tmp_path / "wrapped.pth")
        assert same(load_checkpoint(tmp_path / "wrapped.pth").model, fresh_state())
    one = {"module.fc1.weight" if n == "fc1.weight" else n: t for n, t in fresh_state().items()}
    torch.save(one, tmp_path / "one.pth")
    assert "module.fc1.weight 128×784" in refusal(tmp_path / "one.pth")


def test_the_names_are_those_that_the_wrappers_give(tmp_path: Path) -> None:
    for wrapped in (nn.DataParallel(network()), torch.compile(network())):
        torch.save(wrapped.state_dict(), tmp_path / "wrapped.pth")  # type: ignore[attr-defined]
        assert same(load_checkpoint(tmp_path / "wrapped.pth").model, fresh_state())


def test_a_state_dict_among_other_things_is_found(tmp_path: Path) -> None:
    model, optimizer = trained_with_adam()
    beside: dict[str, Any] = {
        "epoch": 5,
        "optimizer_state_dict": optimizer.state_dict(),
        "loss": torch.tensor(0.25, requires_grad=True),
        "history": [0.5, 0.25, None, True, {"best": (1, 2)}, [], float("inf")],
        "args": {"lr": 0.001, "betas": (0.9, 0.999), "name": "mine"},
    }
    for name in each(["state_dict", "model_state_dict"]):
        for content in (
            {name: model.state_dict()},
            {name: dict(model.named_parameters())},
            {name: model.state_dict(), **beside},
            {**beside, name: nn.DataParallel(model).half().state_dict()},
        ):
            torch.save(content, tmp_path / "all.pth")
            checkpoint = load_checkpoint(tmp_path / "all.pth")
            assert checkpoint.model_name == "simple_nn"
            assert same(checkpoint.model, content[name] and unwrapped(content[name]))
        model.float()


def unwrapped(state: State) -> State:
    return {name.removeprefix("module."): tensor.float() for name, tensor in state.items()}


def test_what_stands_beside_a_state_dict_is_never_built(tmp_path: Path) -> None:
    path, loot = tmp_path / "evil.pth", tmp_path / "loot"
    for content in (
        {"state_dict": fresh_state(), "extra": Burglar(loot)},
        {"extra": [Burglar(loot)], "state_dict": fresh_state()},
        {"state_dict": {**fresh_state(), "extra": Burglar(loot)}},
    ):
        torch.save(content, path)
        assert "posix.system" in refusal(path)
        assert not loot.exists()


def test_a_file_saved_on_a_gpu_is_read(tmp_path: Path) -> None:
    for content in each([fresh_state(), {"state_dict": fresh_state(), "epoch": 1}]):
        with zipfile.ZipFile(io.BytesIO(saved(content))) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(tmp_path / "cuda.pth", "w") as archive:
            for name, data in entries.items():
                archive.writestr(name, data.replace(b"\3\0\0\0cpu", b"\6\0\0\0cuda:1"))
        assert b"cuda:1" in (tmp_path / "cuda.pth").read_bytes()
        assert same(load_checkpoint(tmp_path / "cuda.pth").model, fresh_state())


def test_a_refusal_says_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    for content, found in (
        ({"model": fresh_state(), "epoch": 5}, "a dict of model, epoch"),
        (dict.fromkeys("abcdef", 1), "a dict of a, b, c, d, …"),
        ({"x" * 99 + "\n": 1}, "a dict of " + "x" * 29 + "…."),
        ({"state_dict": {"fc1": {}}}, "a dict of state_dict"),
        (torch.zeros(3, 4), "a single tensor of shape [3, 4]"),
        (network(), "an object of mnist_core.models.SimpleNN: save model.state_dict()"),
        (nn.Linear(2, 3).state_dict(), "It holds weight 3×2, bias 3."),
        ({}, "It holds –."),
    ):
        torch.save(content, path)
        assert found in refusal(path), content


# --- safetensors -------------------------------------------------------------------------------


def test_a_safetensors_file_holds_the_weights_and_their_metadata(tmp_path: Path) -> None:
    for name in each(MODELS):
        path, model = tmp_path / f"{name}.safetensors", create_model(name)
        metadata = describe_run(TrainConfig(model=name), [])
        save_checkpoint(
            path, model, {**metadata, "calibration": {"temperature": 2, "sure_from": 0.5}}
        )
        checkpoint = load_checkpoint(path)
        assert checkpoint.model_name == name
        assert same(checkpoint.model, model.state_dict())
        assert metadata.items() <= checkpoint.metadata.items()
        assert checkpoint.calibration == Calibration(2, 0.5)
        assert not metadata_path(path).exists()


def test_a_safetensors_file_is_known_by_its_content(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine.safetensors", network(), METADATA)
    (tmp_path / "mine.safetensors").rename(tmp_path / "mine.pth")
    assert same(load_checkpoint(tmp_path / "mine.pth").model, fresh_state())


def test_a_safetensors_file_of_others_is_read_and_a_damaged_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.safetensors"
    half = {f"module.{name}": tensor.half() for name, tensor in fresh_state().items()}
    for about in each([{}, {"mnist_core": "[]"}, {"mnist_core": "["}, {"mnist_core": "[" * 9999}]):
        path.write_bytes(write_safetensors(half, about))
        checkpoint = load_checkpoint(path)
        assert checkpoint.metadata == {}
        assert same(checkpoint.model, {n: t.half().float() for n, t in fresh_state().items()})
    content = path.read_bytes()
    for damaged in each([content[:-1], content + b"\0", content[:9], content[:1000]]):
        path.write_bytes(damaged)
        assert "damaged safetensors" in refusal(path)
    path.write_bytes(write_safetensors({"w": torch.zeros(2)}, {}))
    assert "It holds w 2." in refusal(path)


# --- files from strangers ----------------------------------------------------------------------


class Burglar:
    """Runs a command when it is unpickled."""

    def __init__(self, loot: Path) -> None:
        self.loot = loot

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.loot}",)


def refusal(path: Path) -> str:
    """Return the sentence with which the file is refused."""
    with pytest.raises(CheckpointError) as error:
        load_checkpoint(path)
    message = str(error.value)
    assert path.name in message
    assert message.endswith(".")
    assert message.count("\n") == 0
    assert path.name in in_chinese(error.value)
    assert len(message) < 200 + len(str(path))
    return message


@pytest.mark.parametrize("wrap", ["torch", "torch, old format", "pickle"])
def test_code_in_a_file_never_runs(
    tmp_path: Path, wrap: str, recwarn: pytest.WarningsRecorder
) -> None:
    path, loot = tmp_path / "evil.pth", tmp_path / "loot"
    content = {**fresh_state(), "extra": Burglar(loot)}
    if wrap == "pickle":
        path.write_bytes(pickle.dumps(content))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=wrap == "torch")
    refusal(path)
    assert not loot.exists()
    assert not recwarn.list  # the refusal is all that there is to read
    with path.open("rb") as file:  # the trap is a real one
        torch.load(file, weights_only=False) if wrap != "pickle" else pickle.load(file)
    assert loot.exists()


def saved(state: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("make", CHECKPOINT_BOMBS.values(), ids=CHECKPOINT_BOMBS)
def test_a_bomb_is_refused_before_it_unfolds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[], bytes]
) -> None:
    path = tmp_path / "bomb.pth"
    path.write_bytes(make())
    monkeypatch.setattr(torch, "load", fail)
    tracemalloc.start()
    try:
        refusal(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000_000


def test_what_only_pytorchs_own_reader_would_find_in_a_file_is_not_read(tmp_path: Path) -> None:
    """Two archives in one: which of them is read depends on how the reader counts."""
    path, loot = tmp_path / "two.pth", tmp_path / "loot"
    evil, good = saved(Burglar(loot)), saved(fresh_state())
    path.write_bytes(evil + good)
    assert same(load_checkpoint(path).model, fresh_state())
    assert not loot.exists()


def test_a_name_that_is_there_twice_is_refused(tmp_path: Path, recwarn: Any) -> None:
    path = tmp_path / "twice.pth"
    path.write_bytes(saved(fresh_state()))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/data.pkl", archive.read("archive/data.pkl"))
    refusal(path)


def test_metadata_too_long_are_not_read(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "mine.pth", network(), {**METADATA, "story": "x" * 1_000_000})
    assert load_checkpoint(tmp_path / "mine.pth").metadata == {}


def test_weights_with_what_pytorch_writes_beside_them_are_read(tmp_path: Path) -> None:
    model = network()
    for number, weights in enumerate((model.state_dict(), dict(model.named_parameters()))):
        torch.save(weights, tmp_path / f"{number}.pth")
        assert same(load_checkpoint(tmp_path / f"{number}.pth").model, fresh_state())


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    for length in each([0, 1, 100, 200_000, -1, -100]):
        path = tmp_path / "cut.pth"
        path.write_bytes(saved(fresh_state())[:length])
        refusal(path)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    for content in each([b"hello", b"\0" * 1000, b"PK\x03\x04", b"\x80\x02.", b"(" * 99]):
        path = tmp_path / "other.pth"
        path.write_bytes(content)
        refusal(path)


def with_first(change: Callable[[Tensor], object]) -> Callable[[State], object]:
    return lambda state: {**state, "fc1.weight": change(state["fc1.weight"])}


def with_one(weight: Tensor, value: float) -> Tensor:
    changed = weight.clone()
    changed[-1, -1] = value
    return changed


NOT_OURS: dict[str, Callable[[State], object]] = {
    "a tensor": lambda state: state["fc1.weight"],
    "a list": lambda state: list(state.values()),
    "nothing": lambda state: None,
    "an empty dict": lambda state: {},
    "a number": lambda state: 42,
    "a nested dict": lambda state: {"model": state, "epoch": 5},
    "a dict of dicts": lambda state: {name: {"weight": tensor} for name, tensor in state.items()},
    "a weight too few": lambda state: dict(list(state.items())[:-1]),
    "a weight too many": lambda state: {**state, "fc3.weight": torch.zeros(10, 10)},
    "other names": lambda state: {f"net.{name}": tensor for name, tensor in state.items()},
    "numbers for names": lambda state: dict(enumerate(state.values())),
    "another shape": with_first(lambda weight: weight[:64]),
    "a turned shape": with_first(lambda weight: weight.T.contiguous()),
    "an enormous shape": with_first(lambda weight: weight.new_zeros(1).expand(10**12)),
    "whole numbers": with_first(lambda weight: weight.long()),
    "truth values": with_first(lambda weight: weight > 0),
    "complex numbers": with_first(lambda weight: weight.to(torch.complex64)),
    "eight-bit floats": with_first(lambda weight: weight.to(torch.float8_e4m3fn)),
    "a sparse weight": with_first(lambda weight: weight.to_sparse()),
    "a weight without numbers": with_first(lambda weight: weight.to("meta")),
    "not a number": with_first(lambda weight: with_one(weight, torch.nan)),
    "infinity": with_first(lambda weight: with_one(weight, torch.inf)),
    "infinity as float32": with_first(lambda weight: with_one(weight.double(), 1e300)),
    "a Python number": with_first(lambda weight: 0.5),
    "a text": with_first(lambda weight: "0.5"),
}  # fmt: skip


def test_a_pytorch_file_of_anything_else_is_refused(tmp_path: Path) -> None:
    for kind in each(NOT_OURS):
        path = tmp_path / "stranger.pth"
        torch.save(NOT_OURS[kind](OrderedDict(fresh_state())), path)
        refusal(path)


def with_norm(name: str, value: Tensor) -> Callable[[State], State]:
    return lambda state: {**state, f"norm1.{name}": value}


NO_CNN: dict[str, Callable[[State], State]] = {
    "a negative variance": with_norm("running_var", torch.full((16,), -1.0)),
    "a fraction of a batch": with_norm("num_batches_tracked", torch.tensor(0.5)),
    "weights that overflow": lambda state: {
        name: tensor * 1e30 if name.endswith("weight") else tensor for name, tensor in state.items()
    },
}


def test_a_cnn_that_cannot_compute_is_refused(tmp_path: Path) -> None:
    for kind in each(NO_CNN):
        path = tmp_path / "stranger.pth"
        torch.save(NO_CNN[kind](create_model("cnn").state_dict()), path)
        refusal(path)


def test_a_file_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.pth"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    monkeypatch.setattr(Path, "read_bytes", fail)
    assert "larger" in refusal(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refusal(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.pth"):
        load_checkpoint(tmp_path / "nothing.pth")


# --- the checkpoint that is shipped ------------------------------------------------------------


def test_the_shipped_checkpoint_was_trained_by_the_recipe() -> None:
    metadata = load_checkpoint(SHIPPED).metadata
    recipe = TrainConfig()
    assert metadata["config"] == {
        "model": recipe.model,
        "epochs": recipe.epochs,
        "batch_size": recipe.batch_size,
        "learning_rate": recipe.learning_rate,
        "seed": recipe.seed,
    }
    assert [epoch["epoch"] for epoch in metadata["epochs"]] == [1, 2, 3, 4, 5]


def test_the_shipped_checkpoint_reads_as_well_as_it_says(mnist: Splits) -> None:
    checkpoint = load_checkpoint(SHIPPED)
    accuracy = evaluate(checkpoint.model, mnist.test).accuracy
    two_images = 0.0002  # that another processor's rounding may tip
    assert accuracy == pytest.approx(checkpoint.metadata["test_accuracy"], abs=two_images)
    assert accuracy > 0.955


def test_the_shipped_path_is_in_the_repository() -> None:
    assert checkpoints.SHIPPED == REPOSITORY / "checkpoints" / "simple_nn_mnist.pth"


def test_small_views_of_a_large_storage_do_not_keep_it(tmp_path: Path) -> None:
    large = torch.randn(4_000_000)  # 16 MB
    shapes = {name: weights.shape for name, weights in SimpleNN().state_dict().items()}
    views = {name: large[: shape.numel()].view(shape) for name, shape in shapes.items()}
    torch.save(views, tmp_path / "views.pth")
    assert (tmp_path / "views.pth").stat().st_size > 16_000_000
    for name, weights in load_checkpoint(tmp_path / "views.pth").model.state_dict().items():
        assert torch.equal(weights, views[name])
        assert weights.untyped_storage().nbytes() == weights.nbytes

from __future__ import annotations

import runpy
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.config import TrainConfig
from mnist_core.experiments import RECIPE
from mnist_core.web import limits
from mnist_core.web.limits import (
    LIMITS,
    ON_A_SPACE,
    Limits,
    count_cores,
    read_limits,
    variable,
)
from tests.each import each
from tests.real_mnist import REPOSITORY

SPACE = {ON_A_SPACE: "somebody/digits"}


def test_a_laptop_is_generous_and_a_space_is_not() -> None:
    laptop, space = read_limits({}), read_limits(SPACE)
    for name, limit in LIMITS.items():
        assert getattr(laptop, name) == limit.laptop
        assert getattr(space, name) == limit.space
        assert limit.low <= limit.space <= limit.laptop <= limit.high
    largest = TrainConfig(epochs=100, batch_size=60_000)
    laptop.check(largest)
    space.check(RECIPE)
    with pytest.raises(ValueError, match="from 1 to 30 on this server, not 100"):
        space.check(largest)


def test_a_variable_sets_a_limit_here_and_on_a_space() -> None:
    for name in each(LIMITS):
        others = {variable("runs"): "100"} if name == "under_way" else {}
        others = {variable("under_way"): "4"} if name == "runs" else others
        for value in {LIMITS[name].low, LIMITS[name].high}:
            for environment in ({}, SPACE):
                set_so = {**environment, **others, variable(name): f" {value} "}
                assert getattr(read_limits(set_so), name) == value


def test_anything_else_is_refused_with_the_variable_and_its_range() -> None:
    for name in each(LIMITS):
        for text in each(["many", "-1", "1.5", "1e3", "0x10", "٣", "9" * 30, "5 6", "5\n6"]):
            limit = LIMITS[name]
            with pytest.raises(ValueError) as refusal:
                read_limits({variable(name): text})
            assert f"{variable(name)} must be a whole number" in str(refusal.value)
            assert f"from {limit.low} to {limit.high}, not " in str(refusal.value)
            assert "\n" not in str(refusal.value)


def test_what_lies_just_outside_is_refused() -> None:
    for name in each(LIMITS):
        for value in (LIMITS[name].low - 1, LIMITS[name].high + 1):
            with pytest.raises(ValueError, match=variable(name)):
                read_limits({variable(name): str(value)})


def test_every_mistake_is_named_at_once_and_so_is_a_variable_that_sets_nothing() -> None:
    environment = {"MNIST_MAX_EPOCHS": "x", "MNIST_MAX_RUNS": "0", "MNIST_MAX_EPOCH": "7"}
    with pytest.raises(ValueError) as refusal:
        read_limits(environment)
    for name in environment:
        assert f"{name} " in str(refusal.value)
    assert "MNIST_MAX_EPOCH is not a limit" in str(refusal.value)


def test_a_run_that_has_ended_must_be_able_to_make_room() -> None:
    with pytest.raises(ValueError, match="MNIST_MAX_UNDER_WAY must be less than MNIST_MAX_RUNS"):
        read_limits({"MNIST_MAX_RUNS": "8"})
    read_limits({"MNIST_MAX_RUNS": "9"})


@given(st.dictionaries(st.sampled_from([variable(name) for name in LIMITS]), st.text()))
def test_any_environment_is_limits_or_a_sentence(environment: dict[str, str]) -> None:
    try:
        limits = read_limits(environment)
    except ValueError as error:
        assert "must be" in str(error)
    else:
        for entry in fields(Limits):
            limit = LIMITS[entry.name]
            assert limit.low <= getattr(limits, entry.name) <= limit.high


def test_the_readme_lists_every_variable_with_what_it_is_by_default() -> None:
    readme = (REPOSITORY / "mnist_core/web/README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("| `MNIST_MAX_")]
    assert rows == [
        f"| `{variable(name)}` | {limit.meaning} "
        f"| {limit.default or f'{limit.laptop:,}'} | {limit.default or f'{limit.space:,}'} "
        f"| {limit.low:,} to {limit.high:,} |"
        for name, limit in LIMITS.items()
    ]


@pytest.mark.parametrize(
    ("quota", "cores"), [("200000 100000", 2), ("150000 100000", 1), ("50000 100000", 1)]
)
def test_a_container_has_the_cores_that_its_quota_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, cores: int
) -> None:
    file = tmp_path / "cpu.max"
    monkeypatch.setattr(limits, "CPU_QUOTA", file)
    monkeypatch.setattr(limits.os, "sched_getaffinity", lambda pid: set(range(16)), raising=False)
    assert count_cores() == 16
    file.write_text("max 100000\n")
    assert count_cores() == 16
    file.write_text(f"{quota}\n")
    assert count_cores() == cores


def test_the_app_does_not_start_with_a_limit_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_MAX_EPOCHS", "a\nmillion")
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(REPOSITORY / "app.py"), run_name="__main__")
    sentence = r"MNIST_MAX_EPOCHS must be a whole number from 5 to 100, not 'a\nmillion'."
    assert end.value.code == sentence  # Python writes it to stderr and exits with 1

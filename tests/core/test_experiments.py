from __future__ import annotations

import statistics
from dataclasses import fields
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.config import OPTIMIZERS, SCHEDULES, TrainConfig
from mnist_core.experiments import (
    EXPERIMENTS,
    MAX_SEEDS,
    SEED_NOISE,
    T_95,
    describe_change,
    give_verdict,
)
from mnist_core.models import MODELS
from mnist_core.text import LANGUAGES, speaking, translate
from tests.each import each

accuracies = st.dictionaries(st.integers(0, 20), st.floats(0, 1), max_size=20)


def test_an_experiment_changes_exactly_one_setting() -> None:
    for experiment in each(EXPERIMENTS.values()):
        names = [field.name for field in fields(TrainConfig)]
        changed = [
            name
            for name in names
            if getattr(experiment.baseline, name) != getattr(experiment.variant, name)
        ]
        assert len(changed) == 1
        assert experiment.baseline.seed == TrainConfig().seed


def test_every_piece_of_advice_is_there() -> None:
    variants = [experiment.variant for experiment in EXPERIMENTS.values()]
    assert {"simple_nn", "dropout_nn", "deep_nn", "cnn"} == {config.model for config in variants}
    assert any(config.schedule == "step" for config in variants)
    assert any(config.batch_size in (128, 256) for config in variants)
    assert any(config.learning_rate == 0.0001 for config in variants)
    assert any(config.learning_rate >= 0.1 for config in variants)
    assert any(config.augmentation != "none" for config in variants)
    assert any(config.optimizer == "sgd" for config in variants)


# --- what changed ------------------------------------------------------------------------------


def test_a_change_is_named_with_its_value() -> None:
    assert describe_change(TrainConfig()) == ""
    changed = TrainConfig(model="cnn", epochs=15, dropout=0.3)
    assert describe_change(changed) == "CNN, 15 epochs, dropout 0.3"
    assert describe_change(changed, TrainConfig(model="cnn")) == "15 epochs, dropout 0.3"
    assert describe_change(TrainConfig(), TrainConfig(epochs=1)) == "5 epochs"
    assert describe_change(TrainConfig(epochs=1)) == "1 epoch"
    with speaking("zh"):
        assert translate(describe_change(changed)) == "卷积神经网络，15 轮，Dropout 0.3"


def test_every_setting_has_its_words_and_none_is_a_name_of_the_code() -> None:
    for language in LANGUAGES:
        with speaking(language):
            for model, schedule, augmentation, optimizer in product(
                MODELS, SCHEDULES, AUGMENTATIONS, OPTIMIZERS
            ):
                config = TrainConfig(
                    model=model,
                    epochs=7,
                    batch_size=32,
                    learning_rate=0.5,
                    schedule=schedule,
                    augmentation=augmentation,
                    optimizer=optimizer,
                    seed=1,
                    dataset="cifar10" if augmentation == "mirror" else "mnist",
                )
                assert "_" not in translate(describe_change(config))
                other = TrainConfig(model="cnn", dropout=0.5)
                assert "_" not in translate(describe_change(config, other))


# --- verdicts ----------------------------------------------------------------------------------


def test_without_a_seed_in_common_there_is_no_verdict() -> None:
    assert give_verdict({}, {}) == ""
    assert give_verdict({1: 0.9}, {2: 0.95}) == ""


def test_one_seed_is_judged_by_the_noise_between_seeds() -> None:
    chance = 2 * 2**0.5 * SEED_NOISE
    assert "more seeds" in give_verdict({1: 0.96}, {1: 0.96 + 0.9 * chance})
    assert "more than seeds alone" in give_verdict({1: 0.96}, {1: 0.96 + 1.1 * chance})
    assert "−1.50 points, more than" in give_verdict({1: 0.96}, {1: 0.945})
    with speaking("zh"):
        said = translate(give_verdict({1: 0.96}, {1: 0.945}))
        assert "变体的准确率变化了 −1.50 个百分点，超过了随机种子带来的波动" in said


def test_several_seeds_are_judged_by_a_paired_t_test() -> None:
    baseline = {1: 0.960, 2: 0.962, 3: 0.961}
    clear = give_verdict(baseline, {1: 0.970, 2: 0.973, 3: 0.972})
    assert "over 3 seeds" in clear
    assert "more than chance" in clear
    differences = [1.0, 1.1, 1.1]
    margin = 4.303 * statistics.stdev(differences) / 3**0.5
    assert f"{statistics.fmean(differences):+.2f} ± {margin:.2f} points" in clear
    assert "may be chance" in give_verdict(baseline, {1: 0.965, 2: 0.960, 3: 0.963})


def test_what_moves_both_alike_is_no_noise() -> None:
    baseline = {1: 0.90, 2: 0.95, 3: 0.99}
    better = {seed: accuracy + 0.002 for seed, accuracy in baseline.items()}
    assert "more than chance" in give_verdict(baseline, better)


def test_the_table_of_t_is_student_s() -> None:
    # 97.5 % quantiles as found in any table, for 1, 2, 5 and 9 degrees of freedom.
    assert [T_95[freedom - 1] for freedom in (1, 2, 5, 9)] == [12.71, 4.30, 2.57, 2.26]
    assert list(T_95) == sorted(T_95, reverse=True)


@given(accuracies, accuracies)
def test_a_verdict_never_fails(baseline: dict[int, float], variant: dict[int, float]) -> None:
    verdict = give_verdict(baseline, variant)
    common = len(baseline.keys() & variant.keys())
    assert (verdict == "") == (common == 0)
    if common > 1:
        assert f"over {min(common, MAX_SEEDS)} seeds" in verdict

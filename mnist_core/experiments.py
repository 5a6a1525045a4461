"""The article's advice as experiments: a baseline, one change, and what to make of the result.

Article, the advice at its end. Baseline and variant train with the same seed; what differs between
two networks that differ in their seed alone is noise, and the verdict says so.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, find_data_set
from mnist_core.text import Message

RECIPE = TrainConfig()
LONG = TrainConfig(epochs=15)  # long enough for the recipe to overfit
FEW = TrainConfig(epochs=30, images=1_000)  # so few that they are soon known by heart

SEED_NOISE = 0.0034
"""Standard deviation of test accuracy from seed to seed, a fraction; measured on seven
runs of the recipe."""

# Student's t, two-sided 95 %, for 1 to 9 degrees of freedom: how many standard errors the mean of
# 2 to 10 differences may lie from zero by chance.
T_95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
MAX_SEEDS = len(T_95) + 1


@dataclass(frozen=True)
class Experiment:
    """One piece of advice, ready to be tried.

    Attributes:
        title: its name, a few words.
        suggestion: what the article suggests, in our words.
        expectation: what to expect, from having measured it.
        baseline: the settings to compare with.
        variant: the same settings with the suggestion followed.
        noise: by how much the seed alone changes test accuracy: the standard deviation, a fraction.
    """

    title: Message
    suggestion: Message
    expectation: Message
    baseline: TrainConfig
    variant: TrainConfig
    noise: float = SEED_NOISE

    def on(self, dataset: str) -> Experiment:
        """Return the same experiment on another data set.

        What to expect has been measured on MNIST alone, and is not claimed of others.

        Args:
            dataset: a key of `DATASETS`.

        Raises:
            ValueError: there is no such data set, or the experiment does not fit it.
        """
        if dataset == self.baseline.dataset:
            return self
        return replace(
            self,
            expectation=Message("experiment.not_measured"),
            baseline=replace(self.baseline, dataset=dataset),
            variant=replace(self.variant, dataset=dataset),
        )


_SETTINGS = {  # of baseline and variant
    "cnn": (RECIPE, replace(RECIPE, model="cnn")),
    "deep": (RECIPE, replace(RECIPE, model="deep_nn")),
    "dropout": (LONG, replace(LONG, model="dropout_nn")),
    "augmentation": (LONG, replace(LONG, augmentation="affine")),
    "step": (RECIPE, replace(RECIPE, schedule="step")),
    "batch": (RECIPE, replace(RECIPE, batch_size=256)),
    "small_rate": (RECIPE, replace(RECIPE, learning_rate=0.0001)),
    "large_rate": (RECIPE, replace(RECIPE, learning_rate=0.1)),
    "sgd": (RECIPE, replace(RECIPE, optimizer="sgd")),
    "narrow": (RECIPE, replace(RECIPE, width=8)),
    "wide": (RECIPE, replace(RECIPE, width=512)),
    "tanh": (RECIPE, replace(RECIPE, activation="tanh")),
    "sigmoid": (RECIPE, replace(RECIPE, activation="sigmoid")),
    "linear": (RECIPE, replace(RECIPE, activation="none")),
    "few_images": (LONG, replace(LONG, images=1_000)),
    "wrong_labels": (FEW, replace(FEW, wrong_labels=0.2)),
}


def _named(
    name: str, baseline: TrainConfig, variant: TrainConfig, noise: float = SEED_NOISE
) -> Experiment:
    """Build an experiment with the sentences that the catalogue has for its name."""
    return Experiment(
        Message(f"experiment.{name}.title"),
        Message(f"experiment.{name}.suggestion"),
        Message(f"experiment.{name}.expectation"),
        baseline,
        variant,
        noise,
    )


EXPERIMENTS = {name: _named(name, *settings) for name, settings in _SETTINGS.items()}
"""Every experiment by the name that the app uses."""

OF_PICTURES = ("mirrored_pictures", "dropout_pictures")
PICTURE_NOISE = 0.006  # as `SEED_NOISE`, of a CNN and 12,000 cats and dogs; measured on four runs


def experiments_with_pictures(dataset: str) -> dict[str, Experiment]:
    """Return the experiments that take pictures of one's own, by the names in `OF_PICTURES`.

    Args:
        dataset: the key of those.
    """
    baseline = TrainConfig(
        model="cnn", epochs=15, learning_rate=0.005, schedule="one_cycle", dataset=dataset
    )
    variants = (replace(baseline, augmentation="mirror"), replace(baseline, dropout=0.5))
    return {
        name: _named(name, baseline, variant, PICTURE_NOISE)
        for name, variant in zip(OF_PICTURES, variants, strict=True)
    }


@dataclass(frozen=True)
class Demonstration:
    """A piece of advice that is shown, and not compared.

    Attributes:
        title: its name, a few words.
        suggestion: what the article says, in our words.
        expectation: what will be seen.
    """

    title: Message
    suggestion: Message
    expectation: Message


DEMONSTRATIONS = {
    name: Demonstration(
        Message(f"experiment.{name}.title"),
        Message(f"experiment.{name}.suggestion"),
        Message(f"experiment.{name}.expectation"),
    )
    for name in ("flatten", "find_rate")
}
"""Every demonstration by the name that the app uses: another than any experiment's."""


def describe_change(config: TrainConfig, reference: TrainConfig = RECIPE) -> Message | Literal[""]:
    """Say in a few words which settings differ, as "15 epochs, CNN"; "" if none does."""
    names = [field.name for field in fields(TrainConfig)]
    changes = [
        _describe_setting(name, getattr(config, name))
        for name in names
        if getattr(config, name) != getattr(reference, name)
    ]
    if not changes:
        return ""
    *first, last = changes
    for change in reversed(first):
        last = Message("change.list", first=change, others=last)
    return last


def _describe_setting(name: str, value: object) -> Message:
    if name == "dataset":
        return (find_data_set(str(value)) or DATASETS["mnist"]).title
    if name in ("model", "schedule", "augmentation", "optimizer", "activation"):
        return Message(f"change.{name}.{value}")
    if isinstance(value, bool):
        return Message(f"change.{name}.{'on' if value else 'off'}")
    if value is None:  # as only dropout can be
        return Message("change.dropout.own")
    return Message(f"change.{name}", value=value)


def give_verdict(
    baseline: Mapping[int, float], variant: Mapping[int, float], noise: float = SEED_NOISE
) -> Message | Literal[""]:
    """Compare test accuracies honestly: is the difference more than chance?

    One seed is judged by the noise that seeds make; several by the 95 % interval of the mean
    difference between runs of the same seed (a paired t-test).

    Args:
        baseline: seed → test accuracy, 0 to 1.
        variant: the same; only seeds that both have count.
        noise: standard deviation of test accuracy from seed to seed, a fraction.

    Returns:
        One or two sentences; "" as long as no seed has been run with both.
    """
    seeds = sorted(baseline.keys() & variant.keys())[:MAX_SEEDS]
    if not seeds:
        return ""
    differences = [100 * (variant[seed] - baseline[seed]) for seed in seeds]  # percentage points
    mean = statistics.fmean(differences)
    if len(seeds) == 1:
        chance = 100 * 2 * 2**0.5 * noise  # two runs vary, and two deviations are 95 %
        key = "verdict.one_seed.unclear" if abs(mean) <= chance else "verdict.one_seed.clear"
        return Message(key, mean=mean, chance=chance)
    error = statistics.stdev(differences) / len(seeds) ** 0.5
    margin = T_95[len(seeds) - 2] * error
    key = "verdict.seeds.unclear" if abs(mean) <= margin else "verdict.seeds.clear"
    return Message(key, mean=mean, margin=margin, seeds=len(seeds))

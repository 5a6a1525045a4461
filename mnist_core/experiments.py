"""The article's advice as experiments: a baseline, one change, and what to make of the result.

Article, the advice at its end. Baseline and variant train with the same seed; what differs between
two networks that differ in their seed alone is noise, and the verdict says so.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from mnist_core.config import TrainConfig

RECIPE = TrainConfig()
LONG = TrainConfig(epochs=15)  # long enough for the recipe to overfit

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
    """

    title: str
    suggestion: str
    expectation: str
    baseline: TrainConfig
    variant: TrainConfig


EXPERIMENTS = {
    "cnn": Experiment(
        "A convolutional network",
        "Replace Linear layers by Conv2d ones.",
        "Nearly 99% in place of 96 to 97%, for seven times the work.",
        RECIPE,
        replace(RECIPE, model="cnn"),
    ),
    "deep": Experiment(
        "A second hidden layer",
        "Make the fully connected network deeper.",
        "As good or a little better, by less than another seed would change.",
        RECIPE,
        replace(RECIPE, model="deep_nn"),
    ),
    "dropout": Experiment(
        "Dropout",
        "Where training accuracy runs ahead of test accuracy, add a Dropout layer.",
        "After 15 epochs the gap is a third smaller; the test accuracy stays about what it was.",
        LONG,
        replace(LONG, model="dropout_nn"),
    ),
    "augmentation": Experiment(
        "Data augmentation",
        "Against overfitting, show slightly changed images instead of the same ones again.",
        "The gap closes: every image is new, so the training loss stays higher. It takes longer.",
        LONG,
        replace(LONG, augmentation="affine"),
    ),
    "step": Experiment(
        "A learning-rate schedule",
        "Lower the learning rate as training goes on, with StepLR.",
        "Calmer last epochs: less depends on the seed.",
        RECIPE,
        replace(RECIPE, schedule="step"),
    ),
    "batch": Experiment(
        "Larger batches",
        "With 128 or 256 images a step gradients are steadier and epochs faster.",
        "Epochs in half the time, but a quarter of the steps: a little less is learned in five.",
        RECIPE,
        replace(RECIPE, batch_size=256),
    ),
    "small_rate": Experiment(
        "A smaller learning rate",
        "When the loss turns into NaN, try 0.0001.",
        "Safe and slow: about 94% after five epochs, and still rising.",
        RECIPE,
        replace(RECIPE, learning_rate=0.0001),
    ),
    "large_rate": Experiment(
        "A learning rate far too high",
        "The usual cause of a NaN loss: each step is so large that gradients explode.",
        "The loss explodes in the first batches and the run stops; a tenth of the rate works.",
        RECIPE,
        replace(RECIPE, learning_rate=0.1),
    ),
    "sgd": Experiment(
        "Plain gradient descent",
        "Vary the optimiser and watch how fast it converges.",
        "About 87%: at Adam's learning rate plain SGD is slow. With 0.1 it reads as well as Adam.",
        RECIPE,
        replace(RECIPE, optimizer="sgd"),
    ),
}
"""Every experiment by the name that the app uses."""


def describe_change(config: TrainConfig, reference: TrainConfig = RECIPE) -> str:
    """Say in a few words which settings differ, as "epochs 15, model cnn"; "" if none does."""
    names = [field.name for field in fields(TrainConfig)]
    changed = [name for name in names if getattr(config, name) != getattr(reference, name)]
    return ", ".join(f"{name.replace('_', ' ')} {getattr(config, name)}" for name in changed)


def give_verdict(baseline: Mapping[int, float], variant: Mapping[int, float]) -> str:
    """Compare test accuracies honestly: is the difference more than chance?

    One seed is judged by `SEED_NOISE`; several by the 95 % interval of the mean difference between
    runs of the same seed (a paired t-test).

    Args:
        baseline: seed → test accuracy, 0 to 1.
        variant: the same; only seeds that both have count.

    Returns:
        One or two sentences; "" as long as no seed has been run with both.
    """
    seeds = sorted(baseline.keys() & variant.keys())[:MAX_SEEDS]
    if not seeds:
        return ""
    differences = [100 * (variant[seed] - baseline[seed]) for seed in seeds]  # percentage points
    mean = statistics.fmean(differences)
    if len(seeds) == 1:
        chance = 100 * 2 * 2**0.5 * SEED_NOISE  # two runs vary, and two deviations are 95 %
        if abs(mean) <= chance:
            return (
                f"The variant reads {mean:+.2f} points. Another seed alone may change as much "
                f"(about {chance:.1f}): run more seeds before you believe it."
            )
        return f"The variant reads {mean:+.2f} points, more than seeds alone change ({chance:.1f})."
    error = statistics.stdev(differences) / len(seeds) ** 0.5
    margin = T_95[len(seeds) - 2] * error
    interval = f"{mean:+.2f} ± {margin:.2f} points over {len(seeds)} seeds"
    if abs(mean) <= margin:
        return f"{interval}: zero is within the interval, so this may be chance."
    return f"{interval}: more than chance."

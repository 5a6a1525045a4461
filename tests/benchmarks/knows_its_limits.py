"""Does a network know when it does not know? Run it from anywhere:

    python tests/benchmarks/knows_its_limits.py [CHECKPOINT ...] [--count N]

For each checkpoint, with the calibration that lies beside it: how far its confidence lies from its
accuracy (expected calibration error, 15 bins) on the half of MNIST's test images that it was not
calibrated on, and on each set of real pen digits; how many of those are read right; and how many
are called unsure of them, of each kind of drawing that is no digit, and of real letters, those that
are a digit's twin apart. Exits with 1 if a shipped network misses what the README says of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout

import numpy as np
import torch

from mnist_core.calibration import compute_logits, expected_calibration_error, halve
from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN, Checkpoint, load_checkpoint
from mnist_core.data import DATASETS, ImageDataset, load_images, normalize
from mnist_core.drawings import images_of, read_drawings
from mnist_core.preprocessing import image_from_strokes
from tests import real_mnist, real_pen_digits
from tests.non_digits import MADE_UP, Drawing, side_by_side

SEED = 2026
MOST_ERROR = {"cnn": 0.02, "simple_nn": 0.05}  # expected calibration error on pen digits
MOST_DIGITS_UNSURE = {"pen digits": 0.04, "others' digits": 0.05}  # by the CNN
LEAST_NON_DIGITS_UNSURE = 0.85  # mean over the kinds that are made up, by the CNN
LEAST_LETTERS_UNSURE = 0.88  # of real letters that are no digit's twin, by the CNN


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoints", type=Path, nargs="*", default=[SHIPPED, SHIPPED_CNN])
    parser.add_argument("--count", type=int, default=1_000, help="drawings of each kind")
    options = parser.parse_args()
    torch.set_num_threads(1)
    mnist_root, pen_file = real_mnist.find_mnist(), real_pen_digits.find_pen_digits()
    if mnist_root is None or pen_file is None:
        sys.exit(real_mnist.ADVICE if mnist_root is None else real_pen_digits.ADVICE)

    drawings = read_drawings(pen_file)
    pen_sets = {"pen digits": images_of(drawings)}
    if others := real_pen_digits.find_beside(real_pen_digits.OTHERS):
        pen_sets["others' digits"] = images_of(read_drawings(others))
    sets = {
        "MNIST's test images": halve(load_images(DATASETS["mnist"], mnist_root).test)[1],
        **pen_sets,
    }
    kinds = {name: make(options.count, SEED) for name, make in MADE_UP.items()}
    kinds["two digits"] = side_by_side([d.strokes for d in drawings], options.count, SEED)
    non_digits = {name: to_images(made) for name, made in kinds.items()}
    letters = read_letters()

    passed = True
    for path in options.checkpoints:
        checkpoint = load_checkpoint(path)
        is_cnn = checkpoint.model_name == "cnn"
        print(f"{path.name}: {checkpoint.calibration}")
        for name, digits in sets.items():
            error, accuracy = judge(checkpoint, digits)
            unsure = share_unsure(checkpoint, digits)
            print(f"  {name:20} unsure {unsure:6.1%}   right {accuracy:.2%}   ECE {error:.4f}")
            if name in pen_sets:
                passed &= error <= MOST_ERROR.get(checkpoint.model_name, 1.0)
                passed &= unsure < MOST_DIGITS_UNSURE[name] or not is_cnn
        shares = {name: share_unsure(checkpoint, images) for name, images in non_digits.items()}
        for name, share in shares.items():
            print(f"  {name:20} unsure {share:6.1%}")
        mean = float(np.mean(list(shares.values())))
        print(f"  {'mean of no digits':20} unsure {mean:6.1%}")
        passed &= mean >= LEAST_NON_DIGITS_UNSURE or not is_cnn
        if letters:
            passed &= report_letters(checkpoint, letters) >= LEAST_LETTERS_UNSURE or not is_cnn
    return 0 if passed else 1


def read_letters() -> dict[str, ImageDataset]:
    """Return the images of each real letter; none where their file is not at hand."""
    file = real_pen_digits.find_beside(real_pen_digits.LETTERS)
    drawings: dict[str, list[Drawing]] = {}
    for letter, strokes in real_pen_digits.read_letters(file) if file else []:
        drawings.setdefault(letter, []).append(strokes)
    return {letter: to_images(drawn) for letter, drawn in sorted(drawings.items())}


def report_letters(checkpoint: Checkpoint, letters: dict[str, ImageDataset]) -> float:
    """Print how many letters are called unsure; return the share of those that are no twins."""
    unsure = {
        letter: share_unsure(checkpoint, images) * len(images) for letter, images in letters.items()
    }
    plain = [letter for letter in letters if letter not in real_pen_digits.TWINS]
    count = sum(len(letters[letter]) for letter in plain)
    share = sum(unsure[letter] for letter in plain) / count
    print(f"  {'real letters':20} unsure {share:6.1%}   of {count:,}")
    twins = [f"{t} {unsure[t] / len(letters[t]):.0%}" for t in letters if t not in plain]
    print(f"  {'twins of a digit':20} unsure {', '.join(twins)}")
    weakest = sorted(plain, key=lambda letter: unsure[letter] / len(letters[letter]))[:8]
    least = [f"{letter} {unsure[letter] / len(letters[letter]):.0%}" for letter in weakest]
    print(f"  {'the weakest others':20} unsure {', '.join(least)}")
    return share


def to_images(drawings: Sequence[Drawing]) -> ImageDataset:
    """Turn drawings into images as the app does; their labels mean nothing."""
    images = [image for drawing in drawings if (image := image_from_strokes(drawing)) is not None]
    pixels = torch.from_numpy(np.stack(images))
    return ImageDataset(normalize(pixels), torch.zeros(len(images), dtype=torch.int64))


def probabilities_of(checkpoint: Checkpoint, dataset: ImageDataset) -> torch.Tensor:
    logits = compute_logits(checkpoint.model, dataset)
    return (logits / checkpoint.calibration.temperature).softmax(dim=1)


def judge(checkpoint: Checkpoint, digits: ImageDataset) -> tuple[float, float]:
    """Return the expected calibration error and the accuracy."""
    probabilities = probabilities_of(checkpoint, digits)
    right = (probabilities.argmax(dim=1) == digits.labels).double().mean().item()
    return expected_calibration_error(probabilities, digits.labels), right


def share_unsure(checkpoint: Checkpoint, dataset: ImageDataset) -> float:
    confidence = probabilities_of(checkpoint, dataset).amax(dim=1)
    return (confidence < checkpoint.calibration.sure_from).double().mean().item()


if __name__ == "__main__":
    sys.exit(main())

"""How well are classes of one's own learned from a dozen drawings each, and how soon?

    python -m tests.benchmarks.own_drawings [--writers N] [--from-scratch] [--no-augmentation]
    python -m tests.benchmarks.own_drawings --in-session
    python -m tests.benchmarks.own_drawings --hand [--network simple_nn]

Single writers of real pen digits stand for visitors, and their digits for ten symbols of which the
network is told no more than the drawings: twelve of each to learn from, of which the product keeps
a quarter for its exam, and ten new ones of each to be tested on. A table tells for each writer the
share of the new ones that is read right, and the seconds from Train to the first reading, on one
thread. With --in-session they are a visitor's: through the session and a worker of the lowest
priority, which is warm but for the first writer. Exits with 1 if the mean falls short of 97 %, or
if a writer takes more than five seconds.

With --hand the writers' digits are what they are: the network goes on from its weights with twelve
of each, and the table tells what it reads right of the new ones, and of MNIST, before and after.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import fmean

import torch

from mnist_core.checkpoints import SHIPPED, SHIPPED_CNN, load_checkpoint
from mnist_core.data import DATASETS, Splits, load_images, seeded
from mnist_core.drawings import LabelledDrawing, NamedDrawing, images_of, read_drawings
from mnist_core.evaluation import evaluate
from mnist_core.inference import predict
from mnist_core.preprocessing import image_from_strokes
from mnist_core.teaching import build_network, learn_hand, load_base, prepare, teach
from mnist_core.web.components.canvas import Drawing
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.draw import read_drawing
from mnist_core.web.tabs.teach import teach as teach_own
from tests.real_mnist import find_mnist
from tests.real_pen_digits import ADVICE, find_pen_digits, read_writers

LEARNED, NEW = 12, 10  # drawings of each symbol
PROMISED, SECONDS = 0.97, 5.0
NETWORKS = {"simple_nn": SHIPPED, "cnn": SHIPPED_CNN}


def find_writers() -> Iterator[tuple[str, list[LabelledDrawing], list[LabelledDrawing]]]:
    """Yield the writers who have written enough of each digit: what is learned, and what is new."""
    path = find_pen_digits()
    if path is None:
        sys.exit(ADVICE)
    of_writer = defaultdict(list)
    for writer, drawing in zip(read_writers(path), read_drawings(path), strict=True):
        of_writer[writer].append(drawing)
    for writer, drawings in of_writer.items():
        of_digit = [[d for d in drawings if d.label == digit] for digit in range(10)]
        if all(len(some) >= LEARNED + NEW for some in of_digit):
            yield (
                writer,
                [drawing for some in of_digit for drawing in some[:LEARNED]],
                [drawing for some in of_digit for drawing in some[LEARNED : LEARNED + NEW]],
            )


def teach_symbols(
    learned: Sequence[LabelledDrawing],
    new: Sequence[LabelledDrawing],
    options: argparse.Namespace,
) -> tuple[float, float]:
    """Return what is read right of the new drawings, and how many seconds the first one waited."""
    began = time.perf_counter()
    lesson = prepare([NamedDrawing(f"symbol {d.label}", d.strokes) for d in learned])
    with seeded(42):
        network = build_network(10, None if options.from_scratch else load_base())
        for _ in teach(network, lesson.learning, augment=not options.no_augmentation):
            pass
    seconds = 0.0
    right = []
    for drawing in new:
        image = image_from_strokes(drawing.strokes)
        assert image is not None
        read = lesson.names[predict(network, image).digit]
        seconds = seconds or time.perf_counter() - began
        right.append(read == f"symbol {drawing.label}")
    return fmean(right), seconds


def teach_in_session(
    learned: Sequence[LabelledDrawing], new: Sequence[LabelledDrawing]
) -> tuple[float, float]:
    """Do the same as the page has it done."""
    session = Session()
    session.own_classes.open([NamedDrawing(f"symbol {d.label}", d.strokes) for d in learned])
    began = time.perf_counter()
    teach_own(session)
    while session.is_busy:
        time.sleep(0.005)
    right, seconds = [], 0.0
    for drawing in new:
        answer = read_drawing(Drawing(1, drawing.strokes), session)
        seconds = seconds or time.perf_counter() - began
        read = answer["classes"][answer["digit"] or 0]
        right.append(read == f"symbol {drawing.label}")
    return fmean(right), seconds


def learn_a_hand(
    learned: Sequence[LabelledDrawing], new: Sequence[LabelledDrawing], name: str, mnist: Splits
) -> tuple[float, float, float, float, float]:
    """Return what is read right of the new digits and of MNIST before and after, and seconds."""
    before = load_checkpoint(NETWORKS[name]).model
    after, began = copy.deepcopy(before), time.perf_counter()
    with seeded(42):
        steps = learn_hand(after, images_of(learned), mnist)
        try:
            while True:
                next(steps)
        except StopIteration as end:
            report = end.value
    seconds = time.perf_counter() - began
    shares = (evaluate(network, images_of(new)).accuracy for network in (before, after))
    return *shares, report.accuracy_before, report.accuracy_after, seconds


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writers", type=int, help="default: all who have written enough")
    parser.add_argument("--from-scratch", action="store_true", help="SimpleNN, nothing learned")
    parser.add_argument("--no-augmentation", action="store_true")
    parser.add_argument("--in-session", action="store_true", help="as the page has it done")
    parser.add_argument("--hand", action="store_true", help="learn the digits of a hand")
    parser.add_argument("--network", choices=NETWORKS, default="simple_nn", help="with --hand")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    writers = list(find_writers())[: options.writers]
    load_base()
    if options.hand:
        return print_hands(writers, options.network)
    print(f"{'writer':14}{'new ones right':>16}{'seconds':>9}")
    rows = []
    for writer, learned, new in writers:
        rows.append(
            teach_in_session(learned, new)
            if options.in_session
            else teach_symbols(learned, new, options)
        )
        print(f"{writer:14}{rows[-1][0]:16.1%}{rows[-1][1]:9.2f}", flush=True)
    mean, slowest = fmean(row[0] for row in rows), max(row[1] for row in rows)
    print(f"{len(rows)} writers: {mean:.2%} of the new ones right, {slowest:.2f} s at most")
    return 0 if mean >= PROMISED and slowest <= SECONDS else 1


def print_hands(
    writers: Sequence[tuple[str, list[LabelledDrawing], list[LabelledDrawing]]], name: str
) -> int:
    root = find_mnist()
    if root is None:
        sys.exit("MNIST is not here: let the variable MNIST_DATA name its folder.")
    mnist = load_images(DATASETS["mnist"], root)
    print(f"{'writer':14}{'hand before':>13}{'after':>9}{'MNIST before':>14}{'after':>9}{'s':>7}")
    rows = []
    for writer, learned, new in writers:
        rows.append(learn_a_hand(learned, new, name, mnist))
        *shares, seconds = rows[-1]
        print(f"{writer:14}" + "{:13.1%}{:9.1%}{:14.2%}{:9.2%}".format(*shares) + f"{seconds:7.2f}")
    means = [fmean(column) for column in zip(*rows, strict=True)]
    print(f"{'mean':14}" + "{:13.2%}{:9.2%}{:14.2%}{:9.2%}{:7.2f}".format(*means))
    return 0


if __name__ == "__main__":
    sys.exit(main())

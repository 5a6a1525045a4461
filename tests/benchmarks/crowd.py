"""Do twenty people who draw wait for their answers while somebody trains? A Space on two cores.

    python -m tests.benchmarks.crowd [--minutes M] [--people N] [--model NAME] [--url URL]

It starts the app in a process of its own and opens a page for everybody over real HTTP. One visitor
trains for all the time, run after run, and watches. The others write digits: the pen moves for 0.6
to 1.4 seconds a digit and is up for a moment between two strokes; then they look at the bars for
one to four seconds, say which digit it was (every other time) and begin the next.

As in the browser, a page sends the whole drawing while the pen moves, at most once a frame (1/60 s)
and never before the last answer has come. So about a third of the pages send at any time, each as
fast as it is answered but never more than 60 times a second. The faster the server is, the more it
is asked: 100 to 300 readings a second, up to all that two cores can read. No crowd of pages can ask
for more than it is answered. This one itself takes a tenth of a core, which visitors of a Space do
not, and its pages are on the same machine, so what the network adds is not in the figures.

It prints what a reading takes from the request to the answer, and how fast the training goes,
alone and in the crowd. At the end a second visitor's training takes its turn when the first one
closes the tab. It exits with 1 if the 95th percentile reaches 100 ms, if anything was refused or
failed, if the closed tab keeps its turn for more than two seconds, or if an epoch takes more than
five times as long in the crowd as alone.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from mnist_core.models import MODELS
from tests.benchmarks.page import AnswerError, Event, Page, read_events
from tests.benchmarks.pen_to_bars import running_app
from tests.form_values import form_values

MOST_P95 = 100.0  # ms
MOST_SECONDS_FREED = 2.0  # from a closed tab to the next training
MOST_TIMES_AS_LONG = 5.0  # an epoch in the crowd, compared with one alone
ALONE = 20.0  # seconds in which nobody draws
FRAME = 1 / 60  # seconds
POINTS_PER_SECOND = 125  # that a mouse or a finger reports
EPOCHS = 20  # of each run

Corners = list[tuple[float, float]]
Stroke = list[list[float]]

DIGITS: list[list[Corners]] = [
    [[(5, 1), (2.5, 2.5), (2, 5.5), (3.5, 8.7), (6, 8.8), (7.8, 6), (7.5, 2.5), (5, 1)]],
    [[(4, 2.5), (5.3, 1), (5.2, 9)]],
    [[(2.5, 3), (4, 1.2), (6.5, 1.5), (7, 3.5), (4.5, 6.5), (2.2, 9), (4.5, 8.6), (7.7, 9)]],
    [[(2.6, 1.8), (5, 1), (7, 2.6), (4.6, 4.7), (7.3, 6.4), (6, 8.8), (2.6, 8.3)]],
    [[(4, 1.2), (2.2, 5.6), (7.6, 5.6)], [(6.4, 3), (6.1, 9)]],
    [
        [(3.2, 1.2), (2.9, 4.6), (5.6, 4.2), (7.4, 6.2), (5.8, 8.8), (2.6, 8.4)],
        [(3.2, 1.2), (7, 1)],
    ],
    [[(6, 1), (3.3, 3.6), (2.5, 6.6), (4.3, 9), (7, 7.8), (6.2, 5.5), (3, 6.2)]],
    [[(2.3, 1.5), (7.5, 1.4), (5.4, 5), (4.2, 9)]],
    [
        [(6.8, 2.4), (4.8, 1), (3, 2.5), (4.8, 4.6), (7, 6.6), (5.2, 9), (3, 7.3), (6.8, 2.4)],
    ],
    [[(7, 2.8), (4.8, 1.1), (3, 3), (4.6, 5), (7, 3.2), (6.7, 6), (5.8, 9)]],
]
"""How each digit is written, in tenths of the paper."""


def write(digit: int, chance: random.Random) -> list[Stroke]:
    """Write a digit by hand: somewhere, large or small, no two times the same."""
    size = chance.uniform(0.45, 1.0)
    left, top = (chance.uniform(0, 1000 * (1 - size)) for _ in "xy")
    lines = [
        [
            (
                left + 100 * size * (x + chance.gauss(0, 0.2)),
                top + 100 * size * (y + chance.gauss(0, 0.2)),
            )
            for x, y in corners
        ]
        for corners in DIGITS[digit]
    ]
    lengths = [sum(itertools.starmap(math.dist, itertools.pairwise(line))) for line in lines]
    seconds = chance.uniform(0.6, 1.4)
    return [
        walk(line, round(POINTS_PER_SECOND * seconds * length / sum(lengths)))
        for line, length in zip(lines, lengths, strict=True)
    ]


def walk(corners: Corners, points: int) -> Stroke:
    """Go along a line at one speed; return where the pen is at so many moments."""
    sides = list(itertools.pairwise(corners))
    lengths = [math.dist(*side) for side in sides]
    stroke = []
    for number in range(points + 1):
        way = sum(lengths) * number / max(points, 1)
        side = 0
        while side < len(sides) - 1 and way > lengths[side]:
            way -= lengths[side]
            side += 1
        share = min(way / lengths[side], 1.0) if lengths[side] else 0.0
        (x0, y0), (x1, y1) = sides[side]
        stroke.append([round(x0 + share * (x1 - x0), 1), round(y0 + share * (y1 - y0), 1)])
    return [[min(max(value, 0.0), 1000.0) for value in point] for point in stroke]


class Person(threading.Thread):
    """Somebody who writes digits until it is over.

    Attributes:
        latencies: milliseconds from each sending of the drawing to its answer.
        errors: what has gone wrong.
    """

    def __init__(self, page: Page, seed: int, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.latencies: list[float] = []
        self.errors: list[str] = []
        self._page = page
        self._chance = random.Random(seed)
        self._over = over
        self._seq = 0
        self._sent_at = 0.0

    def run(self) -> None:
        """Write one digit after another."""
        self._over.wait(self._chance.uniform(0, 3))
        while not self._over.is_set():
            try:
                self._write_a_digit()
            except Exception as error:
                self.errors.append(repr(error))
                self._over.wait(1)

    def _write_a_digit(self) -> None:
        digit = self._chance.randrange(10)
        done: list[Stroke] = []
        for stroke in write(digit, self._chance):
            began, sent = time.monotonic(), 0
            while sent < len(stroke) and not self._over.is_set():
                there = min(1 + int((time.monotonic() - began) * POINTS_PER_SECOND), len(stroke))
                if there > sent:
                    self._send([*done, stroke[:there]])
                    sent = there
                now = time.monotonic()
                next_point = began + sent / POINTS_PER_SECOND
                time.sleep(max(next_point - now, self._sent_at + FRAME - now, 0.0))
            done.append(stroke)
            self._over.wait(self._chance.uniform(0.1, 0.3))
        self._over.wait(self._chance.uniform(1, 4))
        if self._over.is_set():
            return
        if self._chance.random() < 0.5:
            self._page.ask("label_drawing", data={"label": digit, "strokes": done})
        self._send([])

    def _send(self, strokes: list[Stroke]) -> None:
        self._seq += 1
        self._sent_at = time.monotonic()
        answer = self._page.ask("read_drawing", {"seq": self._seq, "strokes": strokes})[0]
        self.latencies.append(1000 * (time.monotonic() - self._sent_at))
        if answer["seq"] != self._seq or (answer["digit"] is None) == bool(strokes):
            self.errors.append(f"not an answer to drawing {self._seq}: {str(answer)[:100]}")


class Learner(threading.Thread):
    """Somebody who trains one network after another, and watches.

    Attributes:
        errors: what has gone wrong.
    """

    def __init__(self, page: Page, model: str, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.errors: list[str] = []
        self.page = page
        self._model = model
        self._over = over
        self._epochs_before = 0.0

    def run(self) -> None:
        """Press Train whenever no run is under way."""
        while not self._over.is_set():
            try:
                press_train(self.page, self._model)
                self.page.wait_for(self._has_ended, 3600)
                if self._over.is_set():
                    return
                if status_of(self.page)["state"] != "finished":
                    self.errors.append(status_of(self.page)["message"])
                self._epochs_before += status_of(self.page)["epochs_done"]
            except Exception as error:
                self.errors.append(repr(error))
                self._over.wait(1)

    def _has_ended(self) -> bool:
        return self._over.is_set() or self.page.is_over("follow")

    @property
    def epochs(self) -> float:
        """Tell how many epochs have been trained, the share of the present one included."""
        status = status_of(self.page)
        if status["state"] != "training":
            return self._epochs_before
        within = status["fraction"] if status["epochs_done"] < status["epochs"] else 0.0
        within = 0.0 if status["message"].endswith("is over.") else within
        return self._epochs_before + float(status["epochs_done"]) + within


def press_train(page: Page, model: str = "simple_nn", epochs: int = EPOCHS) -> None:
    """Begin a run of the recipe, but for its epochs, and follow it.

    Raises:
        AnswerError: the run is refused.
    """
    page.join("start_run", *form_values(model=model, epochs=epochs))
    page.wait_for(lambda: page.is_over("start_run"))
    answer = page.latest["start_run"][0]
    if "error" in answer:
        raise AnswerError(answer["error"])
    page.latest.pop("follow", None)
    page.follow()
    page.wait_for(lambda: "follow" in page.latest)


def status_of(page: Page) -> dict[str, object]:
    """Return what the panel of the Train tab shows."""
    return page.value("state", "epochs_done") or {"state": "idle"}


def measure_pace(learner: Learner, seconds: float) -> float:
    """Return how many seconds an epoch takes, as seen over so many seconds."""
    begun, epochs = time.monotonic(), learner.epochs
    threading.Event().wait(seconds)
    done = learner.epochs - epochs
    return (time.monotonic() - begun) / done if done > 0 else math.inf


@contextmanager
def crowd(url: str, events: dict[str, Event], people: int) -> Iterator[list[Person]]:
    """Let so many people draw for as long as the block takes."""
    over = threading.Event()
    pages = [Page(url, events) for _ in range(people)]
    persons = [Person(page, seed, over) for seed, page in enumerate(pages)]
    for person in persons:
        person.start()
    try:
        yield persons
    finally:
        over.set()
        for person in persons:
            person.join()
        for page in pages:
            page.close()


def hand_over(url: str, events: dict[str, Event], first: Page) -> float:
    """Close the tab of who trains; return the seconds until the next in the line does."""
    second = Page(url, events)
    if status_of(first)["state"] != "training":  # its last run has just ended
        press_train(first)
    press_train(second)
    second.wait_for(lambda: "1st in the queue" in str(status_of(second).get("message")))
    closed = time.monotonic()
    first.close()
    second.wait_for(lambda: status_of(second)["state"] == "training")
    seconds = time.monotonic() - closed
    second.ask("stop_run", None)
    second.wait_for(lambda: second.is_over("follow"))
    second.close()
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--model", choices=MODELS, default="simple_nn", help="that is trained")
    parser.add_argument("--url", help="of an app that runs already, with a / at its end")
    options = parser.parse_args()
    sys.setswitchinterval(0.0005)  # the crowd's threads take turns as fast as the app's
    over = threading.Event()
    os.environ["MNIST_MAX_TRAININGS"] = "1"  # so that the second visitor waits for the first
    with nullcontext(options.url) if options.url else running_app() as url:
        events = read_events(url)
        learner = Learner(Page(url, events), options.model, over)
        learner.start()
        learner.page.wait_for(lambda: status_of(learner.page).get("loss") is not None, 300)
        alone = measure_pace(learner, ALONE)
        with crowd(url, events, options.people) as persons:
            threading.Event().wait(5)  # until all of them draw, and the server is warm
            for person in persons:
                person.latencies.clear()
            together = measure_pace(learner, 60 * options.minutes)
            latencies = [latency for person in persons for latency in person.latencies]
        over.set()
        learner.join()
        freed = hand_over(url, events, learner.page)
        errors = [error for thread in (*persons, learner) for error in thread.errors]

    cuts = statistics.quantiles(latencies, n=100)
    rate = len(latencies) / (60 * options.minutes)
    print(f"{options.people} people draw for {options.minutes:g} minutes while one trains")
    print(f"{len(latencies):,} readings, {rate:.0f} a second, {len(errors)} errors")
    print(
        f"a reading: p50 {cuts[49]:.0f}, p95 {cuts[94]:.0f}, p99 {cuts[98]:.0f}, "
        f"at most {max(latencies):.0f} ms"
    )
    print(
        f"an epoch: {alone:.1f} s alone, {together:.1f} s in the crowd, "
        f"{together / alone:.1f} times as long; {60 * options.minutes / together:.1f} epochs in all"
    )
    print(f"from a closed tab to the next visitor's training: {freed:.1f} s")
    for error in errors[:10]:
        print(f"error: {error}")
    is_quick = cuts[94] < MOST_P95 and freed <= MOST_SECONDS_FREED
    return 0 if is_quick and not errors and together <= MOST_TIMES_AS_LONG * alone else 1


if __name__ == "__main__":
    sys.exit(main())

"""Thirty pupils press Train within ten seconds: when does the last one's recipe end?

    python -m tests.benchmarks.classroom [--pupils N] [--epochs N]

It starts the app in a process of its own and opens a page for everybody over real HTTP, as `crowd`
does. Each presses Train once, with the recipe, at a moment of the first ten seconds, and waits. It
prints when the first, the middle and the last run ended, from the first press on. It exits with 1
if a run was refused or did not end well.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import threading
import time

from tests.benchmarks.crowd import press_train, status_of
from tests.benchmarks.page import Event, Page, read_events
from tests.benchmarks.pen_to_bars import running_app

SECONDS_TO_PRESS = 10.0
MOST_SECONDS = 3600.0  # that anybody waits


class Pupil(threading.Thread):
    """Somebody who presses Train and waits.

    Attributes:
        ended: seconds from the first press until the run was over; None if it did not end well.
        problem: what was said then.
    """

    def __init__(self, url: str, events: dict[str, Event], epochs: int) -> None:
        super().__init__(daemon=True)
        self._page = Page(url, events)
        self._epochs = epochs
        self.press_after = random.uniform(0, SECONDS_TO_PRESS)
        self.began = 0.0
        self.ended: float | None = None
        self.problem = ""

    def run(self) -> None:
        try:
            time.sleep(max(self.began + self.press_after - time.monotonic(), 0))  # pupils think
            press_train(self._page, epochs=self._epochs)
            self._page.wait_for(lambda: self._page.is_over("follow"), MOST_SECONDS)
            state = status_of(self._page)["state"]
            if state == "finished":
                self.ended = time.monotonic() - self.began
            self.problem = str(state)
        except Exception as error:  # whatever it is, it is told
            self.problem = repr(error)
        finally:
            self._page.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, default=30)
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()
    with running_app() as url:
        events = read_events(url)
        pupils = [Pupil(url, events, options.epochs) for _ in range(options.pupils)]
        began = time.monotonic()
        for pupil in pupils:
            pupil.began = began
            pupil.start()
        for pupil in pupils:
            pupil.join()
    ended = sorted(pupil.ended for pupil in pupils if pupil.ended is not None)
    problems = [pupil.problem for pupil in pupils if pupil.ended is None]
    print(f"{len(ended)} of {options.pupils} runs of {options.epochs} epochs ended, in seconds:")
    if ended:
        middle = statistics.median(ended)
        print(f"the first after {ended[0]:.0f}, the middle {middle:.0f}, the last {ended[-1]:.0f}")
    for problem in problems:
        print(f"not ended: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

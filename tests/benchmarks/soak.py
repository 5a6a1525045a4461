"""Does the server keep anything of those who have left? Run it for some minutes and see.

    python -m tests.benchmarks.soak [--trainings N] [--sessions N] [--at-once N]

It starts the app in a process of its own, on a data set so small that a network is trained in a
moment, and lets visitors come over real HTTP, a few at once. Each draws, says which digit it was,
looks at the way to the network, saves and opens the drawings, has a picture read, turns to another
network and changes settings. Some train (so many trainings in all): they watch the curves, download
their network, upload it again, overlay it, train on, delete; some try an experiment. Then the tab
closes, of every third one after a reload.

Sessions end a minute after they are left, in place of half an hour, and uploads are kept as long.
It prints what the server's process holds as it goes: resident memory, open files, threads, files in
Gradio's folder. The first third of the sessions warms up, until there are as many as are kept; it
exits with 1 if memory has then grown by 50 MB or more at the end, if anything was refused or
failed, or if files and temporary files have not gone back, when all sessions have ended, to what a
first session has left behind, and threads to what they were after a third. It reads /proc,
so it runs on Linux alone.
"""

from __future__ import annotations

import argparse
import io
import os
import queue
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from mnist_core.experiments import EXPERIMENTS
from mnist_core.models import MODELS
from tests.benchmarks.crowd import write
from tests.benchmarks.page import Event, Page, read_events
from tests.form_values import form_values
from tests.running_app import running_app
from tests.tiny_mnist import make_tiny_mnist

MOST_GROWTH = 50.0  # MB
KEPT = 60  # seconds that a session is kept after its last page has closed, and an upload
EVERY = 50  # sessions between two looks at the server
PATIENCE = 180.0  # seconds until all that sessions have left is gone
SPARE_FILES, SPARE_THREADS = 5, 10  # threads of pools come and go, and some stay

SERVER = f"""
import sys
from pathlib import Path
from mnist_core.web.sessions import registry, uploads
from tests.tiny_mnist import make_tiny_mnist
make_tiny_mnist(Path(sys.argv[1])).replace_mnist()
uploads.UPLOAD_KEEP_SECONDS = registry.KEEP_AFTER_CLOSE_SECONDS = {KEPT}
import app
app.main()
"""


@dataclass(frozen=True)
class Holding:
    """What a process holds."""

    megabytes: float
    files: int
    threads: int
    temporary: int

    def __str__(self) -> str:
        return (
            f"{self.megabytes:7.1f} MB  {self.files:3} files  {self.threads:3} threads  "
            f"{self.temporary:4} temporary files"
        )


class Server:
    """The app in a process of its own, which trains on the tiny data set."""

    def __init__(self, url: str, pid: int, folder: Path) -> None:
        self.url = url
        self._process = Path(f"/proc/{pid}")
        self._folder = folder

    def look(self) -> Holding:
        """Look what the process holds."""
        status = (self._process / "status").read_text()
        kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()
        return Holding(
            int(kilobytes[1]) / 1000,
            len(list((self._process / "fd").iterdir())),
            len(list((self._process / "task").iterdir())),
            len(self.temporary_files()),
        )

    def temporary_files(self) -> list[Path]:
        """Return the files in Gradio's folder."""
        return [path for path in self._folder.rglob("*") if path.is_file()]


@contextmanager
def running_server() -> Iterator[Server]:
    """Start the app."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tiny = make_tiny_mnist(folder / "tiny")
        environment = {
            **os.environ,
            "GRADIO_TEMP_DIR": str(folder / "gradio"),
            "MNIST_DATA": str(tiny.root),
        }
        program = ("-c", SERVER, str(folder / "tiny"))
        with running_app(folder / "log.txt", environment, program) as app:
            yield Server(app.url, app.process.pid, folder / "gradio")
        errors = [line for line in app.printed().splitlines() if "level=error" in line]
        for line in errors[:5]:
            print(line)


# --- what a visitor does -------------------------------------------------------------------------


class Visitor:
    """Somebody who tries everything that the pages offer."""

    def __init__(self, url: str, events: dict[str, Event], number: int) -> None:
        self._url, self._events = url, events
        self._number = number
        self._chance = random.Random(number)
        self._page = Page(url, events)
        self._seq = 0

    def session(self, trains: bool) -> None:
        """Come, do this and that, and go."""
        try:
            self._page.follow()
            self._draw()
            self._show_a_picture()
            self._change_settings()
            if trains:
                self._train()
            if self._number % 8 == 0:
                self._try_an_experiment()
            if self._number % 3 == 0:
                self._reload()
                self._draw()
        finally:
            self._page.close()

    def _reload(self) -> None:
        key = self._page.key
        self._page.close()
        self._page = Page(self._url, self._events, key)
        if self._page.key != key:
            raise AssertionError("The session was not found again.")
        self._page.follow()

    def _draw(self) -> None:
        digit = self._chance.randrange(10)
        strokes = write(digit, self._chance)
        for count in range(1, 8):
            shown = [stroke[: len(stroke) * count // 7] for stroke in strokes]
            self._read([stroke for stroke in shown if stroke])
        drawing = {"seq": self._seq, "strokes": strokes}
        self._page.ask("explain_drawing", {"off": ["crop"]}, drawing)
        self._page.ask("label_drawing", data={"label": digit, "strokes": strokes})
        self._read([])
        board = self._page.ask("save_drawings")[0]
        self._join("open_drawings", data={"content": board["file"]})
        self._page.ask("choose_classifier", data={"key": self._chance.choice(["cnn", "simple_nn"])})
        if self._number % 2:
            self._page.ask("forget_drawings")

    def _read(self, strokes: list[Any]) -> None:
        self._seq += 1
        self._page.ask("read_drawing", {"seq": self._seq, "strokes": strokes})

    def _show_a_picture(self) -> None:
        picture = Image.new("L", (300, 400), 230)
        picture.paste(20, (140, 60, 160, 340))
        content = io.BytesIO()
        picture.save(content, "PNG")
        (picture,) = self._page.upload(("one.png", content.getvalue()))
        question = {"seq": self._seq, "file": picture["path"], "crop": None, "show": True}
        self._join("read_picture", question)
        (picture,) = self._page.upload(("one.png", content.getvalue()))  # one is used once
        self._join("predict", picture)

    def _change_settings(self) -> None:
        model = self._chance.choice(list(MODELS))
        self._page.ask("describe_network", model)
        self._page.ask("describe", *form_values(model=model))
        kind = self._chance.choice(["none", "affine", "handwriting"])
        self._page.ask("show_preview", kind, "mnist")

    def _train(self) -> None:
        model = self._chance.choice(list(MODELS))
        self._join("start_run", *form_values(model=model, epochs=self._chance.randrange(1, 4)))
        self._watch()
        files = [self._page.shown[name] for name in ("weights", "metadata")]
        contents = [self._page.download(file) for file in files]
        uploads = self._page.upload(("mine.pth", contents[0]), ("mine.json", contents[1]))
        self._join("take_in", uploads)
        self._watch()
        table = self._page.value("rows", "plots")
        rows = table["rows"] if table else []
        for row in rows:
            order = {"action": "overlay", "run": row["id"], "shown": True}
            self._page.ask("order_run", data=order)
            self._join("open_run", data={"run": row["id"]})
            self._page.ask("choose_classifier", data={"key": row["id"]})
        self._draw()
        trained = rows[-1]["id"]  # the newest is the upload
        self._page.ask("order_run", data={"action": "train_on", "run": trained, "epochs": 1})
        self._watch()
        if self._number % 2:
            self._page.ask("order_run", data={"action": "delete", "run": trained})

    def _try_an_experiment(self) -> None:
        experiment = self._chance.choice(list(EXPERIMENTS))
        self._page.ask("order_experiment", data={"action": "try", "experiment": experiment})
        self._watch()
        self._page.ask("order_experiment", data={"action": "show", "experiment": experiment})

    def _watch(self) -> None:
        self._page.wait_for(lambda: self._page.is_idle)  # streams that are about to end
        self._page.follow()
        self._page.wait_for(lambda: self._page.is_idle)

    def _join(self, name: str, *values: Any, data: Any = None) -> None:
        self._page.join(name, *values, data=data)
        self._page.wait_for(lambda: self._page.is_over(name))
        answer = self._page.latest.get(name)
        if answer and isinstance(answer[0], dict) and answer[0].get("error"):
            raise AssertionError(f"{name}: {answer[0]['error']}")


# --- the soak ------------------------------------------------------------------------------------


class Crowd:
    """Visitors who come one after another, some at once.

    Attributes:
        errors: what has gone wrong.
    """

    def __init__(self, server: Server, sessions: int, trainings: int) -> None:
        self.errors: list[str] = []
        self._server = server
        self._events = read_events(server.url)
        self._sessions, self._trainings = sessions, trainings
        self._to_come: queue.SimpleQueue[int] = queue.SimpleQueue()

    def come(self, numbers: range, at_once: int) -> None:
        """Let visitors with these numbers come and go."""
        for number in numbers:
            self._to_come.put(number)
        threads = [threading.Thread(target=self._let_in) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _let_in(self) -> None:
        while True:
            try:
                number = self._to_come.get_nowait()
            except queue.Empty:
                return
            # Each training visitor trains, and trains on: two trainings.
            pairs = self._trainings / 2
            trains = int((number + 1) * pairs / self._sessions) > int(
                number * pairs / self._sessions
            )
            try:
                Visitor(self._server.url, self._events, number).session(trains)
            except Exception as error:
                self.errors.append(f"session {number}: {error!r}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainings", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=4)
    options = parser.parse_args()
    with running_server() as server:
        crowd = Crowd(server, options.sessions, options.trainings)
        first_visitor = Crowd(server, 1, 2)
        first_visitor.come(range(1), 1)  # everything that is loaded once
        start = server.look()
        print(f"after the first session:  {start}")
        warm, began = start, time.monotonic()
        for first in range(0, options.sessions, EVERY):
            numbers = range(first, min(first + EVERY, options.sessions))
            crowd.come(numbers, options.at_once)
            now = server.look()
            minutes = (time.monotonic() - began) / 60
            print(f"after {numbers.stop:5} sessions:  {now}  {minutes:4.1f} min", flush=True)
            if numbers.stop <= max(options.sessions // 3, EVERY):
                warm = now
        end = now
        deadline = time.monotonic() + PATIENCE
        while not has_gone_back(now, start, warm) and time.monotonic() < deadline:
            time.sleep(1)  # between two looks
            now = server.look()
        print(f"when all have ended:    {now}")
        left = server.temporary_files() if not has_gone_back(now, start, warm) else []

    growth = end.megabytes - warm.megabytes
    print(f"growth since a third of the sessions: {growth:+.1f} MB")
    errors = first_visitor.errors + crowd.errors
    for error in errors[:10]:
        print(f"error: {error}")
    for path in left[:10]:
        print(f"left behind: {path}")
    back = has_gone_back(now, start, warm)
    print(f"{len(errors)} errors; files and threads {'are' if back else 'are NOT'} back")
    return 0 if growth < MOST_GROWTH and back and not errors else 1


def has_gone_back(now: Holding, start: Holding, warm: Holding) -> bool:
    """Tell whether nothing is left of the sessions but memory, and the threads of full pools."""
    return (
        now.files <= start.files + SPARE_FILES
        and now.threads <= warm.threads + SPARE_THREADS
        and now.temporary == 0
    )


if __name__ == "__main__":
    sys.exit(main())

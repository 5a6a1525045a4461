"""Do twenty people who draw notice that one client attacks? One attack after another.

    python -m tests.benchmarks.siege [--seconds S] [--people N] [--only NAME ...]

It starts the app in a process of its own. Twenty people write digits as in `crowd`, and one trains,
all behind one address (127.0.0.1); each attack comes as fast as it can from another one
(127.0.0.2), out of a process of its own, over several connections, for so many seconds. For each it
prints how long readings took (median and 95th percentile), the memory of the server's process
before, at the peak and after, the disk that its files take at the most and after, the errors of the
twenty and the learner, and what the attacker was answered. The first line is without an attack.

It exits with 1 if anybody but the attacker met an error, if a 95th percentile reaches 150 ms, or if
more than 50 MB of memory, or 50 MB of the disk, are not back at the end. It reads /proc and takes a
second loopback address, so it runs on Linux alone.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import secrets
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event as SharedEvent
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import torch

from mnist_core.models import SimpleNN
from tests.benchmarks.crowd import Learner, Person, crowd, status_of
from tests.benchmarks.page import Event, Page, read_events
from tests.bombs import small_picture
from tests.form_values import form_values
from tests.real_mnist import find_mnist
from tests.running_app import running_app

MOST_P95 = 150.0  # ms
MOST_LEFT = 50.0  # megabytes of memory or disk that an attack leaves behind
ATTACKER = "127.0.0.2"
CONNECTIONS = 8
SPAWN = multiprocessing.get_context("spawn")
SETTLING = 3.0  # seconds after an attack, in which what it held is let go of
ANSWER_SECONDS = 30.0
NO_ATTACK = "no attack"
MEGABYTE = 1e6  # bytes


# --- who attacks ---------------------------------------------------------------------------------


@dataclass
class Attacker:
    """Somebody with one address who sends what costs much.

    Attributes:
        answers: how often each status was answered; 0 where the connection broke.
    """

    url: str
    events: dict[str, Event]
    over: SharedEvent
    answers: Counter[int] = field(default_factory=Counter)

    def connect(self) -> HTTPConnection:
        """Open a connection from the attacker's address."""
        address = urlsplit(self.url)
        return HTTPConnection(
            str(address.hostname), address.port, ANSWER_SECONDS, source_address=(ATTACKER, 0)
        )

    def open_socket(self) -> socket.socket:
        """Open a connection of which the attack makes what it likes."""
        address = urlsplit(self.url)
        place = (str(address.hostname), int(address.port or 80))
        return socket.create_connection(place, ANSWER_SECONDS, (ATTACKER, 0))

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Any:
        """Send a request on a connection of its own; return what was answered, if it is JSON."""
        connection = self.connect()
        try:
            connection.request(method, path, body, {"Content-Type": kind})
            answer = connection.getresponse()
            self.answers[answer.status] += 1
            content = answer.read()
        except (OSError, HTTPException):
            self.answers[0] += 1
            return None
        finally:
            connection.close()
        with suppress(ValueError):
            return json.loads(content)
        return None

    def event(self, way: str, name: str, *values: Any, page: str = "", data: Any = None) -> Any:
        """Send an event as a page would, by `run/predict` or `queue/join`."""
        body = {
            "data": [*values],
            "event_data": data,
            "fn_index": self.events[name].number,
            "session_hash": page or secrets.token_hex(6),
        }
        return self.ask("POST", f"/gradio_api/{way}", json.dumps(body).encode())

    def enter(self, page: str) -> str | None:
        """Begin a session; return its key."""
        answer = self.event("run/predict", "enter", None, page=page)
        return answer["data"][0]["props"]["session"] if answer and "data" in answer else None

    def upload(self, content: bytes, name: str, files: int = 1) -> list[str]:
        """Upload a file so many times in one request; return where they lie."""
        part = (
            f'--mark\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        ).encode()
        body = (part + content + b"\r\n") * files + b"--mark--\r\n"
        kind = "multipart/form-data; boundary=mark"
        return self.ask("POST", "/gradio_api/upload", body, kind) or []


Attack = Callable[[Attacker], None]
RUN = "/gradio_api/run/predict"


def lists(attacker: Attacker) -> None:
    """Six megabytes of empty lists."""
    attacker.ask("POST", RUN, b'{"data":[' + b"[]," * 1_900_000 + b"[]]}")


def page_names(attacker: Attacker) -> None:
    """Names of pages of six megabytes."""
    attacker.ask("POST", RUN, b'{"session_hash":"' + secrets.token_hex(2_900_000).encode() + b'"}')


def unfinished_bodies(attacker: Attacker) -> None:
    """Bodies of which the last byte never comes."""
    held = []
    with suppress(OSError):
        for _ in range(13):  # of each connection: a hundred in all
            connection = attacker.connect()
            connection.connect()
            held.append(connection)
            head = f"POST {RUN} HTTP/1.1\r\nHost: x\r\nContent-Length: 5900000\r\n\r\n"
            connection.sock.sendall(head.encode())
            connection.sock.settimeout(1.0)
            connection.sock.sendall(b'"' + b"x" * 5_899_998)
    attacker.over.wait(2.0)
    for connection in held:
        connection.close()


def heartbeats(attacker: Attacker) -> None:
    """Streams that are closed as soon as they are open."""
    for path in ("heartbeat/x", "queue/data?session_hash=x"):
        with suppress(OSError), attacker.open_socket() as connection:
            connection.sendall(f"GET /gradio_api/{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def reset_heartbeats(attacker: Attacker) -> None:
    """Streams whose connections are broken off, so that the server cannot ask who it was."""
    with suppress(OSError), attacker.open_socket() as connection:
        connection.sendall(b"GET /gradio_api/queue/data?session_hash=x HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def unfinished_heads(attacker: Attacker) -> None:
    """Requests whose headers never end, on as many connections as there may be."""
    held = []
    with suppress(OSError):
        for _ in range(100):  # of each connection: eight hundred in all
            held.append(attacker.open_socket())
            held[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    while held and not attacker.over.wait(1.0):
        for connection in held:
            with suppress(OSError):
                connection.sendall(b"X: x\r\n")
    for connection in held:
        connection.close()


def questions(attacker: Attacker) -> None:
    """Small questions without end, on connections that stay open."""
    connection = attacker.connect()
    with suppress(OSError, HTTPException):
        while not attacker.over.is_set():
            for path in ("queue/data?session_hash=x", "call/predict/x", "nothing"):
                connection.request("GET", f"/gradio_api/{path}")
                answer = connection.getresponse()
                answer.read()
                attacker.answers[answer.status] += 1
    connection.close()


def page_views(attacker: Attacker) -> None:
    """The page, and its description."""
    attacker.ask("GET", "/")
    attacker.ask("GET", "/config")


def queue_calls(attacker: Attacker) -> None:
    """Calls that nobody waits for."""
    attacker.event("queue/join", "predict_strokes", [[[1, 1], [1, 9]]])


def small_files(attacker: Attacker) -> None:
    """A thousand files of one byte."""
    attacker.upload(b"x", f"{secrets.token_hex(4)}.png", files=1_000)


def large_views(attacker: Attacker) -> None:
    """Weights that are small views of nineteen megabytes, each used as often as it goes."""
    large = torch.rand(4_700_000)
    shapes = {name: weights.shape for name, weights in SimpleNN().state_dict().items()}
    buffer = BytesIO()
    torch.save({name: large[: shape.numel()].view(shape) for name, shape in shapes.items()}, buffer)
    page = secrets.token_hex(6)
    key = attacker.enter(page)
    for path in attacker.upload(buffer.getvalue(), "views.pth"):
        for _ in range(5):
            file = {"path": path, "meta": {"_type": "gradio.FileData"}}
            attacker.event("queue/join", "take_in", [file], key, page=page)


def pictures(attacker: Attacker) -> None:
    """Pictures to be decoded."""
    content = small_picture("PNG", 900) + secrets.token_bytes(8)
    for path in attacker.upload(content, "picture.png"):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}}
        attacker.event("queue/join", "predict", file)


def deep_links(attacker: Attacker) -> None:
    """Pages that Gradio would keep on the disk."""
    attacker.ask("GET", f"/gradio_api/deep_link?session_hash={secrets.token_hex(4)}")


def places(attacker: Attacker) -> None:
    """Sessions that each keep a drawing."""
    page = secrets.token_hex(6)
    key = attacker.enter(page)
    drawing = {"label": 1, "strokes": [[[100, 100], [100, 900]]]}
    attacker.event("run/predict", "label_drawing", key, page=page, data=drawing)


def absent_runs(attacker: Attacker) -> None:
    """Trainings whose visitors leave."""
    page = secrets.token_hex(6)
    key = attacker.enter(page)
    settings = form_values(model="cnn", epochs=30)
    attacker.event("queue/join", "start_run", *settings, key, page=page)
    attacker.ask("POST", "/presence", json.dumps({"page": page, "state": "closed"}).encode())


def large_drawings(attacker: Attacker) -> None:
    """Drawings of as many points as the server takes."""
    strokes = [[[number / 10, 500 + 400 * (number % 7) / 7] for number in range(9_990)]]
    attacker.event("run/predict", "read_drawing", {"seq": 1, "strokes": strokes}, None)


def drawings(attacker: Attacker) -> None:
    """Drawings as anybody's, but without a pause."""
    strokes = [[[100 + 2 * number, 100 + 7 * number] for number in range(100)]]
    attacker.event("run/predict", "read_drawing", {"seq": 1, "strokes": strokes}, None)


ATTACKS: dict[str, Attack] = {
    attack.__name__.replace("_", " "): attack
    for attack in (
        *(lists, page_names, unfinished_bodies, unfinished_heads, heartbeats, reset_heartbeats),
        *(questions, page_views, queue_calls, small_files),
        *(large_views, pictures, deep_links, places, absent_runs, large_drawings, drawings),
    )
}


def attack(
    url: str, events: dict[str, Event], title: str, over: SharedEvent, told: Connection
) -> None:
    """Tell when the attack begins; when it is over, how often each status was answered.

    With that it tells what kept it from attacking, which should be nothing.
    """
    attacker, faults = Attacker(url, events, over), []

    def go_on() -> None:
        try:
            while not over.is_set():
                ATTACKS[title](attacker)
        except Exception as error:  # whatever it is: this would be no attack
            faults.append(f"{title}: {error!r}")

    threads = [threading.Thread(target=go_on, daemon=True) for _ in range(CONNECTIONS)]
    told.send(None)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.send((attacker.answers, faults))


# --- what becomes of the others ------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """The server as the system sees it."""

    pid: int
    folder: Path

    def memory(self) -> float:
        """Return its resident memory, in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / MEGABYTE

    def disk(self) -> float:
        """Return what its files take, in megabytes."""
        sizes = 0
        for folder, _, files in os.walk(self.folder):  # which does not mind folders that go
            for file in files:
                with suppress(OSError):  # it has just gone
                    sizes += Path(folder, file).stat().st_size
        return sizes / MEGABYTE


@dataclass(frozen=True)
class Outcome:
    """What one attack came to; times in ms, memory and disk in megabytes."""

    p50: float
    p95: float
    memory: tuple[float, float, float]
    disk: tuple[float, float]
    errors: int
    answers: Counter[int]

    def __str__(self) -> str:
        before, peak, after = self.memory
        most, left = self.disk
        told = ", ".join(f"{count:,} × {status}" for status, count in self.answers.most_common(4))
        return (
            f"{self.p50:4.0f} {self.p95:5.0f} ms  {before:5.0f} {peak:5.0f} {after:5.0f} MB  "
            f"disk {most:4.0f} {left:4.0f} MB  {self.errors} errors  {told}"
        )


def besiege(
    url: str,
    events: dict[str, Event],
    server: Server,
    people: tuple[list[Person], Learner],
    title: str | None,
    seconds: float,
) -> Outcome:
    """Attack for so many seconds, and look what becomes of everybody else."""
    persons, learner = people
    over, (told, tell) = SPAWN.Event(), SPAWN.Pipe(duplex=False)
    # In a process of its own, so that the twenty do not wait for the interpreter with it.
    attacker = SPAWN.Process(target=attack, args=(url, events, title, over, tell), daemon=True)
    if title:
        attacker.start()
        told.recv()
    errors = sum(len(somebody.errors) for somebody in (*persons, learner))
    before, peak, disk = server.memory(), 0.0, 0.0
    for person in persons:
        person.latencies.clear()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        peak, disk = max(peak, server.memory()), max(disk, server.disk())
        time.sleep(0.1)  # between two looks
    over.set()
    latencies = list(itertools.chain.from_iterable(person.latencies for person in persons))
    answers: Counter[int] = Counter()
    if title:
        if told.poll(ANSWER_SECONDS):
            answers, faults = told.recv()
            if faults:
                raise RuntimeError(faults[0])
        attacker.join(ANSWER_SECONDS)
    time.sleep(SETTLING)
    cuts = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else [float("inf")] * 99
    return Outcome(
        cuts[49],
        cuts[94],
        (before, peak, server.memory()),
        (disk, server.disk()),
        sum(len(somebody.errors) for somebody in (*persons, learner)) - errors,
        answers,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="of each attack")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--only", nargs="+", choices=ATTACKS, default=list(ATTACKS))
    options = parser.parse_args()
    sys.setswitchinterval(0.0005)  # the crowd's threads take turns as fast as the app's
    root, over = find_mnist(), threading.Event()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder / "gradio")}
        environment |= {"MNIST_DATA": str(root)} if root else {}
        with running_app(folder / "log.txt", environment) as app:
            server = Server(app.process.pid, folder / "gradio")
            events = read_events(app.url)
            learner = Learner(Page(app.url, events), "simple_nn", over)
            learner.start()
            learner.page.wait_for(lambda: status_of(learner.page).get("loss") is not None, 300)
            print(
                f"{options.people} people draw and one trains; each attack: {options.seconds:g} s"
            )
            outcomes: dict[str, Outcome] = {}
            with crowd(app.url, events, options.people) as persons:
                threading.Event().wait(5)  # until all of them draw, and the server is warm
                for title in (None, *options.only):
                    people = (persons, learner)
                    outcome = besiege(app.url, events, server, people, title, options.seconds)
                    outcomes[title or NO_ATTACK] = outcome
                    print(f"{title or NO_ATTACK:18} {outcome}", flush=True)
            over.set()
            learner.join()
            for error in [error for who in (*persons, learner) for error in who.errors][:10]:
                print(f"error: {error}")
            traces = [line for line in app.printed().splitlines() if "level=error" in line]
            print(f"{len(traces)} errors in the log", *traces[:3], sep="\n")
    first, last = outcomes[NO_ATTACK], outcome
    is_flat = (
        last.memory[2] - first.memory[2] < MOST_LEFT and last.disk[1] - first.disk[1] < MOST_LEFT
    )
    is_well = all(o.p95 < MOST_P95 and not o.errors for o in outcomes.values())
    return 0 if is_flat and is_well else 1


if __name__ == "__main__":
    sys.exit(main())

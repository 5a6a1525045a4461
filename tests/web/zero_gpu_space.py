"""A ZeroGPU Space played on a machine without a GPU; prints as JSON what became of its trainings.

    SPACES_ZERO_GPU=1 python -m tests.web.zero_gpu_space FOLDER

The real package `spaces` is switched on, asks for a GPU, forks and sends. Two things are not real:
the service that lends GPUs is `Lender`, and in the forked process the CPU is taken for the GPU, by
the name of "cpu:0". The workers are real.
"""

# ruff: noqa: E402 - the lender has to be there before `spaces` is imported

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATIENCE = 30.0  # seconds after which a scenario gives up
TOKEN = "header.e30.signature"  # e30 is {} in base64
GRANTED = {"idle": False, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "granted"}


class Lender:
    """The service that a ZeroGPU Space asks for its GPUs.

    Attributes:
        calls: what it was asked, in order: the path and its parameters.
        answer: what it says to the next request for a GPU: status and JSON.
        answers: set unless it keeps silent.
        allows: whether it then lets the forked process have it.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.answer: tuple[int, dict[str, Any]] = (200, GRANTED)
        self.answers = threading.Event()
        self.allows = True
        lender = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                url = urlsplit(self.path)
                given = {name: values[0] for name, values in parse_qs(url.query).items()}
                status, content = lender.reply(url.path, given)
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reply(self, path: str, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.calls.append((path, given))
        if path == "/schedule":
            self.answers.wait()
            return self.answer
        return (200 if path != "/allow" or self.allows else 404), {}

    def asked(self, path: str) -> list[dict[str, str]]:
        return [given for called, given in self.calls if called == path]

    def forget(self) -> None:
        self.calls.clear()
        self.answer, self.allows = (200, GRANTED), True
        self.answers.set()


lender = Lender()
lender.forget()
os.environ["SPACES_ZERO_DEVICE_API_URL"] = lender.url

import gradio as gr
import spaces.zero.torch
import torch
from gradio_client import Client

import app
from mnist_core import training as training_room
from mnist_core.config import TrainConfig
from mnist_core.training import EpochRecord, StepRecord, Training, train
from mnist_core.web.jobs import gpu_loan
from mnist_core.web.jobs import worker as worker_room
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.worker_pool import WorkerPool
from mnist_core.web.jobs.worker_process import Worker, start_worker
from mnist_core.web.tabs.run_text import say_status
from tests.tiny_mnist import make_tiny_mnist

CPU = torch.device("cpu")
CONFIG = TrainConfig(epochs=3, model="cnn", dropout=0.2, schedule="one_cycle")
LONG = TrainConfig(epochs=60, model="cnn")
SHORT = TrainConfig(epochs=3)  # for which no GPU is worth its wait
WORKERS: list[Worker] = []  # all that have been started
stands_still = False  # whether a process forked from now on waits after an epoch, to be killed
trained_here = 0  # batches in this process; a forked one counts its own


def eventually(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        time.sleep(0.001)


def start_and_remember() -> Worker:
    WORKERS.append(start_worker())
    return WORKERS[-1]


POOL = WorkerPool(start_and_remember)


def go_on(run: Run, until: Callable[[], object] = lambda: False) -> Generator[None, None, None]:
    """Train a run until something has happened, or to its end; return what trains the rest."""
    steps = run.train(POOL)
    while not until() and next(steps, "over") is None:
        pass
    return steps


def tell(run: Run) -> dict[str, Any]:
    """Say what became of a run and who was asked what, and begin a new page."""
    if lender.asked("/allow"):  # what a GPU was given for is over a little later
        eventually(lambda: lender.asked("/release") or not lender.allows)
    told = {
        "state": run.state,
        "message": say_status(run.status),
        "lines": list(run.lines),
        "epochs": [epoch.epoch for epoch in run.epochs],
        "retry_rate": run.retry_rate,
        "is_repeatable": run.is_repeatable,
        "can_train_on": run.can_train_on,
        "asked": lender.asked("/schedule"),
        "pids": [int(given["pid"]) for given in lender.asked("/allow")],
        "released": lender.asked("/release"),
        "as_on_the_cpu": is_as_on_the_cpu(run),
    }
    lender.forget()
    return told


def is_as_on_the_cpu(run: Run) -> bool | None:
    """Tell whether a finished run came to the weights that one without a GPU comes to."""
    if run.state != "finished" or run.model is None:
        return None
    alone = Run(run.config)  # in a worker, since this process may not train
    lender.answer = (503, {})
    go_on(alone)
    assert alone.model is not None
    expected = alone.model.state_dict()
    return all(torch.equal(expected[name], part) for name, part in run.model.state_dict().items())


def finish(config: TrainConfig = CONFIG) -> dict[str, Any]:
    run = Run(config)
    go_on(run)
    return tell(run)


def train_slowly(
    training: Training,
) -> Generator[StepRecord | EpochRecord, None, None]:
    """Train as `train` does, but slowly: what follows is in time."""
    for record in train(training):
        yield record
        if isinstance(record, EpochRecord) and stands_still:
            threading.Event().wait()
        time.sleep(0.05)


# --- scenarios ---------------------------------------------------------------------------------


def lent() -> dict[str, Any]:
    """Train from an event of a page of the app, launched as a Space launches it."""
    runs = []

    def start() -> None:
        runs.append(Run(CONFIG))

    with app.demo:
        gr.api(start, api_name="start")
    _, url, _ = app.demo.launch(prevent_thread_lock=True, quiet=True)
    reported = len(lender.asked("/startup-report"))
    client = Client(url, headers={"x-ip-token": TOKEN}, verbose=False)
    client.predict(api_name="/start")
    (run,) = runs
    go_on(run)
    read = client.predict([[[10, 10], [60, 10], [30, 90]]], api_name="/predict_strokes")
    app.demo.close()
    return {**tell(run), "reported": reported, "read": read}


def quota_spent() -> dict[str, Any]:
    lender.answer = (429, {"left": 7, "wait": 3600})
    return finish()


def none_free() -> dict[str, Any]:
    lender.answer = (503, {})
    return finish()


def not_allowed() -> dict[str, Any]:
    lender.allows = False
    return finish()


def not_found() -> dict[str, Any]:
    choose_device = gpu_loan.choose_device
    gpu_loan.choose_device = lambda: CPU
    told = finish()
    gpu_loan.choose_device = choose_device
    return told


def taken_back() -> dict[str, Any]:
    global stands_still
    stands_still = True
    run = Run(CONFIG)
    steps = go_on(run, until=lambda: run.epochs)
    stands_still = False
    os.kill(int(lender.asked("/allow")[0]["pid"]), signal.SIGKILL)
    list(steps)
    return tell(run)


def diverged() -> dict[str, Any]:
    return finish(TrainConfig(learning_rate=10.0, epochs=5, model="cnn"))


def stopped_and_trained_on() -> dict[str, Any]:
    run = Run(LONG)
    steps = go_on(run, until=lambda: run.epochs)
    run.request_stop()
    list(steps)
    stopped = tell(run)
    run.extend(10)
    go_on(run)
    return {"stopped": stopped, "trained_on": tell(run)}


def stopped_on_the_cpu() -> dict[str, Any]:
    lender.answer = (429, {"left": 7, "wait": 3600})
    return stopped_and_trained_on()


def killed_on_the_cpu() -> dict[str, Any]:
    lender.answer = (503, {})
    run = Run(LONG)
    steps = go_on(run, until=lambda: run.epochs)
    (worker,) = [worker for worker in WORKERS if worker.is_alive and not worker.is_free]
    assert worker.process is not None
    worker.process.kill()
    list(steps)
    return tell(run)


def not_worth_it() -> dict[str, Any]:
    return finish(SHORT)


def paused() -> dict[str, Any]:
    run = Run(CONFIG)
    go_on(run, until=lambda: run.epochs).close()
    run.pause()
    eventually(lambda: lender.asked("/release"))
    go_on(run)
    return tell(run)


def ended_while_paused() -> dict[str, Any]:
    run = Run(LONG)
    go_on(run, until=lambda: run.epochs).close()
    run.pause()
    run.end()
    return tell(run)


def silent() -> dict[str, Any]:
    lender.answers.clear()
    gpu_loan.ANSWER_TIMEOUT_SECONDS = 0.5
    run = Run(CONFIG)
    go_on(run)
    gpu_loan.ANSWER_TIMEOUT_SECONDS = PATIENCE
    lender.answers.set()  # too late: what it lends is given back at once
    eventually(lambda: lender.asked("/release"))
    return tell(run)


def broken() -> dict[str, Any]:
    lender.answer = (500, {})
    return finish()


SCENARIOS = (
    lent,
    quota_spent,
    none_free,
    not_allowed,
    not_found,
    taken_back,
    diverged,
    stopped_and_trained_on,
    stopped_on_the_cpu,
    killed_on_the_cpu,
    not_worth_it,
    paused,
    ended_while_paused,
    silent,
    broken,
)


def count_what_is_trained_here() -> None:
    backward = torch.Tensor.backward

    def count(*arguments: Any, **settings: Any) -> None:
        global trained_here
        trained_here += 1
        backward(*arguments, **settings)

    torch.Tensor.backward = count  # type: ignore[method-assign]


def play(told: dict[str, Any]) -> None:
    told["device_here"] = str(training_room.choose_device())
    for scenario in SCENARIOS:
        started = time.monotonic()
        told[scenario.__name__] = scenario()
        print(f"{scenario.__name__}: {time.monotonic() - started:.1f} s", file=sys.stderr)
    told["trained_here"] = trained_here


def main(folder: Path) -> None:
    make_tiny_mnist(folder).replace_mnist()
    os.environ["MNIST_DATA"] = str(folder / "root")
    torch.set_num_threads(1)
    training_room.SECONDS_BETWEEN_RECORDS = 0.0
    spaces.zero.torch.init = lambda nvidia_uuid: None
    spaces.zero.torch.move = lambda callback: None
    worker_room.train = train_slowly  # of the forked process; the workers have their own
    gpu_loan.choose_device = lambda: torch.device("cpu", 0)
    count_what_is_trained_here()
    told: dict[str, Any] = {"pid": os.getpid()}
    # Not in the main thread, where `spaces` has tensors pretend, as no training is there.
    player = threading.Thread(target=play, args=(told,))
    player.start()
    player.join()
    for worker in WORKERS:
        worker.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

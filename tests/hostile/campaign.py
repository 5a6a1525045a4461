"""Sends hostile requests to an app, and finds out whether it minds."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests import bombs
from tests.hostile.connections import close_streams, unfinished_heads
from tests.hostile.endpoints import Endpoint, Request, find_endpoints
from tests.hostile.payloads import MARKUP, World
from tests.hostile.stranger import Stranger
from tests.real_mnist import REPOSITORY
from tests.running_app import RunningApp, running_app

ANSWER_SECONDS = 60.0  # within which each request has its answer, on a machine that is busy
ALIVE_EVERY = 20  # requests
READING_SECONDS = 180.0  # that pictures have which are worse than damaged, likewise
LISTEN_SECONDS = 0.2  # to a stream that goes on, before it is left
MOST_GROWTH = 400  # megabytes of memory, in ten thousand requests
NEW_CONNECTIONS = httpx.Limits(max_keepalive_connections=0)  # for every request one
HEARD = ('"process_completed"', '"process_generating"', '"unexpected_error"')
ONE = [[[500, 150], [500, 850]]]

INTERNALS = re.compile(
    r"Traceback \(most recent|File \"[^\"]+\", line \d|root:x:0|"
    r"\b(?!(HTTP)?ValidationError)[A-Z]\w+(Error|Exception)\b|"
    + "|".join(re.escape(str(place)) for place in (REPOSITORY, sys.prefix, Path.home()))
)
# A trace that goes through our code; through what lets requests in goes every one.
LETS_IN = (
    r"web/endpoints/(safe_headers|page_language|client_share|allowed_routes|json_limit|"
    r"ended_streams|page_share|upload_limit|request_body|first_words|compression|cached_files)\.py"
)
OUR_CODE = re.compile(rf'File "{re.escape(str(REPOSITORY))}/mnist_core/(?!{LETS_IN})')


class Finding(Exception):  # noqa: N818 - it is what is looked for
    """Something that no request may bring about."""


@dataclass
class Answer:
    """What came back: status, kind, and as much of the text as was waited for."""

    status: int
    kind: str
    text: str


@dataclass
class Campaign:
    """An app under fire.

    Attributes:
        app: the app.
        client: asks it.
        world: what payloads may name.
        routes: what `server` has written down of the routes.
        sent: how many requests there have been.
    """

    app: RunningApp
    client: httpx.Client
    world: World
    routes: dict[str, Any]
    sent: int = 0
    _log_read: int = 0
    _alive_at: int = 0
    findings: dict[str, str] = field(default_factory=dict)

    def run(
        self, payloads: int, number: int = 0, tell: Callable[[str], object] = lambda _: None
    ) -> None:
        """Send so many requests, as many to each endpoint.

        Args:
            payloads: how many.
            number: begins the random numbers.
            tell: is told of each endpoint before it is attacked.
        """
        endpoints = find_endpoints(self.client, self.routes)
        left = payloads
        for done, endpoint in enumerate(endpoints):
            share = max(1, -(-left // (len(endpoints) - done)))
            tell(f"{self.sent} {endpoint.name}")
            before = self.sent
            self.attack(endpoint, share, number)
            left -= self.sent - before
        tell(f"{self.sent} pictures")
        self.attack_by_pictures()
        tell(f"{self.sent} connections")
        self.attack_by_connections()

    def attack(self, endpoint: Endpoint, payloads: int, number: int) -> None:
        """Send so many requests to one endpoint; note what is found."""

        @seed(number)
        @settings(
            max_examples=payloads,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(endpoint.requests(self.world))
        def send(request: Request) -> None:
            self.sent += 1
            try:
                self.check(request)
            except Finding as finding:
                self.note(endpoint, finding)

        send()
        try:
            if self.sent - self._alive_at >= ALIVE_EVERY:
                self._alive_at = self.sent
                self.check_alive()
        except Finding as finding:
            self.note(endpoint, finding)

    def attack_by_pictures(self) -> None:
        """Bring zip files that are worse than damaged: one sentence each, and somebody is read."""
        for name, make in bombs.ZIP_BOMBS.items():
            try:
                self.bring(make())
                self.check_alive()
                self.check_log(f"a zip file of {name}")
            except Finding as finding:
                self.findings[f"pictures: {name}"] = str(finding)

    def bring(self, content: bytes) -> None:
        """Bring a zip file of pictures to a page of one's own; each has an answer in words."""
        with contextlib.closing(Stranger(str(self.client.base_url), READING_SECONDS)) as page:
            page.enter()
            upload = page.upload("pictures.zip", content)
            self.sent += 1
            answer = json.dumps(page.ask("bring_pictures", upload, "none"))
        if MARKUP in answer.replace("\\", ""):
            raise Finding(f"sent markup back: {answer[:1000]}")
        if found := INTERNALS.search(answer):
            raise Finding(f"told {found.group()!r}: {answer[:1000]}")
        if not any(word in answer for word in ("error", "data-set-about", "to learn from")):
            raise Finding(f"said nothing of pictures: {answer[:1000]}")

    def attack_by_connections(self) -> None:
        """Open many connections and say little; somebody else is answered all the same."""
        url = str(self.client.base_url)
        try:
            close_streams(url)
            self.check_alive()
            with unfinished_heads(url):
                self.check_alive()
            self.check_log("connections")
        except Finding as finding:
            self.findings["connections"] = str(finding)

    def note(self, endpoint: Endpoint, finding: Finding) -> None:
        """Keep the first finding of each endpoint."""
        self.findings.setdefault(endpoint.name, str(finding))

    # --- what must hold ------------------------------------------------------------------------

    def check(self, request: Request) -> None:
        """Send a request; whatever it is, the app stays well and tells nothing of its inside."""
        answers = [self.ask(request)]
        if request.session and answers[0].status == 200:
            listen = Request("GET", f"gradio_api/queue/data?session_hash={request.session}")
            answers.append(self.ask(listen, ANSWER_SECONDS))
            if not any(word in answers[1].text for word in HEARD):
                raise Finding(f"never came to an end after {request}: {answers[1].text[:500]}")
        sent = request.content.decode("ascii", "replace") + request.path
        for answer in answers:
            found = INTERNALS.search(answer.text)
            if found and found.group() not in sent:
                raise Finding(f"told {found.group()!r} after {request}: {answer.text[:1000]}")
            if "html" in answer.kind and MARKUP in answer.text:
                raise Finding(f"sent markup back after {request}")
        self.check_log(request)

    def check_log(self, cause: object) -> None:
        """See that nothing of ours has failed."""
        for line in self._new_log().splitlines():
            if OUR_CODE.search(line.replace('\\"', '"')):
                raise Finding(f"did not expect {cause}:\n{line}")

    def check_alive(self) -> None:
        """Have a digit read."""
        code = self.app.process.poll()
        if code is not None:
            raise Finding(f"the app ended with {code}")
        call = self.client.post("gradio_api/call/predict_strokes", json={"data": [ONE]}).json()
        answer = self.ask(
            Request("GET", f"gradio_api/call/predict_strokes/{call['event_id']}"), ANSWER_SECONDS
        )
        if '"digit": 1' not in answer.text:
            raise Finding(f"no digit is read any more: {answer.text}")

    def ask(self, request: Request, listen: float = LISTEN_SECONDS) -> Answer:
        """Send a request and take its answer; a stream that has begun is left after a while."""
        started = time.monotonic()
        text, kind, status = b"", "", 0
        try:
            with self.client.stream(
                request.method, request.path, content=request.content, headers=request.headers
            ) as response:
                status, kind = response.status_code, response.headers.get("content-type", "?")
                is_stream = "event-stream" in kind
                with hanging_up(response, listen if is_stream else 2 * ANSWER_SECONDS):
                    for piece in response.iter_raw():
                        text += piece
                        if is_stream and any(word.encode() in text for word in HEARD):
                            break
                if time.monotonic() - started > ANSWER_SECONDS:
                    raise Finding(f"took too long with {request}")
        except httpx.TimeoutException as error:
            raise Finding(f"no answer to {request}") from error
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            if not kind:  # but a stream for nobody just ends
                raise Finding(f"cut the connection after {request}: {error}") from error
        except httpx.InvalidURL:
            return Answer(0, "", "")  # httpx does not send such an address
        return Answer(status, kind, text.decode("utf-8", "replace"))

    def _new_log(self) -> str:
        with self.app.log.open("rb") as log:
            log.seek(self._log_read)
            new = log.read()
        self._log_read += len(new)
        return new.decode("utf-8", "replace")

    def memory(self) -> int | None:
        """Tell how many megabytes the app holds, where the system tells that."""
        status = Path(f"/proc/{self.app.process.pid}/status")
        if not status.is_file():
            return None
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
        return int(found.group(1)) // 1024 if found else None


@contextmanager
def hanging_up(response: httpx.Response, seconds: float) -> Iterator[None]:
    """Break the connection after a while: a stream may go on for ever without a word."""
    connection = response.extensions["network_stream"].get_extra_info("socket")

    def hang_up() -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def open_campaign(folder: Path) -> Iterator[Campaign]:
    """Start an app whose every file lies in `folder`, and get ready to attack it."""
    places = {name: folder / name for name in ("work", "temporary", "gradio", "mnist")}
    for place in places.values():
        place.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "TMPDIR": str(places["temporary"]),
        "GRADIO_TEMP_DIR": str(places["gradio"]),
        "GRADIO_ANALYTICS_ENABLED": "False",
    }
    program = ("-m", "tests.hostile.server", str(places["mnist"]))
    with (
        trap() as asked,
        running_app(folder / "log.txt", environment, program, places["work"]) as app,
        httpx.Client(
            base_url=app.url,
            timeout=ANSWER_SECONDS,
            trust_env=False,
            limits=NEW_CONNECTIONS,
            headers={"Accept-Encoding": "identity"},
        ) as client,
    ):
        with contextlib.closing(Stranger(app.url)) as page:
            page.enter()
            world = World(asked.url, sessions=[page.session, page.session, MARKUP, ""])
        campaign = Campaign(app, client, world, wait_for(places["mnist"] / "routes.json"))
        world.uploads += upload_all(client)
        campaign.check_alive()
        before, memory = files_outside(folder), campaign.memory()
        yield campaign
        campaign.check_alive()
        after = files_outside(folder)
        if after != before:
            campaign.findings["files"] = f"wrote {sorted(after - before)}"
        if asked.requests:
            campaign.findings["other servers"] = f"asked for {asked.requests}"
        now = campaign.memory()
        if memory is not None and now is not None and now - memory > MOST_GROWTH:
            campaign.findings["memory"] = f"grew from {memory} MB to {now} MB"


def wait_for(file: Path) -> dict[str, Any]:
    """Read what the app has written down of its routes."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while not file.is_file():
        assert time.monotonic() < deadline, "The app has not told of its routes."
        time.sleep(0.01)  # between two looks, not instead of one
    known: dict[str, Any] = json.loads(file.read_text())
    return known


def upload_all(client: httpx.Client) -> list[str]:
    """Upload files that are not what they seem; return where they lie."""
    named = {
        "one.png": bombs.small_picture("PNG", 60),
        f"{MARKUP}.png": b"no picture",
        "claims.png": bombs.png_that_claims(50_000, 50_000),
        "bomb.pth": bombs.checkpoint_of_tuples(),
        "zeros.pth": bombs.checkpoint_of_empty_gigabytes(),
        "heap.pth": bombs.checkpoint_that_reads_the_heap(),
        "beyond.pth": bombs.checkpoint_that_reads_beyond(),
        "writes.pth": bombs.checkpoint_that_writes(),
        "good.pth": (REPOSITORY / "checkpoints" / "simple_nn_mnist.pth").read_bytes(),
        "deep.json": b"[" * 100_000,
        "good.zip": bombs.zip_of(bombs.few_pictures().items()),
        "leaves.zip": bombs.zip_that_leaves(),
        f"{MARKUP}.zip": bombs.zip_with_markup(),
    }
    paths: list[str] = []
    for name, content in named.items():
        answer = client.post("gradio_api/upload", files={"files": (name, io.BytesIO(content))})
        paths += answer.raise_for_status().json()
    return paths


def files_outside(folder: Path) -> set[str]:
    """List what lies beside Gradio's own folder, and beside the app's code."""
    ours = {str(file) for file in folder.rglob("*") if "gradio" not in file.parts[:-1]}
    code = {
        str(file)
        for place in (REPOSITORY, REPOSITORY / "checkpoints", REPOSITORY / "mnist_core")
        for file in place.iterdir()
    }
    return {name for name in ours | code if "__pycache__" not in name and ".hypothesis" not in name}


@dataclass
class Trap:
    """A server within the machine that nobody has a reason to ask."""

    url: str
    requests: list[str]


@contextmanager
def trap() -> Iterator[Trap]:
    """Note who asks."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Trap(f"http://127.0.0.1:{server.server_port}/secret", asked)
    finally:
        server.shutdown()
        server.server_close()


def report(campaign: Campaign, memory: int | None, seconds: float) -> str:
    """Say what came of it."""
    return json.dumps(
        {
            "requests": campaign.sent,
            "seconds": round(seconds, 1),
            "memory before and after, MB": [memory, campaign.memory()],
            "findings": len(campaign.findings),
        }
    )

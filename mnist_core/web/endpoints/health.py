"""For an uptime monitor: `GET /health` says what works."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal, TypedDict

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mnist_core.data import DATASETS, has_images
from mnist_core.inference import predict
from mnist_core.preprocessing import image_from_strokes, parse_strokes
from mnist_core.web.jobs.queue import JobQueue
from mnist_core.web.sessions.classifiers import (
    SHIPPED_CLASSIFIERS,
    default_classifier,
    load_shipped,
)
from mnist_core.web.sessions.registry import REGISTRY
from mnist_core.web.sessions.session import JOB_QUEUE

log = logging.getLogger(__name__)

ONE = [[[500, 150], [500, 850]]]  # a stroke downwards


class Health(TypedDict):
    """What works.

    Attributes:
        status: "ok"; "degraded" if drawings are read and something else does not work; "failing"
            if they are not.
        networks: of those that come with the project, by key, whether they could be loaded.
        mnist: whether MNIST is on the disk; if not, the first training fetches it.
        queue: whether a network trains just now.
        waiting: how many wait for their training.
        sessions: how many sessions are kept.
    """

    status: Literal["ok", "degraded", "failing"]
    networks: dict[str, bool]
    mnist: bool
    trainer: Literal["ready", "training", "dead"]
    waiting: int
    sessions: int


def health_route(is_busy: Callable[[], bool] = lambda: False) -> Route:
    """Return the route, for GET and HEAD; its status is 200 if drawings are read, else 503.

    Args:
        is_busy: tells whether the page's events are refused, as too many wait.
    """

    def answer(request: Request) -> JSONResponse:
        health = check_health(is_busy=is_busy())
        return JSONResponse(
            health,
            status_code=503 if health["status"] == "failing" else 200,
            headers={"Cache-Control": "no-store"},
        )

    return Route("/health", answer)


def check_health(queue: JobQueue = JOB_QUEUE, is_busy: bool = False) -> Health:
    """Find out what works; a drawing is read for it."""
    networks = {key: load_shipped(key) is not None for key in SHIPPED_CLASSIFIERS}
    works = all(networks.values()) and queue.state != "dead" and not (queue.is_full or is_busy)
    return {
        "status": "failing" if not _reads() else "ok" if works else "degraded",
        "networks": networks,
        "mnist": has_images(DATASETS["mnist"]),
        "trainer": queue.state,
        "waiting": queue.waiting,
        "sessions": len(REGISTRY),
    }


def _reads() -> bool:
    classifier, image = default_classifier(), image_from_strokes(parse_strokes(ONE))
    if classifier is None or image is None:
        return False
    try:
        predict(classifier.model, image, classifier.calibration)
    except Exception:
        log.exception("no drawing can be read")
        return False
    return True

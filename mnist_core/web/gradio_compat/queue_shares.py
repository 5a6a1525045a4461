"""The queue of Gradio, in which each client and each function has a share, and clients take turns.

Gradio handles the calls of one function one after another, in the order they came, whoever sent
them: five hundred pictures that take ten seconds each would close the queue for over an hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import fastapi
import gradio as gr

from mnist_core.text import Message, translate

FULL = Message("server.full")
TOO_MANY = Message("server.too_many_calls")

Call = TypeVar("Call")


def share_queue(blocks: gr.Blocks, share: float, client_of: Callable[[str | None], str]) -> None:
    """Give each client and each function no more than a share of the calls that wait.

    Args:
        blocks: a page that has its queue, whose length is bounded.
        share: of that length.
        client_of: names the client at an address.
    """
    queue = blocks._queue
    push, most = queue.push, round(share * (queue.max_size or 0))

    def client(request: fastapi.Request) -> str:
        return client_of(request.client.host if request.client else None)

    async def push_fairly(body: Any, request: fastapi.Request, username: str | None) -> Any:
        lines = [line.queue for line in queue.event_queue_per_concurrency_id.values()]
        if any(len(line) >= most and line[0].fn is blocks.fns.get(body.fn_index) for line in lines):
            return False, translate(FULL), "queue_full"
        own = client(request)
        if sum(client(event.request) == own for line in lines for event in line) >= most:
            return False, translate(TOO_MANY), "queue_full"
        answer = await push(body=body, request=request, username=username)
        for line in queue.event_queue_per_concurrency_id.values():
            line.queue[:] = in_turns(line.queue, lambda event: client(event.request))
        return answer

    queue.push = push_fairly  # type: ignore[method-assign]


def in_turns(calls: list[Call], whose: Callable[[Call], Hashable]) -> list[Call]:
    """Order calls so that everybody's first comes before anybody's second."""
    ahead: Counter[Hashable] = Counter()
    rounds = []
    for call in calls:
        rounds.append(ahead[whose(call)])
        ahead[whose(call)] += 1
    return [calls[place] for place in sorted(range(len(calls)), key=rounds.__getitem__)]


def is_queue_full(blocks: gr.Blocks) -> bool:
    """Tell whether no more calls are taken."""
    queue = blocks._queue
    return queue.max_size is not None and len(queue) >= queue.max_size

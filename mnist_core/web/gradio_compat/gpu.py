"""A GPU that `spaces` lends on ZeroGPU, and the request of the visitor whose quota pays for it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from typing import TypeVar

import torch
from gradio.context import LocalContext

Function = TypeVar("Function", bound=Callable[..., object])


def with_gpu(function: Function, seconds: Callable[..., int]) -> Function:
    """Let a function run where there is a GPU; call it once, on ZeroGPU, before any training.

    Args:
        function: what is to run in a forked process that has the GPU.
        seconds: says for how long, from the arguments of the function.
    """
    import spaces

    lent: Function = spaces.GPU(function, duration=seconds)
    # `spaces` has PyTorch say that this process has a GPU as well, and it has none: an optimiser
    # that believed it would fail here. The forked process gets the true answer back.
    torch.cuda.is_available = lambda: False
    return lent


def request_context() -> Context:
    """Return a context that knows the page's request; call it in the handler of an event.

    In it `spaces` finds the request, whose visitor's quota pays, and the app, whose connections
    the forked process closes.
    """
    context = Context()
    context.run(LocalContext.request.set, LocalContext.request.get(None))
    context.run(LocalContext.blocks.set, LocalContext.blocks.get(None))
    return context

"""A network, watched while it computes: each operation, and how the scores hang on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

CURVED = ("tanh", "sigmoid")  # activations whose slope is not what they multiply by
# Operations that add something of their own: a bias, or what a sigmoid gives for 0.
AFFINE = ("linear", "conv2d", "batch_norm", "sigmoid")


@dataclass(frozen=True, eq=False)
class Step:
    """One operation while it can still be differentiated.

    Attributes:
        name, operation, parameters: as in `layers.Layer`.
        output: [batch, ...].
        offset: [...], what the operation gives for zeros.
    """

    name: str
    operation: str
    parameters: Mapping[str, int]
    output: Tensor
    offset: Tensor


class Recorder(TorchFunctionMode):
    """Watches a network compute, and changes nothing.

    PyTorch tells a mode of every function that this thread calls on tensors. Forward hooks would
    miss `torch.relu` and `view`, which are no modules; `torch.fx` would patch `nn.Module` for
    all threads while it traces.
    """

    def __init__(self, model: nn.Module, *, by_secants: bool = False) -> None:
        super().__init__()
        self._model = model
        self._by_secants = by_secants
        self._owners = {
            id(parameter): name.rpartition(".")[0] for name, parameter in model.named_parameters()
        }
        self.steps: list[Step] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Compute as always, and note what came of it."""
        kwargs = kwargs or {}
        output = func(*args, **kwargs)
        if isinstance(output, Tensor):  # and not the answer to a question, such as for its shape
            if self._by_secants and func.__name__ in CURVED:
                output = _along_secant(func, args[0], output)
            self._note(func, args, kwargs, output)
        return output

    def _note(
        self,
        func: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        output: Tensor,
    ) -> None:
        operation = func.__name__
        offset = torch.zeros_like(output[0])
        if operation in AFFINE:
            with torch.no_grad():
                offset = func(torch.zeros_like(args[0][:1]), *args[1:], **kwargs)[0]
        owners = [self._owners[id(a)] for a in (*args, *kwargs.values()) if id(a) in self._owners]
        if owners:
            module = self._model.get_submodule(owners[0])
            numbers = {name: p.numel() for name, p in module.named_parameters()}
            self.steps.append(Step(owners[0], operation, numbers, output, offset))
        else:
            before = sum(step.operation == operation for step in self.steps)
            name = f"{operation}_{before}" if before else operation
            self.steps.append(Step(name, operation, {}, output, offset))


def _along_secant(function: Callable[[Tensor], Tensor], sums: Tensor, output: Tensor) -> Tensor:
    """Return the output as it is, with the slope of the straight line to it from f(0).

    Of the ReLU that slope is the gradient already.
    """
    with torch.no_grad():
        slope = ((output - function(torch.zeros_like(sums))) / sums).nan_to_num()  # 0 / 0: nothing
    return output.detach() + slope * (sums - sums.detach())


def run(
    model: nn.Module, values: Tensor, *, differentiable: bool = True, by_secants: bool = False
) -> list[Step]:
    """Run a network as in eval mode.

    Args:
        model: keeps its mode, its gradients, and whatever else it has.
        values: [batch, 1, 28, 28].
        differentiable: whether `gradients_of` will be asked; without it, less is kept.
        by_secants: whether it is to be told by what each value is multiplied, which is the gradient
            but behind a tanh or a sigmoid.

    Returns:
        The image as a step of its own, then each operation, the last being the scores.
    """
    with torch.inference_mode(False), torch.set_grad_enabled(differentiable), in_eval_mode(model):
        values = values.detach().to(device_of(model)).clone().requires_grad_(differentiable)
        recorder = Recorder(model, by_secants=by_secants)
        with recorder:
            model(values)
    return [Step("input", "input", {}, values, torch.zeros_like(values[0])), *recorder.steps]


def gradients_of(output: Tensor, weights: Tensor, steps: Sequence[Step]) -> tuple[Tensor, ...]:
    """Differentiate `(output * weights).sum()` by the output of each step.

    Args:
        output: of one of the steps.
        weights: of the same shape.
        steps: which; zeros come of those that the output does not hang on.
    """
    with torch.inference_mode(False):
        gradients: tuple[Tensor, ...] = torch.autograd.grad(
            output,
            [step.output for step in steps],
            weights.to(output),
            allow_unused=True,
            materialize_grads=True,
        )
    return gradients


@contextmanager
def in_eval_mode(model: nn.Module) -> Iterator[None]:
    """Have every part of a network in eval mode meanwhile; what was training trains on."""
    training = [module for module in model.modules() if module.training]
    try:
        for module in training:
            module.training = False
        yield
    finally:
        for module in training:
            module.training = True


def device_of(model: nn.Module) -> torch.device:
    """Return where a network computes."""
    return next(model.parameters()).device

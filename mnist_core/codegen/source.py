"""Source of ours, as it stands in a program: networks, functions, whole modules."""

from __future__ import annotations

import ast
import inspect
import io
import math
import re
import textwrap
import tokenize
from collections.abc import Callable
from types import ModuleType

from torch import nn

from mnist_core.config import TrainConfig
from mnist_core.models import MODELS
from mnist_core.text import current_language, say

# What a class of `models` can be told beside dropout. In a program all of it stands where it is
# used, as in the article.
PARAMETERS = re.compile(
    r"(, width: int = 128, activation: Function = torch\.relu, pixels: int = 28 \* 28"
    r"|, channels: int = 1, side: int = 28), classes: int = 10"
)
ATTRIBUTES = re.compile(r" +self\.(activation|pixels) = \w+\n")
CALL = re.compile(r"self\.activation\((self\.\w+\(\w+\))\)")


def network_class(config: TrainConfig) -> type[nn.Module]:
    """Return the class of a run's network."""
    architecture = MODELS[config.model]
    return architecture.network if config.flatten else architecture.unflattened or nn.Module


def network_source(config: TrainConfig) -> str:
    """Return the source of a network, with the docstrings that the catalogue has for it."""
    source = _settle(source_of(network_class(config)), config)
    name = config.model if config.flatten else "unflattened"
    facts = {
        "width": config.width,
        "pixels": math.prod(config.data_set.shape),
        "classes": len(config.data_set.classes),
        "images": f"[batch, {', '.join(map(str, config.data_set.shape))}]",
        "scores": f"[batch, {len(config.data_set.classes)}]",
    }
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            key = f"program.{name}" if isinstance(node, ast.ClassDef) else "program.forward"
            line = node.body[0].lineno - 1
            indent = lines[line].partition('"')[0]
            lines[line] = f'{indent}"""{say(key, **facts)}"""'
    return spoken("\n".join(lines) + "\n", docstrings=True)


def _settle(source: str, config: TrainConfig) -> str:
    """Put what a run's network is told into its source, in the place of its parameters."""
    channels, side, _ = config.data_set.shape
    classes = len(config.data_set.classes)
    source = _on_one_line(source)
    source = ATTRIBUTES.sub("", PARAMETERS.sub("", source))
    calls = rf"torch.{config.activation}(\1)" if config.activation != "none" else r"\1"
    source = CALL.sub(calls, source)
    pixels = f"{side} * {side}" if channels == 1 else f"{channels} * {side} * {side}"
    settled = {
        r"width // 2": config.width // 2,
        r"\(side // 4\)": side // 4,
        r"\bwidth\b": config.width,
        r"self\.pixels|\bpixels(?=, )": pixels,
        r"\bchannels\b": channels,
        r"\bclasses\b(?!\])": classes,
        # The comments tell the shapes of MNIST.
        r"\[batch, 784\]": f"[batch, {channels * side * side}]",
        r"\[batch, 16, 14, 14\]": f"[batch, 16, {side // 2}, {side // 2}]",
        r"\[batch, 32, 7, 7\]": f"[batch, 32, {side // 4}, {side // 4}]",
        r"\[batch, 10\]": f"[batch, {classes}]",
    }
    for pattern, value in settled.items():
        source = re.sub(pattern, str(value), source)
    return source


def _on_one_line(source: str) -> str:
    """Write what `__init__` takes on one line, however it stands in our source."""
    return re.sub(
        r"(def __init__\()([^)]*?),?\s*(\) -> None:)",
        lambda found: found[1] + re.sub(r"\s+", " ", found[2]).strip() + found[3],
        source,
    )


def spoken(source: str, *, docstrings: bool = False) -> str:
    """Leave out English words where English is not spoken; shapes are understood everywhere.

    Args:
        source: code of ours.
        docstrings: whether its docstrings are in the current language already.
    """
    return source if current_language() == "en" else without_words(source, docstrings, "# [")


def without_words(source: str, docstrings: bool = False, understood: str | None = None) -> str:
    """Leave out what a source says to people.

    Args:
        source: well-formed Python.
        docstrings: whether to keep those.
        understood: how the comments begin that are kept.
    """
    rows = source.splitlines()
    lines: list[str | None] = [*rows]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not (
            understood and token.string.startswith(understood)
        ):
            row, column = token.start
            lines[row - 1] = rows[row - 1][:column].rstrip() or None
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and not docstrings:
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            lines[first:last] = [None] * (last - first)
    code = "\n".join(line for line in lines if line is not None)
    code = re.sub(r"(?<=:)\n\n+(?= )", "\n", code)  # where a docstring was the first in a block
    return re.sub(r"\n{4,}", "\n\n\n", code).strip() + "\n"


def source_of(thing: type | Callable[..., object]) -> str:
    """Return the source of a class or function of ours, docstrings cut to their first line."""
    lines = textwrap.dedent(inspect.getsource(thing)).splitlines()
    docstrings = [
        node.body[0]
        for node in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)
    ]
    for docstring in sorted(docstrings, key=lambda node: node.lineno, reverse=True):
        first, last = docstring.lineno - 1, docstring.end_lineno or docstring.lineno
        if last - first > 1:
            lines[first:last] = [f'{lines[first]}"""']
    return "\n".join(lines) + "\n"


def body_of(module: ModuleType) -> str:
    """Return the source of a module of ours below its imports."""
    source = inspect.getsource(module)
    imports = [
        node for node in ast.parse(source).body if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    return "\n".join(source.splitlines()[imports[-1].end_lineno :]).strip() + "\n"

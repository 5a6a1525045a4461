"""Which private names of other packages a piece of code touches, as far as its text shows that."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import gradio
import uvicorn

# What these packages offer by name; the rest of them is theirs to change.
PUBLIC = {
    "gradio": {*gradio.__all__, "themes", "events.api"},
    "uvicorn": set(uvicorn.__all__),
}
# Of Gradio's own objects, whose attributes have no underscore where one would expect it.
UNDOCUMENTED = {
    *("pending_event_ids_session", "pending_messages_per_session", "session_data", "state_holder"),
    *("temp_file_sets", "time_last_used"),
}
# Documented in spite of their underscore, or meant to be set.
DOCUMENTED = {
    *("os._exit", "sys.excepthook", "threading.excepthook"),
    "PIL.AvifImagePlugin.DEFAULT_MAX_THREADS",
}
BY_NAME = ("getattr", "setattr", "hasattr", "delattr")


def private_names(source: str) -> list[str]:
    """Return the private names of others that a module touches, each with its line.

    Private is what a package does not offer by name, an attribute with an underscore that the
    module has not made itself, and any attribute of another's module that is set.
    """
    tree = ast.parse(source)
    modules = dict(_imported(tree))
    own = set(_made_here(tree))
    found = {
        f"{node.lineno}: {name}"
        for node in ast.walk(tree)
        for name in _touched(node, modules, own)
        if name not in DOCUMENTED
    }
    return sorted(found, key=lambda line: (int(line.split(":")[0]), line))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each name that stands for something imported, and what it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                package = alias.name.split(".")[0]  # all that a plain `import a.b` binds
                yield (alias.asname, alias.name) if alias.asname else (package, package)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _made_here(tree: ast.Module) -> Iterator[str]:
    """Yield the names of functions, classes, variables and attributes that the module makes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield from [node.attr] if ast.unparse(node.value) == "self" else []


def _touched(node: ast.AST, modules: dict[str, str], own: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        yield from filter(_is_internal, (module + alias.name for alias in node.names))
    elif isinstance(node, ast.Attribute):
        name = _full_name(node, modules)
        is_set = isinstance(node.ctx, ast.Store) and _root(node) in modules
        is_private = _is_private(node.attr) and node.attr not in own
        if is_private or is_set or node.attr in UNDOCUMENTED or _is_internal(name):
            yield name
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in BY_NAME:
        names = [str(part.value) for part in node.args[1:2] if isinstance(part, ast.Constant)]
        yield from (name for name in names if _is_private(name) and name not in own)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _is_internal(name: str) -> bool:
    package, _, rest = name.partition(".")
    if package not in PUBLIC or not rest or rest.startswith("__"):
        return False
    known = PUBLIC[package]
    # `gradio.events` is on the way to `gradio.events.api`, and `gradio.HTML.update` within HTML.
    return not any(
        f"{rest}.".startswith(f"{offered}.") or f"{offered}.".startswith(f"{rest}.")
        for offered in known
    )


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _full_name(node: ast.Attribute, modules: dict[str, str]) -> str:
    """Return what an attribute is called in full: `gr.HTML` is `gradio.HTML`."""
    text, root = ast.unparse(node), _root(node)
    return modules[root] + text.removeprefix(root) if root in modules else text

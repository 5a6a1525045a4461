"""The house keeps its shape: which room may import which, and what lies at the top."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import mnist_core
from mnist_core import web
from tests.private_names import private_names
from tests.real_mnist import REPOSITORY

TOP_LEVEL = {
    "app.py",
    "mnist_core",
    "checkpoints",
    "tests",
    "requirements.txt",
    "README.md",
    "pyproject.toml",
}

# A room imports only from its own layer or from a lower one, and never in a circle.
LAYERS = [
    {"text"},
    {"data", "models"},
    {"augmentation", "evaluation"},
    {
        "config",
        "loss_curve",
        "training",
        "one_step",
        "moments",
        "experiments",
        "codegen",
        "notebook",
        "pickle_check",
        "archive",
        "safetensors",
        "file_kinds",
        "checkpoints",
        "plots",
        "inference",
        "mistakes",
        "shapes",
        "rate_finder",
        "inspection",
        "calibration",
        "preprocessing",
        "drawings",
        "teaching",
        "pictures",
    },
    {"web", "commands"},
    {"__main__"},
    {"app"},
]
HEIGHT = {room: height for height, layer in enumerate(LAYERS) for room in layer}

# The same inside `web`, whose rooms stand on floors: the lowest first.
FLOORS = [
    {"limits"},
    {"gradio_compat"},
    {"jobs"},
    {"components"},
    {"sessions"},
    {"tabs", "endpoints"},
]
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def module_name(file: Path) -> str:
    parts = file.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_name(file): file
    for file in [REPOSITORY / "app.py", *sorted((REPOSITORY / "mnist_core").rglob("*.py"))]
}


def imports_of(module: str) -> set[str]:
    """Return the full name of everything that a module imports, wherever in it that stands."""
    names = set()
    for node in ast.walk(ast.parse(SOURCES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relative to itself"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_imports_of(module: str) -> set[str]:
    """Return our modules among them: `from mnist_core.data import MNIST` is mnist_core.data."""
    found = set()
    for name in imports_of(module):
        while name and name not in SOURCES:
            name = name.rpartition(".")[0]
        found |= {name} - {"", module}
    return found


def room_of(module: str) -> str:
    """Return which room a module belongs to: mnist_core.web.components.canvas is in web."""
    return module.split(".")[1] if "." in module else module


def is_part(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_imports_run_downward_only() -> None:
    assert not imports_of("mnist_core")  # it is the map, and has no code
    for module in SOURCES.keys() - {"mnist_core"}:
        height = HEIGHT[room_of(module)]
        for other in own_imports_of(module):
            assert room_of(other) not in ("app", "__main__"), f"{module} imports {other}"
            assert other != "mnist_core", f"{module} imports the map"
            assert HEIGHT[room_of(other)] <= height, f"{module} imports {other}, which is above it"


def floor_of(module: str) -> str | None:
    """Return which floor of `web` a module stands on; None for `web` itself and all else."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["mnist_core", "web"] and len(parts) > 2 else None


def test_inside_web_imports_run_downward_only() -> None:
    for module in SOURCES:
        floor = floor_of(module)
        for other in filter(floor_of, own_imports_of(module)) if floor else ():
            below = floor_of(other) or ""
            assert FLOOR[below] <= FLOOR[floor], f"{module} imports {other}, which is above it"
            if FLOOR[below] == FLOOR[floor]:
                assert below == floor, f"{module} imports {other}, which is beside it"


def test_the_map_of_web_names_every_floor_and_every_room() -> None:
    rooms, floors = set(), []
    for line in (web.__doc__ or "").splitlines():
        if name := re.match(r"`(\w+)/?`", line):
            floors.append(name[1])
        elif name := re.match(r"    `(\w+)`", line):
            rooms.add(f"{floors[-1]}.{name[1]}")
    assert [FLOOR[name] for name in floors] == sorted(FLOOR.values(), reverse=True)
    modules = {module.split(".", 2)[2] for module in SOURCES if floor_of(module)}
    assert rooms == modules - FLOOR.keys()


def test_nothing_is_imported_in_a_circle() -> None:
    waiting = {module: own_imports_of(module) for module in SOURCES}
    while waiting:
        free = {module for module, needs in waiting.items() if not needs & waiting.keys()}
        assert free, f"a circle among {sorted(waiting)}"
        for module in free:
            del waiting[module]


def test_the_map_names_every_room_and_where_it_looks_ahead() -> None:
    """It can be read in its order: what a room takes from one below is announced beside it."""
    rooms, announced = [], {}
    for line in (mnist_core.__doc__ or "").splitlines():
        if name := re.match(r"\d+\. `(\w+)`", line):
            rooms.append(name[1])
            announced[name[1]] = set()
        elif line.strip().startswith("ahead:"):
            announced[rooms[-1]] = set(re.findall(r"`(\w+)`", line))
    assert len(set(rooms)) == len(rooms)
    assert set(rooms) == {room_of(module) for module in SOURCES if "." in module}
    assert set(rooms) == HEIGHT.keys() - {"app"}
    ahead = {room: set() for room in rooms}
    for module in SOURCES.keys() - {"app", "mnist_core"}:
        room = room_of(module)
        others = {room_of(other) for other in own_imports_of(module)}
        ahead[room] |= {other for other in others if rooms.index(other) > rooms.index(room)}
    assert announced == ahead


def test_only_the_web_rooms_and_the_app_know_gradio() -> None:
    for module in SOURCES:
        if room_of(module) not in ("web", "app"):
            assert not any(is_part(name, "gradio") for name in imports_of(module)), module


def test_nobody_imports_pyplot() -> None:
    for module in SOURCES:
        assert not any(is_part(name, "matplotlib.pyplot") for name in imports_of(module)), module


def test_every_module_says_what_it_is_for() -> None:
    for module, file in SOURCES.items():
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), module


def test_only_gradio_compat_touches_private_names() -> None:
    for module, file in SOURCES.items():
        if floor_of(module) != "gradio_compat":
            assert private_names(file.read_text(encoding="utf-8")) == [], module


def test_a_private_name_is_found_wherever_it_stands() -> None:
    """Or the test above could not fail."""
    planted = """
import gradio as gr, torch, uvicorn.config
from gradio.queueing import Queue

class Panel(gr.HTML):
    def __init__(self):
        self._own = 1
        self._theirs()

def handle(blocks, event):
    blocks._queue.close()
    getattr(event, "_data")
    torch.cuda.is_available = bool
    blocks.temp_file_sets.clear()
    gr.utils.get_space()
    return gr.update(), gr.themes.Base, Panel()._own, torch.cuda.is_available()
"""
    assert private_names(planted) == [
        "2: uvicorn.config",
        "3: gradio.queueing.Queue",
        "8: self._theirs",
        "11: blocks._queue",
        "12: _data",
        "13: torch.cuda.is_available",
        "14: blocks.temp_file_sets",
        "15: gradio.utils",
        "15: gradio.utils.get_space",
    ]


def test_the_map_has_no_code() -> None:
    tree = ast.parse(SOURCES["mnist_core"].read_text(encoding="utf-8"))
    assert len(tree.body) == 1


def test_the_top_level_holds_exactly_what_the_design_names() -> None:
    names = {name for name in top_level() if not name.startswith(".")}
    assert names == TOP_LEVEL


def top_level() -> set[str]:
    """List what lies at the top, without what git ignores."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(git, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # a copy without git
        lines = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
        ignored = [line.strip("/") for line in lines if line and not line.startswith("#")]
        names = {path.name for path in REPOSITORY.iterdir()}
        return {name for name in names if not any(fnmatch(name, rule) for rule in ignored)}
    files = [Path(line) for line in listing.stdout.splitlines()]
    return {file.parts[0] for file in files if (REPOSITORY / file).exists()}


IMPORT = """
import importlib, json, sys

forbidden = []

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
        forbidden.append(f"{event} {arguments[1:]}")
        raise OSError("No network while importing.")
    if event == "open" and str(arguments[0]).endswith((".pth", "-ubyte", "-ubyte.gz")):
        forbidden.append(f"opened {arguments[0]}")

sys.addaudithook(watch)
import torch
from torch import optim

torch.load = lambda *arguments, **settings: forbidden.append("torch.load")
optim.Optimizer.__init__ = lambda self, *arguments: forbidden.append("made an optimiser")
torch.Tensor.backward = lambda *arguments, **settings: forbidden.append("backward")
state = torch.get_rng_state()
importlib.import_module(sys.argv[1])
if not torch.equal(torch.get_rng_state(), state):
    forbidden.append("drew from the random generator")
print(json.dumps({"forbidden": forbidden, "loaded": sorted(sys.modules)}))
"""


def import_in_a_process(module: str, folder: Path) -> dict[str, list[str]]:
    """Import it far from the checkout; return what it did wrongly and all that was loaded."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    environment.pop("MNIST_DATA", None)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, module],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    found: dict[str, list[str]] = json.loads(line)
    return found


def test_importing_everything_downloads_trains_and_loads_nothing(tmp_path: Path) -> None:
    everything = tmp_path / "everything.py"
    everything.write_text("\n".join(f"import {module}" for module in SOURCES))
    assert import_in_a_process("everything", tmp_path)["forbidden"] == []
    assert not (tmp_path / "data").exists()


def test_the_core_loads_neither_gradio_nor_pyplot(tmp_path: Path) -> None:
    core = [module for module in SOURCES if room_of(module) not in ("web", "app")]
    program = [f"import {module}" for module in core]
    program.append("from io import BytesIO; from mnist_core.plots import loss_figure")
    program.append("loss_figure([2.0, 1.0]).savefig(BytesIO())")
    (tmp_path / "core.py").write_text("\n".join(program))
    loaded = import_in_a_process("core", tmp_path)["loaded"]
    assert {"mnist_core.__main__", "matplotlib.figure"} <= set(loaded)
    assert "gradio" not in loaded
    assert "matplotlib.pyplot" not in loaded

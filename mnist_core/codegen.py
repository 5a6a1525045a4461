"""Code for a run: a complete PyTorch program in the article's shape, for any settings.

It imports nothing of this project and prints the losses and the accuracy of the run, to the last
digit, on the same machine with the same number of threads. Networks and augmentation stand in it
as they stand here, so the two cannot drift apart. Its comments say what a line is there for, as the
article's do: in English, in Chinese, or not at all.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import textwrap
import threading
import tokenize
from collections.abc import Callable
from types import ModuleType
from typing import Literal, get_args

from mnist_core.augmentation import (
    affine,
    distortion,
    habits,
    handwriting,
    non_digits,
    pen,
    skeletons,
)
from mnist_core.config import TrainConfig
from mnist_core.models import MODELS
from mnist_core.text import CATALOGUE, LANGUAGES, current_language, say, speaking
from mnist_core.training import EPOCHS_A_STEP

Comments = Literal["en", "zh", "none"]

COMMENTS: tuple[Comments, ...] = get_args(Comments)

TEMPLATE = '''\
"""{title}"""

{imports}

# {why[setup]}
# {why[seed]}
torch.manual_seed({seed})

# {why[data]}
# {why[normalize]}
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
train_set = datasets.MNIST(root="./data", train=True, download=True, transform=transform)
test_set = datasets.MNIST(root="./data", train=False, download=True, transform=transform)
# {why[loaders]}
train_loader = DataLoader(train_set, batch_size={batch_size}, shuffle=True)
test_loader = DataLoader(test_set, batch_size=64, shuffle=False)
# {why[look]}
images, labels = next(iter(train_loader))
print(f"{said[images]}")
print(f"{said[labels]}")


# {why[model]}
{network}

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = {build}.to(device)
print(f"{said[device]}")

# {why[optimising]}
# {why[softmax]}
criterion = nn.CrossEntropyLoss()
{optimizer}{scheduler}
# {why[training]}
print("{said[begins]}")
loss_history = []
model.train()
for epoch in range({epochs}):
    running_loss = 0.0
    for images, labels in train_loader:
{augment}        images, labels = images.to(device), labels.to(device)
        # {why[zero_grad]}
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        # {why[backward]}
        loss.backward()
        # {why[update]}
        optimizer.step()
{step}        # {why[item]}
        running_loss += loss.item()
    loss_history.append(running_loss / len(train_loader))
    print(f"{said[epoch]}")
print("{said[ends]}")

# {why[curve]}
plt.figure(figsize=(10, 5))
plt.plot(loss_history, marker="o", linestyle="-", color="b")
plt.title("Training Loss per Epoch")
plt.xlabel("Epoch")
plt.ylabel("Loss")
plt.grid(True)
plt.savefig("loss.png")

# {why[accuracy]}
# {why[eval]}
model.eval()
correct = 0
# {why[no_grad]}
with torch.no_grad():
    for images, labels in test_loader:
        # {why[argmax]}
        predicted = model(images.to(device)).argmax(dim=1).cpu()
        correct += (predicted == labels).sum().item()
print(f"{said[accuracy]}")

# {why[saving]}
# {why[weights]}
torch.save(model.state_dict(), "{name}_mnist.pth")
'''

# Without Chinese the program is pure ASCII, so that it survives any console's code page on its way
# into a file. With Chinese it has to be written as UTF-8, as Python reads it.
ASCII = str.maketrans({"×": "x", "→": "->", "–": "-", "…": "..."})

IMPORTS = """\
import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms"""


HANDWRITING = (pen, distortion, habits, non_digits, skeletons, handwriting)
"""The modules of that augmentation, each after those that it needs."""

# Where two threads parse at once, Python 3.11 may raise a SystemError ("recursion depth mismatch").
_parsing = threading.Lock()


def generate_code(config: TrainConfig, comments: Comments | None = None) -> str:
    """Write the program that does what a run with these settings does.

    Args:
        config: the settings.
        comments: the language of its comments and of what it prints, or "none": without comments,
            printing in the current language. None means the current language.

    Returns:
        Python source, pure ASCII unless it speaks Chinese. It reads ./data (and downloads MNIST to
        it first if need be) and writes loss.png and the weights.
    """
    language = comments if comments in LANGUAGES else current_language()
    with speaking(language), _parsing:
        program = _write(config)
        return _without_words(program) if comments == "none" else program


def _write(config: TrainConfig) -> str:
    architecture = MODELS[config.model]
    imports, network, augment = IMPORTS, _network(config.model), ""
    if config.augmentation != "none":
        imports = imports.replace("nn, optim\n", "nn, optim\nfrom torch.nn import functional\n")
    if config.augmentation == "affine":
        network = f"{_spoken(_source(affine))}\n\n{network}"
        augment = "        # {why[affine]}\n        images = affine(images)\n"
    if config.augmentation == "handwriting":
        imports = f"from dataclasses import dataclass\n\n{imports}"
        network = "\n\n".join([*[_spoken(_body(module)) for module in HANDWRITING], network])
        augment = (
            "        # {why[handwriting]}\n        images, labels = handwriting(images, labels)\n"
        )
    why = _sentences("program.")
    share = architecture.dropout if config.dropout is None else config.dropout
    scheduler = _scheduler(config)
    program = TEMPLATE.format(
        why=why,
        said={
            "images": say("article.images", shape="{images.shape}"),
            "labels": say("article.labels", shape="{labels.shape}"),
            "device": say("article.device", device="{device}"),
            "begins": say("article.begins"),
            "epoch": say(
                "article.epoch",
                epoch="{epoch + 1}",
                epochs=config.epochs,
                loss="{loss_history[-1]:.4f}",
            ),
            "ends": say("article.ends"),
            "accuracy": say("article.accuracy", accuracy="{correct / len(test_set):.2%}"),
        },
        title=say("program.title", network=architecture.network.__name__),
        imports=imports,
        network=network,
        build=f"{architecture.network.__name__}({'' if share is None else share})",
        optimizer=f"# {why[config.optimizer]}\n{_optimizer(config)}\n",
        scheduler=f"# {why[config.schedule]}\n{scheduler}" if scheduler else "",
        step="        scheduler.step()\n" if scheduler else "",
        augment=augment.format(why=why),
        name=config.model,
        seed=config.seed,
        batch_size=config.batch_size,
        epochs=config.epochs,
    )
    return program.translate(ASCII)


def _sentences(room: str) -> dict[str, str]:
    """Return the sentences of a room of the catalogue in the current language, by short keys."""
    catalogue = CATALOGUE[current_language()]
    return {
        key.removeprefix(room): sentence
        for key, sentence in catalogue.items()
        if key.startswith(room)
    }


def _optimizer(config: TrainConfig) -> str:
    name = {"adam": "Adam", "sgd": "SGD"}[config.optimizer]
    return f"optimizer = optim.{name}(model.parameters(), lr={config.learning_rate!r})"


def _scheduler(config: TrainConfig) -> str:
    if config.schedule == "step":
        step_size = f"step_size={EPOCHS_A_STEP} * len(train_loader)"
        return f"scheduler = optim.lr_scheduler.StepLR(optimizer, {step_size}, gamma=0.5)\n"
    if config.schedule == "one_cycle":
        return (
            "scheduler = optim.lr_scheduler.OneCycleLR(\n"
            f"    optimizer, {config.learning_rate!r}, "
            f"total_steps={config.epochs} * len(train_loader), cycle_momentum=False\n)\n"
        )
    return ""


# --- source of ours ------------------------------------------------------------------------------


def _network(model: str) -> str:
    """Return the source of a network, with the docstrings that the catalogue has for it."""
    source = _source(MODELS[model].network)
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            key = f"program.{model}" if isinstance(node, ast.ClassDef) else "program.forward"
            line = node.body[0].lineno - 1
            indent = lines[line].partition('"')[0]
            lines[line] = f'{indent}"""{say(key)}"""'
    return _spoken("\n".join(lines) + "\n", docstrings=True)


def _spoken(source: str, *, docstrings: bool = False) -> str:
    """Leave out English words where English is not spoken; shapes are understood everywhere.

    Args:
        source: code of ours.
        docstrings: whether its docstrings are in the current language already.
    """
    return source if current_language() == "en" else _without_words(source, docstrings, "# [")


def _without_words(source: str, docstrings: bool = False, understood: str | None = None) -> str:
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


def _source(thing: type | Callable[..., object]) -> str:
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


def _body(module: ModuleType) -> str:
    """Return the source of a module of ours below its imports."""
    source = inspect.getsource(module)
    imports = [
        node for node in ast.parse(source).body if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    return "\n".join(source.splitlines()[imports[-1].end_lineno :]).strip() + "\n"

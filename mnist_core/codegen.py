"""Code for a run: a complete PyTorch program in the article's shape, for any settings.

It imports nothing of this project and prints the losses and the accuracy of the run, to the last
digit, on the same machine with the same number of threads. Networks and augmentation stand in it
as they stand here, so the two cannot drift apart.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import ModuleType

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
from mnist_core.training import EPOCHS_A_STEP

TEMPLATE = '''\
"""Train {title} on MNIST."""

{imports}

# 1. Set-up
torch.manual_seed({seed})

# 2. Data
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
train_set = datasets.MNIST(root="./data", train=True, download=True, transform=transform)
test_set = datasets.MNIST(root="./data", train=False, download=True, transform=transform)
train_loader = DataLoader(train_set, batch_size={batch_size}, shuffle=True)
test_loader = DataLoader(test_set, batch_size=64, shuffle=False)
images, labels = next(iter(train_loader))
print(f"Image batch shape: {{images.shape}}")
print(f"Label batch shape: {{labels.shape}}")


# 3. Model
{network}

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = {build}.to(device)
print(f"The model is on: {{device}}")

# 4. Loss and optimiser
criterion = nn.CrossEntropyLoss()
optimizer = {optimizer}
{scheduler}
# 5. Training
print("Training starts ...")
loss_history = []
model.train()
for epoch in range({epochs}):
    running_loss = 0.0
    for images, labels in train_loader:
{augment}        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
{step}        running_loss += loss.item()
    loss_history.append(running_loss / len(train_loader))
    print(f"Epoch [{{epoch + 1}}/{epochs}], Loss: {{loss_history[-1]:.4f}}")
print("Training finished!")

# 6.1 The loss curve
plt.figure(figsize=(10, 5))
plt.plot(loss_history, marker="o", linestyle="-", color="b")
plt.title("Training Loss per Epoch")
plt.xlabel("Epoch")
plt.ylabel("Loss")
plt.grid(True)
plt.savefig("loss.png")

# 6.2 Accuracy on the test set
model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        predicted = model(images.to(device)).argmax(dim=1).cpu()
        correct += (predicted == labels).sum().item()
print(f"Accuracy on the test set: {{correct / len(test_set):.2%}}")

# 7. Saving
torch.save(model.state_dict(), "{name}_mnist.pth")
'''

# The program is pure ASCII, so that it survives any console's code page on its way into a file.
ASCII = str.maketrans({"×": "x", "→": "->", "–": "-", "…": "..."})

IMPORTS = """\
import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms"""


HANDWRITING = (pen, distortion, habits, non_digits, skeletons, handwriting)
"""The modules of that augmentation, each after those that it needs."""


def generate_code(config: TrainConfig) -> str:
    """Write the program that does what a run with these settings does.

    Returns:
        Python source, pure ASCII. It reads ./data (and downloads MNIST to it first if need be) and
        writes loss.png and the weights.
    """
    architecture = MODELS[config.model]
    imports, network, augment = IMPORTS, _source(architecture.network), ""
    if config.augmentation != "none":
        imports = imports.replace("nn, optim\n", "nn, optim\nfrom torch.nn import functional\n")
    if config.augmentation == "affine":
        network = f"{_source(affine)}\n\n{network}"
        augment = "        images = affine(images)\n"
    if config.augmentation == "handwriting":
        imports = f"from dataclasses import dataclass\n\n{imports}"
        network = "\n\n".join([*map(_body, HANDWRITING), network])
        augment = "        images, labels = handwriting(images, labels)\n"
    share = architecture.dropout if config.dropout is None else config.dropout
    scheduler = _scheduler(config)
    program = TEMPLATE.format(
        title=architecture.title,
        imports=imports,
        network=network,
        build=f"{architecture.network.__name__}({'' if share is None else share})",
        optimizer=_optimizer(config),
        scheduler=scheduler,
        step="        scheduler.step()\n" if scheduler else "",
        augment=augment,
        name=config.model,
        seed=config.seed,
        batch_size=config.batch_size,
        epochs=config.epochs,
    )
    return program.translate(ASCII)


def _optimizer(config: TrainConfig) -> str:
    name = {"adam": "Adam", "sgd": "SGD"}[config.optimizer]
    return f"optim.{name}(model.parameters(), lr={config.learning_rate!r})"


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

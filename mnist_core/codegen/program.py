"""The article's program, and what each setting puts into it."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Callable
from typing import Literal, get_args

from mnist_core.augmentation import (
    affine,
    distortion,
    glyphs,
    habits,
    handwriting,
    mirror,
    non_digits,
    pen,
    skeletons,
)
from mnist_core.codegen.own_pictures import (
    handicaps_of_pictures,
    helpers_for,
    import_for,
    reading_of,
)
from mnist_core.codegen.source import (
    body_of,
    network_class,
    network_source,
    source_of,
    spoken,
    without_words,
)
from mnist_core.config import IMAGES, TrainConfig
from mnist_core.data import draw_images, mislabel
from mnist_core.models import MNIST_CLASSES, MODELS
from mnist_core.rate_finder import (
    BATCHES,
    EXPLODED,
    LEAST_RATE,
    MARGIN,
    MOST_RATE,
    PRINTED_EVERY,
    SMOOTHING,
)
from mnist_core.text import CATALOGUE, LANGUAGES, current_language, say, speaking
from mnist_core.training import EPOCHS_A_STEP

Comments = Literal["en", "zh", "none"]

COMMENTS: tuple[Comments, ...] = get_args(Comments)

CELL = "# %%\n"  # where editors, and our notebooks, begin a new cell; programs do without it

BEGINNING = '''\
"""{title}"""

{imports}

# {why[setup]}
# {why[seed]}
torch.manual_seed({seed})

# %%
# {why[data]}
# {why[normalize]}
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
{reading}{handicaps}# {why[loaders]}
train_loader = DataLoader(train_set, batch_size={batch_size}, shuffle=True)
test_loader = DataLoader(test_set, batch_size=64, shuffle=False)
# %%
# {why[look]}
images, labels = next(iter(train_loader))
print(f"{said[images]}")
print(f"{said[labels]}")


# %%
# {why[model]}
{network}

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = {build}.to(device)
print(f"{said[device]}")

# %%
# {why[optimising]}
# {why[softmax]}
criterion = nn.CrossEntropyLoss()
{optimizer}'''

FROM_TORCHVISION = """\
train_set = datasets.{source}(root="./data", train=True, download=True, transform=transform)
test_set = datasets.{source}(root="./data", train=False, download=True, transform=transform)
"""

TRAINING = """{scheduler}
# %%
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

# %%
# {why[curve]}
plt.figure(figsize=(10, 5))
plt.plot(loss_history, marker="o", linestyle="-", color="b")
plt.title("Training Loss per Epoch")
plt.xlabel("Epoch")
plt.ylabel("Loss")
plt.grid(True)
plt.savefig("loss.png")

# %%
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

# %%
# {why[saving]}
# {why[weights]}
torch.save(model.state_dict(), "{name}_{dataset}.pth")
# {why[loading]}
loaded = {build}.to(device)
loaded.load_state_dict(torch.load("{name}_{dataset}.pth", map_location=device))
loaded.eval()
print("{said[loaded]}")
"""

RAMP = """
# {why[ramp]}
batches = {batches}
rates = [{least_rate} * {ratio} ** (number / (batches - 1)) for number in range(batches)]
mean, best, best_rate = 0.0, float("inf"), 0.0
model.train()
endless = chain.from_iterable(repeat(train_loader))
for batch, (rate, (images, labels)) in enumerate(zip(rates, endless), 1):
{augment}    images, labels = images.to(device), labels.to(device)
    # {why[rate]}
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    output = criterion(model(images), labels)
    output.backward()
    optimizer.step()
    # {why[smoothed]}
    loss = output.item()
    mean = {smoothing} * mean + (1 - {smoothing}) * loss
    smoothed = mean / (1 - {smoothing}**batch)
    if batch % {every} == 1:
        print(f"{said[point]}")
    if smoothed < best:
        best, best_rate = smoothed, rate
    # {why[exploded]}
    if not smoothed < {exploded} * best:
        break

# {why[suggestion]}
rate = best_rate / {margin}
print(f"{said[suggested]}")
"""

# Without Chinese the program is pure ASCII, so that it survives any console's code page on its way
# into a file. With Chinese it has to be written as UTF-8, as Python reads it.
ASCII = str.maketrans({"×": "x", "→": "->", "–": "-", "…": "..."})

IMPORTS = """\
import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms"""


RAMP_IMPORTS = f"""\
from itertools import chain, repeat

{IMPORTS.partition(chr(10))[2]}"""

HANDWRITING = (pen, distortion, habits, non_digits, glyphs, skeletons, handwriting)
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
    return _in_words(comments, lambda: _write(BEGINNING + TRAINING, config)).replace(CELL, "")


def generate_cells(config: TrainConfig, comments: Comments | None = None) -> list[str]:
    """Write the same program in parts, one for each step of the article; see `generate_code`."""
    program = _in_words(comments, lambda: _write(BEGINNING + TRAINING, config))
    return [f"{cell.strip()}\n" for cell in program.split(CELL)]


def generate_rate_finder(config: TrainConfig, comments: Comments | None = None) -> str:
    """Write the program that finds a learning rate for a run with these settings.

    Args:
        config: the settings.
        comments: as for `generate_code`.

    Returns:
        Python source; it prints what `rate_finder` finds, to the last digit.
    """
    return _in_words(comments, lambda: _write(BEGINNING + RAMP, config)).replace(CELL, "")


def _in_words(comments: Comments | None, write: Callable[[], str]) -> str:
    language = comments if comments in LANGUAGES else current_language()
    with speaking(language), _parsing:
        program = write()
        if comments == "none":
            program = without_words(program, understood=CELL.strip())
        return program


def _write(template: str, config: TrainConfig) -> str:
    is_ramp = template.endswith(RAMP)
    architecture = MODELS[config.model]
    data_set = config.data_set
    imports = RAMP_IMPORTS if is_ramp else IMPORTS
    reading = FROM_TORCHVISION.format(source=data_set.source)
    network, augment = network_source(config), ""
    if config.augmentation != "none":
        imports = imports.replace("nn, optim\n", "nn, optim\nfrom torch.nn import functional\n")
    if config.augmentation == "affine":
        network = f"{spoken(source_of(affine))}\n\n{network}"
        augment = "        # {why[affine]}\n        images = affine(images)\n"
    if config.augmentation == "handwriting":
        gap = "" if is_ramp else "\n"  # below the imports from Python itself
        imports = f"from dataclasses import dataclass\n{gap}{imports}"
        network = "\n\n".join([*[spoken(body_of(module)) for module in HANDWRITING], network])
        augment = (
            "        # {why[handwriting]}\n        images, labels = handwriting(images, labels)\n"
        )
    if config.augmentation == "mirror":
        network = f"{spoken(body_of(mirror))}\n\n{network}"
        augment = "        # {why[mirror]}\n        images = mirror_and_shift(images)\n"
    helpers, handicaps = _handicaps(config)
    why = _sentences("program.")
    if data_set.origin:
        imports = import_for(data_set.origin, imports)
        helpers = [*helpers_for(data_set.origin), *helpers]
        reading = reading_of(data_set, data_set.origin, why)
    share = architecture.dropout if config.dropout is None else config.dropout
    scheduler = _scheduler(config)
    sentences = CATALOGUE[current_language()]
    program = template.format(
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
            "point": sentences["rates.point"],  # its places are variables of the program
            "suggested": sentences["rates.suggested"],
            "loaded": say("article.loaded"),
            "accuracy": say("article.accuracy", accuracy="{correct / len(test_set):.2%}"),
        },
        title=say(
            "program.rate_title" if is_ramp else "program.title",
            network=network_class(config).__name__,
            data=data_set.title,
        ),
        imports="\n\n\n".join([imports, *helpers]) + ("\n" if helpers else ""),
        network=network,
        reading=reading,
        handicaps=handicaps.format(why=why),
        build=f"{network_class(config).__name__}({'' if share is None else share})",
        optimizer=f"# {why[config.optimizer]}\n{_optimizer(config)}\n",
        scheduler=f"# {why[config.schedule]}\n{scheduler}" if scheduler else "",
        step="        scheduler.step()\n" if scheduler else "",
        augment=textwrap.indent(textwrap.dedent(augment), " " * (4 if is_ramp else 8)).format(
            why=why
        ),
        batches=BATCHES,
        least_rate=LEAST_RATE,
        ratio=MOST_RATE / LEAST_RATE,
        smoothing=SMOOTHING,
        every=PRINTED_EVERY,
        exploded=EXPLODED,
        margin=MARGIN,
        name=config.model,
        dataset=data_set.name,
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


def _handicaps(config: TrainConfig) -> tuple[list[str], str]:
    """Return the functions that make learning hard, and the lines that call them."""
    helpers, lines = [], ""
    if config.data_set.origin:
        return handicaps_of_pictures(config)
    labels = "train_set.targets"
    is_tensor = config.data_set.shape[0] == 1  # torchvision keeps CIFAR's labels in a list
    if config.images != IMAGES:
        helpers.append(spoken(source_of(draw_images)).strip())
        chosen = "{labels}[chosen]" if is_tensor else "torch.tensor({labels})[chosen].tolist()"
        lines += (
            "# {why[few_images]}\n"
            f"chosen = draw_images({config.images}, len(train_set), seed={config.seed})\n"
            "train_set.data = train_set.data[chosen]\n"
            f"{labels} = {chosen.format(labels=labels)}\n"
        )
    if config.wrong_labels:
        helpers.append(spoken(source_of(mislabel)).strip())
        share = f"{config.wrong_labels}, seed={config.seed}"
        if len(config.data_set.classes) != MNIST_CLASSES:
            share += f", classes={len(config.data_set.classes)}"
        call = f"mislabel({labels}, {share})"
        if not is_tensor:
            call = f"mislabel(torch.tensor({labels}), {share}).tolist()"
        lines += f"# {{why[wrong_labels]}}\n{labels} = {call}\n"
    return helpers, lines


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

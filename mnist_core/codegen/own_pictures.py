"""What stands in a program in the place of torchvision's data sets: one's own pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from mnist_core.codegen.source import source_of, spoken
from mnist_core.config import IMAGES, TrainConfig
from mnist_core.data import DataSet, Origin, draw_images, mislabel
from mnist_core.pictures.classes import divide, take_turns
from mnist_core.pictures.files import name_of
from mnist_core.preprocessing.decoder import to_square

FROM_ZIP = """\
archive = zipfile.ZipFile({name})
files = {{name_of(entry): entry for entry in archive.infolist() if not entry.is_dir()}}
"""
FROM_FOLDER = """\
folder = Path({name})
files = {{
    file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()
}}
"""
READING = """\
classes = {classes}
found = []
for name, file in sorted(files.items(), key=lambda item: item[0]):
    path = name.split("/")
    if {left_out}:
        continue
    if any(part.startswith(".") for part in path):
        continue
    try:
        with Image.open(BytesIO({read})) as picture:
            image = transform(to_square(picture, {side}){gray})
    except Exception:  # {why[no_picture]}
        continue
    found.append((image, classes.index(path[{start}]){half}))
# {divided}
{chosen}
halves = []
for half in (False, True):
    part = [pair for pair, is_test in zip(pairs, for_test) if is_test == half]
    # {why[turns]}
    halves.append([part[place] for place in take_turns([label for _, label in part])])
train_set, test_set = halves
"""
DIVIDED = """\
pairs = [(image, label) for image, label, _ in found]
for_test = [half == "test" for _, _, half in found]"""
EVERY_FIFTH = """\
pairs = found
for_test = divide([label for _, label in found])"""


def import_for(origin: Origin, imports: str) -> str:
    """Add to a program's imports what reading pictures takes."""
    lines = [line for line in imports.splitlines() if line]
    others = [line for line in lines if "torch" in line or "matplotlib" in line]
    pythons = [line for line in lines if line not in others]
    pythons += ["from collections import Counter", "from io import BytesIO"]
    if origin.is_zip:
        pythons += ["import zipfile", "from contextlib import suppress"]
    else:
        pythons.append("from pathlib import Path")
    others.append("from PIL import Image, ImageOps")
    others = [line.replace("datasets, transforms", "transforms") for line in others]
    return "\n\n".join("\n".join(sorted(group, key=_place)) for group in (pythons, others))


def _place(line: str) -> tuple[bool, str]:
    """Sort imports as people do: whole modules, then what comes from others."""
    return line.startswith("from"), line.lower()


def helpers_for(origin: Origin) -> list[str]:
    """Return the functions that such a program needs."""
    functions: list[Callable[..., object]] = [to_square, take_turns]
    functions += [] if origin.is_divided else [divide]
    helpers = [spoken(source_of(function)).strip() for function in functions]
    if origin.is_zip:
        helpers.insert(0, spoken(source_of(name_of)).strip())
    return [_plain(helper) for helper in helpers]


def _plain(source: str) -> str:
    """Leave out what only our own tools need: types of collections, and casts."""
    source = source.replace("Counter[int]()", "Counter()")
    source = re.sub(r'cast\("[^"]+", (.+)\)$', r"\1", source, flags=re.MULTILINE)
    return source.replace("Sequence[int]", "list[int]")


def reading_of(data_set: DataSet, origin: Origin, why: Mapping[str, str]) -> str:
    """Return the lines that read the pictures.

    Args:
        data_set: of the pictures.
        origin: of it.
        why: the sentences for comments.
    """
    start = origin.start
    left_out = f"len(path) < {start + 2} or path[{start}] not in classes"
    if origin.is_divided:
        left_out += f' or path[{start - 1}].lower() not in ("train", "test")'
    beginning = (FROM_ZIP if origin.is_zip else FROM_FOLDER).format(name=ascii(origin.name))
    return beginning + READING.format(
        classes=ascii([str(name) for name in data_set.classes]),
        left_out=left_out,
        read="archive.read(file)" if origin.is_zip else "file.read_bytes()",
        side=data_set.shape[1],
        gray='.convert("L")' if data_set.shape[0] == 1 else "",
        start=start,
        half=f", path[{start - 1}].lower()" if origin.is_divided else "",
        divided=why["divided" if origin.is_divided else "every_fifth"],
        chosen=DIVIDED if origin.is_divided else EVERY_FIFTH,
        why=why,
    )


def handicaps_of_pictures(config: TrainConfig) -> tuple[list[str], str]:
    """Return the functions that make learning hard, and the lines that call them."""
    helpers, lines = [], ""
    if config.images != IMAGES:
        helpers.append(spoken(source_of(draw_images)).strip())
        lines += (
            "# {why[few_images]}\n"
            f"chosen = draw_images({config.images}, len(train_set), seed={config.seed})\n"
            "train_set = [train_set[place] for place in chosen]\n"
        )
    if config.wrong_labels:
        helpers.append(spoken(source_of(mislabel)).strip())
        share = f"{config.wrong_labels}, seed={config.seed}"
        share += f", classes={len(config.data_set.classes)}"
        lines += (
            "# {why[wrong_labels]}\n"
            "labels = torch.tensor([label for _, label in train_set])\n"
            f"labels = mislabel(labels, {share}).tolist()\n"
            "train_set = [(image, label) for (image, _), label in zip(train_set, labels)]\n"
        )
    return helpers, lines

"""`inspect`: what each layer of a saved network makes of one image, and why that digit."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.checkpoints import Checkpoint
from mnist_core.commands.options import add_data_and_json, check_sheet, open_gray, open_network
from mnist_core.data import DATASETS, DataSet, has_images, load_images
from mnist_core.inspection import (
    Evidence,
    HiddenIndex,
    Inspection,
    Neighbour,
    ScoreByNeurons,
    explain_score,
    index_hidden,
    inspect_image,
    split_score,
)
from mnist_core.inspection.layers import say_on
from mnist_core.text import say

SUMMARY = "cli.inspect"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument("image", type=Path, metavar="IMAGE")
    command.add_argument(
        "--for",
        dest="digit",
        type=int,
        metavar="DIGIT",
        help=say("cli.for"),
    )
    command.add_argument(
        "--against",
        type=int,
        metavar="DIGIT",
        help=say("cli.against"),
    )
    command.add_argument("--out", type=Path, help=say("cli.sheet"))
    add_data_and_json(command)


def run(options: argparse.Namespace) -> None:
    """Print, and draw, what a saved network does with one image.

    The images most alike are found where the test images are at hand; nothing is downloaded.

    Raises:
        ValueError: the image or the network cannot be read, or there is no such digit.
        FileNotFoundError: there is no such file.
    """
    check_sheet(options.out)
    checkpoint = open_network(options.checkpoint)
    image = open_gray(options.image, checkpoint)
    seen = inspect_image(checkpoint.model, image, checkpoint.calibration)
    digit = seen.digit if options.digit is None else seen.check_digit(options.digit)
    against = seen.runner_up(digit) if options.against is None else options.against
    evidence = explain_score(seen, digit, against)
    neurons = split_score(seen, digit, against)
    data_set = _data_set_of(checkpoint)
    is_here = data_set is not None and has_images(data_set, options.data)
    test_set = load_images(data_set, options.data).test if data_set and is_here else None
    index = index_hidden(checkpoint.model, test_set) if test_set else None
    alike = index.nearest(seen) if index else ()
    if options.json:
        print(json.dumps(inspection_facts(seen, evidence, neurons, index, alike)))
    else:
        lines = inspection_lines(
            seen, evidence, neurons, index, alike, is_looked_for=data_set is not None
        )
        print("\n".join(lines))
    if options.out:
        from mnist_core.inspection.sheet import inspection_sheet  # here: few need matplotlib
        from mnist_core.plots import fonts_of_this_machine

        images = [(test_set.images[found.index], found) for found in alike] if test_set else []
        with fonts_of_this_machine():
            figure = inspection_sheet(checkpoint.model, seen, digit, against, alike=images)
            figure.savefig(options.out)


def _data_set_of(checkpoint: Checkpoint) -> DataSet | None:
    """Return what a network has learned; where nothing says it, MNIST if that can be."""
    data_set = DATASETS[checkpoint.dataset or "mnist"]
    is_other = checkpoint.own is not None or checkpoint.classes != len(data_set.classes)
    return None if is_other else data_set


def inspection_lines(
    seen: Inspection,
    evidence: Evidence,
    neurons: ScoreByNeurons,
    index: HiddenIndex | None,
    alike: Sequence[Neighbour],
    *,
    is_looked_for: bool,
) -> Iterator[str]:
    """Put an inspection into words; `alike` is not spoken of where it was not looked for."""
    yield str(seen)
    counts = [
        f"{layer.name} " + " + ".join(f"{count:,}" for count in layer.parameters.values())
        for layer in seen.layers
        if layer.parameters
    ]
    yield say("inspection.parameters", count=seen.parameters, parts=", ".join(counts))
    for layer in seen.activations:
        is_dead = index.is_dead.get(layer.name) if index else None
        yield say_on(layer, None if is_dead is None else int(is_dead.sum()))
    scores = (f"{digit}: {score:.2f}" for digit, score in enumerate(seen.scores))
    yield say("inspection.list_of_scores", scores=", ".join(scores))
    yield say("inspection.read", digit=seen.digit, share=seen.probabilities[seen.digit])
    yield ""
    yield say(
        "inspection.question",
        digit=evidence.digit,
        other=evidence.rather_than,
        score=evidence.score,
    )
    yield say(
        "inspection.by_pixels",
        ink=evidence.ink.sum(),
        paper=evidence.paper,
        biases=evidence.biases,
        sum=evidence.sum,
    )
    named = [
        say("inspection.neuron", share=part.share, index=part.index)
        for part in [*neurons.supporting, *neurons.opposing]
    ]
    yield say(
        "inspection.by_neurons",
        layer=neurons.layer,
        named=" ".join(named),
        others=neurons.others,
        bias=neurons.bias,
        sum=neurons.sum,
    )
    images = [
        say("inspection.alike_image", label=found.label, index=found.index) for found in alike
    ]
    if images:
        yield say("inspection.alike", images=", ".join(images))
    elif is_looked_for:
        yield say("inspection.no_mnist")


def inspection_facts(
    seen: Inspection,
    evidence: Evidence,
    neurons: ScoreByNeurons,
    index: HiddenIndex | None,
    alike: Sequence[Neighbour],
) -> dict[str, Any]:
    """Put an inspection into what JSON can hold; `alike` is empty where there is no MNIST."""
    return {
        "shapes": str(seen),
        "parameters": seen.parameters,
        "layers": [
            {
                "name": layer.name,
                "operation": layer.operation,
                "shape": list(layer.values.shape),
                "parameters": dict(layer.parameters),
            }
            for layer in seen.layers
        ],
        "activations": {layer.name: layer.values.tolist() for layer in seen.activations},
        "dead": {name: np.flatnonzero(dead).tolist() for name, dead in index.is_dead.items()}
        if index
        else None,
        "scores": seen.scores.tolist(),
        "probabilities": seen.probabilities.tolist(),
        "digit": seen.digit,
        "evidence": {**asdict(evidence), "ink": evidence.ink.tolist(), "sum": evidence.sum},
        "neurons": {**asdict(neurons), "sum": neurons.sum},
        "alike": [asdict(found) for found in alike],
    }

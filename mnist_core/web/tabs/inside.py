"""The part of the Draw tab that looks closer: the input, inside the network, and why.

What the page is sent is said where it is made: `_inside`, `_why` and `list_strokes`.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from torch import nn

from mnist_core.inference import predict
from mnist_core.inspection import (
    Inspection,
    Layer,
    Share,
    explain_score,
    inspect_image,
    inspect_neurons,
    integrate_gradients,
    multiply_patch,
    split_score,
)
from mnist_core.inspection.layers import ACTIVATIONS, PAPER
from mnist_core.preprocessing import GrayImage, image_from_strokes, ink_of_each
from mnist_core.text import say, translate
from mnist_core.web.components.base import refusal
from mnist_core.web.components.canvas import Drawing, DrawingCanvas
from mnist_core.web.components.inside import (
    InsidePanel,
    Question,
    pack_positive,
    pack_signed,
)
from mnist_core.web.sessions.classifiers import (
    SHIPPED_CLASSIFIERS,
    Classifier,
    current_classifier,
    load_shipped,
)
from mnist_core.web.sessions.hidden_indexes import hidden_index_of, test_images
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.page_stream import at_once
from mnist_core.web.tabs.pipeline import build_pipeline

NEURONS = 4  # on each side of a score
MOST_STROKES = 8  # of a drawing that are taken away one by one; an answer stays under 20 kB
Facts = dict[str, Any]


def build_views(canvas: DrawingCanvas, link: SessionLink) -> None:
    """Lay the three views out and wire them; call it where they are to stand in the tab.

    Args:
        canvas: where the drawing is.
        link: whose session reads it.
    """
    panel = InsidePanel()
    with gr.Column(elem_classes="input-view"):
        build_pipeline(canvas, link)
    panel.input(look_closer, [panel, link], panel, **at_once(link))
    panel.rested(list_strokes, [canvas, link], panel, **at_once(link))


def look_closer(question: Question, session: Session) -> Facts | None:
    """Answer a question about the network that reads; None if there is none.

    Raises:
        gr.Error: no page of ours sends such an image.
    """
    session.note_use()
    classifier = current_classifier(session)
    if question.example:
        classifier = load_shipped("simple_nn") or classifier
    if classifier is None:
        return None
    if classifier.data_set and classifier.data_set.shape[0] > 1:
        name = translate(classifier.name)
        sentence = say("inside.in_colour", name=name)
        return {"view": question.view, "network": name, "unavailable": sentence}
    try:
        image = scribble() if question.example else question.pixels()
    except ValueError as error:
        raise refusal(error) from None
    takes_apart = question.view == "why" or question.table or question.has_pressed
    seen = inspect_image(
        classifier.model, image, classifier.calibration, with_gradients=takes_apart
    )
    facts: Facts = {
        "view": question.view,
        "network": translate(classifier.name),
        "isBlank": not image.any(),
        "digit": seen.digit,
        "scores": _numbers(seen.scores),
        "probabilities": _numbers(seen.probabilities),
    }
    if not classifier.reads_digits:
        facts["classes"] = [translate(name) for name in classifier.classes]
    if question.example:
        facts |= {"image": _pixels(image), "readings": _readings(image)}
    look = _inside if question.view == "inside" else _why
    return facts | look(question, seen, classifier)


# --- inside ------------------------------------------------------------------------------------


def _inside(question: Question, seen: Inspection, classifier: Classifier) -> Facts:
    """Return the layers, and where the number of what was pressed comes from."""
    index = hidden_index_of(classifier)
    dead = (
        {name: np.flatnonzero(off).tolist() for name, off in index.is_dead.items()} if index else {}
    )
    return {
        "shapes": [
            {
                "title": layer.title,
                "shape": list(layer.values.shape),
                "parameters": list(layer.parameters.values()),
            }
            for layer in seen.layers
        ],
        "layers": [_layer(layer, seen, dead.get(layer.name)) for layer in seen.activations],
        "kernels": _first_kernels(classifier),
        "chosen": _chosen(question, seen, classifier),
        "shares": _numbers(seen.hidden.shares[seen.digit], 3) if question.table else None,
    }


def _layer(layer: Layer, seen: Inspection, dead: list[int] | None) -> Facts:
    return {
        "name": layer.name,
        "source": _source(layer, seen).name,
        "activation": _activation(layer),
        "values": pack_positive(layer.values) if layer.can_be_off else pack_signed(layer.values),
        "on": int(layer.is_on.sum()),
        "dead": dead,
    }


def _activation(layer: Layer) -> str:
    """Return the activation function of a hidden layer as people write it, "" for none."""
    return layer.title if layer.operation in ACTIVATIONS else ""


def _source(activations: Layer, seen: Inspection) -> Layer:
    """Return the layer with weights whose sums an activation function is given.

    Raises:
        ValueError: there is none.
    """
    before = seen.layers[: seen.layers.index(activations) + 1]
    for layer in reversed(before):
        if layer.operation in ("linear", "conv2d"):
            return layer
    raise ValueError(activations.name)


def _first_kernels(classifier: Classifier) -> Facts | None:
    """Return the kernels that lie on the image itself; None if the network has none."""
    for module in classifier.model.modules():
        if isinstance(module, nn.Conv2d):
            return dict(pack_signed(module.weight[:, 0].detach().numpy()))
    return None


def _chosen(question: Question, seen: Inspection, classifier: Classifier) -> Facts | None:
    """Return the arithmetic of what was pressed; None if this network has no such thing."""
    try:
        if question.score is not None:
            return _score(question.score, seen, classifier)
        if question.unit is None:
            return None
        if question.row is None or question.column is None:
            return _neuron(question.layer, question.unit, seen, classifier)
        place = (question.unit, question.row, question.column)
        return _pixel(question.layer, place, seen, classifier)
    except ValueError:  # it was pressed in another network
        return None


def _neuron(layer: str, unit: int, seen: Inspection, classifier: Classifier) -> Facts:
    (neuron,) = inspect_neurons(classifier.model, seen, layer, [unit])
    products = neuron.weights * (seen.image - PAPER)
    return {
        "kind": "neuron",
        "layer": layer,
        "source": _source(seen.layer(layer), seen).name,
        "unit": unit,
        "weights": pack_signed(neuron.weights),
        "products": pack_signed(products),
        "ink": float(products.sum()),
        "paper": float(neuron.weights.sum() * PAPER),
        "bias": neuron.bias,
        "sum": neuron.sum,
        "function": _activation(seen.layer(layer)),
        "activation": neuron.activation,
        "shares": _numbers(neuron.shares),
    }


def _score(digit: int, seen: Inspection, classifier: Classifier) -> Facts:
    parts = split_score(seen, digit, count=NEURONS)
    named: list[Share] = [*parts.supporting, *parts.opposing]
    tiles: list[Facts] = []
    if named:
        units = [share.index for share in named]
        neurons = inspect_neurons(classifier.model, seen, parts.layer, units)
        top = max(float(np.abs(neuron.weights).max()) for neuron in neurons)
        tiles = [
            {
                "unit": neuron.index,
                "weights": pack_signed(neuron.weights, top),
                "activation": neuron.activation,
                "share": share.share,
            }
            for neuron, share in zip(neurons, named, strict=True)
        ]
    return {
        "kind": "score",
        "digit": digit,
        "layer": parts.layer,
        "tiles": tiles,
        "neurons": sum(share.share for share in named),
        "others": parts.others,
        "bias": parts.bias,
        "sum": parts.sum,
        "score": parts.score,
    }


def _pixel(
    layer: str, place: tuple[int, int, int], seen: Inspection, classifier: Classifier
) -> Facts:
    activations = seen.layer(layer)
    source = _source(activations, seen)
    found = multiply_patch(classifier.model, seen, source.name, *place)
    return {
        "kind": "pixel",
        "layer": layer,
        "source": source.name,
        "top": found.top,
        "left": found.left,
        "isOnImage": len(found.patch) == 1,
        "unit": place[0],
        "row": place[1],
        "column": place[2],
        "patch": pack_signed(found.patch),
        "kernel": pack_signed(found.kernel),
        "products": pack_signed(found.patch * found.kernel),
        "sum": found.sum,
        "normalized": found.normalized,
        "activation": found.activation,
    }


# --- why ---------------------------------------------------------------------------------------


def _why(question: Question, seen: Inspection, classifier: Classifier) -> Facts:
    """Return the evidence for one digit rather than another, and the images most alike.

    What was asked of another network, with more classes, counts as not asked.
    """
    chosen, rival = (
        number if number is not None and number < len(seen.scores) else None
        for number in (question.digit, question.against)
    )
    digit = seen.digit if chosen is None else chosen
    against = seen.runner_up(digit) if rival in (None, digit) else rival
    evidence = explain_score(seen, digit, against)
    facts: Facts = {
        "explained": digit,
        "against": against,
        "ink": pack_signed(evidence.ink),
        "parts": {
            "ink": float(evidence.ink.sum()),
            "paper": evidence.paper,
            "biases": evidence.biases,
            "sum": evidence.sum,
            "score": evidence.score,
        },
        "alike": _alike(seen, classifier),
        "isTaught": classifier.data_set is None or classifier.data_set.is_own,
        "activation": _activation(seen.hidden),
    }
    if question.path:
        path = integrate_gradients(classifier.model, seen, digit, against)
        facts["ink"] = pack_signed(path.ink)
        facts["path"] = {"sum": float(path.ink.sum()), "change": path.change}
    return facts


def _alike(seen: Inspection, classifier: Classifier) -> list[Facts] | None:
    """Return the test images most alike; None if there are none, or none that it has learned."""
    index, images = hidden_index_of(classifier), test_images(classifier.data_set)
    if index is None or images is None:
        return None
    return [
        {"label": found.label, "image": _pixels(images.pixels[found.index, 0].numpy())}
        for found in index.nearest(seen)
    ]


def list_strokes(drawing: Drawing, session: Session) -> Facts:
    """Return the strokes of a drawing, so that the page can take any of them away.

    Returns:
        `image`, of them all, by which the page knows whether it still shows that drawing; and
        `strokes`, each where it lies in it. Their maximum is the image, so the maximum of those
        that stay is the image without the others, in its place. A single stroke, or a scribble of
        more than eight, is not taken apart.
    """
    session.note_use()
    strokes = ink_of_each(drawing.strokes)
    image = image_from_strokes(drawing.strokes)
    return {
        "view": "strokes",
        "image": "" if image is None else _pixels(image),
        "strokes": [_pixels(ink) for ink in strokes] if 1 < len(strokes) <= MOST_STROKES else [],
    }


# --- a scribble that is no digit -----------------------------------------------------------------


# One stroke, in thousandths of the canvas. The article's network is sure that it is an 8.
SCRIBBLE = [[620, 390], [350, 860], [770, 500], [830, 550], [840, 590], [380, 550], [660, 750]]


def scribble() -> GrayImage:
    """Return a scribble as the networks are given it, [28, 28]."""
    image = image_from_strokes([np.array(SCRIBBLE, dtype=np.float64)])
    assert image is not None  # it has ink
    return image


def _readings(image: GrayImage) -> list[Facts]:
    """Return what each network that comes with the project says of an image."""
    readings: list[Facts] = []
    for classifier in filter(None, map(load_shipped, SHIPPED_CLASSIFIERS)):
        found = predict(classifier.model, image, classifier.calibration)
        readings.append(
            {
                "network": translate(classifier.name),
                "digit": found.digit,
                "share": found.probabilities[found.digit],
                "sure": found.sure,
            }
        )
    return readings


# --- packing -----------------------------------------------------------------------------------


def _pixels(image: GrayImage) -> str:
    return b64encode(image.tobytes()).decode("ascii")


def _numbers(array: NDArray[np.float32], decimals: int = 5) -> list[float]:
    return [round(float(number), decimals) or 0.0 for number in array]  # and not -0.0

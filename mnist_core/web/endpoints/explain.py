"""For programs: one digit as 28×28 numbers, and why a drawing is read as it is."""

from __future__ import annotations

import gradio as gr
import numpy as np

from mnist_core.inspection import explain_score, inspect_image
from mnist_core.preprocessing import SIDE, GrayImage, image_from_strokes, parse_strokes
from mnist_core.text import Message
from mnist_core.web.endpoints.predict import OfClass, Reply, refuse, reply_to
from mnist_core.web.sessions.classifiers import default_classifier

DECIMALS = 4  # of what a pixel says: a score is some ten


class Explanation(OfClass):
    """Why a network gives a digit its score; ink, paper and biases add up to it.

    Attributes:
        digit: whose score is explained, 0 to 9.
        class: its name, as a text.
        rather_than: the digit whose score has been taken away from it; None for the score itself.
        score: the score, before softmax.
        ink: what all drawn pixels say for it together.
        paper: what the bare paper says.
        biases: what the network says whatever is drawn.
        pixels: what each pixel's ink says, 28 rows of 28: above 0 for the digit, below against it.
        image: what the network was given, 28 rows of 28: 0 is paper, 255 ink.
        network: the name of the one that has read.
    """

    digit: int
    rather_than: int | None
    score: float
    ink: float
    paper: float
    biases: float
    pixels: list[list[float]]
    image: list[list[int]]
    network: str


def build_explain_endpoints() -> None:
    """Offer `/predict_pixels` and `/explain`; call it inside the app's `gr.Blocks`."""
    gr.events.api(predict_pixels, api_name="predict_pixels")
    gr.events.api(explain, api_name="explain")


def predict_pixels(pixels: list[list[int]]) -> Reply:
    """Read one digit as MNIST has it; nothing is moved or scaled.

    Args:
        pixels: 28 rows of 28 whole numbers: 0 is paper, 255 ink. In MNIST a digit is 20 pixels on
            its longer side, with its centre of mass in the middle.

    Raises:
        gr.Error: that is not what came, or it is blank.
    """
    try:
        image = parse_pixels(pixels)
        return reply_to(image if image.any() else None)
    except ValueError as error:
        raise refuse(error) from None


def explain(
    strokes: list[list[list[float]]], digit: int | None = None, rather_than: int | None = None
) -> Explanation:
    """Say which pixels of a drawing speak for a digit, exactly: the network is piecewise linear.

    Args:
        strokes: the drawing, as for `predict_strokes`.
        digit: whose score to explain, 0 to 9; by default the one that is read.
        rather_than: another digit, to explain by how much its score is lower.

    Raises:
        gr.Error: that is not what came, or it is empty.
    """
    try:
        return _explain(image_from_strokes(parse_strokes(strokes)), digit, rather_than)
    except ValueError as error:
        raise refuse(error) from None


def parse_pixels(pixels: object) -> GrayImage:
    """Check an image that comes from outside.

    Raises:
        ValueError: it is not 28 rows of 28 whole numbers from 0 to 255.
    """
    rows = pixels if isinstance(pixels, list) and len(pixels) == SIDE else []
    if not rows or not all(isinstance(row, list) and len(row) == SIDE for row in rows):
        raise ValueError(Message("server.not_pixels"))
    if not all(type(value) is int and 0 <= value <= 255 for row in rows for value in row):
        raise ValueError(Message("server.not_pixels"))
    return np.array(rows, dtype=np.uint8)


def _explain(image: GrayImage | None, digit: int | None, rather_than: int | None) -> Explanation:
    read = reply_to(image)["digit"]
    classifier = default_classifier()
    assert classifier is not None and image is not None  # or nothing would have been read
    digit = read if digit is None else digit
    for asked in (digit, rather_than):
        if asked is not None and (type(asked) is not int or not 0 <= asked <= 9):
            raise ValueError(Message("server.not_a_digit"))
    evidence = explain_score(inspect_image(classifier.model, image), digit, rather_than)
    return {
        "digit": digit,
        "class": str(classifier.classes[digit]),
        "rather_than": rather_than,
        "score": float(evidence.score),
        "ink": float(evidence.ink.sum()),
        "paper": float(evidence.paper),
        "biases": float(evidence.biases),
        "pixels": np.round(evidence.ink.reshape(SIDE, SIDE).astype(float), DECIMALS).tolist(),
        "image": image.tolist(),
        "network": str(classifier.name),
    }

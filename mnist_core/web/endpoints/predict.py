"""For programs: two endpoints of the app's own interface that read an image file or strokes.

The README shows how to call them; `explain` has two more, and `mcp` offers them to agents. Nothing
else of the app is offered to programs.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import TypedDict

import gradio as gr

from mnist_core.inference import predict
from mnist_core.preprocessing import (
    GrayImage,
    image_from_picture,
    image_from_strokes,
    open_picture,
    parse_strokes,
)
from mnist_core.text import Message
from mnist_core.web.jobs.throttle import note_reading
from mnist_core.web.sessions.classifiers import default_classifier
from mnist_core.web.sessions.run_files import FILE_GONE
from mnist_core.web.sessions.uploads import remove_upload

NO_FILE = Message("server.no_file")


OfClass = TypedDict("OfClass", {"class": str})  # a keyword, which can be written in no other way


class Reply(OfClass):
    """What a program is told.

    Attributes:
        digit: the most probable digit, 0 to 9.
        class: its name, as a text: what else a network may have learned has names alone.
        probabilities: of the digits 0 to 9, as fractions that add up to 1.
        sure: False where the network would rather not say; what is no digit should be among that.
        network: the name of the one that has read.
    """

    digit: int
    probabilities: list[float]
    sure: bool
    network: str


def build_endpoints() -> None:
    """Offer `/predict` and `/predict_strokes`; call it inside the app's `gr.Blocks`."""
    # A component in the place of a bare path: Gradio then sees to it that the file is the caller's.
    picture = gr.File(file_types=["image"], visible=False, label="picture")
    reply = gr.JSON(visible=False, label="reply")
    picture.upload(predict_picture, picture, reply, api_name="predict")
    gr.events.api(predict_strokes, api_name="predict_strokes")


def predict_picture(picture: str | None) -> Reply:
    """Read an image file of one digit, dark on light or light on dark; it is gone afterwards.

    Args:
        picture: the file: PNG, JPEG, WebP, GIF, BMP, TIFF, PGM, PPM or AVIF.

    Raises:
        gr.Error: the file is not an image, or it is blank.
    """
    if picture is None:
        raise refuse(NO_FILE)
    path = Path(picture)
    try:
        return reply_to(image_from_picture(open_picture(path)))
    except FileNotFoundError:
        raise refuse(FILE_GONE) from None
    except ValueError as error:
        raise refuse(error) from None
    finally:
        remove_upload(path)


def predict_strokes(strokes: list[list[list[float]]]) -> Reply:
    """Read one digit as a pen has written it.

    Args:
        strokes: a list of strokes, each the list of [x, y] that the pen went through; x to the
            right, y down, in any unit.

    Raises:
        gr.Error: that is not what came, or it is empty.
    """
    try:
        return reply_to(image_from_strokes(parse_strokes(strokes)))
    except ValueError as error:
        raise refuse(error) from None


def reply_to(image: GrayImage | None) -> Reply:
    """Read an image.

    Raises:
        ValueError: it is blank, or there is no network.
    """
    classifier = default_classifier()
    if image is None:
        raise ValueError(Message("server.blank"))
    if classifier is None:
        raise ValueError(Message("server.no_network"))
    note_reading()
    prediction = predict(classifier.model, image, classifier.calibration)
    return {
        "digit": prediction.digit,
        "class": str(classifier.classes[prediction.digit]),
        "probabilities": list(prediction.probabilities),
        "sure": prediction.sure,
        "network": classifier.name,
    }


def refuse(error: Exception | str) -> gr.Error:
    """Return what a program is told in place of a reply."""
    return gr.Error(html.escape(str(error)), print_exception=False)

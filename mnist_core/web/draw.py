"""The Draw tab: a drawing in, the network's answer out, while the pen is still moving."""

from __future__ import annotations

import functools
import html
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from torch import nn

from mnist_core.checkpoints import SHIPPED, CheckpointError, load_checkpoint
from mnist_core.inference import predict
from mnist_core.preprocessing import (
    GrayImage,
    image_from_picture,
    image_from_strokes,
    open_picture,
)
from mnist_core.web.canvas import Drawing, DrawingCanvas
from mnist_core.web.reading import Answer, Reading
from mnist_core.web.right_of_way import note_reading
from mnist_core.web.visit import Visit

log = logging.getLogger(__name__)

SHIPPED_CHOICE = ("The shipped network", "shipped")
OWN_CHOICE = ("My network", "mine")
NO_SHIPPED = "The shipped network cannot be loaded. Train one of your own in the Train tab."


@dataclass(frozen=True)
class DrawTab:
    """The parts of the tab that others act on: who reads, and the canvas that is read."""

    canvas: DrawingCanvas
    reader: gr.Radio


def build_draw_tab(visit: gr.State) -> DrawTab:
    """Lay the tab out and wire it; call it inside a `gr.Tab`."""
    with gr.Row(elem_classes="draw"):
        with gr.Column(scale=2, min_width=320):
            canvas = DrawingCanvas()
        with gr.Column(scale=3, min_width=320):
            reading = Reading()
            reader = gr.Radio(
                [SHIPPED_CHOICE],
                value=SHIPPED_CHOICE[1],
                label="Who reads?",
                info="Train a network of your own in the next tab, and it can read here too.",
            )
            picture = gr.UploadButton(
                "Read a picture instead …", file_types=["image"], size="sm", variant="secondary"
            )
    # show_progress_on: at each step of each event Gradio's page copies the components that could
    # show its progress, drawing and all; one small button keeps that from costing milliseconds.
    quietly: dict[str, Any] = {
        "show_progress": "hidden",
        "show_progress_on": picture,
        "api_visibility": "private",
    }
    # Past the queue, which costs milliseconds; "multiple", because the page itself sees to it that
    # one request is on its way at a time, and one that got lost must not block the next.
    canvas.input(
        read_drawing,
        [canvas, reader, visit],
        reading,
        queue=False,
        trigger_mode="multiple",
        **quietly,
    )
    reader.change(read_again, [reader, visit], canvas, queue=False, **quietly)
    picture.upload(read_picture, [picture, reader, visit], reading, **quietly)
    return DrawTab(canvas, reader)


def read_drawing(drawing: Drawing, reader: str, visit: Visit) -> Answer:
    """Answer one sending of the canvas."""
    note_reading()
    visit.drawing = image_from_strokes(drawing.strokes)
    return _answer(drawing.seq, visit.drawing, reader, visit)


def read_again(reader: str, visit: Visit) -> dict[str, Any]:
    """Have the page send its drawing once more, because another network is to read it."""
    return dict(gr.update(reader=f"{reader} {visit.networks}"))


def read_picture(path: str, reader: str, visit: Visit) -> Answer:
    """Answer an image file; it takes the place of the drawing's answer until the pen moves on.

    Raises:
        gr.Error: the file is not an image, or there is nothing on it.
    """
    try:
        image = image_from_picture(open_picture(Path(path)))
    except (ValueError, FileNotFoundError) as error:
        raise gr.Error(html.escape(str(error)), print_exception=False) from error
    if image is None:
        raise gr.Error("The picture is blank: there is no digit to read.", print_exception=False)
    return _answer(None, image, reader, visit)


def offer_own_network(visit: Visit) -> dict[str, Any]:
    """Let the visitor's own network read, if there is one."""
    if visit.network is None:
        return dict(gr.skip())
    return dict(gr.update(choices=[SHIPPED_CHOICE, OWN_CHOICE], value=OWN_CHOICE[1]))


def _answer(seq: int | None, image: GrayImage | None, reader: str, visit: Visit) -> Answer:
    own = reader == OWN_CHOICE[1] and visit.network is not None
    network = visit.network if own else shipped_network()
    if network is None:
        return {"seq": seq, "digit": None, "message": NO_SHIPPED}
    if image is None:
        return {"seq": seq, "digit": None}
    prediction = predict(network, image)
    return {
        "seq": seq,
        "digit": prediction.digit,
        "probabilities": list(prediction.probabilities),
        "image": image.ravel().tolist(),
        "reader": "your network" if own else "the shipped network",
    }


@functools.cache
def shipped_network() -> nn.Module | None:
    """Load the network that comes with the project, once; None if it is missing or damaged."""
    try:
        return load_checkpoint(SHIPPED).model
    except (OSError, CheckpointError) as error:
        log.error("%s", error)
        return None

"""The part of the Draw tab that opens the way from the drawing to the network."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mnist_core.inference import predict_values
from mnist_core.preprocessing.steps import STEPS, Steps, explain, image_by, values_by
from mnist_core.preprocessing.strokes import Stroke
from mnist_core.web.canvas import Drawing, DrawingCanvas
from mnist_core.web.readers import Reader, present_reader
from mnist_core.web.visit import Visit
from mnist_core.web.way import Explanation, Guess, WayPanel


def build_way(canvas: DrawingCanvas, visit: gr.State, **event_settings: Any) -> None:
    """Lay it out and wire it; call it where it is to stand in the tab.

    Args:
        canvas: where the drawing is.
        visit: who reads it.
        event_settings: for the event, such as `queue`.
    """
    with gr.Accordion("How the drawing becomes the network's input", open=False):
        way = WayPanel()
    way.input(explain_drawing, [way, canvas, visit], way, **event_settings)


def explain_drawing(steps: Steps, drawing: Drawing, visit: Visit) -> Explanation:
    """Tell what becomes of the drawing by these steps, and by all but one of them."""
    reader = present_reader(visit)
    way = explain(drawing.strokes, steps)
    if reader is None or way is None:
        return {"pictures": []}
    return {
        "pictures": way.pictures,
        "guess": _guess(drawing.strokes, steps, reader),
        "switched": [_guess(drawing.strokes, steps.switched(step), reader) for step in STEPS],
        "reader": reader.name,
    }


def _guess(strokes: list[Stroke], steps: Steps, reader: Reader) -> Guess:
    image = image_by(strokes, steps)
    prediction = predict_values(reader.model, values_by(image, steps), reader.calibration)
    return {
        "digit": prediction.digit,
        "probability": prediction.probabilities[prediction.digit],
        "sure": prediction.sure,
    }

"""The part of the Draw tab that opens the way from the drawing to the network."""

from __future__ import annotations

from mnist_core.inference import predict_values
from mnist_core.preprocessing.pipeline import STEPS, Steps, explain, image_by, values_by
from mnist_core.preprocessing.strokes import Stroke
from mnist_core.text import translate
from mnist_core.web.components.canvas import Drawing, DrawingCanvas
from mnist_core.web.components.pipeline import Explanation, Guess, PipelinePanel
from mnist_core.web.sessions.classifiers import Classifier, current_classifier
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.page_stream import at_once


def build_pipeline(canvas: DrawingCanvas, link: SessionLink) -> None:
    """Lay it out and wire it; call it where it is to stand in the tab.

    Args:
        canvas: where the drawing is.
        link: whose session reads it.
    """
    pipeline = PipelinePanel()
    pipeline.input(explain_drawing, [pipeline, canvas, link], pipeline, **at_once(link))


def explain_drawing(steps: Steps, drawing: Drawing, session: Session) -> Explanation:
    """Tell what becomes of the drawing by these steps, and by all but one of them."""
    classifier = current_classifier(session)
    pipeline = explain(drawing.strokes, steps)
    if classifier is None or pipeline is None or not classifier.reads_drawings:
        return {"pictures": []}
    return {
        "pictures": pipeline.pictures,
        "guess": _guess(drawing.strokes, steps, classifier),
        "switched": [_guess(drawing.strokes, steps.switched(step), classifier) for step in STEPS],
        "classifier": translate(classifier.name),
    }


def _guess(strokes: list[Stroke], steps: Steps, classifier: Classifier) -> Guess:
    image = image_by(strokes, steps)
    prediction = predict_values(classifier.model, values_by(image, steps), classifier.calibration)
    return {
        "digit": prediction.digit,
        "name": translate(classifier.classes[prediction.digit]),
        "probability": prediction.probabilities[prediction.digit],
        "sure": prediction.sure,
    }

"""The Mistakes tab: what a network misreads, how sure it is, and what another one reads there."""

from __future__ import annotations

import functools
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from mnist_core.data import PixelDataset, default_root
from mnist_core.inspection import inspect_image, project
from mnist_core.mistakes import Readings
from mnist_core.mistakes.reliability import calibration_error, reliability
from mnist_core.text import say, translate
from mnist_core.web.components.base import Updates
from mnist_core.web.components.mistakes import (
    Look,
    MapLook,
    MistakesPanel,
    Selection,
    Taken,
    pack,
    pack_sprite,
)
from mnist_core.web.sessions.classifiers import (
    Classifier,
    all_classifiers,
    current_classifier,
    find_classifier,
    select_classifier,
)
from mnist_core.web.sessions.hidden_indexes import hidden_index_of, test_images
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.readings import known_readings, readings_of
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.page_stream import View, at_once, quietly

IMAGES_AT_ONCE = 60
IMAGES_ON_MAP = 1_000
Facts = dict[str, Any]


class MistakesTab:
    """The tab; `outputs` is its panel."""

    def __init__(self, link: SessionLink) -> None:
        """Lay the tab out and wire it; call it inside a `gr.Tab`."""
        self._link = link
        self.panel = MistakesPanel()
        self.outputs = [self.panel]
        # To have 10,000 images read takes up to a second: through the queue, in which all take
        # turns. "multiple": who chooses another network does not wait for the answer to the first.
        slowly = {"trigger_mode": "multiple", **quietly(link)}
        self.panel.look(self.look, link, self.panel, **slowly)
        self.panel.draw_map(self.draw_map, link, self.panel, **slowly)
        self.panel.pick(self.pick, link, self.panel, **at_once(link))
        self.panel.take(self.take, link, [self.panel, link], **at_once(link))

    def lead_from(self, *events: Callable[..., Any]) -> None:
        """Let events of other tabs, each of which brings a `Look`, say what is shown here."""
        for event in events:
            event(self.show, self._link, self._link, **at_once(self._link))

    def show(self, session: Session, event: gr.EventData) -> Updates:
        """Show the networks that another tab asks for."""
        wanted, state = Look.of(event), session.mistakes
        state.network, state.against = wanted.network, wanted.against
        state.wishes += 1
        session.note_change()
        return self._link.changed()

    def take(self, session: Session, event: gr.EventData) -> Updates:
        """Let a network read a test image in the Draw tab."""
        taken = Taken.of(event)
        select_classifier(session, taken.network)
        session.note_change()
        return {
            self.panel: gr.update(taken=pack(taken.model_dump())),
            **self._link.changed(),
        }

    def look(self, session: Session, event: gr.EventData) -> Updates:
        """Give the figures of a network, or say what is missing."""
        look = Look.of(event)
        session.note_use()
        return {self.panel: gr.update(reading=pack(describe(look, session)))}

    def pick(self, session: Session, event: gr.EventData) -> Updates:
        """Give some images; nothing is read for it."""
        selection = Selection.of(event)
        session.note_use()
        return {self.panel: gr.update(images=pack(show_images(selection, session)))}

    def draw_map(self, session: Session, event: gr.EventData) -> Updates:
        """Give the map of a network's hidden layer."""
        look = MapLook.of(event)
        session.note_use()
        return {self.panel: gr.update(hidden=pack(map_hidden(look, session)))}

    def view(self, session: Session) -> View:
        """Show which networks there are."""
        return lambda: {self.panel: pack(list_networks(session))}


def list_networks(session: Session) -> Facts:
    """Say which networks have mistakes to be looked at, in the current language."""
    classifiers = [one for one in all_classifiers(session) if _can_be_wrong(one)]
    keys = [classifier.key for classifier in classifiers]
    reads = current_classifier(session)
    state = session.mistakes
    chosen = state.network if state.network in keys else reads.key if reads else ""
    return {
        "networks": [
            {"key": one.key, "name": translate(one.name), "edition": _edition(one)}
            for one in classifiers
        ],
        "network": chosen if chosen in keys else next(iter(keys), ""),
        "against": state.against if state.against in keys else "",
        "wishes": state.wishes,
    }


def _can_be_wrong(classifier: Classifier) -> bool:
    """Tell whether a network has mistakes in MNIST's test images that can be looked at.

    A run without an epoch behind it has not: its weights are gone before anybody looks.
    """
    return classifier.reads_digits and (classifier.epochs > 0 or not classifier.is_training)


def _find(session: Session, key: str) -> Classifier | None:
    classifier = find_classifier(session, key)
    return classifier if classifier and classifier.reads_digits else None


def _edition(classifier: Classifier) -> str:
    epochs, is_training = classifier.edition
    return f"{epochs} {is_training}"


# --- the figures -------------------------------------------------------------------------------


def describe(look: Look, session: Session) -> Facts:
    """Return the figures of a network: its counts, how sure it is, and the comparison."""
    answer: Facts = look.model_dump()
    classifier = _find(session, look.network)
    if classifier is None:
        return {**answer, "problem": say("misread.gone")}
    edition = _edition(classifier)  # first: what is learned meanwhile is looked at next
    readings = readings_of(classifier)
    if readings is None:
        return {**answer, "problem": say("misread.no_data")}
    bins = reliability(readings)
    answer |= {
        "edition": edition,
        "confusion": readings.confusion.tolist(),
        "bins": [[b.count, round(b.confidence, 4), round(b.accuracy, 4)] for b in bins],
        "error": round(calibration_error(bins), 5),
    }
    other = _find(session, look.against) if look.against else None
    others = readings_of(other) if other else None
    if others is not None:
        answer["comparison"] = _compare(readings, others)
    return answer


def _compare(readings: Readings, others: Readings) -> Facts:
    """Count what one of two networks reads right alone, both, or none."""
    right, other_right = readings.labels == readings.digits, others.labels == others.digits
    return {
        "gained": int((right & ~other_right).sum()),
        "lost": int((~right & other_right).sum()),
        "both": int((right & other_right).sum()),
        "none": int((~right & ~other_right).sum()),
    }


# --- the images --------------------------------------------------------------------------------


def show_images(selection: Selection, session: Session) -> Facts:
    """Return some images with what is read in them; "stale" where their network has to be read."""
    answer: Facts = selection.model_dump()
    readings, others = (
        _known(key, session) for key in (selection.network, selection.against or selection.network)
    )
    images = test_images()
    if readings is None or others is None or images is None:
        return {**answer, "stale": True}
    places = _places(selection, readings, others)
    shown = places[selection.first : selection.first + IMAGES_AT_ONCE]
    answer |= {
        "total": len(places),
        "places": shown.tolist(),
        "labels": readings.labels[shown].tolist(),
        "digits": readings.digits[shown].tolist(),
        "confidences": _rounded(readings.confidences[shown]),
        "others": others.digits[shown].tolist(),
        "sprite": pack_sprite(_pixels(images, shown)) if len(shown) else "",
    }
    return answer


def _known(key: str, session: Session) -> Readings | None:
    known = known_readings(key) if _find(session, key) else None
    return known.readings if known else None


def _places(selection: Selection, readings: Readings, others: Readings) -> NDArray[np.int64]:
    label, digit = selection.label, selection.digit
    if selection.what == "gained":
        return others.corrected_by(readings)
    if selection.what == "lost":
        return readings.corrected_by(others)
    if selection.what == "quiz":  # the same order each time, so that more of them can be asked for
        return np.random.default_rng(0).permutation(readings.mistakes())
    if label is not None and label == digit:
        return readings.right(label)
    return readings.mistakes(label, digit)


def _pixels(images: PixelDataset, places: NDArray[np.int64]) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = images.pixels.numpy()[places, 0]  # [images, 28, 28]
    return pixels


def _rounded(numbers: NDArray[np.float32], decimals: int = 4) -> list[Any]:
    rounded: list[Any] = numbers.astype(np.float64).round(decimals).tolist()
    return rounded


# --- the map -----------------------------------------------------------------------------------


@functools.cache
def _map_sprite(folder: str) -> str:
    """Pack the first thousand test images, once for each folder that they lie in."""
    images = test_images()
    assert images is not None  # or there would be nothing to lay out
    return pack_sprite(images.pixels[:IMAGES_ON_MAP, 0].numpy())


def map_hidden(look: MapLook, session: Session) -> Facts:
    """Return where a network's hidden layer puts a thousand test images, and the drawing."""
    answer: Facts = look.model_dump()
    classifier = _find(session, look.network)
    index = hidden_index_of(classifier) if classifier else None
    readings = readings_of(classifier) if classifier else None
    if classifier is None or index is None or readings is None:
        return {**answer, "problem": say("misread.no_data")}
    projection = project(index.values)
    drawing = session.draw.drawing
    drawn: Facts | None = None
    if drawing is not None:
        seen = inspect_image(classifier.model, drawing, classifier.calibration)
        place = projection.place(seen.hidden.values)
        image = b64encode(drawing.tobytes()).decode("ascii")
        drawn = {"place": _rounded(place, 3), "digit": seen.digit, "image": image}
    return {
        **answer,
        "edition": _edition(classifier),
        "shares": [round(share, 4) for share in projection.shares],
        "points": _rounded(projection.place(index.values[:IMAGES_ON_MAP]), 3),
        "labels": readings.labels[:IMAGES_ON_MAP].tolist(),
        "digits": readings.digits[:IMAGES_ON_MAP].tolist(),
        "confidences": _rounded(readings.confidences[:IMAGES_ON_MAP]),
        "drawing": drawn,
        "sprite": _map_sprite(str(default_root())) if look.with_images else "",
    }
